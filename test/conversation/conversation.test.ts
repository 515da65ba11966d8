import { afterEach, describe, expect, test } from "@jest/globals";
import mongoose from "mongoose";
import type { Action } from "../../src/domain/capabilities.js";
import type { Outgoing } from "../../src/domain/message.js";
import { secretOffice } from "../engine/rig.js";
import { createRig, event, type Rig } from "./rig.js";

let rig: Rig;
afterEach(() => rig.close());

const steps = ["đăng ký", "đồng ý", "0901234567", "HTX Trái cây Mẫu"];
const answersOf = async (user: string): Promise<Record<string, unknown> | undefined> => (await rig.session(user))?.state.talks[0]?.answers;

describe("one person's events", () => {
  test("are handled in the channel's order, whatever order they come in", async () => {
    rig = await createRig();
    const [a, b, c, d] = steps.map((text, n) => event("1", n + 1, text));
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error("four steps");
    await rig.hear(c, a, d, b);
    await rig.settled();
    expect(await answersOf("1")).toMatchObject({ consent: "given", phone: "+84901234567", ownerName: "Hợp tác xã Trái cây Mẫu" });
  });

  test("that come while one is under way wait for it, and are put in order meanwhile", async () => {
    rig = await createRig();
    await rig.hear(event("1", 1, "đăng ký"));
    await rig.hear(event("1", 4, "HTX Trái cây Mẫu"), event("1", 3, "0901234567"), event("1", 2, "đồng ý"));
    await rig.settled();
    expect(await answersOf("1")).toMatchObject({ consent: "given", phone: "+84901234567", ownerName: "Hợp tác xã Trái cây Mẫu" });
    expect(rig.transactions()).toBe(4);
  });

  test("handed over twice are handled once", async () => {
    rig = await createRig();
    const first = event("1", 1, "đăng ký");
    await rig.hear(first);
    rig.conversation.receive([first]);
    await rig.settled();
    expect(await rig.replies("1")).toHaveLength(2);
    expect((await rig.session("1"))?.version).toBe(1);
  });

  test("that were done before change nothing when they come again", async () => {
    rig = await createRig(undefined, { maxTries: 2 });
    const first = event("1", 1, "đăng ký");
    await rig.hear(first);
    await rig.settled();
    const before = await rig.replies("1");
    rig.conversation.receive([first]);
    await rig.settled();
    expect(await rig.replies("1")).toEqual(before);
    expect((await rig.session("1"))?.version).toBe(1);
  });

  test("from two accounts of one contact at once are both answered", async () => {
    rig = await createRig();
    await rig.hear(event("1", 1, "đăng ký"));
    await rig.settled();
    await rig.connection.collection("accounts").insertOne({ _id: "web-chat:site:w", contactId: "contact:telegram:bot:1", channel: "web-chat", account: "site", user: "w", chat: "w", reachable: true, since: new Date(0) } as never);
    const web = event("w", 2, "đồng ý", { id: "web-chat:site:w-2", channel: "web-chat", account: "site" });
    await rig.hear(event("1", 3, "trợ giúp"), web);
    await rig.settled();
    expect(await answersOf("1")).toMatchObject({ consent: "given" });
    expect((await rig.replies("1")).some((text) => text.includes("Mời gõ một trong các chữ này"))).toBe(true);
    expect(await rig.replies("w")).toHaveLength(1);
  });
});

describe("different people", () => {
  const people = Array.from({ length: 20 }, (_each, n) => `p${n}`);

  test("are handled side by side, in one transaction", async () => {
    rig = await createRig();
    await rig.hear(...people.map((user) => event(user, 1, "đăng ký")));
    await rig.settled();
    expect(rig.transactions()).toBe(1);
    for (const user of people) expect(await rig.replies(user)).toHaveLength(2);
  });

  test("past the most for one transaction go into the next", async () => {
    rig = await createRig(undefined, { batch: 8 });
    await rig.hear(...people.map((user) => event(user, 1, "đăng ký")));
    await rig.settled();
    expect(rig.transactions()).toBe(3);
    for (const user of people) expect((await rig.session(user))?.version).toBe(1);
  });

  test("are all answered once when one of them makes the transaction conflict", async () => {
    let conflicts = 1;
    rig = await createRig((deps, { connection }) => ({
      sessions: {
        ...deps.sessions,
        load: async (ids) => {
          const rows = await deps.sessions.load(ids);
          // Another instance handles an event of p3 just after we looked.
          if (rows.length > 1 && conflicts-- > 0) await connection.collection("sessions").updateOne({ _id: "contact:telegram:bot:p3" } as never, { $inc: { version: 1 } });
          return rows;
        },
      },
    }));
    await rig.hear(...people.map((user) => event(user, 1, "đăng ký")));
    await rig.settled();
    await rig.hear(...people.map((user) => event(user, 2, "đồng ý")));
    await rig.settled();
    expect(rig.transactions()).toBe(1 + 1 + people.length);
    for (const user of people) {
      expect(await answersOf(user)).toMatchObject({ consent: "given" });
      expect(await rig.replies(user)).toHaveLength(3);
      expect((await rig.session(user))?.version).toBe(user === "p3" ? 3 : 2);
    }
  });
});

test("a turn that was lost to another instance is taken again on what that one left", async () => {
  let lost = false;
  rig = await createRig((deps, { connection }) => ({
    sessions: {
      ...deps.sessions,
      load: async (ids) => {
        const rows = await deps.sessions.load(ids);
        if (rows.length === 1 && !lost) {
          lost = true;
          await connection.collection("sessions").updateOne({ _id: ids[0] } as never, { $inc: { version: 1 }, $set: { "state.language": "en" } });
        }
        return rows;
      },
    },
  }));
  await rig.hear(event("1", 1, "đăng ký"));
  await rig.settled();
  await rig.hear(event("1", 2, "1"));
  await rig.settled();
  expect(lost).toBe(true);
  expect((await rig.session("1"))?.version).toBe(3);
  const replies = await rig.replies("1");
  expect(replies).toHaveLength(3);
  expect(replies.at(-1)).toMatch(/phone/i);
});

describe("an error of ours", () => {
  test("is told as one, keeps what was answered, and is known to operators", async () => {
    rig = await createRig((deps) => ({ actions: new Map([...deps.actions, ["people.consent", { name: "people.consent", outcomes: ["kept"], run: () => Promise.reject(new Error("a bug")) }]]) }));
    await rig.hear(event("1", 1, "đăng ký"));
    await rig.settled();
    const before = await rig.session("1");
    await rig.hear(event("1", 2, "đồng ý"));
    await rig.settled();
    expect((await rig.replies("1")).at(-1)).toMatch(/^Xin lỗi/);
    expect((await rig.session("1"))?.state).toEqual(before?.state);
    expect(rig.bugs).toEqual([{ inbound: "telegram:bot:1-2", error: expect.objectContaining({ message: "a bug" }) }]);
    expect(await rig.stores.inbox.waiting()).toBe(0);
  });

  test("in a first word leaves somebody who can begin again", async () => {
    let broken = true;
    rig = await createRig((deps) => ({
      queries: new Map([...deps.queries, ["calls.open", { name: "calls.open", run: (args, at) => (broken ? Promise.reject(new Error("a bug")) : (deps.queries.get("calls.open")?.run(args, at) ?? Promise.resolve(null))) }]]),
    }));
    await rig.hear(event("1", 1, "đăng ký"));
    await rig.settled();
    broken = false;
    await rig.hear(event("1", 2, "đăng ký"));
    await rig.settled();
    const replies = await rig.replies("1");
    expect(replies[0]).toMatch(/^Xin lỗi/);
    expect(replies.at(-1)).toContain("đồng ý");
  });

  test("of one person is no affair of the others in the same transaction", async () => {
    rig = await createRig((deps) => ({
      queries: new Map([...deps.queries, ["calls.open", { name: "calls.open", run: (args, at) => (at.account.user === "2" ? Promise.reject(new Error("a bug")) : (deps.queries.get("calls.open")?.run(args, at) ?? Promise.resolve(null))) }]]),
    }));
    await rig.hear(event("1", 1, "đăng ký"), event("2", 1, "đăng ký"), event("3", 1, "đăng ký"));
    await rig.settled();
    expect(rig.transactions()).toBe(1);
    expect([(await rig.replies("1")).length, await rig.replies("2"), (await rig.replies("3")).length]).toEqual([2, [expect.stringMatching(/^Xin lỗi/)], 2]);
  });

  test("a flow that looks things up without end is stopped as one", async () => {
    rig = await createRig((deps) => {
      const flow = { id: "round", words: ["vong"], keeps_draft: false, takes_codes: false, start: "a", steps: { a: { get: "calls.office", next: "a" } } };
      return { bundle: { hash: "x", flows: { ...deps.bundle.flows, round: flow as never } } };
    });
    await rig.hear(event("1", 1, "vong"));
    await rig.settled();
    expect((await rig.replies("1"))[0]).toMatch(/^Xin lỗi/);
    expect(String(rig.bugs[0]?.error)).toContain("more than 20 look-ups");
  });
});

test("an error of the store is not told: the input is tried again", async () => {
  let failures = 2;
  rig = await createRig((deps) => ({
    queries: new Map([
      ...deps.queries,
      ["calls.open", { name: "calls.open", run: (args, at) => (failures-- > 0 ? Promise.reject(new mongoose.mongo.MongoNetworkError("gone")) : (deps.queries.get("calls.open")?.run(args, at) ?? Promise.resolve(null))) }],
    ]),
  }));
  await rig.hear(event("1", 1, "đăng ký"));
  await rig.settled();
  expect(rig.transactions()).toBe(3);
  expect(await rig.replies("1")).toHaveLength(2);
  expect(rig.bugs).toEqual([]);
});

describe("a commit whose answer was lost", () => {
  const lostAnswer = (recovered: string[]) => (deps: Parameters<NonNullable<Parameters<typeof createRig>[0]>>[0]) => {
    let lose = true;
    return {
      transactions: {
        ...deps.transactions,
        async run<T>(work: Parameters<typeof deps.transactions.run<T>>[0]): Promise<T> {
          const done = await deps.transactions.run(work);
          if (!lose) return done;
          lose = false;
          throw new mongoose.mongo.MongoNetworkError("the answer was lost");
        },
      },
      recover: (inbound: { id: string }) => Promise.resolve(recovered.push(inbound.id) > 0),
    };
  };

  test("is found out at the next try: nothing is said twice, and its replies are handed over", async () => {
    const recovered: string[] = [];
    rig = await createRig(lostAnswer(recovered));
    await rig.hear(event("1", 1, "đăng ký"));
    await rig.settled();
    expect(recovered).toEqual(["telegram:bot:1-1"]);
    expect(await rig.replies("1")).toHaveLength(2);
    expect((await rig.session("1"))?.version).toBe(1);
  });
});

describe("what the process leaves and finds", () => {
  test("rows that nobody tends are taken up at start", async () => {
    rig = await createRig();
    await rig.stores.inbox.insert([event("1", 1, "đăng ký")]);
    await rig.stores.inbox.insert([event("2", 1, "đăng ký")], { by: "test/here", until: new Date("2030-01-01") });
    await rig.conversation.start();
    await rig.clock.until(() => rig.conversation.waiting() === 0);
    expect([(await rig.replies("1")).length, (await rig.replies("2")).length]).toEqual([2, 2]);
  });

  test("rows of another instance are left to it until its claim is over", async () => {
    rig = await createRig();
    await rig.stores.inbox.insert([event("1", 1, "đăng ký")], { by: "test/other", until: new Date(rig.clock.now().getTime() + 60_000) });
    await rig.conversation.start();
    await rig.clock.advance(30_000);
    await rig.clock.until(() => rig.conversation.waiting() === 0);
    expect(await rig.replies("1")).toEqual([]);
    await rig.clock.runUntil(async () => (await rig.replies("1")).length === 2, 5_000);
    expect(rig.clock.now().getTime()).toBeGreaterThanOrEqual(new Date("2026-11-23T02:13:00Z").getTime());
  });

  test("stopping finishes what is under way and gives back the rest", async () => {
    rig = await createRig(undefined, { batch: 1 });
    await rig.hear(event("1", 1, "đăng ký"), event("1", 2, "đồng ý"), event("2", 1, "đăng ký"));
    await rig.conversation.stop();
    expect(await rig.replies("1")).toHaveLength(2);
    const left = await rig.connection.collection("inbox").find({ state: "new" }).toArray();
    expect(left.map((row) => [String(row._id), row["by"]]).sort((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
      ["telegram:bot:1-2", null],
      ["telegram:bot:2-1", null],
    ]);
  });
});

describe("what is kept beside the answer", () => {
  test("a photo that the open question waits for is kept; one that no question wants is not", async () => {
    rig = await createRig();
    const photo = { kind: "file", media: "photo", file: { ref: "r" } } as const;
    await rig.hear(event("1", 1, "đăng ký"), event("1", 2, photo));
    await rig.settled();
    expect(rig.files).toEqual([]);
    const rest = ["đồng ý", "0901234567", "HTX Mẫu", "xã Cái Bè, tỉnh Đồng Tháp", "đúng", "gửi sau", "đúng", "làm luôn", "Mít sấy"].map((text, n) => event("1", n + 3, text));
    await rig.hear(...rest, event("1", 20, photo));
    await rig.settled();
    expect(rig.files).toHaveLength(1);
  });

  test("a press is shown with the words of its choice, and kept so", async () => {
    rig = await createRig();
    await rig.hear(event("1", 1, "đăng ký"));
    await rig.settled();
    const rows = await rig.connection.collection("deliveries").find({ user: "1" }).sort({ order: 1 }).toArray();
    const data = (rows.at(-1)?.["content"] as Outgoing | undefined)?.choices?.[0]?.data ?? "";
    await rig.hear(event("1", 2, { kind: "press", data }));
    await rig.settled();
    expect(rig.chosen).toEqual(["Đã chọn: Đồng ý"]);
    expect((await rig.connection.collection("transcripts").findOne({ _id: "telegram:bot:1-2" } as never))?.["text"]).toBe("Đã chọn: Đồng ý");
  });

  test("somebody else's button says it is old and changes nothing", async () => {
    rig = await createRig();
    await rig.hear(event("1", 1, "đăng ký"), event("2", 1, "đăng ký"));
    await rig.settled();
    const rows = await rig.connection.collection("deliveries").find({ user: "1" }).sort({ order: 1 }).toArray();
    const data = (rows.at(-1)?.["content"] as Outgoing | undefined)?.choices?.[0]?.data ?? "";
    await rig.hear(event("2", 2, { kind: "press", data }));
    await rig.settled();
    expect((await rig.replies("2")).at(-1)).toMatch(/^Nút vừa bấm thuộc câu hỏi cũ/);
    expect(await answersOf("2")).not.toHaveProperty("consent");
  });

  test("somebody who blocked us is not reachable until they write again", async () => {
    rig = await createRig();
    await rig.hear(event("1", 1, "xin chào"));
    await rig.settled();
    await rig.hear(event("1", 2, { kind: "reach", reachable: false }));
    await rig.settled();
    expect((await rig.stores.people.accounts(null, ["telegram:bot:1"]))[0]?.reachable).toBe(false);
    expect(await rig.replies("1")).toHaveLength(1);
    await rig.hear(event("1", 3, "xin chào"));
    await rig.settled();
    expect((await rig.stores.people.accounts(null, ["telegram:bot:1"]))[0]?.reachable).toBe(true);
  });

  test("what was pushed to somebody while they had blocked us goes out when they write again; old replies do not", async () => {
    rig = await createRig();
    await rig.hear(event("1", 1, "xin chào"));
    await rig.settled();
    await rig.hear(event("1", 2, { kind: "reach", reachable: false }));
    await rig.settled();
    const deliveries = rig.connection.collection("deliveries");
    const reply = await deliveries.findOne({ user: "1" });
    await deliveries.updateOne({ _id: reply?._id as never }, { $set: { state: "parked", attempts: 1, error: "blocked" } });
    await deliveries.insertMany([
      { ...reply, _id: "push-1", lane: "directive", state: "parked", attempts: 1, error: "blocked" },
      { ...reply, _id: "push-2", lane: "directive", state: "parked", attempts: 1, error: "blocked", user: "2" },
    ] as never[]);
    await rig.hear(event("1", 3, "xin chào"));
    await rig.settled();
    const state = async (id: unknown): Promise<unknown> => (await deliveries.findOne({ _id: id as never }))?.["state"];
    expect([await state("push-1"), await state("push-2"), await state(reply?._id)]).toEqual(["queued", "parked", "parked"]);
  });

  test("somebody who blocked us before a word was said is not reachable either", async () => {
    rig = await createRig();
    await rig.hear(event("1", 1, { kind: "reach", reachable: false }));
    await rig.settled();
    expect((await rig.stores.people.accounts(null, ["telegram:bot:1"]))[0]?.reachable).toBe(false);
  });

  test("the language is kept with the contact, for what is pushed later", async () => {
    rig = await createRig();
    await rig.hear(event("1", 1, "English"));
    await rig.settled();
    expect((await rig.stores.people.contacts(null, ["contact:telegram:bot:1"]))[0]?.language).toBe("en");
  });
});

describe("somebody whose stored session cannot be read", () => {
  const poison = async (): Promise<void> => {
    await rig.hear(event("1", 1, "đăng ký"));
    await rig.settled();
    await rig.connection.collection("sessions").updateOne({ _id: "contact:telegram:bot:1" } as never, { $set: { "state.talks": "not a list" } });
  };

  test("is told where to ask, keeps what is stored, and nobody waits for them", async () => {
    rig = await createRig();
    await poison();
    await rig.hear(event("1", 2, "đồng ý"), event("2", 1, "đăng ký"));
    await rig.settled();
    expect((await rig.replies("1")).at(-1)).toContain(secretOffice);
    expect(rig.bugs.map(({ inbound }) => inbound)).toEqual(["telegram:bot:1-2"]);
    expect(await rig.session("1")).toMatchObject({ version: 1, state: { talks: "not a list" } });
    expect(await rig.replies("2")).toHaveLength(2);
    expect(await rig.connection.collection("inbox").countDocuments({ state: "new" })).toBe(0);
  });
});

describe("an error of ours after an action wrote something", () => {
  test("leaves nothing of the step, is said, and the next input goes on", async () => {
    let broken = true;
    rig = await createRig((deps, { stores }) => {
      const consent = deps.actions.get("people.consent");
      if (consent === undefined) throw new Error("no such action");
      const run: Action["run"] = async (args, turn) => {
        stores.people.addConsent(turn.tx, turn.contact._id, { purpose: "registration", given: true, textVersion: "1", at: turn.now, channel: "telegram" });
        if (broken) throw new TypeError("a mistake");
        return consent.run(args, turn);
      };
      return { actions: new Map([...deps.actions, ["people.consent", { ...consent, run }]]) };
    });
    await rig.hear(event("1", 1, "đăng ký"));
    await rig.settled();
    const before = await rig.session("1");
    await rig.hear(event("1", 2, "đồng ý"), event("2", 1, "đăng ký"));
    await rig.settled();
    expect((await rig.replies("1")).at(-1)).toContain(secretOffice);
    expect(rig.bugs).toEqual([{ inbound: "telegram:bot:1-2", error: expect.objectContaining({ message: "a mistake" }) }]);
    expect((await rig.stores.people.contacts(null, ["contact:telegram:bot:1"]))[0]?.consents).toEqual([]);
    expect(await rig.session("1")).toEqual(before);
    expect(await rig.replies("2")).toHaveLength(2);
    broken = false;
    await rig.hear(event("1", 3, "đồng ý"));
    await rig.settled();
    expect(await answersOf("1")).toMatchObject({ consent: "given" });
  });
});

describe("an input that the store does not take", () => {
  // The clock stands still: whoever waits for a pause between tries waits for ever.
  test("holds up nobody else while it is tried again, and is answered once it is taken", async () => {
    let away = true;
    rig = await createRig((deps) => ({
      sessions: { ...deps.sessions, load: (ids) => (away && ids.includes("contact:telegram:bot:1") ? Promise.reject(new Error("not readable")) : deps.sessions.load(ids)) },
    }));
    await rig.hear(event("1", 1, "đăng ký"), event("2", 1, "đăng ký"));
    await rig.hear(event("3", 1, "đăng ký"));
    await rig.clock.until(() => rig.conversation.waiting() === 1, "all but one");
    expect([await rig.replies("1"), await rig.replies("2"), await rig.replies("3")].map(({ length }) => length)).toEqual([0, 2, 2]);
    away = false;
    await rig.settled();
    expect(await rig.replies("1")).toHaveLength(2);
  });
});

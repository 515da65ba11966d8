import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { SendError } from "../../src/domain/errors.js";
import type { Delivery } from "../../src/domain/delivery.js";
import { at, row } from "./rows.js";
import { handOver, stage } from "./stage.js";
import type { Answer, Instance, Stage } from "./stage.js";

let on: Stage;
beforeEach(async () => {
  on = await stage();
});
afterEach(() => on.end());

async function started(instance: Instance): Promise<Instance> {
  instance.outbox.start();
  await on.clock.until(() => instance.outbox.claimFor(at) !== null, "the lease");
  return instance;
}

const ids = (rows: readonly Delivery[]): string[] => rows.map((one) => one._id);
const some = (count: number, over: Partial<Delivery> = {}): Delivery[] => Array.from({ length: count }, () => row(over));
const sentOf = (id: string): number => on.sent.filter((one) => one.id === id).length;

describe("sending", () => {
  test("sends rows handed over and rows from the store, and records each with its transcript", async () => {
    const a = await started(on.instance("a"));
    const replies = some(20);
    const notices = some(700, { lane: "news" });
    await on.deliveries.insert(null, notices);
    a.outbox.wake();
    await handOver(on, a, replies);
    await on.clock.runUntil(async () => (await on.states()).sent === 720, 5);
    expect(on.sent).toHaveLength(720);
    const [first] = replies;
    expect(await on.read(first!._id)).toMatchObject({ state: "sent", messageId: `m-${first!._id}`, sentAt: expect.any(Date) });
    expect(await on.read(first!._id)).not.toHaveProperty("claim");
    const [entry] = await on.transcripts.last({ ...at, user: first!.user }, 5);
    expect(entry).toMatchObject({ _id: first!._id, from: "service", text: first!.content.text, order: first!.order, outgoing: first!.content });
    expect(a.outbox.status()[0]).toMatchObject({ holds: true, waiting: 0, inFlight: 0 });
  });

  test("keeps each chat's order although many chats are sent at once", async () => {
    const answer: Answer = async (delivery) => {
      for (let i = 0; i < delivery.order % 5; i++) await new Promise((resolve) => setImmediate(resolve));
      return { messageId: delivery._id };
    };
    const a = await started(on.instance("a", { answer }));
    const rows = Array.from({ length: 300 }, (_, i) => row({ chat: `c${i % 7}` }));
    await on.deliveries.insert(null, rows.slice(0, 150));
    a.outbox.wake();
    await handOver(on, a, rows.slice(150, 220));
    await handOver(on, a, rows.slice(220));
    await on.clock.runUntil(async () => (await on.states()).sent === 300, 5);
    for (let chat = 0; chat < 7; chat++) {
      const order = on.sent.filter((one) => one.chat === `c${chat}`).map((one) => one.id);
      expect(order).toEqual(ids(rows.filter((one) => one.chat === `c${chat}`)));
    }
  });

  test("keeps backlog in the store and better lanes first at 30 a second", async () => {
    const rate = { perSecond: 30, chat: { refillPerSecond: 1, size: 5 } };
    const a = await started(on.instance("a", { rate }));
    await on.deliveries.insert(null, some(300, { lane: "news" }));
    a.outbox.wake();
    await on.clock.runUntil(() => on.sent.length >= 40, 20);
    expect((await on.states()).claimed).toBeLessThanOrEqual(60);
    await on.deliveries.insert(null, some(100, { lane: "recall_1" }));
    a.outbox.wake();
    const before = on.sent.length;
    await on.clock.runUntil(() => on.sent.length >= before + 60, 5);
    const recalls = on.sent.slice(before + 8).filter((one) => one.lane === "recall_1").length;
    expect(recalls / (on.sent.length - before - 8)).toBeGreaterThanOrEqual(0.6);
  });

  test("a notice in back-off does not hold a reply of the same chat", async () => {
    const answer: Answer = async (delivery) => {
      if (delivery.lane === "directive" && sentOf(delivery._id) === 1) throw new SendError("channel_down");
      return { messageId: delivery._id };
    };
    const a = await started(on.instance("a", { answer }));
    const [notice, reply] = [row({ chat: "x", lane: "directive" }), row({ chat: "x" })];
    await handOver(on, a, [notice]);
    await on.clock.until(async () => (await on.read(notice._id)).state === "queued");
    await handOver(on, a, [reply]);
    await on.clock.until(async () => (await on.read(reply._id)).state === "sent");
    await on.clock.runUntil(async () => (await on.read(notice._id)).state === "sent");
    expect(on.sent.map((one) => one.id)).toEqual([notice._id, reply._id, notice._id]);
  });

  test("a reply in back-off is not overtaken by the chat's next reply, handed over or stored", async () => {
    const answer: Answer = async (delivery) => {
      if (on.sent.length === 1) throw new SendError("channel_down");
      return { messageId: delivery._id };
    };
    const a = await started(on.instance("a", { answer }));
    const rows = some(3, { chat: "x" });
    await handOver(on, a, rows.slice(0, 2));
    await on.clock.until(async () => (await on.read(rows[0]!._id)).state === "queued");
    await handOver(on, a, rows.slice(2));
    await on.clock.runUntil(async () => (await on.states()).sent === 3);
    expect(on.sent.map((one) => one.id)).toEqual([rows[0]!._id, ...ids(rows)]);
  });
});

test("a real receiver never sees more than 30 in any sliding second, with slow answers and a stalled sender", async () => {
  const arrivals: number[] = [];
  const held: (() => void)[] = [];
  const server = createServer((_request, response) => {
    arrivals.push(on.clock.now().getTime());
    if (arrivals.length % 10 === 3) held.push(() => response.end("{}"));
    else response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const answer: Answer = async (delivery, signal) => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: delivery.chat, signal });
    await response.text();
    return { messageId: delivery._id };
  };
  const a = await started(on.instance("a", { answer, rate: { perSecond: 30, chat: { refillPerSecond: 1, size: 5 } } }));
  await on.deliveries.insert(null, [...some(80, { lane: "news" }), ...some(40)]);
  a.outbox.wake();
  let steps = 0;
  await on.clock.runUntil(async () => {
    if (++steps % 25 === 0) for (const release of held.splice(0)) release();
    if (steps % 60 === 0) on.clock.jump(400);
    return steps % 20 === 0 && (await on.states()).sent === 120;
  }, 20);
  for (const at of arrivals) expect(arrivals.filter((other) => other >= at && other <= at + 1_000).length).toBeLessThanOrEqual(30);
  expect(arrivals).toHaveLength(120);
  server.closeAllConnections();
  server.close();
});

test("rows handed over while the store is looked into wait for the chat's older rows there", async () => {
  let looked: (() => void) | undefined;
  const a = await started(
    on.instance("a", {
      deliveries: (real) => ({
        ...real,
        async lanesWaiting(sender) {
          await new Promise<void>((resolve) => (looked = resolve));
          return real.lanesWaiting(sender);
        },
      }),
    }),
  );
  const [older, newer] = [row({ chat: "x" }), row({ chat: "x" })] as const;
  await on.clock.until(() => looked !== undefined);
  const first = looked;
  first!();
  await on.deliveries.insert(null, [older]);
  a.outbox.wake();
  await on.clock.until(() => looked !== first);
  await handOver(on, a, [newer]);
  expect(on.sent.map((one) => one.id)).not.toContain(newer._id);
  looked!();
  await on.clock.runUntil(async () => {
    looked?.();
    return (await on.states()).sent === 2;
  });
  expect(on.sent.map((one) => one.id)).toEqual([older._id, newer._id]);
});

describe("what a send ends in", () => {
  test("keeps a message queued when Telegram answers 429: waits as long as asked, no attempt used", async () => {
    const answer: Answer = async (delivery) => {
      if (sentOf(delivery._id) === 1) throw new SendError("rate_limited", { retryAfterMs: 7_000 });
      return { messageId: delivery._id };
    };
    const a = await started(on.instance("a", { answer }));
    const one = row();
    await handOver(on, a, [one]);
    await on.clock.until(async () => (await on.read(one._id)).state === "queued");
    expect(await on.read(one._id)).toMatchObject({ attempts: 0, error: "rate_limited" });
    const asked = on.sent[0]!.atMs + 7_000;
    await on.clock.advanceTo(new Date(asked - 1));
    expect(on.sent).toHaveLength(1);
    await on.clock.advanceTo(new Date(asked + 2));
    await on.clock.until(async () => (await on.read(one._id)).state === "sent");
    expect(on.sent[1]!.atMs - asked).toBeGreaterThanOrEqual(0);
    expect(await on.read(one._id)).toMatchObject({ attempts: 0 });
  });

  test("one chat's 429 lets the others go on; a second chat's within a second stops the bot until retry_after", async () => {
    const limited = new Set(["x"]);
    const answer: Answer = async (delivery) => {
      if (limited.has(delivery.chat)) throw new SendError("rate_limited", { retryAfterMs: 20_000 });
      return { messageId: delivery._id };
    };
    const a = await started(on.instance("a", { answer }));
    await handOver(on, a, [row({ chat: "x" }), row({ chat: "x" })]);
    await on.clock.until(() => on.sent.length === 1);
    await handOver(on, a, [row({ chat: "y" })]);
    await on.clock.runUntil(() => on.sent.length === 2);
    expect(on.sent[1]!.atMs - on.sent[0]!.atMs).toBeLessThan(2_000);
    for (const chat of ["v", "w"]) limited.add(chat);
    await handOver(on, a, [row({ chat: "v" }), row({ chat: "w" }), row({ chat: "z" })]);
    await on.clock.until(() => a.outbox.status()[0]!.pausedUntil !== null);
    const [paused] = a.outbox.status();
    expect(paused!.pausedUntil!.getTime() - on.clock.now().getTime()).toBe(20_000);
    limited.clear();
    await on.clock.runUntil(async () => (await on.states()).sent === 6, 200);
    for (const chat of ["v", "w"]) {
      const [first, second] = on.sent.filter((one) => one.chat === chat);
      expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(20_000);
    }
  });

  test("parks a message that a 403 answers and says so", async () => {
    const a = await started(on.instance("a", { answer: () => Promise.reject(new SendError("blocked")) }));
    const one = row();
    await handOver(on, a, [one]);
    await on.clock.until(() => a.unreachable.length > 0);
    expect(a.unreachable).toEqual([[one._id, "blocked"]]);
    expect(await on.read(one._id)).toMatchObject({ state: "parked", error: "blocked" });
  });

  test("gives up at once a message that is wrong, with the reason", async () => {
    const a = await started(on.instance("a", { answer: () => Promise.reject(new SendError("message_refused")) }));
    const one = row();
    await handOver(on, a, [one]);
    await on.clock.until(async () => (await on.read(one._id)).state === "dead");
    expect(await on.read(one._id)).toMatchObject({ error: "message_refused", attempts: 1 });
    expect(on.sent).toHaveLength(1);
  });

  test("sends again what had an unknown outcome, and gives up after the last attempt with the reason", async () => {
    const a = await started(on.instance("a", { answer: () => Promise.reject(new Error("socket hang up")), settings: { maxAttempts: 4 } }));
    const one = row();
    await handOver(on, a, [one]);
    await on.clock.runUntil(async () => (await on.read(one._id)).state === "dead", 200);
    expect(await on.read(one._id)).toMatchObject({ error: "outcome_unknown", attempts: 4 });
    const waits = on.sent.slice(1).map((sent, i) => sent.atMs - on.sent[i]!.atMs);
    for (const [i, least] of [1_000, 5_000, 30_000].entries()) expect(waits[i]).toBeGreaterThanOrEqual(least);
    expect(on.sent).toHaveLength(4);
  });

  test("cuts a send that never answers, frees its slot, and records an answer that comes later", async () => {
    let late: ((answer: { messageId: string }) => void) | undefined;
    const cut: string[] = [];
    const answer: Answer = (delivery, signal) => {
      if (delivery.chat !== "slow") return Promise.resolve({ messageId: delivery._id });
      signal.addEventListener("abort", () => cut.push(delivery._id));
      return new Promise((resolve) => (late = resolve));
    };
    const a = await started(on.instance("a", { answer, sendsInFlight: 1, settings: { sendTimeoutMs: 3_000, backoffMs: [3_600_000] } }));
    const [slow, next] = [row({ chat: "slow" }), row()];
    await handOver(on, a, [slow, next]);
    await on.clock.runUntil(async () => (await on.read(next._id)).state === "sent");
    expect(cut).toEqual([slow._id]);
    expect(await on.read(slow._id)).toMatchObject({ state: "queued", attempts: 1, error: "outcome_unknown" });
    late!({ messageId: "late" });
    await on.clock.until(async () => (await on.read(slow._id)).state === "sent");
    expect(await on.read(slow._id)).toMatchObject({ messageId: "late" });
  });

  test("sends to the chat that a group has moved to", async () => {
    const answer: Answer = async (delivery) => {
      if (delivery.chat === "old") throw new SendError("chat_gone", { moveTo: "new" });
      return { messageId: delivery._id };
    };
    const a = await started(on.instance("a", { answer }));
    const one = row({ chat: "old" });
    await handOver(on, a, [one]);
    await on.clock.runUntil(async () => (await on.read(one._id)).state === "sent");
    expect(on.sent.map((sent) => sent.chat)).toEqual(["old", "new"]);
    expect(a.unreachable).toEqual([]);
  });

  test("while the channel is down tries with one message and burns no one else's attempts", async () => {
    let down = true;
    const answer: Answer = async (delivery) => {
      if (down) throw new SendError("channel_down");
      return { messageId: delivery._id };
    };
    const a = await started(on.instance("a", { answer, sendsInFlight: 4 }));
    const rows = some(100);
    await handOver(on, a, rows);
    await on.clock.runUntil(() => on.sent.length >= 8, 200);
    const startedAt = on.clock.now().getTime();
    const before = on.sent.length;
    await on.clock.runUntil(() => on.clock.now().getTime() - startedAt > 120_000, 500);
    expect(on.sent.length - before).toBeLessThan(8);
    down = false;
    await on.clock.runUntil(async () => (await on.states()).sent === 100, 1_000);
  });

  test("keeps results while the store is away and stores them later", async () => {
    let away = true;
    const tries: number[] = [];
    const a = on.instance("a", {
      sendsInFlight: 4,
      deliveries: (real) => ({
        ...real,
        record(results, term) {
          tries.push(results.length);
          return away ? Promise.reject(new Error("no primary")) : real.record(results, term);
        },
      }),
    });
    await started(a);
    await handOver(on, a, some(10));
    await on.clock.runUntil(() => tries.length > 5, 100);
    expect(on.sent).toHaveLength(4);
    away = false;
    await on.clock.runUntil(async () => (await on.states()).sent === 10, 200);
    expect(on.sent).toHaveLength(10);
  });
});

describe("instances", () => {
  const leaseMs = 3_000;

  test("after a kill another sends every row, and only what was on its way twice", async () => {
    const pending: (() => void)[] = [];
    const answer: Answer = (delivery) => (on.sent.length <= 40 ? Promise.resolve({ messageId: delivery._id }) : new Promise(() => pending.push(() => undefined)));
    const a = await started(on.instance("a", { answer, settings: { leaseMs }, sendsInFlight: 8 }));
    const rows = some(150, { lane: "directive" });
    await on.deliveries.insert(null, rows.slice(0, 100));
    a.outbox.wake();
    await handOver(on, a, rows.slice(100));
    await on.clock.runUntil(() => pending.length === 8 && a.stored.length === 40, 5);
    a.kill();
    const flying = new Set(on.sent.slice(40).map((one) => one.id));
    const b = on.instance("b", { settings: { leaseMs } });
    b.outbox.start();
    await on.clock.runUntil(async () => (await on.states()).sent === 150, 100);
    for (const { _id } of rows) expect(sentOf(_id)).toBe(flying.has(_id) ? 2 : 1);
  });

  test("the second does not send while the first holds the lease", async () => {
    const a = await started(on.instance("a", { settings: { leaseMs } }));
    const b = on.instance("b", { settings: { leaseMs } });
    b.outbox.start();
    await on.clock.runUntil(() => on.clock.now().getTime() % 60_000 > 40_000, 20);
    expect(b.outbox.claimFor(at)).toBeNull();
    const rows = some(30);
    await on.deliveries.insert(null, rows);
    b.outbox.wake();
    await on.clock.runUntil(async () => (await on.states()).sent === 30, 5);
    expect(new Set(on.sent.map((one) => one.by))).toEqual(new Set(["a"]));
    expect(a.outbox.status()[0]!.holds).toBe(true);
  });

  test("takes over when the first is stuck past its lease: the first one's late failure is refused, its late success recorded", async () => {
    const answers = new Map<string, { ok(): void; fail(): void }>();
    const answer: Answer = (delivery) =>
      new Promise((resolve, reject) => {
        answers.set(delivery._id, { ok: () => resolve({ messageId: "late" }), fail: () => reject(new SendError("message_refused")) });
      });
    const a = await started(on.instance("a", { answer, settings: { leaseMs }, sendsInFlight: 2 }));
    const [good, bad, third] = some(3) as [Delivery, Delivery, Delivery];
    await handOver(on, a, [good, bad, third]);
    await on.clock.until(() => answers.size === 2);
    a.loseLease();
    on.clock.jump(leaseMs + 1);
    const hanging = on.instance("b", { answer: () => new Promise(() => undefined), settings: { leaseMs }, sendsInFlight: 2 });
    hanging.outbox.start();
    await on.clock.until(() => hanging.outbox.claimFor(at) !== null);
    await on.clock.until(() => sentOf(good._id) === 2 && sentOf(bad._id) === 2);
    answers.get(bad._id)!.fail();
    answers.get(good._id)!.ok();
    await on.clock.until(async () => (await on.read(good._id)).state === "sent");
    await on.clock.until(() => a.outbox.status()[0]!.inFlight === 0);
    expect(await on.read(bad._id)).toMatchObject({ state: "claimed", claim: { by: "b" }, attempts: 0 });
    expect(sentOf(third._id)).toBe(0);
    expect(on.sent.filter((one) => one.by === "a")).toHaveLength(2);
  });

  test("stop lets what is on its way end, gives the rest back and frees the lease", async () => {
    const answers: (() => void)[] = [];
    const answer: Answer = (delivery) => new Promise((resolve) => answers.push(() => resolve({ messageId: delivery._id })));
    const a = await started(on.instance("a", { answer, sendsInFlight: 3 }));
    await handOver(on, a, some(10));
    await on.clock.until(() => answers.length === 3);
    const stopped = a.outbox.stop();
    expect(a.outbox.claimFor(at)).toBeNull();
    for (const land of answers) land();
    await stopped;
    expect(await on.states()).toEqual({ sent: 3, queued: 7 });
    const b = on.instance("b");
    b.outbox.start();
    await on.clock.runUntil(async () => (await on.states()).sent === 10);
    expect(on.sent).toHaveLength(10);
  });

  test("rows claimed for a term by a transaction whose outcome nobody learnt are found and sent", async () => {
    const a = await started(on.instance("a", { settings: { leaseMs, lookMs: 5_000 } }));
    const lost = row({ state: "claimed", claim: a.outbox.claimFor(at)! });
    await on.deliveries.insert(null, [lost]);
    await on.clock.runUntil(async () => (await on.read(lost._id)).state === "sent", 500);
  });
});

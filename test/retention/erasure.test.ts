import { describe, expect, test } from "@jest/globals";
import type { ErasureDeps } from "../../src/retention/erasure.js";
import { asked, erasureOn, nextDay, phone, retentionRig, settle } from "./rig.js";

const rig = retentionRig();
const { rows } = rig;

/** Everything in the database as one text, digests of erased people included. */
async function everything(without: readonly string[] = []): Promise<string> {
  const names = (await rig.connection.listCollections()).map(({ name }) => name).filter((name) => !/^(signals|system|audit|migrations|leases)/.test(name) && !without.includes(name));
  return JSON.stringify(await Promise.all(names.sort().map(async (name) => [name, await rows(name)])));
}
/** The same but for what chance writes. */
const plainly = (text: string): string => text.replace(/"(?:order|n)":\d+/g, "").replace(/"key":"[^"]*"/g, "");

async function sent(code: string, state = "sent"): Promise<void> {
  await rig.connection.collection("deliveries").updateOne({ _id: `erased:${code}` } as never, { $set: { state } });
  if (state === "sent") {
    const [row] = await rows("deliveries", { _id: `erased:${code}` });
    await rig.stores.transcripts.append(null, [{ _id: `erased:${code}`, contactId: String(row?.["contactId"]), channel: String(row?.["channel"]), account: "bot", user: String(row?.["user"]), at: nextDay, order: 2, from: "service", text: "xong" }]);
  }
}

describe("an erasure", () => {
  test("waits a day, so that nothing is under way any more", async () => {
    await settle(rig);
    const before = await everything();
    expect(await erasureOn(rig).run(new Date(asked.getTime() + 24 * 3_600_000))).toBe(0);
    expect(await everything()).toBe(before);
  });

  test("takes the person out of everything, and leaves what the law keeps under a digest", async () => {
    await settle(rig);
    await erasureOn(rig).run(nextDay);
    const [request] = await rows("data_requests", { _id: "DL-thu" });
    const erasedId = String(request?.["contactId"]);
    expect(erasedId).toMatch(/^erased:[\w-]{22}$/);
    expect(request).toMatchObject({ state: "done", doneAt: nextDay });
    expect(await rows("consent_proofs")).toMatchObject([{ _id: erasedId, consents: [{ purpose: "registration", given: true, textVersion: "registration/vi/test" }] }]);
    expect(await rows("registrations")).toMatchObject([{ contactId: erasedId, history: [{ by: erasedId }, { by: "officer" }], answers: { decision: { fileIds: ["sent:thu"] } } }]);
    expect(await rows("owners")).toMatchObject([{ _id: "sent:thu", phones: ["+84907654321"], representative: "Nguyễn Văn Mẫu" }]);
    expect((await rows("owners"))[0]).not.toHaveProperty("email");
    expect(await rows("file_rows")).toMatchObject([{ _id: "sent:thu", contactId: erasedId, user: "", source: { ref: "erased" } }]);
    for (const name of ["contacts", "accounts", "sessions", "transcripts", "inbox", "audit_salts"]) expect([name, await rows(name)]).toEqual([name, []]);
    expect([await rig.stores.files.has("sent:thu"), await rig.stores.files.has("draft:thu"), await rig.stores.files.has("copy-page:thu")]).toEqual([true, false, false]);
    expect(await rows("audit_waiting")).toMatchObject([{ entry: { verb: "people.erase", subject: "DL-thu", actor: "system" } }]);
    const left = await everything(["deliveries", "data_requests", "owners"]);
    for (const trace of [phone, "user-thu", "chat-thu", "Nguyễn Văn Mẫu", "0901 234 567", "anh Mẫu.jpg", '"thu"']) expect(left).not.toContain(trace);
  });

  test("ends with one last message, whose address goes once it is sent", async () => {
    await settle(rig);
    const erasure = erasureOn(rig);
    await erasure.run(nextDay);
    expect(await rows("deliveries")).toMatchObject([{ _id: "erased:DL-thu", chat: "chat-thu", state: "queued", content: { text: expect.stringContaining("DL-thu") } }]);
    expect(await erasure.clearRemains()).toBe(0);
    await sent("DL-thu");
    expect(await erasure.clearRemains()).toBe(1);
    expect(await everything()).not.toMatch(/user-thu|chat-thu|"thu"/);
    expect(await erasure.clearRemains()).toBe(0);
  });

  test.each(["parked", "dead"])("clears the address of a message that is %s", async (state) => {
    await settle(rig);
    const erasure = erasureOn(rig);
    await erasure.run(nextDay);
    await sent("DL-thu", state);
    expect(await erasure.clearRemains()).toBe(1);
    expect(await everything()).not.toContain("chat-thu");
  });

  test("leaves the last message on a screen that is our own, to be read", async () => {
    await settle(rig, "thu", "web-chat");
    const erasure = erasureOn(rig);
    await erasure.run(nextDay);
    await sent("DL-thu");
    await erasure.clearRemains();
    expect(await rows("transcripts")).toMatchObject([{ _id: "erased:DL-thu", user: "user-thu" }]);
    expect(await rows("deliveries")).toEqual([]);
  });

  test("touches nobody else", async () => {
    await settle(rig);
    await settle(rig, "binh");
    await rig.connection.collection("data_requests").deleteMany({ contactId: "binh" });
    const theirs = async (): Promise<unknown[]> => Promise.all(["contacts", "accounts", "sessions", "transcripts", "registrations", "owners", "file_rows", "deliveries", "inbox"].map(async (name) => (await rows(name)).filter((row) => JSON.stringify(row).includes("binh"))));
    const before = await theirs();
    await erasureOn(rig).run(nextDay);
    expect(await theirs()).toEqual(before);
    expect(await rig.stores.files.has("draft:binh")).toBe(true);
  });

  test("keeps an owner that somebody else acts for, without the phone of who left", async () => {
    await settle(rig);
    await settle(rig, "binh");
    await rig.connection.collection("data_requests").deleteMany({ contactId: "binh" });
    await rig.connection.collection<{ _id: string }>("contacts").updateOne({ _id: "binh" }, { $push: { owners: { ownerId: "begun:thu", role: "member", from: asked } } } as never);
    await erasureOn(rig).run(nextDay);
    expect(await rows("owners", { _id: "begun:thu" })).toMatchObject([{ phones: ["+84907654321"], email: "mau@vidu.example" }]);
  });

  test("leaves an official's acts in the audit theirs", async () => {
    await settle(rig);
    await rig.connection.collection<{ _id: string }>("contacts").updateOne({ _id: "thu" }, { $set: { grants: [{ role: "province_officer", province: "82", since: asked }] } });
    await erasureOn(rig).run(nextDay);
    expect(await rows("audit_salts")).toHaveLength(1);
    expect(await rows("contacts")).toEqual([]);
  });

  test("of a person who came back meanwhile leaves what they began anew", async () => {
    await settle(rig);
    const stop = killedAfter(1);
    await erasureOn(rig, stop.deps).run(nextDay);
    const back = new Date(nextDay.getTime() + 3_600_000);
    await rig.stores.transcripts.append(null, [{ _id: "t:back", contactId: "thu", channel: "telegram", account: "bot", user: "user-thu", at: back, order: 3, from: "person", text: "đăng ký" }]);
    await erasureOn(rig).run(new Date(back.getTime() + 1));
    expect((await rows("transcripts")).map((row) => row["_id"])).toEqual(["t:back"]);
  });
});

/** Dies right after the n-th thing that changes something, which itself is done. */
function killedAfter(n: number): { deps: Partial<ErasureDeps>; done(): number } {
  let count = 0;
  const { stores } = rig;
  const dying = <T extends object>(part: T, ...verbs: (keyof T)[]): T =>
    Object.fromEntries(
      Object.entries(part).map(([name, verb]) => [
        name,
        !verbs.includes(name as keyof T)
          ? verb
          : async (...given: unknown[]) => {
              if (count >= n) throw new Error("killed");
              const answer: unknown = await (verb as (...args: unknown[]) => unknown)(...given);
              if (++count >= n) throw new Error("killed");
              return answer;
            },
      ]),
    ) as T;
  return {
    deps: { transactions: dying(stores.transactions, "run", "runAnew"), fileStore: dying(stores.files, "remove"), files: dying(stores.fileRows, "remove"), personal: dying(stores.personal, "removeWritten", "removeMessage"), requests: dying(stores.dataRequests, "forgetAddresses") },
    done: () => count,
  };
}

describe("an erasure that is cut off", () => {
  async function whole(): Promise<string> {
    await settle(rig);
    const erasure = erasureOn(rig);
    await erasure.run(nextDay);
    await sent("DL-thu");
    await erasure.clearRemains();
    return plainly(await everything(["files.files", "files.chunks"]));
  }

  test("after any of its steps ends in the same state when it is run again", async () => {
    const wanted = await whole();
    let cuts = 0;
    for (let n = 1; ; n++) {
      for (const { name } of await rig.connection.listCollections()) if (!name.startsWith("signals")) await rig.connection.collection(name).deleteMany({});
      await settle(rig);
      const cut = killedAfter(n);
      await erasureOn(rig, cut.deps).run(nextDay);
      await erasureOn(rig, cut.deps).clearRemains().catch(() => undefined);
      if (cut.done() < n) break;
      cuts++;
      const again = erasureOn(rig);
      await again.run(nextDay);
      await sent("DL-thu");
      await again.clearRemains();
      expect([n, plainly(await everything(["files.files", "files.chunks"]))]).toEqual([n, wanted]);
    }
    // Unlinked, two files, their rows, what was written, done.
    expect(cuts).toBeGreaterThanOrEqual(6);
  }, 120_000);

  test("does not hold up the others: the next run takes it up", async () => {
    await settle(rig);
    await settle(rig, "binh");
    const broken = { ...rig.stores.personal, unlink: ((tx, id, ...more) => (id === "thu" ? Promise.reject(new Error("broken")) : rig.stores.personal.unlink(tx, id, ...more))) as ErasureDeps["personal"]["unlink"] };
    await erasureOn(rig, { personal: broken }).run(nextDay);
    expect(await rows("contacts")).toMatchObject([{ _id: "thu" }]);
    await erasureOn(rig).run(nextDay);
    expect(await rows("contacts")).toEqual([]);
  });
});

describe("a withdrawal", () => {
  test("is done after a day, and the person is told where they are", async () => {
    await settle(rig);
    await rig.connection.collection<{ _id: string }>("data_requests").deleteOne({ _id: "DL-thu" });
    expect(await erasureOn(rig).run(nextDay)).toBe(1);
    expect(await rows("data_requests")).toMatchObject([{ _id: "DL-W-thu", state: "done", doneAt: nextDay, contactId: "thu" }]);
    expect(await rows("deliveries", { _id: "withdrawal:DL-W-thu" })).toMatchObject([{ chat: "chat-thu", content: { push: true, text: expect.stringContaining("DL-W-thu") } }]);
    expect(await rows("registrations")).toMatchObject([{ contactId: "thu" }]);
  });
});

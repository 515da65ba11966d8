import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Connection } from "mongoose";
import type { DeliveryStore } from "../../src/domain/ports.js";
import { createTransactions } from "../../src/store/connect.js";
import { createDeliveryStore, deliveryIndexes } from "../../src/store/deliveries.js";
import { at, row } from "../outbox/rows.js";
import { freshDatabase } from "../support/database.js";

let connection: Connection;
let drop: () => Promise<void>;
let store: DeliveryStore;
const now = new Date("2026-11-23T02:12:00Z");
const later = new Date(now.getTime() + 60_000);
const claim = { by: "a", term: 3 };

beforeAll(async () => {
  ({ connection, drop } = await freshDatabase([deliveryIndexes]));
  store = createDeliveryStore(connection);
});
afterAll(() => drop());
beforeEach(async () => void (await connection.collection("deliveries").deleteMany({})));

const claimed = async (...args: [number, Parameters<DeliveryStore["claim"]>[4]?]): Promise<string[]> =>
  (await store.claim(at, claim, now, args[0], args[1])).map((one) => one._id);

describe("deliveries", () => {
  test("inserting leaves rows that are there as they are, and conflicts with them in a transaction", async () => {
    const [first, second, third] = [row(), row(), row()];
    await store.insert(null, [first]);
    await store.insert(null, [{ ...first, content: { text: "other" } }, second]);
    const transactions = createTransactions(connection);
    const repeated = await transactions.run((tx) => store.insert(tx, [{ ...first, content: { text: "other" } }, third])).catch((error: unknown) => error);
    expect(transactions.isConflict(repeated)).toBe(true);
    await transactions.run((tx) => store.insert(tx, [third]));
    const rows = await store.claim(at, claim, now, 10);
    expect(rows.map((one) => one._id)).toEqual([first._id, second._id, third._id]);
    expect(rows[0]).toEqual({ ...first, state: "claimed", claim });
  });

  test("claims the best lane and the oldest first, only what is due, only this sender's, and nothing twice", async () => {
    const [news, old, young, recall, early] = [row({ lane: "news" }), row(), row(), row({ lane: "recall_1" }), row({ notBefore: later })];
    await store.insert(null, [news, young, old, recall, early, row({ account: "another" })]);
    expect(await claimed(2)).toEqual([recall._id, old._id]);
    expect(await claimed(10)).toEqual([young._id, news._id]);
    expect(await store.nextDue(at)).toEqual(later);
    expect((await store.claim(at, claim, later, 10)).map((one) => one._id)).toEqual([early._id]);
  });

  test("claims of one lane step over chats that must wait and take few rows of one chat", async () => {
    const rows = [row({ chat: "x" }), ...Array.from({ length: 4 }, () => row({ chat: "y" })), row({ chat: "z" })];
    await store.insert(null, rows);
    expect(await claimed(3, { lane: "reply", skipChats: ["x"], perChat: 1 })).toEqual([rows[1]!._id, rows[5]!._id]);
    expect((await store.queuedChats(at, "reply", ["x", "y", "z"])).sort()).toEqual(["x", "y"]);
    expect(await store.lanesWaiting(at)).toEqual(["reply"]);
  });

  test("of instances that claim at the same time each gets different rows", async () => {
    await store.insert(null, Array.from({ length: 60 }, () => row()));
    const got = await Promise.all(["a", "b", "c", "d"].map((by) => store.claim(at, { by, term: 3 }, now, 60)));
    const ids = got.flat().map((one) => one._id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(60);
  });

  test("queues again what an earlier term left claimed, and gives back only what this term holds", async () => {
    const rows = [row({ state: "claimed", claim: { by: "z", term: 2 } }), row({ state: "claimed", claim }), row({ state: "sent" })];
    await store.insert(null, rows);
    expect(await store.reclaim(at, 3)).toBe(1);
    expect((await store.strays(at, claim, now, 10)).map((one) => one._id)).toEqual([rows[1]!._id]);
    await store.giveBack([rows[1]!._id], 2);
    expect(await store.lanesWaiting(at)).toEqual(["reply"]);
    await store.giveBack([rows[1]!._id], 3);
    expect(await claimed(10)).toEqual([rows[0]!._id, rows[1]!._id]);
  });

  test("records a success whatever became of the claim, and other results only for the claim's own term", async () => {
    const rows = Array.from({ length: 4 }, () => row({ state: "claimed", claim: { by: "b", term: 4 } }));
    await store.insert(null, rows);
    const [sent, refused, queued, dead] = rows.map((one) => one._id) as [string, string, string, string];
    await store.record([{ id: sent, state: "sent", at: now, messageId: "7" }, { id: refused, state: "dead", error: "message_refused", attempts: 1 }], 3);
    await store.record(
      [
        { id: queued, state: "queued", notBefore: later, attempts: 2, error: "channel_down", chat: "moved" },
        { id: dead, state: "dead", error: "message_refused", attempts: 1 },
        { id: sent, state: "dead", error: "message_refused", attempts: 1 },
      ],
      4,
    );
    const found = await connection.collection("deliveries").find().sort({ order: 1 }).toArray();
    expect(found.map((one) => one["state"])).toEqual(["sent", "claimed", "queued", "dead"]);
    expect(found[0]).toMatchObject({ messageId: "7", sentAt: now });
    expect(found[2]).toMatchObject({ notBefore: later, attempts: 2, chat: "moved" });
    expect(await store.backingOff(at, now, 10)).toMatchObject([{ chat: "moved", lane: "reply", notBefore: later }]);
    expect((await store.dead(10)).map((one) => one._id)).toEqual([dead]);
    expect(await createTransactions(connection).run((tx) => store.retry(tx, null))).toBe(1);
    expect(await claimed(10)).toEqual([dead]);
    expect(await store.counts()).toEqual(expect.arrayContaining([{ channel: "telegram", lane: "reply", state: "sent", count: 1 }]));
  });

  test("claims by the index, whatever the number of rows", async () => {
    await store.insert(null, Array.from({ length: 500 }, () => row({ state: "sent" })));
    await store.insert(null, Array.from({ length: 20 }, () => row()));
    const plan = await connection.collection("deliveries").find({ ...at, lane: "reply", state: "queued", notBefore: { $not: { $gt: now } } }).sort({ order: 1 }).limit(10).explain("executionStats");
    const stats = plan["executionStats"] as { totalKeysExamined: number; totalDocsExamined: number };
    expect(stats.totalKeysExamined).toBeLessThanOrEqual(12);
    expect(stats.totalDocsExamined).toBeLessThanOrEqual(12);
  });
});

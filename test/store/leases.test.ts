import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Connection } from "mongoose";
import type { TranscriptEntry } from "../../src/domain/ports.js";
import { createTransactions } from "../../src/store/connect.js";
import { createLeases } from "../../src/store/leases.js";
import { ensureCollections } from "../../src/store/migrations.js";
import { createSignals, signalCollection } from "../../src/store/signals.js";
import { createTranscriptStore, transcriptIndexes } from "../../src/store/transcripts.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";

let connection: Connection;
let drop: () => Promise<void>;
const clock = manualClock();
beforeAll(async () => {
  ({ connection, drop } = await freshDatabase([transcriptIndexes(366)]));
  await ensureCollections(connection, [signalCollection]);
});
afterAll(() => drop());

describe("leases", () => {
  const at = (s: number): Date => new Date(Date.UTC(2026, 10, 23, 2, 0, s));

  test("one holder at a time; renewing keeps the term, a new holding raises it", async () => {
    const leases = createLeases(connection);
    expect(await leases.acquire("l", "a", at(0), 10_000)).toEqual({ term: 1 });
    expect(await leases.acquire("l", "b", at(5), 10_000)).toBeNull();
    expect(await leases.acquire("l", "a", at(5), 10_000)).toEqual({ term: 1 });
    expect(await leases.acquire("l", "b", at(14), 10_000)).toBeNull();
    expect(await leases.acquire("l", "b", at(15), 10_000)).toEqual({ term: 2 });
    expect(await leases.acquire("l", "a", at(16), 10_000)).toBeNull();
    expect(await leases.acquire("l", "b", at(60), 10_000)).toEqual({ term: 3 });
    await leases.release("l", "a");
    expect(await leases.acquire("l", "a", at(61), 10_000)).toBeNull();
    await leases.release("l", "b");
    expect(await leases.acquire("l", "a", at(61), 10_000)).toEqual({ term: 4 });
  });

  test("of many that ask at once one gets it", async () => {
    const leases = createLeases(connection);
    const got = await Promise.all(Array.from({ length: 12 }, (_, i) => leases.acquire("crowd", `i${i}`, at(0), 1_000)));
    expect(got.filter((one) => one !== null)).toEqual([{ term: 1 }]);
  });
});

test("a signal reaches those who listen", async () => {
  const signals = createSignals(connection, { clock, onError: () => undefined });
  const heard: string[] = [];
  const listening = signals.listen((topic) => heard.push(topic));
  await listening.ready;
  await signals.send("outbox");
  await clock.until(() => heard.length > 0);
  expect(heard).toEqual(["outbox"]);
  await listening.stop();
});

describe("transcripts", () => {
  const entry = (n: number, over: Partial<TranscriptEntry> = {}): TranscriptEntry => ({
    _id: `e${n}`, contactId: "c", channel: "web", account: "main", user: "u", at: clock.now(), order: n, from: "service", text: `t${n}`, ...over,
  });
  const at = { channel: "web", account: "main", user: "u" };

  test("leave entries that are there as they are, conflict with them in a transaction, and read in order", async () => {
    const store = createTranscriptStore(connection, { clock });
    await store.append(null, [entry(2), entry(1)]);
    await store.append(null, [entry(1, { text: "other" }), entry(3)]);
    const transactions = createTransactions(connection);
    const repeated = await transactions.run((tx) => store.append(tx, [entry(2, { text: "other" }), entry(4)])).catch((error: unknown) => error);
    expect(transactions.isConflict(repeated)).toBe(true);
    await transactions.run((tx) => store.append(tx, [entry(4)]));
    expect((await store.after(at, 1, 10)).map((one) => one.text)).toEqual(["t2", "t3", "t4"]);
    expect((await store.last(at, 2)).map((one) => one.text)).toEqual(["t3", "t4"]);
    expect(await createTransactions(connection).run((tx) => store.erase(tx, "c"))).toBe(4);
  });

  test("are seen by who watches their channel, also after the stream broke", async () => {
    const store = createTranscriptStore(connection, { clock });
    const seen: string[] = [];
    const errors: unknown[] = [];
    const watching = store.watch("web", (one) => seen.push(one._id), (error) => errors.push(error));
    await watching.ready;
    await store.append(null, [entry(10), entry(11, { channel: "telegram" })]);
    await clock.until(() => seen.length === 1);
    const { cursors } = (await connection.db!.admin().command({ currentOp: 1, $all: true, ns: /transcripts/ })
      .then((ops) => ({ cursors: (ops["inprog"] as { cursor?: { cursorId: unknown } }[]).flatMap((op) => (op.cursor === undefined ? [] : [op.cursor.cursorId])) })));
    if (cursors.length > 0) await connection.db!.command({ killCursors: "transcripts", cursors });
    await createTransactions(connection).run((tx) => store.append(tx, [entry(12)]));
    await clock.runUntil(() => seen.length === 2, 100);
    expect(seen).toEqual(["e10", "e12"]);
    await watching.stop();
  });
});

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { appendFile, readFile, stat } from "node:fs/promises";
import type { SealedEntry } from "../../src/domain/audit.js";
import { auditRig, type AuditRig } from "./rig.js";

let rig: AuditRig;
beforeEach(async () => {
  rig = await auditRig();
});
afterEach(() => rig.close());

const subjects = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => ({ subject: `s${from + n}` }));
async function chain(): Promise<SealedEntry[]> {
  const rows: SealedEntry[] = [];
  for await (const row of rig.store.chain()) rows.push(row as SealedEntry);
  return rows;
}
const order = async (): Promise<string[]> => (await chain()).map(({ seq, entry }) => `${seq} ${entry.subject}`);
const inOrder = (n: number): string[] => subjects(1, n).map(({ subject }, index) => `${index + 1} ${subject}`);

describe("sealing", () => {
  test("numbers what was done in its order, each on the hash of the one before; later entries go on from there", async () => {
    await rig.record(...subjects(1, 3));
    expect(await rig.sealer.look()).toBe(3);
    await rig.record(...subjects(4, 5));
    expect([await rig.sealer.look(), await rig.sealer.look()]).toEqual([2, 0]);
    expect(await order()).toEqual(inOrder(5));
    const rows = await chain();
    expect(rows.map(({ prev }) => prev)).toEqual(["", ...rows.slice(0, -1).map(({ hash }) => hash)]);
    expect(await rig.store.waiting()).toBe(0);
  });

  test("takes a thousand entries of transactions side by side, each once", async () => {
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; n < 50; n++) await rig.transactions.run((tx) => Promise.resolve(rig.audit.record(tx, { at: rig.clock.now(), by: "system", verb: "calls.import", subject: `${writer}/${n}` })));
    };
    const writing = Promise.all(Array.from({ length: 20 }, (_, writer) => write(writer)));
    let [sealed, done] = [0, false];
    void writing.finally(() => (done = true));
    while (!done) sealed += await rig.sealer.look();
    await writing;
    sealed += await rig.sealer.look();
    const rows = await chain();
    expect(sealed).toBe(1_000);
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 1));
    expect(new Set(rows.map(({ entry }) => entry.subject)).size).toBe(1_000);
    expect(await rig.verify()).toMatchObject({ holds: true, sealed: 1_000, waiting: 0 });
  });

  test("that dies before its transaction ends leaves nothing half done; whoever comes next seals it all, and renumbers nothing", async () => {
    await rig.record(...subjects(1, 2));
    await rig.sealer.look();
    await rig.record(...subjects(3, 5));
    const dying = rig.anotherSealer("test/one", {
      store: {
        ...rig.store,
        async seal(tx, entries, salts) {
          await rig.store.seal(tx, entries, salts);
          throw new Error("the process died");
        },
      },
    });
    await expect(dying.look()).rejects.toThrow("the process died");
    expect(await order()).toEqual(inOrder(2));
    expect(await rig.sealer.look()).toBe(3);
    expect(await order()).toEqual(inOrder(5));
    expect(await rig.verify()).toMatchObject({ holds: true, sealed: 5 });
  });

  test("is done by the holder of the lease alone", async () => {
    await rig.record(...subjects(1, 2));
    const other = rig.anotherSealer("test/two");
    expect([await rig.sealer.look(), await other.look()]).toEqual([2, 0]);
    await rig.record(...subjects(3, 3));
    expect(await other.look()).toBe(0);
    await rig.clock.advance(10_000);
    expect(await other.look()).toBe(1);
    expect(await order()).toEqual(inOrder(3));
  });

  test("never forks, even when two believe to hold the lease: one of them conflicts", async () => {
    await rig.record(...subjects(1, 4));
    let other: Promise<unknown> = Promise.resolve();
    const slow = rig.anotherSealer("test/one", {
      store: {
        ...rig.store,
        async unsealed(tx, limit) {
          const found = await rig.store.unsealed(tx, limit);
          other = rig.sealer.look();
          await other;
          return found;
        },
      },
    });
    const error = await slow.look().catch((caught: unknown) => caught);
    expect(rig.transactions.isConflict(error)).toBe(true);
    expect(await other).toBe(4);
    expect(await order()).toEqual(inOrder(4));
    expect(await rig.verify()).toMatchObject({ holds: true, sealed: 4 });
  });

  test("goes on by itself every second until it is stopped", async () => {
    rig.sealer.start();
    await rig.record(...subjects(1, 1));
    await rig.clock.runUntil(async () => (await rig.store.waiting()) === 0, 1_000);
    await rig.sealer.stop();
    await rig.record(...subjects(2, 2));
    await rig.clock.advance(5_000);
    expect(await order()).toEqual(inOrder(1));
    expect(await rig.anotherSealer("test/two").look()).toBe(1);
  });
});

describe("the head", () => {
  const written = async (): Promise<{ seq: number; hash: string; at: string }[]> => (await rig.heads.read()).heads;

  test("leaves the database with the first entries, and then once a day, for its owner's eyes only", async () => {
    await rig.record(...subjects(1, 2));
    await rig.sealer.look();
    await rig.record(...subjects(3, 3));
    await rig.sealer.look();
    await rig.clock.advanceTo(new Date("2026-11-23T17:00:00Z"));
    await rig.sealer.look();
    await rig.sealer.look();
    const rows = await chain();
    expect(await written()).toEqual([
      { seq: 2, hash: rows[1]?.hash, at: "2026-11-23T02:12:00.000Z" },
      { seq: 3, hash: rows[2]?.hash, at: "2026-11-23T17:00:00.000Z" },
    ]);
    expect((await stat(rig.headsPath)).mode & 0o777).toBe(0o600);
  });

  test("is not written again by a process that starts anew on the same day, nor while nothing was done", async () => {
    await rig.record(...subjects(1, 1));
    await rig.sealer.look();
    await rig.record(...subjects(2, 2));
    await rig.anotherSealer("test/one").look();
    expect(await written()).toHaveLength(1);
    await rig.clock.advance(26 * 3_600_000);
    await rig.sealer.look();
    await rig.clock.advance(26 * 3_600_000);
    await rig.sealer.look();
    expect((await written()).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test("lines that somebody spoiled are told by file and line", async () => {
    await rig.record(...subjects(1, 1));
    await rig.sealer.look();
    await appendFile(rig.headsPath, '{"seq":"2"}\n');
    expect((await readFile(rig.headsPath, "utf8")).split("\n")).toHaveLength(3);
    expect(await rig.verify()).toEqual({ holds: false, problems: [`${rig.headsPath}:2: is no head of the audit`] });
  });
});

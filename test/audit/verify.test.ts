import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { hashOf } from "../../src/audit/chain.js";
import type { SealedEntry } from "../../src/domain/audit.js";
import { auditRig, type AuditRig } from "./rig.js";

type Row = Omit<SealedEntry, "seq"> & { _id: number };

let rig: AuditRig;
const rows = () => rig.connection.collection<Row>("audit");
const row = async (seq: number): Promise<Row> => (await rows().findOne({ _id: seq }))!;

/** Six entries; the head that was written out is the fourth. */
beforeEach(async () => {
  rig = await auditRig();
  await rig.record(...Array.from({ length: 4 }, (_, n) => ({ subject: `s${n + 1}`, details: { to: "returned" } })));
  await rig.sealer.look();
  await rig.record({ subject: "s5" }, { subject: "s6" });
  await rig.sealer.look();
});
afterEach(() => rig.close());

/** Reckons hashes anew from a number on, as somebody would who knows how. */
async function resealFrom(seq: number): Promise<void> {
  let prev = seq === 1 ? "" : (await row(seq - 1)).hash;
  for (const { _id, entry } of await rows().find({ _id: { $gte: seq } }).sort({ _id: 1 }).toArray()) {
    const hash = hashOf({ seq: _id, entry, prev });
    await rows().updateOne({ _id }, { $set: { prev, hash } });
    prev = hash;
  }
}

test("a chain that nobody touched holds", async () => {
  await rig.record({ subject: "s7" });
  expect(await rig.verify()).toEqual({ holds: true, sealed: 6, waiting: 1, heads: 1 });
});

describe("a chain does not hold", () => {
  test.each<[string, object, number]>([
    ["a detail changed", { $set: { "entry.details.to": "endorsed" } }, 2],
    ["somebody else as who did it", { $set: { "entry.actor": "system" } }, 3],
    ["another time", { $set: { "entry.at": new Date("2026-01-01T00:00:00Z") } }, 1],
    ["something added", { $set: { "entry.details.more": "yes" } }, 4],
    ["something added beside the entry", { $set: { note: "yes" } }, 4],
    ["something of another kind in it", { $set: { "entry.details.to": { nested: true } } }, 5],
    ["something gone from it", { $unset: { "entry.verb": "" } }, 6],
  ])("with %s", async (_what, change, seq) => {
    await rows().updateOne({ _id: seq }, change);
    expect(await rig.verify()).toEqual({ holds: false, first: { seq, why: "changed" } });
  });

  test("with an entry changed and its own hash with it: the next no longer follows", async () => {
    const { entry, prev } = await row(5);
    const changed = { ...entry, subject: "other" };
    await rows().updateOne({ _id: 5 }, { $set: { entry: changed, hash: hashOf({ seq: 5, entry: changed, prev }) } });
    expect(await rig.verify()).toEqual({ holds: false, first: { seq: 6, why: "unlinked" } });
  });

  test.each([1, 3, 5])("with entry %d deleted", async (seq) => {
    await rows().deleteOne({ _id: seq });
    expect(await rig.verify()).toEqual({ holds: false, first: { seq, why: "missing" } });
  });

  test("with two entries in each other's place", async () => {
    const [two, three] = [await row(2), await row(3)];
    await rows().replaceOne({ _id: 2 }, { entry: three.entry, prev: three.prev, hash: three.hash });
    await rows().replaceOne({ _id: 3 }, { entry: two.entry, prev: two.prev, hash: two.hash });
    expect(await rig.verify()).toEqual({ holds: false, first: { seq: 2, why: "changed" } });
  });

  test("cut off before the head that was written out", async () => {
    await rows().deleteMany({ _id: { $gt: 2 } });
    expect(await rig.verify()).toEqual({ holds: false, first: { seq: 3, why: "missing" } });
  });

  test("with every entry gone", async () => {
    await rows().deleteMany({});
    expect(await rig.verify()).toEqual({ holds: false, first: { seq: 1, why: "missing" } });
  });

  test("written anew with all its hashes: the head that was written out is another", async () => {
    await rows().updateOne({ _id: 2 }, { $set: { "entry.subject": "other" } });
    await resealFrom(2);
    expect(await rig.verify()).toEqual({ holds: false, first: { seq: 4, why: "other_than_written" } });
  });
});

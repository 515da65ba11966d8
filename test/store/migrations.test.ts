import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Connection } from "mongoose";
import { silent } from "../../src/lib/log.js";
import { createLeases } from "../../src/store/leases.js";
import { ensureCollections, migrate, type Migration } from "../../src/store/migrations.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";

let connection: Connection;
let drop: () => Promise<void>;
beforeEach(async () => {
  ({ connection, drop } = await freshDatabase());
  await ensureCollections(connection, ["migrations", "leases", "rows"]);
});
afterEach(() => drop());

/** Writes its id among the rows at each run, so that the database itself says what ran, how often and in what order. */
const writing = (id: string, before: () => Promise<void> = () => Promise.resolve()): Migration => ({
  id,
  async run(on) {
    await before();
    await on.collection<{ _id: number; ran: string }>("rows").insertOne({ _id: await on.collection("rows").countDocuments(), ran: id });
  },
});

function instances() {
  const clock = manualClock();
  const leases = createLeases(connection);
  return {
    clock,
    leases,
    run: (instance: string, migrations: readonly Migration[]) => migrate({ connection, leases, instance, clock, log: silent, migrations }),
  };
}

const ran = async (): Promise<string[]> => (await connection.collection("rows").find().sort({ _id: 1 }).toArray()).map((row) => String(row["ran"]));
const recorded = async (): Promise<string[]> => (await connection.collection("migrations").find().sort({ at: 1, _id: 1 }).toArray()).map((row) => String(row["_id"]));

describe("migrations", () => {
  test("run once each, in the order they are listed, and a second call runs nothing", async () => {
    const { run } = instances();
    const all = [writing("2-second-name-first-place"), writing("1-first-name-second-place"), writing("3-last")];
    const inOrder = all.map(({ id }) => id);
    expect(await run("one", all)).toEqual(inOrder);
    expect(await ran()).toEqual(inOrder);
    expect(await run("one", all)).toEqual([]);
    expect(await run("two", all)).toEqual([]);
    expect(await ran()).toEqual(inOrder);
  });

  test("that came later run alone", async () => {
    const { run } = instances();
    await run("one", [writing("1")]);
    expect(await run("one", [writing("1"), writing("2"), writing("3")])).toEqual(["2", "3"]);
    expect(await ran()).toEqual(["1", "2", "3"]);
  });

  test("wait behind one that throws; the next call, of whoever, runs it again at once and then them", async () => {
    const { run } = instances();
    let broken = true;
    const mended = writing("2", () => (broken ? Promise.reject(new Error("disk full")) : Promise.resolve()));
    const all = [writing("1"), mended, writing("3")];
    await expect(run("one", all)).rejects.toThrow("disk full");
    expect([await ran(), await recorded()]).toEqual([["1"], ["1"]]);
    await expect(run("one", all)).rejects.toThrow("disk full");
    expect(await ran()).toEqual(["1"]);
    broken = false;
    expect(await run("two", all)).toEqual(["2", "3"]);
    expect(await ran()).toEqual(["1", "2", "3"]);
  });

  test("run once each when two instances start at once: the second waits, then finds them done", async () => {
    const { run, clock } = instances();
    let enter = (): void => undefined;
    let open = (): void => undefined;
    const entered = new Promise<void>((resolve) => (enter = resolve));
    const gate = new Promise<void>((resolve) => (open = resolve));
    const held = writing("1", async () => {
      enter();
      await gate;
    });
    const first = run("one", [held, writing("2")]);
    await entered;
    const second = run("two", [held, writing("2")]);
    await clock.until(() => clock.sleepers().length === 1, "the second instance's wait");
    await clock.advance(5_000);
    await clock.until(() => clock.sleepers().length === 1, "the second instance's next wait");
    expect(await ran()).toEqual([]);
    open();
    expect(await first).toEqual(["1", "2"]);
    let over = false;
    void second.then(() => (over = true));
    await clock.runUntil(() => over, 500);
    expect(await second).toEqual([]);
    expect(await ran()).toEqual(["1", "2"]);
  });

  test("of many instances at once run once each, whoever comes first", async () => {
    const { run, clock } = instances();
    const all = [writing("1"), writing("2"), writing("3")];
    let over = 0;
    const calls = Array.from({ length: 8 }, (_, i) => run(`i${i}`, all).finally(() => over++));
    await clock.until(() => over > 0, "the first of them");
    await clock.runUntil(() => over === calls.length, 500);
    expect((await Promise.all(calls)).flat()).toEqual(["1", "2", "3"]);
    expect(await ran()).toEqual(["1", "2", "3"]);
  });

  test("of an instance that was killed are taken over when its lease has run out", async () => {
    const { run, clock, leases } = instances();
    await leases.acquire("migrate", "killed", clock.now(), 60_000);
    let done: string[] | null = null;
    void run("next", [writing("1")]).then((ids) => (done = ids));
    await clock.until(() => clock.sleepers().length === 1, "the wait for the lease");
    await clock.advance(30_000);
    await clock.until(() => clock.sleepers().length === 1, "the wait for the lease");
    expect(await ran()).toEqual([]);
    await clock.runUntil(() => done !== null, 1_000);
    expect(done).toEqual(["1"]);
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(new Date("2026-11-23T02:13:00.000Z").getTime());
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { FileRows, FileStore } from "../../src/domain/file-ports.js";
import type { StoredFile } from "../../src/domain/file.js";
import { createSweep } from "../../src/files/sweep.js";
import { createFileRows } from "../../src/store/file-rows.js";
import { createFileStore } from "../../src/store/files.js";
import { manualClock } from "../support/manual-clock.js";
import { fileDatabase } from "./mongo.js";
import { inChunks, samples } from "./samples.js";

const hourMs = 3_600_000;
const settings = { unaskedMs: 24 * hourMs, unreferencedMs: 24 * hourMs, sweepMs: hourMs };

let database: Awaited<ReturnType<typeof fileDatabase>>;
let store: FileStore;
let rows: FileRows;
beforeAll(async () => {
  database = await fileDatabase();
  store = createFileStore(database.connection);
  rows = createFileRows(database.connection);
});
afterAll(() => database.drop());
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await database.connection.db?.collection("file_rows").deleteMany({});
});

/** A sweep on a clock of its own; what it looked at, batch by batch, and what it logged. */
function sweeping(isReferenced: (ids: readonly string[]) => Promise<ReadonlySet<string>>) {
  const clock = manualClock();
  const looked: string[][] = [];
  const logged: { event: string; fields: Record<string, unknown> }[] = [];
  const note = (fields: Record<string, unknown>, event: string): void => void logged.push({ event, fields });
  const sweep = createSweep({
    ...{ rows, store, clock, settings, log: { info: note, warn: note } },
    isReferenced: async (ids) => {
      looked.push([...ids]);
      return isReferenced(ids);
    },
  });
  const stop = new AbortController();
  const running = sweep(stop.signal);
  stops.push(async () => {
    stop.abort();
    await running;
  });
  /** Once a look is over, it sleeps until the next. */
  const rests = (): Promise<void> => clock.until(() => clock.sleepers().length === 1);
  return { clock, looked, logged, rests, later: async (ms: number) => (await clock.advance(ms), rests()) };
}

async function keep(id: string, createdAt: Date, change: Partial<StoredFile> = {}): Promise<void> {
  await rows.insert(null, { _id: id, contactId: "c1", channel: "telegram", account: "bot", user: "7", chat: "7", source: { ref: "r" }, state: "kept", attempts: 1, createdAt, ...change });
  await store.write(id, inChunks(samples.jpeg()));
}
const left = async (...ids: string[]): Promise<boolean[]> => Promise.all(ids.flatMap((id) => [store.has(id), rows.get(id).then((row) => row !== null)]));

describe("the sweep", () => {
  it("removes a kept file a day old that nothing refers to, bytes and row, and says how many", async () => {
    const { clock, logged, rests, later } = sweeping(async () => new Set());
    await rests();
    await keep("old", clock.now());
    await later(23 * hourMs);
    expect(await left("old")).toEqual([true, true]);
    await keep("young", clock.now());
    await later(2 * hourMs);
    expect(await left("old", "young")).toEqual([false, false, true, true]);
    expect(logged).toEqual([{ event: "files that nothing refers to removed", fields: { looked: 1, removed: 1 } }]);
  });

  it("leaves what is referred to, looks at it again a day later, and removes it then if nothing does any more", async () => {
    const referred = new Set(["draft"]);
    const { clock, looked, rests, later } = sweeping(async () => referred);
    await rests();
    await keep("draft", clock.now());
    await later(25 * hourMs);
    await later(hourMs);
    await later(hourMs);
    expect(looked).toEqual([["draft"]]);
    await later(24 * hourMs);
    expect(looked).toEqual([["draft"], ["draft"]]);
    referred.clear();
    await later(25 * hourMs);
    expect(await left("draft")).toEqual([false, false]);
  });

  it("does not touch what is still being received, or was refused", async () => {
    const { clock, looked, rests, later } = sweeping(async () => new Set());
    await rests();
    await keep("receiving", clock.now(), { state: "receiving", dueAt: clock.now() });
    await keep("refused", clock.now(), { state: "refused", problem: "wrong_type" });
    await later(48 * hourMs);
    expect([looked, await left("receiving", "refused")]).toEqual([[], [true, true, true, true]]);
  });

  it("goes through thousands in batches, those never looked at first", async () => {
    const { clock, looked, rests, later } = sweeping(async (ids) => new Set(ids.filter((id) => id.startsWith("in"))));
    await rests();
    for (let n = 0; n < 450; n++) await rows.insert(null, { _id: `${n % 2 === 0 ? "in" : "out"}-${n}`, contactId: "c1", channel: "telegram", account: "bot", user: "7", chat: "7", source: { ref: "r" }, state: "kept", attempts: 1, createdAt: clock.now() });
    await later(25 * hourMs);
    expect(looked.map((ids) => ids.length)).toEqual([200, 200, 50]);
    expect(new Set(looked.flat()).size).toBe(450);
    expect((await rows.ofContact("c1")).map(({ _id }) => _id.slice(0, 2))).toEqual(Array.from({ length: 225 }, () => "in"));
  });

  it("removes nothing when it cannot find out, and tries again an hour later", async () => {
    let away = true;
    const { clock, logged, rests, later } = sweeping(async () => (away ? Promise.reject(new Error("mongodb://secret")) : new Set<string>()));
    await rests();
    await keep("unknown", clock.now());
    await later(25 * hourMs);
    expect(await left("unknown")).toEqual([true, true]);
    expect(logged.at(-1)).toEqual({ event: "files not swept", fields: { error: "Error" } });
    away = false;
    await later(hourMs);
    expect(await left("unknown")).toEqual([false, false]);
  });
});

import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { FileRows, FileStore } from "../../src/domain/file-ports.js";
import type { StoredFile } from "../../src/domain/file.js";
import type { FileRef, Inbound } from "../../src/domain/message.js";
import { FileGone, FileTooBig } from "../../src/channels/contract.js";
import { createFiles, type Files, type FileSettings } from "../../src/files/files.js";
import type { VirusScan } from "../../src/files/virus-scan.js";
import { systemClock, type Clock } from "../../src/lib/clock.js";
import { createFileRows } from "../../src/store/file-rows.js";
import { createFileStore } from "../../src/store/files.js";
import { FileRefused } from "../../src/files/refused.js";
import { manualClock } from "../support/manual-clock.js";
import { fileDatabase } from "./mongo.js";
import { inChunks, samples } from "./samples.js";

type Open = (file: FileRef, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
interface World {
  rows: FileRows;
  store: FileStore;
  clock: Clock;
  accept(inbound: Inbound[]): Promise<void>;
  openFile: Open;
  scan: VirusScan | null;
  isReferenced(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

let database: Awaited<ReturnType<typeof fileDatabase>>;
let world: World;
let told: Inbound[];
let opened: string[];
const started: Files[] = [];
const quick: Partial<FileSettings> = { backoff: { firstMs: 20, maxMs: 40 }, claimMs: 400, lookMs: 50, slowAfterMs: 10_000, tryTimeoutMs: 5_000 };

beforeAll(async () => {
  database = await fileDatabase();
});
afterAll(() => database.drop());
afterEach(async () => {
  await Promise.all(started.splice(0).map((files) => files.stop()));
  await database.connection.db?.collection("file_rows").deleteMany({});
});

function build(openFile: Open, over: Partial<World> = {}): void {
  told = [];
  opened = [];
  world = {
    rows: createFileRows(database.connection),
    store: createFileStore(database.connection),
    clock: systemClock,
    accept: async (inbound) => void told.push(...inbound),
    openFile: async (file, signal) => {
      opened.push(file.ref);
      return openFile(file, signal);
    },
    scan: null,
    isReferenced: async (ids) => new Set(ids),
    ...over,
  };
}

function run(settings: Partial<FileSettings> = {}, at: World = world): Files {
  const files = createFiles({ ...at, open: () => ({ openFile: at.openFile }), log: { info() {}, warn() {} }, settings: { ...quick, ...settings } });
  started.push(files);
  files.start();
  return files;
}

let count = 0;
async function photo(file: Partial<FileRef> = {}, id = `file-${++count}`, group?: string): Promise<string> {
  const content = { kind: "file" as const, media: "photo" as const, file: { ref: id, ...file }, ...(group === undefined ? {} : { group }) };
  const inbound = { id: `telegram:bot:${id}`, channel: "telegram", account: "bot", user: "7", chat: "77", order: 5, receivedAt: new Date(), content };
  await createFiles({ ...world, open: () => null, log: { info() {}, warn() {} } }).receive(null, { fileId: id, contactId: "c1", inbound });
  return id;
}

async function until<T>(look: () => Promise<T | null | false | undefined> | T | null | false | undefined, ms = 8_000): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await systemClock.sleep(10)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error("waited in vain");
}

const over = (id: string): Promise<StoredFile> =>
  until(async () => {
    const row = await world.rows.get(id);
    return row !== null && row.state !== "receiving" && row.dueAt === undefined ? row : null;
  });
const contents = (id: string): unknown[] => told.filter((inbound) => inbound.id.startsWith(`files:${id}:`)).map(({ content }) => content);
const giving = (bytes: Buffer): Open => async () => inChunks(bytes);
const chunksOf = (id: string): Promise<number> => database.connection.db!.collection("files.chunks").countDocuments({ files_id: { $regex: `^${id}/` } });

describe("files", () => {
  it("keeps a photo and tells the conversation", async () => {
    build(giving(samples.jpeg(640, 480)));
    const files = run({ lookMs: 60_000 });
    const id = await photo();
    files.wake();
    expect(await over(id)).toMatchObject({ state: "kept", mime: "image/jpeg", width: 640, height: 480, bytes: samples.jpeg().length, attempts: 1 });
    expect(await world.store.has(id)).toBe(true);
    expect(told).toMatchObject([{ id: `files:${id}:settled`, channel: "telegram", account: "bot", user: "7", chat: "77" }]);
    expect(contents(id)).toEqual([{ kind: "file_settled", fileId: id }]);
  });

  it("refuses a file that is not what it is called, with what the sentence needs", async () => {
    build(giving(Buffer.from("PK\x03\x04 word/document.xml and more")));
    run();
    const id = await photo({ name: "C:\\giay to\\nhan.docx.jpg", mime: "image/jpeg", bytes: 2_100_000 });
    const values = { name: "nhan.docx.jpg", limit: 20, pages: 50, megabytes: 3 };
    expect(await over(id)).toMatchObject({ state: "refused", problem: "wrong_type", values });
    expect(contents(id)).toEqual([{ kind: "file_settled", fileId: id, problem: "wrong_type", values }]);
    expect(await world.store.has(id)).toBe(false);
    expect(opened).toEqual([id]);
  });

  it("does not fetch what the channel says is too big", async () => {
    build(giving(samples.jpeg()));
    run();
    const id = await photo({ bytes: 34 * 1024 * 1024 });
    expect(await over(id)).toMatchObject({ state: "refused", problem: "too_big", values: { name: "none", limit: 20, pages: 50, megabytes: 34 } });
    expect(opened).toEqual([]);
  });

  it("stops at the cap when the channel said less, and keeps nothing of it", async () => {
    build(giving(Buffer.concat([samples.jpeg(), Buffer.alloc(21 * 1024 * 1024)])));
    run();
    const id = await photo({ bytes: 1_000 });
    expect(await over(id)).toMatchObject({ state: "refused", problem: "too_big", values: { megabytes: ">20" } });
    expect(await chunksOf(id)).toBe(0);
  });

  it("treats a name with path tricks as text only", async () => {
    build(giving(Buffer.from("<svg onload=alert(1)> and more")));
    run();
    const id = await photo({ name: "../../../etc/\u202egpj.exe\n\0" });
    expect(await over(id)).toMatchObject({ values: { name: "gpj.exe" } });
  });

  it.each([["unreachable", new FileGone("410")], ["too_big", new FileTooBig("over 20 MB")]])("refuses at once, as %s, what can never be had", async (problem, error) => {
    build(async () => Promise.reject(error));
    run();
    const id = await photo();
    expect(await over(id)).toMatchObject({ state: "refused", problem, attempts: 1 });
  });

  it("tries again after an error", async () => {
    let tries = 0;
    build(async () => (++tries < 3 ? Promise.reject(new Error("502")) : inChunks(samples.png())));
    run();
    const id = await photo();
    expect(await over(id)).toMatchObject({ state: "kept", mime: "image/png", attempts: 3 });
  });

  it.each<[string, Open]>([
    ["bytes stop coming", async () => (async function* () { yield samples.jpeg().subarray(0, 20); await new Promise(() => undefined); })()],
    ["the channel does not answer", () => new Promise(() => undefined)],
  ])("breaks off when %s, tries again, then gives up", async (_, stalling) => {
    build(stalling);
    run({ tryTimeoutMs: 50, giveUpAfterMs: 3_000 });
    const id = await photo();
    const row = await over(id);
    expect(row).toMatchObject({ state: "refused", problem: "unreachable" });
    expect(opened.length).toBeGreaterThan(2);
    expect(row.settledAt!.getTime() - row.createdAt.getTime()).toBeGreaterThanOrEqual(3_000);
    expect(await chunksOf(id)).toBe(0);
  });

  it("breaks off a try in which nothing comes for too long, though a try may last much longer", async () => {
    let tries = 0;
    build(async () => (++tries === 1 ? (async function* () { yield samples.jpeg().subarray(0, 20); await new Promise(() => undefined); })() : inChunks(samples.jpeg())));
    run({ stalledMs: 100, tryTimeoutMs: 600_000 });
    const row = await over(await photo());
    expect(row).toMatchObject({ state: "kept" });
    // On a busy machine the good try may be taken for a stalled one as well.
    expect(row.attempts).toBeGreaterThan(1);
  });

  it("says once that it takes longer, restart or not, then tells the end", async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const rows = createFileRows(database.connection);
    let looks = 0;
    build(async () => (await gate, inChunks(samples.pdf())), { rows: { ...rows, unsaid: (limit) => (looks++, rows.unsaid(limit)) } });
    const first = run({ slowAfterMs: 100 });
    const id = await photo();
    await until(() => told.some(({ id: event }) => event === `files:${id}:slow`));
    await first.stop();
    looks = opened.length = 0;
    run({ slowAfterMs: 100 });
    await until(() => looks >= 4 && opened.length > 0);
    expect(contents(id)).toEqual([{ kind: "file_settled", fileId: id, slow: true }]);
    release();
    await over(id);
    expect(contents(id)).toEqual([{ kind: "file_settled", fileId: id, slow: true }, { kind: "file_settled", fileId: id }]);
    const orders = told.filter(({ id: event }) => event.includes(id)).map(({ order }) => order);
    expect(orders[0]).toBeLessThan(orders[1]!);
  });

  it("shares files between two workers, each fetched by one, though it takes longer than a claim", async () => {
    build(async () => (await systemClock.sleep(1_500), inChunks(samples.jpeg())));
    run({ claimMs: 1_000, inFlight: 5 });
    run({ claimMs: 1_000, inFlight: 5 });
    const ids = await Promise.all(Array.from({ length: 10 }, () => photo()));
    await Promise.all(ids.map(over));
    expect(opened.toSorted()).toEqual(ids.toSorted());
    expect(told).toHaveLength(10);
  });

  it("lets the channel forget what is kept or refused, and sweeps what nothing asked for after a day", async () => {
    build(giving(samples.jpeg()));
    const forgotten: string[] = [];
    const at = { openFile: world.openFile, forgetFile: async ({ ref }: FileRef) => void forgotten.push(ref) };
    const files = createFiles({ ...world, open: () => at, log: { info() {}, warn() {} }, settings: { ...quick, sweepMs: 20, unaskedMs: 0 } });
    await world.store.write("upload:u:unasked", inChunks(samples.jpeg()));
    await world.store.write("another", inChunks(samples.jpeg()));
    const [good, bad] = [await photo(), await photo({ bytes: 99_000_000 })];
    started.push(files);
    files.start();
    await over(good);
    await over(bad);
    expect(forgotten.toSorted()).toEqual([good, bad]);
    await until(async () => !(await world.store.has("upload:u:unasked")));
    expect(await chunksOf("upload:u:unasked")).toBe(0);
    expect(await world.store.has("another")).toBe(true);
  });

  it("stores a photo without what the phone wrote into it, and the checksum is of what is stored", async () => {
    const from = Buffer.concat([samples.jpeg().subarray(0, 2), Buffer.from([0xff, 0xfe, 0, 6]), Buffer.from("nhà"), samples.jpeg().subarray(2)]);
    build(giving(from));
    run();
    const id = await photo();
    const kept = await over(id);
    const parts: Buffer[] = [];
    for await (const part of world.store.read(id)) parts.push(part as Buffer);
    expect(Buffer.concat(parts).equals(samples.jpeg())).toBe(true);
    expect(kept).toMatchObject({ bytes: samples.jpeg().length, sha256: createHash("sha256").update(samples.jpeg()).digest("hex") });
  });

  it("tells of an album once no further part came for a while", async () => {
    const clock = manualClock();
    const at = (ms: number): Date => new Date(start.getTime() + ms);
    const start = clock.now();
    build(giving(samples.jpeg()), { clock });
    const files = run({ albumQuietMs: 1_500, lookMs: 60_000, claimMs: 9_000 });
    const waitsUntil = (id: string, ms: number): Promise<void> => clock.until(async () => (await world.rows.get(id))?.state === "kept" && (await world.rows.get(id))?.dueAt?.getTime() === at(ms).getTime());
    const first = await photo({}, undefined, "album-1");
    const other = await photo({}, undefined, "album-2");
    files.wake();
    await waitsUntil(first, 1_500);
    await clock.advance(1_000);
    const second = await photo({}, undefined, "album-1");
    files.wake();
    await waitsUntil(second, 2_500);
    await clock.advance(500);
    await waitsUntil(first, 2_500);
    await clock.until(() => told.length > 0);
    expect(told.map(({ id }) => id)).toEqual([`files:${other}:settled`]);
    await clock.advance(1_000);
    await clock.until(() => told.length === 3);
    expect(told.map(({ id }) => id).toSorted()).toEqual([first, other, second].map((id) => `files:${id}:settled`).toSorted());
  });

  it("says once for a whole album that it takes longer", async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    build(async () => (await gate, inChunks(samples.jpeg())));
    run({ slowAfterMs: 50, albumQuietMs: 50 });
    const ids = await Promise.all([1, 2, 3].map(() => photo({}, undefined, "album-3")));
    await until(async () => (await Promise.all(ids.map((id) => world.rows.get(id)))).every((row) => row?.saidSlow));
    const slow = told.filter(({ id }) => id.endsWith(":slow"));
    release();
    await Promise.all(ids.map(over));
    expect(slow).toHaveLength(1);
    expect(told).toHaveLength(4);
  });

  it("keeps what the virus scan finds clean, refuses what is infected, and tries again when it finds nothing out", async () => {
    build(giving(samples.jpeg()));
    const results: (Error | null)[] = [new Error("no result"), null, new FileRefused("infected", "found")];
    const scanned: Buffer[] = [];
    world.scan = async (bytes) => {
      const parts: Uint8Array[] = [];
      for await (const part of bytes) parts.push(part);
      scanned.push(Buffer.concat(parts));
      const result = results.shift() ?? null;
      if (result !== null) throw result;
    };
    run({ inFlight: 1 });
    const clean = await photo();
    expect(await over(clean)).toMatchObject({ state: "kept", attempts: 2 });
    const infected = await photo({ name: "giấy.pdf" });
    expect(await over(infected)).toMatchObject({ state: "refused", problem: "infected", values: { name: "giấy.pdf" } });
    expect(await world.store.has(infected)).toBe(false);
    expect(scanned.map((bytes) => bytes.equals(samples.jpeg()))).toEqual([true, true, true]);
    expect(opened).toEqual([clean, infected]);
  });

  it("never fetches more at once than allowed", async () => {
    let [now, most] = [0, 0];
    build(async () => {
      most = Math.max(most, ++now);
      await systemClock.sleep(20);
      now--;
      return inChunks(samples.jpeg());
    });
    run({ inFlight: 2 });
    await Promise.all((await Promise.all(Array.from({ length: 8 }, () => photo()))).map(over));
    expect(most).toBe(2);
  });

  it("gives back what it was fetching when stopped, so that another can begin at once", async () => {
    build((_, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))));
    const first = run({ claimMs: 60_000 });
    const id = await photo();
    await until(() => opened.length === 1);
    await first.stop();
    build(giving(samples.jpeg()));
    run();
    expect(await over(id)).toMatchObject({ state: "kept" });
  });

  it("tells again when the inbox could not be reached", async () => {
    let fails = 2;
    build(giving(samples.jpeg()), { accept: async (inbound) => (fails-- > 0 ? Promise.reject(new Error("down")) : void told.push(...inbound)) });
    run();
    const id = await photo();
    await over(id);
    expect(contents(id)).toHaveLength(1);
    expect(opened).toHaveLength(1);
  });

  it("logs no text of an error, which may carry a token", async () => {
    const lines: string[] = [];
    build(async () => Promise.reject(new Error("https://api/file/bot123:SECRET/x")));
    const note = (...given: unknown[]): void => void lines.push(JSON.stringify(given));
    const files = createFiles({ ...world, open: () => world, log: { info: note, warn: note }, settings: { ...quick, giveUpAfterMs: 50 } });
    started.push(files);
    files.start();
    await over(await photo());
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join()).not.toMatch(/SECRET|api/);
  });
});

describe("files after kill -9", () => {
  /** A world in which everything hangs from the n-th step on; that step itself is done or not. */
  function mortal(lastStep: number, done: boolean): { world: World; died: () => boolean; spare: () => boolean } {
    let steps = 0;
    let dieAt = lastStep;
    const never = new Promise<never>(() => undefined);
    const wrap = <A extends unknown[], T>(call: (...args: A) => Promise<T>) => async (...args: A): Promise<T> => {
      if (steps >= dieAt) return never;
      if (++steps < dieAt) return call(...args);
      if (done) await call(...args);
      return never;
    };
    const { rows, store, openFile, accept } = world;
    const sleep: Clock["sleep"] = async (ms, signal) => (steps >= dieAt ? never : systemClock.sleep(ms, signal));
    return {
      died: () => steps >= dieAt,
      /** Lets it live from now on; false when it is too late for that. */
      spare() {
        if (steps >= dieAt) return false;
        dieAt = Infinity;
        return true;
      },
      world: {
        rows: { ...rows, claim: wrap(rows.claim), update: wrap(rows.update), done: wrap(rows.done), get: wrap(rows.get) },
        store: { ...store, has: wrap(store.has), write: wrap(store.write), remove: wrap(store.remove) },
        openFile: wrap(openFile),
        accept: wrap(accept),
        scan: null,
        isReferenced: world.isReferenced,
        clock: { now: systemClock.now, sleep },
      },
    };
  }

  it.each<[string, Buffer, Partial<StoredFile>]>([
    ["kept", samples.png(), { state: "kept", mime: "image/png" }],
    ["refused", Buffer.from("<html>no</html>"), { state: "refused", problem: "wrong_type" }],
  ])("a file is %s once and told of, whatever step was the last", async (_, bytes, outcome) => {
    let deaths = 0;
    for (let step = 1, alive = false; !alive; step++) {
      for (const done of [false, true]) {
        build(giving(bytes));
        const id = await photo();
        const first = mortal(step, done);
        const files = createFiles({ ...first.world, open: () => first.world, log: { info() {}, warn() {} }, settings: { ...quick, claimMs: 60, lookMs: 20, tryTimeoutMs: 300, sweepMs: 50 } });
        files.start();
        await until(async () => first.died() || (await world.rows.get(id))?.dueAt === undefined);
        alive = (await world.rows.get(id))?.dueAt === undefined && first.spare();
        if (alive) await files.stop();
        else deaths++;
        const second = run({ claimMs: 60, lookMs: 20 });
        expect(await over(id)).toMatchObject(outcome);
        await second.stop();
        expect(contents(id).length).toBeGreaterThanOrEqual(1);
        expect(new Set(told.map((inbound) => inbound.id)).size).toBe(1);
        expect(await world.store.has(id)).toBe(outcome.state === "kept");
        expect(await chunksOf(id)).toBe(outcome.state === "kept" ? 1 : 0);
        if (alive) break;
      }
    }
    expect(deaths).toBeGreaterThanOrEqual(12);
  }, 120_000);
});

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { loadLocales } from "../../src/app/resources.js";
import { createTelegram } from "../../src/channels/telegram/channel.js";
import type { StoredFile } from "../../src/domain/file.js";
import { fileProblems, type Inbound } from "../../src/domain/message.js";
import { createFiles, type Files, type FileSettings } from "../../src/files/files.js";
import { createI18n, type I18n } from "../../src/i18n/i18n.js";
import { systemClock } from "../../src/lib/clock.js";
import { createFileRows } from "../../src/store/file-rows.js";
import { createFileStore } from "../../src/store/files.js";
import { memoryLog } from "../channels/telegram/rig.js";
import { startFakeTelegram, type FakeTelegram, type Fault } from "../fakes/telegram.js";
import { createWebVisitor } from "../fakes/web-visitor.js";
import { bigPhoto, hostileFiles } from "../files/hostile.js";
import { fileDatabase } from "../files/mongo.js";
import { samples } from "../files/samples.js";
import { manualClock } from "../support/manual-clock.js";
import { startRunningService } from "../support/running-service.js";

const megabyte = 1024 * 1024;
const canary = "AAfake-token-canary";
const quick: Partial<FileSettings> = { backoff: { firstMs: 10, maxMs: 20 }, claimMs: 2_000, lookMs: 50, slowAfterMs: 60_000, stalledMs: 5_000, giveUpAfterMs: 400 };
const impatient: Partial<FileSettings> = { stalledMs: 150, giveUpAfterMs: 4_000 };

let database: Awaited<ReturnType<typeof fileDatabase>>;
let i18n: I18n;
beforeAll(async () => {
  database = await fileDatabase();
  i18n = createI18n((await loadLocales()).locales);
});
afterAll(() => database.drop());

let telegram: FakeTelegram;
let told: Inbound[];
let logged: ReturnType<typeof memoryLog>;
const running: { stop(): Promise<void> }[] = [];
beforeEach(async () => {
  telegram = await startFakeTelegram();
  told = [];
  logged = memoryLog();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
  await telegram.close();
  for (const { name } of await database.connection.db!.listCollections().toArray()) await database.connection.collection(name).deleteMany({});
});

/** The file job with the real Telegram channel and the real store; `apiRoot`: where Telegram is looked for. */
function start(settings: Partial<FileSettings> = {}, apiRoot = telegram.url): Files {
  const channel = createTelegram({ token: telegram.token, apiRoot, mode: "polling", rate: { perSecond: 30, chat: { refillPerSecond: 1, size: 5 } }, clock: systemClock, callTimeoutMs: 3_000, log: logged.log });
  const files = createFiles({
    ...{ rows: createFileRows(database.connection), store: createFileStore(database.connection), open: () => channel, scan: null, clock: systemClock, log: logged.log },
    accept: async (inbound) => void told.push(...inbound),
    isReferenced: async (ids) => new Set(ids),
    settings: { ...quick, ...settings },
  });
  running.push(files, channel);
  files.start();
  return files;
}

/** Sends a file through Telegram that claims to be small, and waits for its end. */
async function sent(files: Files, bytes: Buffer, name: string, mime: string): Promise<StoredFile> {
  await telegram.user(70).document(bytes, name, mime, undefined, { size: 1_000 });
  const ref = [...telegram.files.keys()].at(-1) ?? "";
  const content = { kind: "file" as const, media: "document" as const, file: { ref, name, mime, bytes: 1_000 } };
  await files.receive(null, { fileId: ref, contactId: "c1", inbound: { id: `telegram:7000001:${ref}`, channel: "telegram", account: "7000001", user: "70", chat: "70", order: 1, receivedAt: new Date(0), content } });
  files.wake();
  const rows = createFileRows(database.connection);
  let row: StoredFile | null = null;
  await manualClock().until(async () => (row = await rows.get(ref)) !== null && row.state !== "receiving" && row.dueAt === undefined, name);
  return row as unknown as StoredFile;
}

const storedBytes = async (): Promise<number> => (await database.connection.collection("files.chunks").countDocuments({})) + (await database.connection.collection("files.files").countDocuments({}));

/** The sentence that the person reads. */
function sentences(row: StoredFile): string[] {
  const content = told.find(({ id }) => id === `files:${row._id}:settled`)?.content;
  if (content?.kind !== "file_settled" || content.problem === undefined) throw new Error("nobody was told of a problem");
  return (["vi", "en"] as const).map((language) => i18n.text(language, { key: `file.${content.problem}`, values: content.values ?? {} }));
}
const plain = /^[\p{L}\p{N}“”.,:;>/ ()-]+\.$/u;

describe("a file that would do harm", () => {
  it.each(Object.entries(hostileFiles))("is refused: %s", async (name, { bytes, mime, problem }) => {
    const row = await sent(start(), bytes, name, mime);
    expect(row).toMatchObject({ state: "refused", problem });
    expect(await storedBytes()).toBe(0);
    for (const sentence of sentences(row)) expect(sentence).toMatch(plain);
  });

  it("has a plain sentence whatever is wrong, with a name or without", () => {
    for (const problem of fileProblems) {
      for (const name of ["giấy.pdf", "none"]) {
        for (const language of ["vi", "en"] as const) {
          const said = i18n.text(language, { key: `file.${problem}`, values: { name, limit: 20, pages: 50, megabytes: 34 } });
          expect(said).toMatch(plain);
          expect(said).not.toContain("none");
        }
      }
    }
  });

  it.each<[string, Fault]>([
    ["stalls before its first byte", "hang"],
    ["stalls half way", "stall"],
    ["breaks off half way", "cut"],
    ["answers 404", { status: 404 }],
  ])("is given up when the download %s every time", async (_, fault) => {
    telegram.answerNext("file", fault, 1_000);
    const row = await sent(start(impatient), samples.jpeg(400, 300), "anh.jpg", "image/jpeg");
    expect(row).toMatchObject({ state: "refused", problem: "unreachable" });
    expect(row.attempts).toBeGreaterThan(1);
    expect(await storedBytes()).toBe(0);
    for (const sentence of sentences(row)) expect(sentence).toMatch(plain);
  });

  it("is not fetched from where a redirect points", async () => {
    let asked = 0;
    const inside = createServer((_request, response) => {
      asked++;
      response.end(samples.jpeg());
    });
    await new Promise<void>((resolve) => inside.listen(0, "127.0.0.1", resolve));
    telegram.answerNext("file", { status: 302, headers: { location: `http://127.0.0.1:${(inside.address() as AddressInfo).port}/latest/meta-data` } }, 1_000);
    const row = await sent(start(), samples.jpeg(), "anh.jpg", "image/jpeg");
    await new Promise((resolve) => inside.close(resolve));
    expect([row.problem, asked]).toEqual(["unreachable", 0]);
  });

  it("is over 20 MB and says that it is small: it is refused before it is fetched", async () => {
    const row = await sent(start(), bigPhoto(), "anh.jpg", "image/jpeg");
    expect(row).toMatchObject({ problem: "too_big", values: { megabytes: ">20" } });
    for (const sentence of sentences(row)) expect(sentence).toMatch(plain);
  });

  it("is 20 MB and has no end: it is refused sixteen times over in flat memory", async () => {
    const files = start({ giveUpAfterMs: 600_000, stalledMs: 30_000 });
    const bytes = bigPhoto().subarray(0, 20 * megabyte);
    const used = (): number => process.memoryUsage().rss;
    let before = 0;
    for (let n = 0; n < 20; n++) {
      if (n === 4) before = used();
      expect(await sent(files, bytes, "anh.jpg", "image/jpeg")).toMatchObject({ problem: "not_readable" });
      telegram.files.clear();
    }
    expect(await storedBytes()).toBe(0);
    expect((used() - before) / megabyte).toBeLessThan(100);
  }, 300_000);
});

describe("the address of a file at Telegram, which holds the token", () => {
  const leaks = (secret: string): Fault => ({ status: 400, body: { ok: false, error_code: 400, description: `cannot fetch https://api.telegram.org/file/bot${secret}/x` } });
  it.each<[string, string, Fault | null]>([
    ["the name cannot be resolved", "file", null],
    ["401", "file", { status: 401 }],
    ["404", "file", { status: 404 }],
    ["429", "file", { status: 429, headers: { "retry-after": "3" } }],
    ["500", "file", { status: 500, body: "oops" }],
    ["a redirect", "file", { status: 302, headers: { location: "http://169.254.169.254/latest" } }],
    ["a short body", "file", "cut"],
    ["nothing", "file", "hang"],
    ["a broken line", "file", "reset"],
    ["401 to the question for the address", "getFile", { status: 401, body: { ok: false, error_code: 401, description: "Unauthorized" } }],
    ["429 to the question for the address", "getFile", { status: 429, body: { ok: false, error_code: 429, description: "Too Many Requests", parameters: { retry_after: 1 } } }],
    ["words that repeat it", "getFile", leaks("7000001:AAfake-token-canary_0123456789abcdef")],
  ])("is in no log, row, error or message when the answer is %s", async (_, method, fault) => {
    if (fault !== null) telegram.answerNext(method, fault, 1_000);
    const root = fault === null ? "http://no-such-host.invalid" : telegram.url;
    const row = await sent(start(impatient, root), samples.jpeg(), "anh.jpg", "image/jpeg");
    expect(row).toMatchObject({ state: "refused", problem: "unreachable" });
    const channel = createTelegram({ token: telegram.token, apiRoot: root, mode: "polling", rate: { perSecond: 30, chat: { refillPerSecond: 1, size: 5 } }, clock: systemClock, callTimeoutMs: 1_000, log: logged.log });
    running.push(channel);
    const reading = async (): Promise<void> => {
      for await (const part of await channel.openFile(row.source, AbortSignal.timeout(300))) expect(part.length).toBeGreaterThan(0);
    };
    const error: unknown = await reading().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    const kept: unknown[] = [];
    for (const { name } of await database.connection.db!.listCollections().toArray()) kept.push(await database.connection.collection(name).find({}).toArray());
    expect(logged.lines.length).toBeGreaterThan(0);
    const all = [inspect(error, { depth: 12, showHidden: true }), (error as Error).stack, ...logged.lines, JSON.stringify(kept), JSON.stringify(told)].join("\n");
    expect(all).toContain(row._id);
    expect(all).not.toContain(canary);
    expect(all).not.toMatch(/\/file\/bot(?!\*\*\*)/);
  });
});

describe("an upload over HTTP", () => {
  it("over 20 MB is refused, whether its size is told or not, and leaves nothing behind", async () => {
    const service = await startRunningService();
    const visitor = await createWebVisitor(service.address);
    const headers = { origin: service.address, cookie: visitor.cookie, "content-type": "image/jpeg" };
    const post = (id: string, body: RequestInit["body"], more: object = {}): Promise<Response> =>
      fetch(`${service.address}/chat/files?id=${id}&name=anh.jpg`, { method: "POST", headers, ...more, ...(body === undefined ? {} : { body }) });
    const bytes = bigPhoto();
    const untold = new ReadableStream({
      start(stream) {
        for (let at = 0; at < bytes.length; at += megabyte) stream.enqueue(bytes.subarray(at, at + megabyte));
        stream.close();
      },
    });
    try {
      for (const answer of [await post("told-told", new Uint8Array(bytes)), await post("untold-untold", untold as never, { duplex: "half" })]) {
        expect([answer.status, await answer.json()]).toEqual([413, { error: "too_big", limitMegabytes: 20 }]);
      }
      const page = await fetch(`${service.address}/chat/files?id=page-page`, { method: "POST", headers: { ...headers, "content-type": "text/html" }, body: "<script>alert(1)</script>" });
      expect(page.status).toBe(415);
      const { stores } = service.service;
      expect(await stores.files.sweep("", new Date(8.64e15))).toBe(0);
    } finally {
      await visitor.close();
      await service.stop();
    }
  });
});

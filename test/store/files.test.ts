import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { FileRows, FileStore } from "../../src/domain/file-ports.js";
import type { StoredFile } from "../../src/domain/file.js";
import { createTransactions } from "../../src/store/connect.js";
import { createFileRows } from "../../src/store/file-rows.js";
import { createFileStore } from "../../src/store/files.js";
import { fileDatabase } from "../files/mongo.js";
import { inChunks } from "../files/samples.js";

let database: Awaited<ReturnType<typeof fileDatabase>>;
let store: FileStore;
let rows: FileRows;
beforeAll(async () => {
  database = await fileDatabase();
  store = createFileStore(database.connection);
  rows = createFileRows(database.connection);
});
afterAll(() => database.drop());

const count = (collection: string, filter: object = {}): Promise<number> => database.connection.db!.collection(collection).countDocuments(filter);
const tries = (id: string): Promise<number> => count("files.chunks", { files_id: { $regex: `^${id}/` } });

async function content(id: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of store.read(id)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function* broken(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield* inChunks(bytes);
  throw new Error("cut off");
}

describe("file store", () => {
  const bytes = Buffer.alloc(2_500_000, "ocop");

  it("gives back what it was given, over several chunks", async () => {
    await store.write("whole", inChunks(bytes));
    expect(await store.has("whole")).toBe(true);
    expect((await content("whole")).equals(bytes)).toBe(true);
    expect(await tries("whole")).toBe(3);
  });

  it("keeps nothing when the stream fails, and says why", async () => {
    await expect(store.write("cut", broken(bytes))).rejects.toThrow("cut off");
    expect(await store.has("cut")).toBe(false);
    expect(await tries("cut")).toBe(0);
    await expect(content("cut")).rejects.toThrow("no file cut");
  });

  it("replaces what a killed try left", async () => {
    await database.connection.db!.collection("files.chunks").insertOne({ files_id: "killed/1", n: 0, data: Buffer.from("old") });
    await database.connection.db!.collection("files.files").insertOne({ _id: "killed/2" as never, length: 3, chunkSize: 3, filename: "killed" });
    expect(await store.has("killed")).toBe(false);
    await store.write("killed", inChunks(Buffer.from("new")));
    expect(String(await content("killed"))).toBe("new");
    expect(await tries("killed")).toBe(1);
    expect(await count("files.files", { filename: "killed" })).toBe(1);
  });

  it("keeps the first whole try when two run at once, and a later failure does not harm it", async () => {
    await Promise.all([store.write("twice", inChunks(bytes)), store.write("twice", inChunks(bytes)), store.write("twice", broken(bytes)).catch(() => undefined)]);
    await store.write("twice", inChunks(Buffer.from("late")));
    expect((await content("twice")).equals(bytes)).toBe(true);
    expect(await tries("twice")).toBe(3);
    expect(await count("files.files", { filename: "twice" })).toBe(1);
  });

  it("removes one file and not those whose ids begin alike", async () => {
    for (const id of ["a", "a-", "a0", "a_b"]) await store.write(id, inChunks(Buffer.from(id)));
    await store.remove("a");
    await store.remove("a");
    expect(await Promise.all(["a", "a-", "a0", "a_b"].map((id) => store.has(id)))).toEqual([false, true, true, true]);
    expect(String(await content("a0"))).toBe("a0");
    expect(await tries("a")).toBe(0);
  });
});

describe("file rows", () => {
  const now = new Date("2026-11-23T09:00:00+07:00");
  const later = (ms: number): Date => new Date(now.getTime() + ms);
  const row = (id: string, change: Partial<StoredFile> = {}): StoredFile => ({
    ...{ _id: id, contactId: "c1", channel: "telegram", account: "bot", user: "7", chat: "7", source: { ref: "r", name: "giấy.jpg" } },
    ...{ state: "receiving", attempts: 0, dueAt: now, createdAt: now },
    ...change,
  });

  it("comes with the caller's transaction or not at all", async () => {
    const transactions = createTransactions(database.connection);
    await transactions.run((tx) => rows.insert(tx, row("in", { dueAt: later(900_000) })));
    await expect(
      transactions.run(async (tx) => {
        await rows.insert(tx, row("out"));
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await rows.get("in")).toEqual(row("in", { dueAt: later(900_000) }));
    expect(await rows.get("out")).toBeNull();
  });

  it("is claimed once, when due, earliest first", async () => {
    await rows.insert(null, row("b", { dueAt: later(2) }));
    await rows.insert(null, row("a", { dueAt: later(1) }));
    await rows.insert(null, row("c", { dueAt: later(60_000) }));
    expect((await rows.claim(later(1), later(1_000), 5)).map(({ _id }) => _id)).toEqual(["a"]);
    const both = await Promise.all([rows.claim(later(5), later(1_000), 5), rows.claim(later(5), later(1_000), 5)]);
    expect(both.flat().map(({ _id, attempts }) => [_id, attempts])).toEqual([["b", 1]]);
    expect(await rows.nextDue()).toEqual(later(1_000));
    expect((await rows.claim(later(1_000), later(2_000), 1)).length).toBe(1);
  });

  it("is not changed by a worker that was overtaken or came after the end", async () => {
    await rows.insert(null, row("d", { attempts: 2, dueAt: later(900_000) }));
    expect(await rows.update("d", { state: "refused" }, 1)).toBe(false);
    expect(await rows.update("d", { state: "kept", mime: "image/png", bytes: 1 }, 2)).toBe(true);
    expect(await rows.update("d", { state: "refused" }, 2)).toBe(false);
    expect(await rows.get("d")).toMatchObject({ state: "kept", mime: "image/png" });
    expect(await rows.update("nobody", { saidSlow: true })).toBe(false);
  });

  it("is due until it is done", async () => {
    await rows.insert(null, row("e", { state: "kept", dueAt: later(-5_000), createdAt: later(-1) }));
    expect((await rows.claim(later(-5_000), later(0), 5)).map(({ _id }) => _id)).toEqual(["e"]);
    await rows.done("e");
    expect((await rows.get("e"))?.dueAt).toBeUndefined();
  });

  it("lists who was not told that it takes longer, and a contact's files", async () => {
    await rows.insert(null, row("g", { contactId: "c2", createdAt: later(-9), values: { name: "a", limit: 20 } }));
    await rows.insert(null, row("f", { contactId: "c2", createdAt: later(-10), saidSlow: true }));
    expect((await rows.unsaid(1)).map(({ _id }) => _id)).toEqual(["g"]);
    expect((await rows.ofContact("c2")).map(({ _id }) => _id)).toEqual(["f", "g"]);
  });

  it("refuses a field it does not know", async () => {
    await expect(rows.update("g", { owner: "x" } as Partial<StoredFile>)).rejects.toThrow();
  });
});

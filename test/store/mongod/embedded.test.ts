import { existsSync } from "node:fs";
import { readFile, readdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readState, writeState } from "../../../src/store/mongod/state.js";
import { startMark } from "../../../src/store/mongod/process.js";
import type { Child } from "../../support/mongod-world.js";
import { createWorld, insert, names, until, withMongo } from "../../support/mongod-world.js";

let world: Awaited<ReturnType<typeof createWorld>>;
beforeAll(async () => void (world = await createWorld()), 120_000);
afterAll(() => world.end());

const runs = async (pid: unknown): Promise<boolean> => (await startMark(Number(pid))) !== undefined;

describe("the embedded MongoDB", () => {
  test("takes writes, transactions and change streams, and keeps its data when it starts again", async () => {
    const dataDir = world.folder();
    const first = await world.start(dataDir);
    await insert(first.uri, "one");
    await withMongo(first.uri, async (client) => {
      await client.withSession((session) => session.withTransaction(() => client.db("t").collection("rows").insertOne({ name: "two" }, { session })));
      const stream = client.db("t").collection("signals").watch();
      await stream.tryNext();
      await client.db("t").collection("signals").insertOne({ name: "s" });
      expect((await stream.next()).operationType).toBe("insert");
      await stream.close();
    });
    await first.stop();
    expect(await runs(first.pid)).toBe(false);
    expect(await readState(dataDir)).toBeUndefined();

    const second = await world.start(dataDir);
    expect(second.adopted).toBe(false);
    expect(await names(second.uri)).toEqual(["one", "two"]);
    await second.stop();
  });

  test("can be reached and read by this user alone", async () => {
    const dataDir = world.folder();
    const mongod = await world.start(dataDir);
    const mode = async (name: string): Promise<string> => ((await stat(join(dataDir, name))).mode & 0o777).toString(8);
    expect(await mode("mongod.json")).toBe("600");
    expect(await mode("mongod-version.json")).toBe("600");
    expect(await mode("mongod.log")).toBe("600");
    expect(await mode("db")).toBe("700");
    expect(await mode("run")).toBe("700");
    expect(await mode(".")).toBe("700");
    const line = await withMongo(mongod.uri, (client) => client.db("admin").command({ getCmdLineOpts: 1 }));
    expect(line["parsed"].net.bindIp).toBe(join(dataDir, "run", "mongod.sock"));
    expect((await readdir("/tmp")).includes("mongodb-27017.sock")).toBe(false);
    await mongod.stop();
  });

  test("states what a command line beside it needs, and keeps the database's name when it starts again", async () => {
    const dataDir = world.folder();
    const first = await world.start(dataDir);
    await writeState(dataDir, { ...first.state, database: "ocop_demo" });
    expect(await readState(dataDir)).toMatchObject({ uri: first.uri, pid: first.pid, version: first.version, binary: world.binary, database: "ocop_demo", serverPid: process.pid });
    process.kill(first.pid, "SIGKILL");
    await until(async () => !(await runs(first.pid)));
    expect(await readState(dataDir)).toBeUndefined();
    const second = await world.start(dataDir);
    expect((await readState(dataDir))?.database).toBe("ocop_demo");
    await second.stop();
  });

  test("lives on when its server is killed, and is adopted with every write it acknowledged", async () => {
    const dataDir = world.folder();
    const parent = await world.child("embedded", dataDir);
    const uri = String(parent.said["uri"]);
    await insert(uri, "before");
    await parent.kill9();
    await withMongo(uri, async (client) => {
      for (let count = 0; count < 300; count++) await client.db("t").collection("rows").insertOne({ name: `orphan ${count}` }, { writeConcern: { w: "majority" } });
    });
    const adopter = await world.start(dataDir);
    expect(adopter).toMatchObject({ adopted: true, pid: parent.said["pid"], uri });
    expect((await readState(dataDir))?.serverPid).toBe(process.pid);
    expect(await names(adopter.uri)).toHaveLength(301);
    const exited = new Promise<void>((resolve) => adopter.onExit(resolve));
    process.kill(adopter.pid, "SIGKILL");
    await exited;
    const next = await world.start(dataDir);
    expect(next.adopted).toBe(false);
    expect(await names(next.uri)).toHaveLength(301);
    await next.stop();
  });

  test("tells when mongod is killed, and starts again at once on the same data", async () => {
    const dataDir = world.folder();
    const first = await world.start(dataDir);
    await insert(first.uri, "kept");
    const exited = new Promise<void>((resolve) => first.onExit(resolve));
    process.kill(first.pid, "SIGKILL");
    await exited;
    expect((await readFile(join(dataDir, "db", "mongod.lock"), "utf8")).trim()).toBe(String(first.pid));
    const second = await world.start(dataDir);
    expect(second.pid).not.toBe(first.pid);
    expect(await names(second.uri)).toEqual(["kept"]);
    await first.stop();
    await insert(second.uri, "after the first was stopped too");
    expect(await readState(dataDir)).toMatchObject({ pid: second.pid });
    await second.stop();
    expect(await runs(second.pid)).toBe(false);
  });

  test("does not tell of an end that was asked for", async () => {
    const mongod = await world.start(world.folder());
    let told = false;
    mongod.onExit(() => void (told = true));
    await Promise.all([mongod.stop(), mongod.stop()]);
    expect(await runs(mongod.pid)).toBe(false);
    expect(told).toBe(false);
  });

  test("ignores a state whose pid is another program's", async () => {
    const dataDir = world.folder();
    const first = await world.start(dataDir);
    const state = first.state;
    await first.stop();
    await writeState(dataDir, { ...state, pid: process.pid });
    expect(await readState(dataDir)).toBeUndefined();
    await writeFile(join(dataDir, "mongod.json"), "{ half");
    expect(await readState(dataDir)).toBeUndefined();
    const second = await world.start(dataDir);
    expect(second.adopted).toBe(false);
    await second.stop();
  });

  test("starts after the data directory has moved", async () => {
    const [from, to] = [world.folder(), world.folder()];
    const first = await world.start(from);
    await insert(first.uri, "moved");
    await first.stop();
    await rename(from, to);
    const second = await world.start(to);
    expect(second.uri).not.toBe(first.uri);
    expect(await names(second.uri)).toEqual(["moved"]);
    await insert(second.uri, "written");
    await second.stop();
  });

  test.each([["a long path", "x".repeat(120)], ["a path with accents, spaces and commas", "Dữ liệu, của tôi"]])("starts under %s", async (_, name) => {
    const dataDir = world.folder(name);
    const mongod = await world.start(dataDir);
    await insert(mongod.uri, "one");
    const socket = decodeURIComponent(mongod.uri.slice("mongodb://".length, mongod.uri.indexOf("/?")));
    expect(Buffer.byteLength(socket)).toBeLessThan(104);
    expect((await stat(join(socket, ".."))).mode & 0o777).toBe(0o700);
    await mongod.stop();
    expect(existsSync(join(socket, ".."))).toBe(false);
  });

  test("is one mongod for processes that start it at once, and ends with the last of them", async () => {
    const dataDir = world.folder();
    const children = await Promise.all([1, 2, 3].map(() => world.child("embedded", dataDir)));
    expect(new Set(children.map((child) => child.said["pid"])).size).toBe(1);
    expect(children.filter((child) => child.said["adopted"] === false)).toHaveLength(1);
    const [first, second, third] = children.sort((a, b) => Number(a.said["adopted"]) - Number(b.said["adopted"])) as [Child, Child, Child];
    const pid = first.said["pid"];
    await first.stop();
    await insert(String(second.said["uri"]), "still there");
    await third.kill9();
    expect(await runs(pid)).toBe(true);
    await second.stop();
    expect(await runs(pid)).toBe(false);
  });

  test("says what mongod said when it cannot start", async () => {
    const dataDir = world.folder();
    const mongod = await world.start(dataDir);
    await mongod.stop();
    await writeFile(join(dataDir, "db", "WiredTiger.turtle"), "no such thing");
    await expect(world.start(dataDir)).rejects.toMatchObject({ code: "mongod_failed", message: expect.stringMatching(/did not start on .*: .*(WiredTiger|turtle)/) });
  });
});

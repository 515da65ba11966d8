import { rm } from "node:fs/promises";
import { z } from "zod";
import { readJson, writeJson } from "./json-file.js";
import { placesAt } from "./places.js";
import { runsWith } from "./process.js";

/** `DATA_DIR/mongod.json`: what a command line beside the server needs to connect. */
export const MongodState = z.object({
  uri: z.string().startsWith("mongodb://"),
  /** Of the mongod. */
  pid: z.int().positive(),
  version: z.string(),
  binary: z.string(),
  /** The database that the service uses; known once the service has chosen it. */
  database: z.string().exactOptional(),
  startedAt: z.iso.datetime(),
  /** Of the process that started or adopted it last. */
  serverPid: z.int().positive(),
});
export type MongodState = z.infer<typeof MongodState>;

/** Undefined when there is none, it cannot be read as one, or its pid is dead or no mongod of this data directory. */
export async function readState(dataDir: string): Promise<MongodState | undefined> {
  const { state, dbPath } = await placesAt(dataDir);
  const found = await readJson(state, MongodState);
  return found !== undefined && (await runsWith(found.pid, dbPath)) ? found : undefined;
}

/** As `readState`, but a stale one too. */
export async function readLastState(dataDir: string): Promise<MongodState | undefined> {
  return readJson((await placesAt(dataDir)).state, MongodState);
}

/** 0600, replaced whole. */
export async function writeState(dataDir: string, state: MongodState): Promise<void> {
  await writeJson((await placesAt(dataDir)).state, MongodState.parse(state));
}

export async function removeState(dataDir: string): Promise<void> {
  await rm((await placesAt(dataDir)).state, { force: true });
}

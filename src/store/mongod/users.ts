import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "./json-file.js";
import { startMark, stillRuns } from "./process.js";

const User = z.object({ pid: z.int().positive(), mark: z.string() });

/**
 * Which processes use the embedded mongod with this pid. It is shut down by the last one: a verb of the command line that
 * started it leaves it running for the server that came meanwhile, and the other way round.
 */
export async function joinUsers(dataDir: string, mongodPid: number): Promise<void> {
  await mkdir(folderOf(dataDir), { recursive: true, mode: 0o700 });
  await writeJson(ownFile(dataDir, mongodPid), { pid: process.pid, mark: await startMark(process.pid) });
}

/** Whether others are left. */
export async function leaveUsers(dataDir: string, mongodPid: number): Promise<boolean> {
  await rm(ownFile(dataDir, mongodPid), { force: true });
  let others = false;
  for (const entry of await readdir(folderOf(dataDir)).catch(() => [])) {
    if (!entry.endsWith(".json")) continue;
    const path = join(folderOf(dataDir), entry);
    const user = await readJson(path, User);
    if (user === undefined || !(await stillRuns(user))) await rm(path, { force: true });
    else if (entry.startsWith(`${mongodPid}-`)) others = true;
  }
  return others;
}

function folderOf(dataDir: string): string {
  return join(dataDir, "mongod-users");
}

function ownFile(dataDir: string, mongodPid: number): string {
  return join(folderOf(dataDir), `${mongodPid}-${process.pid}.json`);
}

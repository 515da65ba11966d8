import { randomBytes } from "node:crypto";
import { link, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../domain/errors.js";
import type { Clock } from "../../lib/clock.js";
import { readJson } from "./json-file.js";
import { placesIn } from "./places.js";
import { startMark, stillRuns } from "./process.js";

const Holder = z.object({ pid: z.int().positive(), mark: z.string() });

export interface Lock {
  release(): Promise<void>;
}

/** Only one `serve` on a data directory. Throws `UserError` "already_serving" with the pid of the first. */
export async function lockServe(dataDir: string): Promise<Lock> {
  const taken = await tryLock(dataDir, "serve").catch((cause: unknown) => {
    if (!(cause instanceof Error) || !("code" in cause)) throw cause;
    throw new UserError("bad_data_dir", `DATA_DIR: must be a folder that this user can make and write, was: ${dataDir} (${String(cause.code)})`, { cause });
  });
  if ("release" in taken) return taken;
  throw new UserError("already_serving", `another server (pid ${taken.heldBy}) already serves ${dataDir}: stop it, or set DATA_DIR to another place`);
}

/** Starting and stopping are done by one process at a time: a second mongod would take the first one's socket away. */
export async function lockStart(dataDir: string, clock: Clock, until: number): Promise<Lock> {
  for (;;) {
    const taken = await tryLock(dataDir, "mongod");
    if ("release" in taken) return taken;
    if (clock.now().getTime() > until) {
      throw new UserError("mongod_stuck", `process ${taken.heldBy} has been starting or stopping the MongoDB of ${dataDir} for too long: stop it and start again`);
    }
    await clock.sleep(25);
  }
}

/**
 * A lock that ends with its process, however that ended. `DATA_DIR/locks/NAME-1` is made complete by one `link`, which
 * fails when it exists. One whose process is gone is not removed and made again (two could do that at once) but followed
 * by `NAME-2`; who has made one looks again, and steps back for any other that lives.
 */
export async function tryLock(dataDir: string, name: string): Promise<Lock | { heldBy: number }> {
  const folder = join((await placesIn(dataDir)).dataDir, "locks");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const mark = await startMark(process.pid);
  if (mark === undefined) throw new Error("cannot tell when this process began");
  const draft = join(folder, `.${name}-${process.pid}-${randomBytes(6).toString("hex")}`);
  await writeFile(draft, JSON.stringify({ pid: process.pid, mark }), { mode: 0o600, flag: "wx" });
  try {
    let heldBy = 0;
    for (let tries = 0; tries < 20; tries++) {
      const before = await look(folder, name);
      if (before.living !== undefined) return { heldBy: before.living };
      const path = join(folder, `${name}-${before.last + 1}`);
      if (!(await made(draft, path))) continue;
      const after = await look(folder, name, path);
      if (after.living === undefined) {
        for (const stale of after.dead) await rm(stale, { force: true });
        return { release: () => rm(path, { force: true }) };
      }
      heldBy = after.living;
      await rm(path, { force: true });
    }
    return { heldBy };
  } finally {
    await rm(draft, { force: true });
  }
}

/** `dead` are files below the last one whose process is gone. */
async function look(folder: string, name: string, own?: string): Promise<{ last: number; living: number | undefined; dead: string[] }> {
  const seen = { last: 0, living: undefined as number | undefined, dead: [] as string[] };
  for (const entry of await readdir(folder)) {
    const number = new RegExp(`^${name}-(\\d+)$`).exec(entry)?.[1];
    if (number === undefined) continue;
    seen.last = Math.max(seen.last, Number(number));
    const path = join(folder, entry);
    if (path === own) continue;
    const holder = await readJson(path, Holder);
    if (holder !== undefined && (await stillRuns(holder))) seen.living = holder.pid;
    else seen.dead.push(path);
  }
  return seen;
}

async function made(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

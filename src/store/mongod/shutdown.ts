import type { Clock } from "../../lib/clock.js";
import { listens } from "./launch.js";
import { stillRuns } from "./process.js";
import { withClient } from "./replica-set.js";

/** Ends a mongod that runs, in order: by command (at its socket, so none other may have taken its place), else by signal after 10 s, by force after 10 s more. Resolves when it has ended. */
export async function shutDown(mongod: { pid: number; mark: string }, socket: string, uri: string, clock: Clock): Promise<void> {
  if (await listens(socket)) {
    await withClient(uri, 5_000, (client) => client.db("admin").command({ shutdown: 1, force: true, timeoutSecs: 1 })).catch(() => undefined);
    if (await ends(mongod, 10_000, clock)) return;
  }
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!(await stillRuns(mongod))) return;
    process.kill(mongod.pid, signal);
    if (await ends(mongod, 10_000, clock)) return;
  }
}

async function ends(mongod: { pid: number; mark: string }, withinMs: number, clock: Clock): Promise<boolean> {
  const until = clock.now().getTime() + withinMs;
  while (await stillRuns(mongod)) {
    if (clock.now().getTime() > until) return false;
    await clock.sleep(15);
  }
  return true;
}

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * A mark of when this very process began, or undefined when no such process runs (a zombie does not run).
 * Pid and mark together name a process for good: a later one with the same pid has another mark.
 */
export async function startMark(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined;
  try {
    return process.platform === "linux" ? await markFromProc(pid) : await markFromPs(pid);
  } catch {
    return undefined;
  }
}

/** Whether the process that had this pid and mark still runs. */
export async function stillRuns(of: { pid: number; mark: string }): Promise<boolean> {
  return (await startMark(of.pid)) === of.mark;
}

/** Whether `pid` runs and names `argument` on its command line. */
export async function runsWith(pid: number, argument: string): Promise<boolean> {
  if ((await startMark(pid)) === undefined) return false;
  try {
    if (process.platform === "linux") return (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").includes(argument);
    return (await run("ps", ["-ww", "-o", "command=", "-p", String(pid)])).stdout.includes(argument);
  } catch {
    return false;
  }
}

async function markFromProc(pid: number): Promise<string | undefined> {
  const bootId = readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const [stat, boot] = await Promise.all([readFile(`/proc/${pid}/stat`, "utf8"), bootId]);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, ticks] = [fields[0], fields[19]];
  return state === "Z" || state === "X" || ticks === undefined ? undefined : `${boot.trim().slice(0, 8)}-${ticks}`;
}

async function markFromPs(pid: number): Promise<string | undefined> {
  const { stdout } = await run("ps", ["-o", "stat=,lstart=", "-p", String(pid)]);
  const [state, ...since] = stdout.trim().split(/\s+/);
  return state === undefined || state.startsWith("Z") ? undefined : since.join(" ");
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

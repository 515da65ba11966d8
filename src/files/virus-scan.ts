import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError } from "../domain/errors.js";
import type { Clock } from "../lib/clock.js";
import { FileRefused } from "./refused.js";

/** Resolves when the bytes are clean. Rejects with `FileRefused` (`infected`) when they are not, with anything else when nothing was found out. */
export type VirusScan = (bytes: AsyncIterable<Uint8Array>, signal: AbortSignal) => Promise<void>;

const exitClean = 0;
const exitInfected = 1;
const defaultTimeoutMs = 60_000;

/**
 * A program that reads a file on its standard input and exits with 0 (clean) or 1 (infected), as clamdscan does. It is run without a
 * shell and knows nothing of our environment but PATH.
 */
export function createVirusScan(deps: { command: readonly string[]; pathEnv: string; clock: Clock; timeoutMs?: number }): VirusScan {
  const { command, pathEnv, clock, timeoutMs = defaultTimeoutMs } = deps;
  const [program = "", ...words] = command;

  return async (bytes, signal) => {
    const ending = new AbortController();
    const until = AbortSignal.any([signal, ending.signal]);
    void clock.sleep(timeoutMs, until).then(() => ending.abort(new Error("the virus scan took too long")));
    const child = spawn(program, words, { stdio: ["pipe", "ignore", "ignore"], env: { PATH: pathEnv }, signal: until, killSignal: "SIGKILL" });
    try {
      const exit = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
      const fed = pipeline(Readable.from(bytes), child.stdin).then(() => true, () => false);
      const code = await exit;
      if (code === exitInfected) throw new FileRefused("infected", "the virus scan found something");
      if (code !== exitClean || !(await fed)) throw new Error("the virus scan gave no result");
    } finally {
      ending.abort();
    }
  };
}

/** Throws a `UserError` when the command's program is not there to be run. */
export async function checkVirusScan({ command, pathEnv }: { command: readonly string[]; pathEnv: string }): Promise<void> {
  const [program = ""] = command;
  const places = program.includes("/") ? [program] : pathEnv.split(delimiter).filter((folder) => folder !== "").map((folder) => join(folder, program));
  for (const place of places) {
    if (await access(place, constants.X_OK).then(() => true, () => false)) return;
  }
  throw new UserError("bad_config", `VIRUS_SCAN_COMMAND: must begin with a program that can be run; was: ${command.join(" ")}`);
}

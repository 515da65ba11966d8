import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../domain/errors.js";
import type { Clock } from "../../lib/clock.js";
import type { Places } from "./places.js";
import { runsWith } from "./process.js";
import { untilPrimary, whoAnswers, withClient } from "./replica-set.js";
import { readState } from "./state.js";

/** How long a mongod may live without its socket file before it is asked to stop (it can no longer be reached). */
const unreachableMs = 3_000;

/**
 * A mongod that already runs on this data, once it takes writes; undefined when none runs. One that is about to stop is
 * waited for. Throws `UserError` "mongod_stuck" when it lives but does not answer until `until`.
 */
export async function adopt(options: {
  places: Places;
  socket: string;
  uri: string;
  clock: Clock;
  until: number;
}): Promise<{ pid: number; version: string } | undefined> {
  const { places, socket, uri, clock, until } = options;
  const began = clock.now().getTime();
  let asked = false;
  for (;;) {
    const pid = await holderOf(places);
    if (pid === undefined) return undefined;
    const now = clock.now().getTime();
    if (existsSync(socket)) {
      const found = await withClient(uri, 1_000, async (client) => {
        const who = await whoAnswers(client);
        if (who.dbPath !== places.dbPath) return undefined;
        await untilPrimary(client, socket, { clock, until: Math.min(until, now + 2_000) });
        return { pid: who.pid, version: who.version };
      }).catch(() => undefined);
      if (found !== undefined) return found;
    } else if (!asked && now - began > unreachableMs) {
      asked = true;
      process.kill(pid, "SIGTERM");
    }
    if (now > until) {
      throw new UserError("mongod_stuck", `mongod (pid ${pid}) holds ${places.dbPath} but does not answer: stop it (kill ${pid}) and start again`);
    }
    await clock.sleep(50);
  }
}

/** The living mongod that has these data files open. */
async function holderOf(places: Places): Promise<number | undefined> {
  const stated = (await readState(places.dataDir))?.pid;
  if (stated !== undefined) return stated;
  const locked = Number.parseInt(await readFile(join(places.dbPath, "mongod.lock"), "utf8").catch(() => ""), 10);
  return Number.isInteger(locked) && locked > 0 && (await runsWith(locked, places.dbPath)) ? locked : undefined;
}

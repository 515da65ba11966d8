import { mkdir } from "node:fs/promises";
import type { MongoInstance } from "mongodb-memory-server-core";
import { UserError } from "../../domain/errors.js";
import type { Clock } from "../../lib/clock.js";
import { systemClock } from "../../lib/clock.js";
import { adopt } from "./adopt.js";
import type { FindOptions } from "./find.js";
import { findMongod } from "./find.js";
import { launch } from "./launch.js";
import type { EmbeddedMongod, MongodLog, Running } from "./handle.js";
import { handleOf } from "./handle.js";
import { lockStart } from "./lock.js";
import { firstComplaint, sizeOf, turnLog } from "./log-file.js";
import type { Places } from "./places.js";
import { placesIn, socketOf, socketUri } from "./places.js";
import { startMark } from "./process.js";
import { untilPrimary, withClient } from "./replica-set.js";
import type { MongodState } from "./state.js";
import { readLastState, writeState } from "./state.js";
import { joinUsers } from "./users.js";
import { readMadeBy, recordMadeBy } from "./version.js";

export interface EmbeddedOptions extends FindOptions {
  log: MongodLog;
  clock?: Clock;
  /** Until it takes writes, recovery after a crash included. Default 60 s. */
  launchTimeoutMs?: number;
}

/**
 * A one-node replica set on `dataDir/db`, reachable by this user alone (a unix socket in a 0700 folder), once it takes
 * writes; one that already runs there is adopted. Safe to call from several processes at a time. Throws `UserError`:
 * "mongod_not_found", "wrong_major", "mongod_failed", "mongod_stuck", "socket_folder_unsafe", "not_on_windows".
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedMongod> {
  if (process.platform === "win32") throw new UserError("not_on_windows", "the embedded MongoDB needs unix sockets: set MONGODB_URI");
  const clock = options.clock ?? systemClock;
  const places = await placesIn(options.dataDir);
  const socket = await socketOf(places.dataDir);
  const uri = socketUri(socket);
  const until = clock.now().getTime() + (options.launchTimeoutMs ?? 60_000);
  const lock = await lockStart(places.dataDir, clock, until);
  try {
    const found = await adopt({ places, socket, uri, clock, until });
    const running = found === undefined ? await spawn(options, places, socket, { clock, until }) : { ...found, ...(await adoptedFrom(places)) };
    const mark = await startMark(running.pid);
    if (mark === undefined) throw new UserError("mongod_failed", `mongod ended as soon as it was ready: see ${places.logPath}`);
    await joinUsers(places.dataDir, running.pid);
    const state = await recordState(places, uri, running, clock);
    options.log.info({ pid: running.pid, version: running.version, adopted: found !== undefined }, "embedded mongod takes writes");
    return handleOf({ running, mark, state, dataDir: places.dataDir, socket, clock, log: options.log });
  } finally {
    await lock.release();
  }
}

async function spawn(options: EmbeddedOptions, places: Places, socket: string, wait: { clock: Clock; until: number }): Promise<Running> {
  const { binary, version, source } = await findMongod(options);
  await mkdir(places.dbPath, { recursive: true, mode: 0o700 });
  await turnLog(places.logPath);
  const logged = await sizeOf(places.logPath);
  const timeoutMs = Math.max(1_000, wait.until - wait.clock.now().getTime());
  let instance: MongoInstance | undefined;
  try {
    instance = await launch({ binary, version, places, socket, timeoutMs, clock: wait.clock });
    await withClient(socketUri(socket), 10_000, (client) => untilPrimary(client, socket, wait));
  } catch (cause) {
    await instance?.stop();
    const why = (await firstComplaint(places.logPath, logged)) ?? (cause instanceof Error ? cause.message : String(cause));
    throw new UserError("mongod_failed", `${binary} (MongoDB ${version}) did not start on ${places.dbPath}: ${why} (more in ${places.logPath})`, { cause });
  }
  await recordMadeBy(places.dataDir, { version, binary, source });
  return { pid: instance.mongodProcess?.pid ?? 0, version, binary, instance };
}

async function adoptedFrom(places: Places): Promise<{ binary: string; instance: undefined }> {
  const binary = (await readLastState(places.dataDir))?.binary ?? (await readMadeBy(places.dataDir))?.binary ?? "mongod";
  return { binary, instance: undefined };
}

/** The database's name survives; so does the server that is still there, when a verb beside it adopts its mongod. */
async function recordState(places: Places, uri: string, running: Running, clock: Clock): Promise<MongodState> {
  const last = await readLastState(places.dataDir);
  const same = last?.pid === running.pid;
  const { pid, version, binary } = running;
  const state: MongodState = {
    uri,
    pid,
    version,
    binary,
    ...(last?.database === undefined ? {} : { database: last.database }),
    startedAt: same ? last.startedAt : clock.now().toISOString(),
    serverPid: same && (await startMark(last.serverPid)) !== undefined ? last.serverPid : process.pid,
  };
  await writeState(places.dataDir, state);
  return state;
}

import { rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { MongoInstance } from "mongodb-memory-server-core";
import type { Clock } from "../../lib/clock.js";
import { lockStart } from "./lock.js";
import { stillRuns } from "./process.js";
import { shutDown } from "./shutdown.js";
import type { MongodState } from "./state.js";
import { readLastState, removeState } from "./state.js";
import { leaveUsers } from "./users.js";
import { watchAdopted } from "./watch.js";

/** One line an event; pino's shape. */
export interface MongodLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface EmbeddedMongod {
  uri: string;
  pid: number;
  version: string;
  /** It ran already, left behind or started by another process. */
  adopted: boolean;
  /** What stands in `mongod.json`; add `database` to it with `writeState`. */
  state: MongodState;
  /** Ends it in order (about a second), unless another living process uses it too. The second call waits for the first. */
  stop(): Promise<void>;
  /** Calls back once when mongod ends without `stop()`; `startEmbedded` may then be called again at once. */
  onExit(callback: () => void): void;
}

/** A mongod that takes writes; `instance` when it is our own child. */
export interface Running {
  pid: number;
  version: string;
  binary: string;
  instance: MongoInstance | undefined;
}

/** What the caller of `startEmbedded` holds. `mark` is the mongod's start mark. */
export function handleOf(of: {
  running: Running;
  mark: string;
  state: MongodState;
  dataDir: string;
  socket: string;
  clock: Clock;
  log: MongodLog;
}): EmbeddedMongod {
  const { running, mark, state, dataDir, socket, clock, log } = of;
  const { pid, version, instance } = running;
  const child = instance?.mongodProcess;
  const stopped = new AbortController();
  const callbacks: (() => void)[] = [];
  let gone = false;
  let stopping: Promise<void> | undefined;

  const ended = (): void => {
    if (gone || stopped.signal.aborted) return;
    gone = true;
    log.warn({ pid }, "embedded mongod ended by itself");
    for (const callback of callbacks) callback();
  };
  if (instance === undefined) watchAdopted({ socket, process: { pid, mark }, clock, signal: stopped.signal, ended });
  else if (child === undefined || child.exitCode !== null || child.signalCode !== null) queueMicrotask(ended);
  else child.once("exit", ended);

  const end = async (): Promise<void> => {
    stopped.abort();
    const lock = await lockStart(dataDir, clock, clock.now().getTime() + 10_000).catch(() => undefined);
    try {
      if ((await leaveUsers(dataDir, pid)) || !(await stillRuns({ pid, mark }))) return;
      await shutDown({ pid, mark }, socket, state.uri, clock);
      await instance?.stop();
      await rmdir(dirname(socket)).catch(() => undefined);
      if ((await readLastState(dataDir))?.pid === pid) await removeState(dataDir);
      log.info({ pid }, "embedded mongod stopped");
    } finally {
      await lock?.release();
    }
  };
  return {
    uri: state.uri,
    pid,
    version,
    adopted: instance === undefined,
    state,
    stop: () => (stopping ??= end()),
    onExit: (callback) => void (gone ? queueMicrotask(callback) : callbacks.push(callback)),
  };
}

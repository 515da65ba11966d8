import { resolve } from "node:path";
import type { Connection } from "mongoose";
import type { Config } from "../config/config.js";
import { UserError } from "../domain/errors.js";
import type { Log } from "../lib/log.js";
import { systemClock } from "../lib/clock.js";
import { connect } from "../store/connect.js";
import { startEmbedded } from "../store/mongod/embedded.js";
import { readState, writeState } from "../store/mongod/state.js";

/** Longest pause between tries to start the embedded mongod again. */
const mostWaitMs = 10_000;

export interface Database {
  connection: Connection;
  /** Where it is, without credentials. */
  where: string;
  close(): Promise<void>;
}

/** Connects to `MONGODB_URI`, else to the embedded mongod: the one that runs, or one started for us. A mongod of our own that dies is started again. */
export async function openDatabase(config: Config, log: Log, options: { progress?: (line: string) => void } = {}): Promise<Database> {
  if (config.MONGODB_URI !== undefined) {
    const connection = await connect({ uri: config.MONGODB_URI, database: config.database }).catch((error: unknown) => {
      throw new UserError("mongodb_unreachable", `MONGODB_URI: cannot be reached: ${error instanceof Error ? error.name : "unknown error"}; check the address and that the server runs`);
    });
    await mustFit(connection);
    return { connection, where: /^[a-z+]+:\/\/(?:[^/]*@)?([^/?,]+)/.exec(config.MONGODB_URI)?.[1] ?? "MONGODB_URI", close: () => connection.close() };
  }
  const dataDir = resolve(config.DATA_DIR);
  let closing = false;
  const start = async (): Promise<Awaited<ReturnType<typeof startEmbedded>>> => {
    const mongod = await startEmbedded({
      dataDir,
      pathEnv: config.pathEnv,
      log,
      ...(config.MONGOD_BINARY === undefined ? {} : { configured: config.MONGOD_BINARY }),
      ...(options.progress === undefined ? {} : { onProgress: options.progress }),
    });
    const state = await readState(dataDir);
    if (state !== undefined) await writeState(dataDir, { ...state, database: config.database });
    mongod.onExit(() => void again());
    return mongod;
  };
  let mongod = await start();
  let restarting: Promise<void> | null = null;
  async function again(): Promise<void> {
    if (closing) return;
    log.error({}, "the embedded mongod ended; starting it again");
    restarting = restart();
    await restarting;
  }
  /** Goes on trying: a full disk or a slow recovery passes, and nothing works without it. */
  async function restart(): Promise<void> {
    for (let waitMs = 500; !closing; waitMs = Math.min(mostWaitMs, waitMs * 2)) {
      try {
        mongod = await start();
        return;
      } catch (error) {
        log.error({ err: error instanceof Error ? error.message : "unknown" }, "the embedded mongod does not start; trying again");
        await systemClock.sleep(waitMs);
      }
    }
  }
  const connection = await connect({ uri: mongod.uri, database: config.database }).catch(async (error: unknown) => {
    closing = true;
    await mongod.stop();
    throw error;
  });
  return {
    connection,
    where: `embedded ${mongod.version}${mongod.adopted ? " (adopted)" : ""}`,
    async close() {
      closing = true;
      await connection.close();
      await restarting;
      await mongod.stop();
    },
  };
}

/** The wire version of MongoDB 6.0. */
const leastWireVersion = 17;

/** Transactions and change streams need a replica set of MongoDB 6 or newer; another server is told so before anything is lost. */
async function mustFit(connection: Connection): Promise<void> {
  const hello = await connection.db?.admin().command({ hello: 1 });
  if (hello?.["setName"] === undefined && hello?.["msg"] !== "isdbgrid") {
    await connection.close();
    throw new UserError("no_replica_set", "MONGODB_URI: this mongod is not part of a replica set: start it with --replSet rs0 and run rs.initiate() once");
  }
  if (Number(hello?.["maxWireVersion"] ?? 0) < leastWireVersion) {
    await connection.close();
    throw new UserError("mongodb_too_old", "MONGODB_URI: this server is older than MongoDB 6: upgrade it, or leave MONGODB_URI out to use the embedded one");
  }
}

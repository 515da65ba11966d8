import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Connection } from "mongoose";
import type { Config } from "../../config/config.js";
import { systemClock } from "../../lib/clock.js";
import { randomIds } from "../../lib/ids.js";
import type { Log } from "../../lib/log.js";
import { ensureCollections } from "../../store/migrations.js";
import { readState } from "../../store/mongod/state.js";
import { openDatabase } from "../database.js";
import { readSecrets } from "../secrets.js";
import { createService, type Service } from "../service.js";
import { collections } from "../stores.js";

/** Works beside a running server (same database, found through `mongod.json`) as well as without one. Nothing is sent or received here. */
export async function withService<T>(config: Config, log: Log, progress: (line: string) => void, work: (service: Service, connection: Connection) => Promise<T>): Promise<T> {
  const state = config.MONGODB_URI === undefined ? await readState(resolve(config.DATA_DIR)) : undefined;
  const at = state?.database === undefined ? config : { ...config, database: state.database };
  const database = await openDatabase(at, log, { progress });
  try {
    await ensureCollections(database.connection, collections);
    const instance = `${hostname()}/${process.pid}/cli`;
    const service = await createService({ config: { ...at, ROLES: [] as never }, connection: database.connection, secrets: await readSecrets(config), clock: systemClock, ids: randomIds, instance, log });
    await service.calls.refresh();
    return await work(service, database.connection);
  } finally {
    await database.close();
  }
}

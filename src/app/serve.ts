import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Config } from "../config/config.js";
import { systemClock } from "../lib/clock.js";
import { randomIds } from "../lib/ids.js";
import type { Log } from "../lib/log.js";
import { buildIndexes, ensureCollections, migrate } from "../store/migrations.js";
import { lockServe } from "../store/mongod/lock.js";
import { openDatabase } from "./database.js";
import { seedCalls, seedDemo } from "./demo.js";
import { takeOver } from "./instance.js";
import { readSecrets } from "./secrets.js";
import { createService } from "./service.js";
import { collections, indexes } from "./stores.js";
import { migrations } from "./migrations.js";

/** Starts everything in order and runs until told to stop; stops in reverse. Throws `UserError` when it cannot start. */
export async function serve(config: Config, log: Log, out: (line: string) => void): Promise<void> {
  const began = performance.now();
  const dataDir = resolve(config.DATA_DIR);
  const lock = await lockServe(dataDir);
  const instance = `${hostname()}/${process.pid}/${randomIds.id().slice(0, 8)}`;
  try {
    const database = await openDatabase(config, log, { progress: out });
    try {
      await ensureCollections(database.connection, collections);
      const service = await createService({ config, connection: database.connection, secrets: await readSecrets(config), clock: systemClock, ids: randomIds, instance, log });
      await migrate({ connection: database.connection, leases: service.stores.leases, instance, clock: systemClock, log, migrations });
      await takeOver(dataDir, instance, service.stores, config.MONGODB_URI === undefined ? database.connection : null, systemClock.now());
      await service.calls.refresh();
      await (config.demo ? seedDemo(service, systemClock.now()) : seedCalls(service, systemClock.now()));
      const asked = stopSignal();
      try {
        const address = await service.start();
        const seconds = ((performance.now() - began) / 1_000).toFixed(1);
        log.info({ address, database: database.where, roles: config.ROLES, demo: config.demo, seconds }, "ready");
        out(`OCOP Connect is ready (${seconds} s)${address === null ? "" : `: ${address}/chat`}${config.demo ? " – demo data, nothing here is real" : ""}`);
        void buildIndexes(database.connection, indexes).then(
          (touched) => log.info({ touched }, "indexes are built"),
          (error: unknown) => log.error({ err: error instanceof Error ? error.message : "unknown" }, "indexes are not built"),
        );
        await asked;
        log.info({}, "stopping");
      } finally {
        await service.stop();
      }
    } finally {
      await database.close();
    }
    log.info({}, "stopped");
  } finally {
    await lock.release();
  }
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((done) => {
    let asked = false;
    const ask = (): void => {
      if (asked) process.exit(1);
      asked = true;
      done();
    };
    process.on("SIGINT", ask);
    process.on("SIGTERM", ask);
  });
}

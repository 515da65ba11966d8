import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../src/config/config.js";
import { seedCalls, seedDemo } from "../../src/app/demo.js";
import { readSecrets } from "../../src/app/secrets.js";
import { createService, type Service } from "../../src/app/service.js";
import { collections, indexes } from "../../src/app/stores.js";
import { systemClock, type Clock } from "../../src/lib/clock.js";
import { countingIds } from "../../src/lib/ids.js";
import { silent, type Log } from "../../src/lib/log.js";
import { connect } from "../../src/store/connect.js";
import { buildIndexes, ensureCollections } from "../../src/store/migrations.js";

/** Real time that begins at `start` and can be moved ahead: what waits in real time goes on waiting. */
export interface MovedClock extends Clock {
  move(ms: number): void;
}

export function movedClock(start: string): MovedClock {
  const began = performance.now();
  let ahead = new Date(start).getTime();
  return {
    now: () => new Date(ahead + (performance.now() - began)),
    sleep: systemClock.sleep,
    move(ms) {
      ahead += ms;
    },
  };
}

export interface RunningService {
  service: Service;
  /** `http://127.0.0.1:PORT` */
  address: string;
  clock: MovedClock;
  database: string;
  stop(): Promise<void>;
}

/** The whole service in this process: the tests' mongod, a database of its own, an HTTP port of its own. Demo calls and people are seeded unless `demo` is false. */
export async function startRunningService(options: { env?: Record<string, string>; start?: string; demo?: boolean; log?: Log; database?: string } = {}): Promise<RunningService> {
  const uri = process.env["OCOP_TEST_MONGODB_URI"];
  if (uri === undefined) throw new Error("OCOP_TEST_MONGODB_URI is not set: it names the tests' replica set");
  const dataDir = await mkdtemp(join(tmpdir(), "ocop-service-"));
  const config = { ...readConfig({ DATA_DIR: dataDir, PORT: "0", MONGODB_URI: uri, DEMO: options.demo === false ? "0" : "1", TELEGRAM_CHAT_RATE: "1000/1000", TELEGRAM_API_ROOT: "http://127.0.0.1:9", ...options.env }) };
  const database = options.database ?? `test_${randomBytes(6).toString("hex")}`;
  const clock = movedClock(options.start ?? "2026-11-23T09:12:00+07:00");
  const connection = await connect({ uri, database, poolSize: 16 });
  await ensureCollections(connection, collections);
  await buildIndexes(connection, indexes);
  const service = await createService({ config, connection, secrets: await readSecrets(config), clock, ids: countingIds("test"), instance: `test/${database}`, log: options.log ?? silent });
  await service.calls.refresh();
  if (options.demo !== false) await seedDemo(service, clock.now());
  else await seedCalls(service, clock.now());
  const address = await service.start();
  return {
    service,
    address: address ?? "",
    clock,
    database,
    async stop() {
      await service.stop();
      await connection.dropDatabase();
      await connection.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

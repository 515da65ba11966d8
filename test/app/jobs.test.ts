import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { runDaily, type JobDeps } from "../../src/app/jobs.js";
import type { Leases } from "../../src/domain/ports.js";
import { createLeases, leaseIndexes } from "../../src/store/leases.js";
import type { Log } from "../../src/lib/log.js";
import { silent } from "../../src/lib/log.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";

const clock = manualClock("2026-11-28T08:10:00+07:00");
let leases: Leases;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await freshDatabase([leaseIndexes]);
  drop = database.drop;
  leases = createLeases(database.connection);
});
afterAll(() => drop());

const ran: string[] = [];
const on = (instance: string, change: Partial<JobDeps> = {}): Promise<void> =>
  runDaily({
    reminders: { run: () => Promise.resolve(0) },
    retention: {
      run(now) {
        ran.push(`${instance} ${now.toISOString()}`);
        return Promise.resolve();
      },
    },
    leases,
    instance,
    clock,
    log: silent,
    ...change,
  });

test("of several instances one runs the daily job, and on the next day one of them again", async () => {
  await Promise.all(["a", "b", "c"].map((instance) => on(instance)));
  expect(ran).toHaveLength(1);
  await clock.advance(86_400_000);
  await Promise.all(["a", "b", "c"].map((instance) => on(instance)));
  expect(ran.map((each) => each.slice(2))).toEqual(["2026-11-28T01:10:00.000Z", "2026-11-29T01:10:00.000Z"]);
});

test("a job that fails is told of and ends nothing else", async () => {
  await clock.advance(86_400_000);
  const told: string[] = [];
  const log = { ...silent, error: (_fields: object, event: string) => void told.push(event) } as unknown as Log;
  await on("a", { log, retention: { run: () => Promise.reject(new Error("broken")) } });
  expect(told).toEqual(["the daily job failed; it runs again tomorrow"]);
});

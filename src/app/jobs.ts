import cron from "node-cron";
import type { Leases } from "../domain/ports.js";
import type { Clock } from "../lib/clock.js";
import type { Log } from "../lib/log.js";

/** After the quiet hours, so that whoever is told something is awake. */
const daily = "10 8 * * *";
/** Whoever else wakes at the same minute finds it taken. */
const leaseMs = 3_600_000;

export interface JobDeps {
  reminders: { run(now: Date): Promise<unknown> };
  retention: { run(now: Date): Promise<unknown> };
  leases: Leases;
  instance: string;
  clock: Clock;
  log: Log;
}

/** The daily job, on the instance that takes the lease. What fails is told and waits for the next day. */
export async function runDaily({ reminders, retention, leases, instance, clock, log }: JobDeps): Promise<void> {
  try {
    const now = clock.now();
    if ((await leases.acquire("retention", instance, now, leaseMs)) === null) return;
    // One that fails does not keep the other from running.
    const [reminded, removed] = await Promise.allSettled([reminders.run(now), retention.run(now)]);
    for (const each of [reminded, removed]) if (each.status === "rejected") throw each.reason;
  } catch (error) {
    log.error({ err: error instanceof Error ? error.message : "unknown" }, "the daily job failed; it runs again tomorrow");
  }
}

/** Runs the daily job at 08:10 in Việt Nam. */
export function createJobs(deps: JobDeps): { start(): void; stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const task = cron.createTask(daily, () => (running = runDaily(deps)), { timezone: "Asia/Ho_Chi_Minh", noOverlap: true });
  return {
    start: () => void task.start(),
    async stop() {
      await task.destroy();
      await running;
    },
  };
}

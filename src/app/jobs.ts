import cron from "node-cron";
import type { Leases } from "../domain/ports.js";
import type { Clock } from "../lib/clock.js";
import type { Log } from "../lib/log.js";

/** After the quiet hours, so that whoever is told something is awake. */
const daily = "10 8 * * *";
/** Whoever else wakes at the same minute finds it taken. */
const leaseMs = 3_600_000;

/** Runs the daily job at 08:10 in Việt Nam, on one instance: the one that takes the lease. */
export function createJobs(deps: { retention: { run(now: Date): Promise<unknown> }; leases: Leases; instance: string; clock: Clock; log: Log }): { start(): void; stop(): Promise<void> } {
  const { retention, leases, instance, clock, log } = deps;
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    try {
      const now = clock.now();
      if ((await leases.acquire("retention", instance, now, leaseMs)) !== null) await retention.run(now);
    } catch (error) {
      log.error({ err: error instanceof Error ? error.message : "unknown" }, "the daily job failed; it runs again tomorrow");
    }
  }

  const task = cron.createTask(daily, () => (running = run()), { timezone: "Asia/Ho_Chi_Minh", noOverlap: true });
  return {
    start: () => void task.start(),
    async stop() {
      await task.destroy();
      await running;
    },
  };
}

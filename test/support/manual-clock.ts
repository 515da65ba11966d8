import type { Clock } from "../../src/lib/clock.js";

/** A clock that stands still until the test moves it. */
export interface ManualClock extends Clock {
  /** Moves on by `ms`, waking sleepers in their order at their own instants; what they start gets its turns. */
  advance(ms: number): Promise<void>;
  /** Moves on to an instant. */
  advanceTo(at: Date): Promise<void>;
  /** Jumps without waking anybody on the way: a blocked event loop, a suspended machine, a clock set back. */
  jump(ms: number): void;
  /** Waits, in real time, with the clock standing still, until `done`; for what takes real input and output. Rejects after 10 s. */
  until(done: () => boolean | Promise<boolean>, what?: string): Promise<void>;
  /** Moves on in steps of `stepMs`, giving real input and output its turns between, until `done`. Rejects after 20 s of real time. */
  runUntil(done: () => boolean | Promise<boolean>, stepMs?: number): Promise<void>;
  /** Instants of those who sleep, soonest first. */
  sleepers(): Date[];
}

export function manualClock(start: string | Date = "2026-11-23T02:12:00.000Z"): ManualClock {
  let nowMs = new Date(start).getTime();
  let sequence = 0;
  const asleep = new Map<number, { atMs: number; wake: () => void }>();

  function next(untilMs: number): { atMs: number; wake: () => void } | undefined {
    let found: { atMs: number; wake: () => void } | undefined;
    for (const sleeper of asleep.values()) if (sleeper.atMs <= untilMs && (found === undefined || sleeper.atMs < found.atMs)) found = sleeper;
    return found;
  }

  async function moveTo(targetMs: number): Promise<void> {
    await turns();
    for (let sleeper = next(targetMs); sleeper !== undefined; sleeper = next(targetMs)) {
      nowMs = Math.max(nowMs, sleeper.atMs);
      sleeper.wake();
      await turns();
    }
    nowMs = Math.max(nowMs, targetMs);
    await turns();
  }

  return {
    now: () => new Date(nowMs),
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const id = sequence++;
        const wake = (): void => {
          asleep.delete(id);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        asleep.set(id, { atMs: nowMs + Math.max(0, ms), wake });
        signal?.addEventListener("abort", wake, { once: true });
      });
    },
    advance: (ms) => moveTo(nowMs + ms),
    advanceTo: (at) => moveTo(at.getTime()),
    jump(ms) {
      nowMs += ms;
    },
    async until(done, what = "what was waited for") {
      const end = Date.now() + 25_000;
      while (!(await done())) {
        if (Date.now() > end) throw new Error(`${what} did not come within 25 s`);
        await realMs(2);
      }
    },
    async runUntil(done, stepMs = 50) {
      const end = Date.now() + 25_000;
      while (!(await done())) {
        if (Date.now() > end) throw new Error("what was run for did not come within 25 s");
        await moveTo(nowMs + stepMs);
        await realMs(1);
      }
    },
    sleepers: () => [...asleep.values()].map(({ atMs }) => new Date(atMs)).sort((a, b) => a.getTime() - b.getTime()),
  };
}

const realMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets promises and immediates that are due have their turns. */
async function turns(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

import type { Clock } from "../lib/clock.js";

/** One timer for everything a sender waits for: rings at the earliest instant asked for, then forgets. */
export interface Alarm {
  at(ms: number | null): void;
  stop(): void;
}

export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let armed: { ms: number; cancel: AbortController } | null = null;
  let stopped = false;

  async function arm(ms: number): Promise<void> {
    armed?.cancel.abort();
    const mine = { ms, cancel: new AbortController() };
    armed = mine;
    await clock.sleep(Math.max(1, ms - clock.now().getTime()), mine.cancel.signal);
    if (armed !== mine || stopped) return;
    armed = null;
    ring();
  }

  return {
    at(ms) {
      if (ms === null || ms === Infinity || stopped || (armed !== null && armed.ms <= ms)) return;
      void arm(ms);
    },
    stop() {
      stopped = true;
      armed?.cancel.abort();
    },
  };
}

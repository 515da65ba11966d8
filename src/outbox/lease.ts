import type { Leases } from "../domain/ports.js";
import type { Clock } from "../lib/clock.js";
import type { Log } from "./types.js";

/** The right to send for one channel and account. */
export interface Lease {
  /** The term, while the lease cannot have expired by our clock; looked at before each send. */
  term(nowMs: number): number | null;
  /** Takes or renews it when a third of it has passed (or at once with `now`). */
  tend(now?: boolean): void;
  /** When `tend` has something to do; null while it is being asked for. */
  tendAt(): number | null;
  /** Gives it up, or lets it run out after `lingerMs`. */
  end(lingerMs: number): Promise<void>;
}

export function createLease(deps: {
  leases: Leases;
  name: string;
  holder: string;
  clock: Clock;
  leaseMs: number;
  log: Log;
  /** Called with a term when one begins, with null when it is lost. */
  onChange(term: number | null): void;
  onAnswer(): void;
}): Lease {
  const { leases, name, holder, clock, leaseMs, log } = deps;
  let held: { term: number; untilMs: number } | null = null;
  let nextMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  let ended = false;

  async function ask(): Promise<void> {
    const asked = clock.now();
    nextMs = asked.getTime() + leaseMs / 3;
    try {
      const got = await leases.acquire(name, holder, asked, leaseMs);
      if (ended) return;
      const before = held?.term ?? null;
      held = got === null ? null : { term: got.term, untilMs: asked.getTime() + leaseMs * 0.9 };
      if (before !== (got?.term ?? null)) {
        log.info({ sender: name, term: got?.term ?? null }, got === null ? "sending lease lost" : "sending lease taken");
        deps.onChange(got?.term ?? null);
      }
    } catch (error) {
      nextMs = asked.getTime() + Math.min(1_000, leaseMs / 3);
      log.warn({ sender: name, error: String(error) }, "sending lease not renewed");
    }
  }

  return {
    term: (nowMs) => (held !== null && nowMs < held.untilMs ? held.term : null),
    tend(now = false) {
      if (ended || asking !== null || (!now && clock.now().getTime() < nextMs)) return;
      asking = ask().finally(() => {
        asking = null;
        deps.onAnswer();
      });
    },
    tendAt: () => (asking === null ? nextMs : null),
    async end(lingerMs) {
      ended = true;
      await asking;
      const mine = held !== null;
      held = null;
      if (!mine) return;
      if (lingerMs > 0) await leases.acquire(name, holder, clock.now(), lingerMs);
      else await leases.release(name, holder);
    },
  };
}

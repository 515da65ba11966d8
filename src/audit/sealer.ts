import type { AuditStore } from "../domain/audit.js";
import { localDate } from "../domain/dates.js";
import type { Leases, Transactions } from "../domain/ports.js";
import type { Clock } from "../lib/clock.js";
import type { Log } from "../lib/log.js";
import { beginning, sealOnto } from "./chain.js";
import type { Heads } from "./heads.js";

export interface SealerDeps {
  store: AuditStore;
  transactions: Transactions;
  leases: Leases;
  /** Names this process. */
  holder: string;
  heads: Heads;
  clock: Clock;
  log: Log;
}

export interface Sealer {
  /** Looks every second until it is stopped. */
  start(): void;
  stop(): Promise<void>;
  /** Looks once: seals all that waits, and writes the day's head out. Answers how many were sealed; rejects when another sealer was faster. */
  look(): Promise<number>;
}

const everyMs = 1_000;
const leaseMs = 10_000;
const batch = 500;
const leaseName = "audit";

/**
 * Gives what was done its number and hash, a second later: who acts never waits for the chain. What is sealed together is
 * sealed in one transaction, so that a crash leaves it unsealed, and two sealers that overlap conflict instead of forking.
 */
export function createSealer({ store, transactions, leases, holder, heads, clock, log }: SealerDeps): Sealer {
  const stopping = new AbortController();
  /** The local date whose head was written out. */
  let writtenOn: string | null = null;
  let running: Promise<void> = Promise.resolve();

  const sealSome = (): Promise<number> =>
    transactions.run(async (tx) => {
      const waiting = await store.unsealed(tx, batch);
      if (waiting.length === 0) return 0;
      const sealed = sealOnto((await store.head(tx)) ?? beginning, waiting.map(({ entry }) => entry));
      await store.seal(tx, sealed, waiting.flatMap(({ salts }) => salts));
      return waiting.length;
    });

  async function writeHead(now: Date): Promise<void> {
    const head = await store.head(null);
    if (head === null) return;
    const last = (await heads.read()).heads.at(-1);
    if (last === undefined || (last.seq !== head.seq && localDate(new Date(last.at)) !== localDate(now))) {
      const written = { seq: head.seq, hash: head.hash, at: now.toISOString() };
      await heads.append(written);
      log.info(written, "audit head");
    }
    writtenOn = localDate(now);
  }

  async function look(): Promise<number> {
    const now = clock.now();
    const due = writtenOn !== localDate(now);
    if (!due && (await store.waiting()) === 0) return 0;
    if ((await leases.acquire(leaseName, holder, now, leaseMs)) === null) return 0;
    let all = 0;
    for (let some = batch; some === batch && !stopping.signal.aborted; all += some) some = await sealSome();
    if (due) await writeHead(now);
    return all;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) => log.warn({ err: error instanceof Error ? error.name : "unknown" }, "audit not sealed yet"));
      await clock.sleep(everyMs, stopping.signal);
    }
  }

  return {
    look,
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
      await leases.release(leaseName, holder).catch(() => undefined);
    },
  };
}

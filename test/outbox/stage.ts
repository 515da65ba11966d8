import type { Delivery } from "../../src/domain/delivery.js";
import type { DeliveryStore } from "../../src/domain/ports.js";
import { createOutbox } from "../../src/outbox/outbox.js";
import type { Outbox } from "../../src/outbox/outbox.js";
import { defaultSettings } from "../../src/outbox/types.js";
import type { Sender, Settings } from "../../src/outbox/types.js";
import { createDeliveryStore, deliveryIndexes } from "../../src/store/deliveries.js";
import { createLeases } from "../../src/store/leases.js";
import { ensureCollections } from "../../src/store/migrations.js";
import { createSignals, signalCollection } from "../../src/store/signals.js";
import { createTranscriptStore, transcriptIndexes } from "../../src/store/transcripts.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";
import type { ManualClock } from "../support/manual-clock.js";
import { at, quiet } from "./rows.js";

export interface Sent {
  by: string;
  id: string;
  chat: string;
  lane: Delivery["lane"];
  atMs: number;
}

/** What an instance's channel does with a message; default: takes it. */
export type Answer = (delivery: Delivery, signal: AbortSignal) => Promise<{ messageId: string }>;

export interface Instance {
  outbox: Outbox;
  unreachable: [string, string][];
  stored: string[];
  /** As a killed process: from now on nothing it does reaches the store, and nothing is sent. */
  kill(): void;
  /** Cannot renew its lease any more; all else works. */
  loseLease(): void;
}

export interface Stage {
  clock: ManualClock;
  sent: Sent[];
  deliveries: DeliveryStore;
  transcripts: ReturnType<typeof createTranscriptStore>;
  /** The row as it is stored. */
  read(id: string): Promise<Delivery>;
  states(): Promise<Record<string, number>>;
  instance(name: string, options?: { answer?: Answer; settings?: Partial<Settings>; rate?: Sender["rate"]; sendsInFlight?: number; deliveries?: (real: DeliveryStore) => DeliveryStore }): Instance;
  end(): Promise<void>;
}

const fast = { perSecond: 100_000, chat: { refillPerSecond: 100_000, size: 100_000 } };

export async function stage(): Promise<Stage> {
  const clock = manualClock();
  const { connection, drop } = await freshDatabase([deliveryIndexes, transcriptIndexes(366)]);
  await ensureCollections(connection, [signalCollection]);
  const deliveries = createDeliveryStore(connection);
  const transcripts = createTranscriptStore(connection, { clock });
  const leases = createLeases(connection);
  const signals = createSignals(connection, { clock, onError: () => undefined });
  const sent: Sent[] = [];
  const instances: Instance[] = [];
  const rows = connection.collection<Delivery>("deliveries");

  return {
    clock,
    sent,
    deliveries,
    transcripts,
    async read(id) {
      const found = await rows.findOne({ _id: id });
      if (found === null) throw new Error(`no row ${id}`);
      return found;
    },
    async states() {
      const counts: Record<string, number> = {};
      for (const { state, count } of await deliveries.counts()) counts[state] = (counts[state] ?? 0) + count;
      return counts;
    },
    instance(name, options = {}) {
      let alive = true;
      let renews = true;
      const guard = <T extends object>(port: T, works = (): boolean => alive): T =>
        new Proxy(port, {
          get: (target, key, self) => {
            const value: unknown = Reflect.get(target, key, self);
            if (typeof value !== "function" || key === "listen") return value;
            return (...args: unknown[]): unknown => (works() ? Reflect.apply(value, target, args) : new Promise(() => undefined));
          },
        });
      const unreachable: [string, string][] = [];
      const stored: string[] = [];
      const answer: Answer = options.answer ?? (async (delivery) => ({ messageId: `m-${delivery._id}` }));
      const outbox = createOutbox({
        deliveries: guard(options.deliveries?.(deliveries) ?? deliveries),
        transcripts: guard(transcripts),
        leases: guard(leases, () => alive && renews),
        signals: guard(signals),
        clock,
        log: quiet,
        instance: name,
        settings: { ...defaultSettings, ...options.settings },
        onUnreachable: async (delivery, code) => void unreachable.push([delivery._id, code]),
        onSent: (delivery) => void stored.push(delivery._id),
        senders: [
          {
            kind: at.channel,
            account: at.account,
            rate: options.rate === undefined ? fast : options.rate,
            sendsInFlight: options.sendsInFlight ?? 16,
            async send(delivery, signal) {
              if (!alive) return new Promise(() => undefined);
              sent.push({ by: name, id: delivery._id, chat: delivery.chat, lane: delivery.lane, atMs: clock.now().getTime() });
              return answer(delivery, signal);
            },
          },
        ],
      });
      const made: Instance = {
        outbox,
        unreachable,
        stored,
        kill() {
          alive = false;
        },
        loseLease() {
          renews = false;
        },
      };
      instances.push(made);
      return made;
    },
    async end() {
      for (const { outbox, kill } of instances) {
        kill();
        void outbox.stop();
      }
      await clock.advance(60_000);
      await drop();
    },
  };
}

/** Claims for the instance's term and inserts, as `conversation/` does, then hands over. */
export async function handOver(on: Stage, to: Instance, rows: readonly Delivery[]): Promise<void> {
  const claim = to.outbox.claimFor(at);
  if (claim === null) {
    await on.deliveries.insert(null, rows);
    return to.outbox.wake();
  }
  const claimed = rows.map((row): Delivery => ({ ...row, state: "claimed", claim }));
  await on.deliveries.insert(null, claimed);
  to.outbox.handover(claimed);
}

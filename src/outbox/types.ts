import type { Delivery } from "../domain/delivery.js";
import type { DeliveryStore, Leases, Signals, TranscriptStore } from "../domain/ports.js";
import type { Outgoing } from "../domain/message.js";
import type { Clock } from "../lib/clock.js";

/** What the outbox needs of a channel. */
export interface Sender {
  readonly kind: string;
  readonly account: string;
  readonly rate: { perSecond: number; chat: { refillPerSecond: number; size: number } } | null;
  readonly sendsInFlight: number;
  send(delivery: Delivery, signal: AbortSignal): Promise<{ messageId: string }>;
}

/** What the outbox writes to the log: one line an event, never a text. */
export interface Log {
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
}

export interface Settings {
  /** How long a sending lease lasts; renewed at a third, not trusted in its last tenth. */
  leaseMs: number;
  /** How often the store is looked at although nothing was signalled. */
  lookMs: number;
  /** Most rows held in memory for a sender from the store, where its rate does not ask for fewer; as many again may be handed over. */
  batch: number;
  /** Sends whose outcome may stay unknown before a row is given up; a 429 or an outage is not counted. */
  maxAttempts: number;
  /** Age at which a row is given up although only the channel was at fault. */
  outageMs: number;
  /** Waits after the first, second, … failure; the last one repeats. */
  backoffMs: readonly number[];
  /** How long one send may take before its outcome is taken for unknown. */
  sendTimeoutMs: number;
  /** How long `stop` waits for what is on its way. */
  drainMs: number;
  /** The outgoing message in words, for transcripts; default: its text, rows and `after`. */
  wordOf?: (content: Outgoing) => string;
}

export const defaultSettings: Settings = {
  leaseMs: 10_000,
  lookMs: 15_000,
  batch: 1_000,
  maxAttempts: 10,
  outageMs: 3 * 86_400_000,
  backoffMs: [1_000, 5_000, 30_000, 120_000, 600_000],
  sendTimeoutMs: 30_000,
  drainMs: 10_000,
};

export interface OutboxDeps {
  deliveries: DeliveryStore;
  transcripts: Pick<TranscriptStore, "append">;
  leases: Leases;
  signals: Signals;
  clock: Clock;
  log: Log;
  /** Names this process among all that share the database; never used twice. */
  instance: string;
  settings: Settings;
  /** A person cannot be reached on this account any more; the row is parked already. */
  onUnreachable(delivery: Delivery, code: string): Promise<void>;
  /** A row's success is stored. */
  onSent?(delivery: Delivery): void;
}

export interface Claim {
  by: string;
  term: number;
}

export interface SenderStatus {
  sender: string;
  /** Whether this instance sends for it. */
  holds: boolean;
  term: number | null;
  /** Rows in memory that wait. */
  waiting: number;
  /** Messages on their way, results being stored included. */
  inFlight: number;
  pausedUntil: Date | null;
  /** Failures since the last success that speak of the channel, not of one message. */
  failures: number;
}

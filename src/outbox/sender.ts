import { senderKey } from "../domain/delivery.js";
import type { Delivery } from "../domain/delivery.js";
import type { DeliveryResult } from "../domain/ports.js";
import { createBuckets } from "../lib/bucket.js";
import { createAlarm } from "./alarm.js";
import { createLanes } from "./lanes.js";
import { createLease } from "./lease.js";
import { createPace, unpaced } from "./pace.js";
import { createPauses } from "./pauses.js";
import { createResults } from "./results.js";
import { createStock } from "./stock.js";
import type { Claim, OutboxDeps, Sender, SenderStatus } from "./types.js";
import { asSendError, resultOf } from "./verdict.js";

/** One channel and account: picks, sends, and hands results to be stored, while this instance holds its lease. */
export interface SendingLoop {
  claim(): Claim | null;
  handover(rows: readonly Delivery[]): void;
  look(): void;
  /** Another instance may have given the lease up. */
  contend(): void;
  start(): void;
  stop(): Promise<void>;
  status(): SenderStatus;
}

interface Flight {
  row: Delivery;
  term: number;
  startedMs: number;
  cut: AbortController;
}

interface Landed {
  row: Delivery;
  term: number;
  result: DeliveryResult;
  /** Whether it holds a slot; a late answer does not. */
  slot: boolean;
}

const bucketKeys = 50_000;
const noBucket = { take: () => true, waitMs: () => 0 };

export function createSendingLoop(sender: Sender, deps: OutboxDeps): SendingLoop {
  const { clock, log, settings, instance } = deps;
  const { rate } = sender;
  const at = { channel: sender.kind, account: sender.account };
  const name = senderKey(at);
  const chunk = Math.max(1, Math.min(settings.batch, Math.ceil(rate?.perSecond ?? settings.batch)));
  const perChat = rate === null ? 50 : Math.max(1, Math.floor(rate.chat.refillPerSecond));
  const pace = rate === null ? unpaced : createPace(rate.perSecond);
  const buckets = rate === null ? noBucket : createBuckets({ ...rate.chat, maxKeys: bucketKeys });
  const pauses = createPauses();
  const lanes = createLanes({ waitMs: (chat, nowMs) => buckets.waitMs(chat, nowMs) });
  const flights = new Set<Flight>();
  let slots = 0;
  let running = false;
  let pumping = false;
  let claimed: Claim | null = null;

  let drained: (() => void) | null = null;

  const ms = (): number => clock.now().getTime();
  const mostAtOnce = (): number => (pauses.probing() ? 1 : sender.sendsInFlight);
  const alarm = createAlarm(clock, () => pump());
  const stock = createStock({ ...deps, at, lanes, chunk, perChat, lookMs: settings.lookMs, onMore: () => pump() });
  const results = createResults<Landed>({ ...deps, ...(settings.wordOf === undefined ? {} : { wordOf: settings.wordOf }) }, onStored);
  const lease = createLease({
    ...deps,
    name: `send:${name}`,
    holder: instance,
    leaseMs: settings.leaseMs,
    onAnswer: () => pump(),
    onChange(term) {
      stock.end();
      claimed = term === null ? null : { by: instance, term };
      if (claimed !== null) stock.begin(claimed);
    },
  });

  function pump(): void {
    if (!running || pumping) return;
    pumping = true;
    try {
      turn();
    } finally {
      pumping = false;
    }
  }

  function turn(): void {
    sweep(ms());
    lease.tend();
    for (;;) {
      const nowMs = ms();
      const term = lease.term(nowMs);
      if (term === null || nowMs < pauses.untilMs() || slots >= mostAtOnce() || !pace.free(nowMs)) break;
      const row = lanes.next(nowMs, nowMs < pace.evenAt());
      if (row === null) break;
      fly(row, term, nowMs);
    }
    const nowMs = ms();
    stock.refill(nowMs);
    arm(nowMs);
  }

  function arm(nowMs: number): void {
    alarm.at(lease.tendAt());
    alarm.at(stock.wakeAt());
    const [first] = flights;
    if (first !== undefined) alarm.at(first.startedMs + settings.sendTimeoutMs);
    if (stock.size === 0 || claimed === null || slots >= mostAtOnce()) return;
    const freeMs = pace.freeAt(nowMs);
    if (freeMs === null) return;
    const openMs = Math.max(freeMs, pauses.untilMs());
    if (openMs > nowMs) return alarm.at(openMs);
    alarm.at(lanes.wakeAt());
    if (pace.evenAt() > nowMs) alarm.at(Math.ceil(pace.evenAt()));
  }

  function fly(row: Delivery, term: number, nowMs: number): void {
    const flight: Flight = { row, term, startedMs: nowMs, cut: new AbortController() };
    flights.add(flight);
    slots++;
    buckets.take(row.chat, nowMs);
    pace.left(nowMs);
    send(flight).then(
      ({ messageId }) => land(flight, { id: row._id, state: "sent", at: clock.now(), messageId }),
      (error: unknown) => failed(flight, error),
    );
  }

  async function send(flight: Flight): Promise<{ messageId: string }> {
    return sender.send(flight.row, flight.cut.signal);
  }

  function failed(flight: Flight, cause: unknown): void {
    if (!flights.has(flight)) return;
    const { row } = flight;
    const now = clock.now();
    const error = asSendError(cause);
    const result = resultOf(row, error, now, settings);
    pauses.failed(row.chat, error, now.getTime());
    follow(row, result);
    log.warn({ sender: name, delivery: row._id, code: error.code, state: result.state, detail: error.message.slice(0, 200) }, "send failed");
    land(flight, result);
  }

  /** What must stay behind a row that goes back to the store goes back too. */
  function follow(row: Delivery, result: DeliveryResult): void {
    if (result.state !== "queued") return;
    const whole = result.error === "rate_limited";
    stock.defer(result.chat ?? row.chat, whole ? null : row.lane, result.notBefore.getTime());
    if (result.chat !== undefined) stock.defer(row.chat, row.lane, result.notBefore.getTime());
  }

  function land(flight: Flight, result: DeliveryResult): void {
    const slot = flights.delete(flight);
    if (slot) pace.answered(ms());
    else if (result.state !== "sent") return;
    if (result.state === "sent") pauses.succeeded();
    results.add({ row: flight.row, term: flight.term, result, slot });
    pump();
  }

  function sweep(nowMs: number): void {
    for (const flight of flights) {
      if (nowMs - flight.startedMs < settings.sendTimeoutMs) return;
      failed(flight, new Error("no answer in time"));
      flight.cut.abort();
    }
  }

  function onStored(landed: readonly Landed[]): void {
    const nowMs = ms();
    for (const { row, result, slot } of landed) {
      if (result.state === "sent") tell(row);
      if (!slot) continue;
      slots--;
      stock.settled(row._id);
      follow(row, result);
      lanes.answered(row.chat, nowMs);
      if (result.state === "parked") void unreachable(row, result.error);
    }
    if (slots === 0) drained?.();
    pump();
  }

  function tell(row: Delivery): void {
    try {
      deps.onSent?.(row);
    } catch (error) {
      log.error({ sender: name, delivery: row._id, error: String(error) }, "sent, but not told");
    }
  }

  async function unreachable(row: Delivery, code: string): Promise<void> {
    try {
      await deps.onUnreachable(row, code);
    } catch (error) {
      log.error({ sender: name, delivery: row._id, error: String(error) }, "unreachable contact not marked");
    }
  }

  /** Everything on its way has ended and is stored. */
  async function landedAll(): Promise<void> {
    if (slots > 0) await new Promise<void>((resolve) => (drained = resolve));
    await results.idle();
  }

  return {
    claim: () => (running && claimed !== null && lease.term(ms()) === claimed.term && stock.roomy() ? claimed : null),
    handover(rows) {
      stock.handover(rows, ms());
      pump();
    },
    look() {
      stock.look();
      pump();
    },
    contend() {
      if (claimed === null && running) lease.tend(true);
    },
    start() {
      running = true;
      pump();
    },
    async stop() {
      running = false;
      alarm.stop();
      const waited = new AbortController();
      await Promise.race([Promise.allSettled([stock.close(), landedAll()]), clock.sleep(settings.drainMs, waited.signal)]);
      waited.abort();
      for (const flight of flights) flight.cut.abort();
      results.stop();
      await lease.end(Math.max(0, pace.emptyAt() - ms())).catch((error: unknown) => log.warn({ sender: name, error: String(error) }, "sending lease not released"));
    },
    status: () => ({
      sender: name,
      holds: lease.term(ms()) !== null,
      term: claimed?.term ?? null,
      waiting: stock.size,
      inFlight: slots,
      pausedUntil: pauses.untilMs() > ms() ? new Date(pauses.untilMs()) : null,
      failures: pauses.failures,
    }),
  };
}

import type { Delivery } from "../domain/delivery.js";
import { lanes as laneNames } from "../domain/message.js";
import type { Lane } from "../domain/message.js";
import type { DeliveryStore } from "../domain/ports.js";
import type { Clock } from "../lib/clock.js";
import { createDeferrals } from "./deferrals.js";
import type { Lanes } from "./lanes.js";
import type { Claim, Log } from "./types.js";

/** What of a sender's rows is in memory: about a second of its rate from the store, and as much again handed over. */
export interface Stock {
  begin(claim: Claim): void;
  /** The lease is gone: forgets everything but messages on their way. */
  end(): void;
  /** Rows inserted already claimed for our term. They wait while the store may hold older ones of their lane. */
  handover(rows: readonly Delivery[], nowMs: number): void;
  /** Whether handed-over rows would stay in memory. */
  roomy(): boolean;
  /** The store may have more. */
  look(): void;
  /** Loads what there is room for; called whenever something left. */
  refill(nowMs: number): void;
  /** A row went back to the store until an instant: what must stay behind it follows. `lane` null: the whole chat. */
  defer(chat: string, lane: Lane | null, untilMs: number): void;
  /** A row's result is stored. */
  settled(id: string): void;
  /** When `refill` has something to do by itself. */
  wakeAt(): number | null;
  /** Loads nothing more and gives back to the store what was not sent. */
  close(): Promise<void>;
  readonly size: number;
}

/** Rows that were claimed longer ago and never reached memory are looked for; handed-over rows arrive sooner than this. */
const strayAfterMs = 30_000;
const retryMs = 500;
const busyMs = 200;
const mostAtOnce = 500;
/** A lane's part of what is held, among the lanes that have something. */
const weights: Record<Lane, number> = { recall_1: 5, reply: 2, recall: 1, directive: 1, reminder: 1, news: 1 };

export function createStock(deps: {
  deliveries: DeliveryStore;
  at: { channel: string; account: string };
  lanes: Lanes;
  clock: Clock;
  log: Log;
  /** Rows from the store held at most, about. */
  chunk: number;
  /** Rows of one chat loaded at once. */
  perChat: number;
  lookMs: number;
  onMore(): void;
}): Stock {
  const { deliveries, at, lanes, clock, log, chunk, perChat } = deps;
  const most = Math.max(2 * chunk, 50);
  const held = new Set<string>();
  const deferred = createDeferrals();
  const pens = new Map<Lane, Delivery[]>(laneNames.map((lane) => [lane, []]));
  const unclear = new Set<Lane>();
  let givingBack: string[] = [];
  let penned = 0;
  let claim: Claim | null = null;
  let taken = false;
  let lookAll = false;
  let strayLookAt = 0;
  let dueAt: number | null = null;
  let notBefore = 0;
  let filling: Promise<void> | null = null;
  let closed = false;

  const ms = (): number => clock.now().getTime();
  const pen = (lane: Lane): Delivery[] => pens.get(lane)!;

  function sendBack(rows: readonly Delivery[]): void {
    for (const row of rows) {
      held.delete(row._id);
      givingBack.push(row._id);
    }
  }

  function overflow(row: Delivery): void {
    const back = pen(row.lane).splice(0);
    penned -= back.length;
    sendBack([...back, row]);
    unclear.add(row.lane);
  }

  function take(row: Delivery, nowMs: number): void {
    if (held.has(row._id)) return;
    held.add(row._id);
    if (deferred.has(row.chat, row.lane)) {
      sendBack([row]);
    } else if (lanes.size + penned >= most) overflow(row);
    else if (unclear.has(row.lane) || lookAll) {
      pen(row.lane).push(row);
      penned++;
    } else lanes.add(row, nowMs);
  }

  function release(lane: Lane, count: number): void {
    const nowMs = ms();
    const rows = pen(lane).splice(0, count);
    penned -= rows.length;
    for (const row of rows) {
      if (deferred.has(row.chat, lane)) sendBack([row]);
      else lanes.add(row, nowMs);
    }
  }

  /** The store has nothing of this lane that could go now: what waited behind it may. */
  function clear(lane: Lane, pennedBefore: number): void {
    release(lane, lookAll ? pennedBefore : Infinity);
    unclear.delete(lane);
  }

  function quota(lane: Lane): number {
    let total = 0;
    for (const other of unclear) total += weights[other];
    return Math.max(1, Math.ceil((chunk * weights[lane]) / Math.max(1, total)));
  }

  function room(lane: Lane): number {
    if (!unclear.has(lane) || lanes.size >= most + chunk) return 0;
    const want = quota(lane);
    const has = lanes.ready(lane);
    return has * 2 > want ? 0 : Math.min(mostAtOnce, want - has);
  }

  function load(rows: readonly Delivery[]): void {
    const nowMs = ms();
    for (const row of rows) {
      if (held.has(row._id)) continue;
      held.add(row._id);
      lanes.add(row, nowMs);
    }
    if (rows.length > 0) deps.onMore();
  }

  async function takeOver(mine: Claim): Promise<void> {
    const now = clock.now();
    const requeued = await deliveries.reclaim(at, mine.term);
    if (requeued > 0) log.info({ ...at, term: mine.term, rows: requeued }, "rows of an earlier term queued again");
    const waiting = taken ? [] : await deliveries.backingOff(at, now, 20_000);
    const strays = await deliveries.strays(at, mine, new Date(now.getTime() - strayAfterMs), mostAtOnce);
    if (claim !== mine) return;
    for (const row of waiting) deferred.add(row.chat, row.lane, row.notBefore.getTime());
    dueAt = deferred.earliest(now.getTime());
    load(strays);
    taken = true;
    strayLookAt = now.getTime() + deps.lookMs;
  }

  async function survey(mine: Claim): Promise<void> {
    lookAll = false;
    for (const lane of laneNames) unclear.add(lane);
    const before = new Map(laneNames.map((lane) => [lane, pen(lane).length]));
    const waiting = new Set(await deliveries.lanesWaiting(at));
    if (claim !== mine) return;
    for (const lane of laneNames) {
      if (waiting.has(lane) || givingBack.length > 0) continue;
      for (const chat of deferred.due(lane, ms())) deferred.forget(chat, lane);
      clear(lane, before.get(lane)!);
    }
  }

  async function fetch(mine: Claim, lane: Lane, limit: number): Promise<void> {
    const before = pen(lane).length;
    const now = clock.now();
    const later = new Set(deferred.notDue(lane, now.getTime()));
    const skip = [...new Set([...later, ...lanes.chatsWith(perChat)])];
    const rows = await deliveries.claim(at, mine, now, limit, { lane, skipChats: skip, perChat });
    if (claim !== mine) return;
    load(rows);
    if (rows.length > 0 || givingBack.length > 0) return;
    const due = deferred.due(lane, now.getTime());
    const asked = [...new Set([...due, ...skip])];
    const still = new Set(asked.length === 0 ? [] : await deliveries.queuedChats(at, lane, asked));
    if (claim !== mine) return;
    for (const chat of due) if (!still.has(chat)) deferred.forget(chat, lane);
    // A busy chat has more in the store: what is handed over for it stays behind that, and it is asked for again soon.
    for (const chat of still) if (!later.has(chat)) deferred.add(chat, lane, now.getTime() + busyMs);
    if (still.size > 0) dueAt = Math.min(dueAt ?? Infinity, now.getTime() + busyMs);
    clear(lane, before);
    deps.onMore();
  }

  async function fill(mine: Claim): Promise<void> {
    while (claim === mine && wanted(ms())) {
      if (givingBack.length > 0) {
        const ids = givingBack;
        givingBack = [];
        await deliveries.giveBack(ids, mine.term).catch((error: unknown) => {
          givingBack.push(...ids);
          throw error;
        });
      }
      if (!taken || ms() >= strayLookAt) {
        await takeOver(mine);
        lookAll = true;
      }
      if (claim !== mine) return;
      const now = ms();
      if (dueAt !== null && now >= dueAt) {
        dueAt = deferred.earliest(now);
        lookAll = true;
      }
      if (lookAll) await survey(mine);
      for (const lane of laneNames) {
        const limit = room(lane);
        if (limit > 0 && claim === mine) await fetch(mine, lane, limit);
      }
      deps.onMore();
    }
  }

  function wanted(nowMs: number): boolean {
    if (closed) return false;
    if (!taken || lookAll || givingBack.length > 0 || nowMs >= strayLookAt || (dueAt !== null && nowMs >= dueAt)) return true;
    for (const lane of unclear) if (room(lane) > 0) return true;
    return false;
  }

  return {
    begin(next) {
      claim = next;
      taken = false;
      lookAll = true;
      for (const lane of laneNames) unclear.add(lane);
    },
    end() {
      claim = null;
      for (const row of lanes.clear()) held.delete(row._id);
      for (const rows of pens.values()) for (const row of rows.splice(0)) held.delete(row._id);
      penned = 0;
      givingBack = [];
      deferred.clear();
      dueAt = null;
    },
    handover(rows, nowMs) {
      if (closed && claim !== null) return void deliveries.giveBack(rows.map((row) => row._id), claim.term).catch(() => undefined);
      for (const row of rows) {
        if (claim !== null && row.claim?.by === claim.by && row.claim.term === claim.term) take(row, nowMs);
        else strayLookAt = 0;
      }
    },
    roomy: () => lanes.size + penned < most,
    look() {
      lookAll = true;
    },
    refill(nowMs) {
      if (filling !== null || claim === null || nowMs < notBefore || !wanted(nowMs)) return;
      filling = fill(claim)
        .catch((error: unknown) => {
          notBefore = ms() + retryMs;
          strayLookAt = 0;
          log.warn({ ...at, error: String(error) }, "outbox could not be read");
        })
        .finally(() => {
          filling = null;
          deps.onMore();
        });
    },
    defer(chat, lane, untilMs) {
      deferred.add(chat, lane, untilMs);
      dueAt = Math.min(dueAt ?? Infinity, untilMs);
      sendBack(lanes.remove(chat, lane ?? undefined));
    },
    settled: (id) => void held.delete(id),
    wakeAt: () => (claim === null || filling !== null ? null : Math.max(notBefore, Math.min(strayLookAt, dueAt ?? Infinity))),
    async close() {
      closed = true;
      await filling;
      for (const rows of pens.values()) sendBack(rows.splice(0));
      penned = 0;
      sendBack(lanes.clear());
      if (claim !== null) await deliveries.giveBack(givingBack.splice(0), claim.term);
    },
    get size() {
      return lanes.size + penned;
    },
  };
}

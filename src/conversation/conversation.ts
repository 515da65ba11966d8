import type { Delivery } from "../domain/delivery.js";
import { accountId, type Inbound } from "../domain/message.js";
import type { InboxStore, Signals } from "../domain/ports.js";
import type { Clock } from "../lib/clock.js";
import type { Log } from "../lib/log.js";
import { handleBatch, StepFailed, type BatchDeps } from "./batch.js";

export interface ConversationSettings {
  /** People in one transaction, at most. */
  batch: number;
  /** Transactions under way at once. */
  parallel: number;
  /** How long a claimed row is ours, and how often to look for rows that nobody tends. */
  claimMs: number;
  lookMs: number;
  /** Tries of one input before it is put aside, while the store answers. */
  maxTries: number;
}

export const defaultConversation: ConversationSettings = { batch: 64, parallel: 1, claimMs: 60_000, lookMs: 5_000, maxTries: 8 };

export interface ConversationDeps extends Omit<BatchDeps, "inbox"> {
  inbox: InboxStore;
  handover(rows: Delivery[]): void;
  /** There are replies that another process sends. */
  wakeSender(): void;
  wakeFiles(): void;
  settle(inbound: Inbound, chosen: string): void;
  /** The store does not answer: what was asked of it is not at fault. */
  isAway(error: unknown): boolean;
  /** Whether an input was handled after all, here by a commit whose answer was lost or elsewhere: its replies are then handed over. */
  recover(inbound: Inbound): Promise<boolean>;
  signals: Pick<Signals, "listen">;
  instance: string;
  clock: Clock;
  log: Log;
  settings: ConversationSettings;
}

export interface Conversation {
  /** Takes events that are stored and claimed for this instance. */
  receive(inbound: readonly Inbound[]): void;
  wake(): void;
  start(): Promise<void>;
  /** Finishes what is under way and gives the rest back. */
  stop(): Promise<void>;
  waiting(): number;
}

interface Line {
  waiting: Inbound[];
  busy: boolean;
}

interface Failed {
  inbound: Inbound;
  error: unknown;
}

const longestPauseMs = 5_000;

/** One person's inputs one at a time and in the channel's order; different people side by side. */
export function createConversation(deps: ConversationDeps): Conversation {
  const { clock, log, settings } = deps;
  const lines = new Map<string, Line>();
  const ready = new Set<string>();
  const known = new Set<string>();
  let running = 0;
  let retrying = 0;
  let stopped = false;
  let waiting = 0;
  let looking: Promise<void> | null = null;
  let lookAgain = false;
  const stopping = new AbortController();
  const idle: (() => void)[] = [];

  function receive(inbound: readonly Inbound[]): void {
    for (const each of inbound) {
      if (known.has(each.id)) continue;
      known.add(each.id);
      waiting++;
      const id = accountId(each);
      const line = lines.get(id) ?? { waiting: [], busy: false };
      lines.set(id, line);
      const place = line.waiting.findIndex((other) => after(other, each));
      if (place < 0) line.waiting.push(each);
      else line.waiting.splice(place, 0, each);
      if (!line.busy) ready.add(id);
    }
    pump();
  }

  function pump(): void {
    while (!stopped && running < settings.parallel && ready.size > 0) {
      const batch: Inbound[] = [];
      for (const id of ready) {
        const line = lines.get(id);
        const head = line?.waiting[0];
        ready.delete(id);
        if (line === undefined || head === undefined) continue;
        line.busy = true;
        batch.push(head);
        if (batch.length >= settings.batch) break;
      }
      if (batch.length === 0) return;
      running++;
      void work(batch).then((failed) => {
        running--;
        const again = new Set(failed.map(({ inbound }) => inbound));
        for (const each of batch) if (!again.has(each)) release(each);
        for (const each of failed) void retry(each);
        rest();
        pump();
      });
    }
  }

  /** Whoever waits for the end of what is under way. */
  function rest(): void {
    if (running === 0 && retrying === 0) for (const done of idle.splice(0)) done();
  }

  function release(inbound: Inbound): void {
    const id = accountId(inbound);
    const line = lines.get(id);
    known.delete(inbound.id);
    waiting--;
    if (line === undefined) return;
    line.waiting = line.waiting.filter((each) => each.id !== inbound.id);
    line.busy = false;
    if (line.waiting.length === 0) lines.delete(id);
    else ready.add(id);
  }

  /** Answers with what failed: all of it when the store is away, else only what fails by itself too. */
  async function work(batch: Inbound[]): Promise<Failed[]> {
    try {
      await handle(batch);
      return [];
    } catch (error) {
      if (unreached(error)) return batch.map((inbound) => ({ inbound, error }));
    }
    const failed: Failed[] = [];
    for (const [n, inbound] of batch.entries()) {
      try {
        await single(inbound);
      } catch (error) {
        if (unreached(error)) return [...failed, ...batch.slice(n).map((each) => ({ inbound: each, error }))];
        failed.push({ inbound, error });
      }
    }
    return failed;
  }

  /** Nothing would come of trying the others one by one. */
  function unreached(error: unknown): boolean {
    return deps.isAway(error) && !deps.transactions.isConflict(error);
  }

  /** A mistake of ours ends in a transaction of its own, in which nothing of the failed step is left. */
  async function single(inbound: Inbound): Promise<void> {
    try {
      await handle([inbound]);
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      await handle([inbound], error);
    }
  }

  /** Outside the transactions' slots: nobody else waits for it. */
  async function retry({ inbound, error }: Failed): Promise<void> {
    retrying++;
    await alone(inbound, error);
    retrying--;
    release(inbound);
    rest();
    pump();
  }

  /**
   * One input that failed by itself is tried again with growing pauses, and the person's later ones wait behind it. While
   * the store is away or another holds the rows that has no end; what fails for another reason is put aside after some tries.
   */
  async function alone(inbound: Inbound, first: unknown): Promise<void> {
    let error = first;
    for (let tries = 1; !stopped; tries++) {
      const conflict = deps.transactions.isConflict(error);
      if (conflict && (await deps.recover(inbound).catch(() => false))) return;
      if (tries % settings.maxTries === 0) log.warn({ inbound: inbound.id, tries, err: nameOf(error) }, "input not handled yet");
      if (tries >= settings.maxTries && !conflict && !deps.isAway(error)) {
        log.error({ inbound: inbound.id, err: nameOf(error) }, "input put aside");
        await deps.inbox.park(inbound.id, nameOf(error)).catch(() => undefined);
        return;
      }
      await clock.sleep(Math.min(50 * 2 ** tries, longestPauseMs), stopping.signal);
      if (stopped) return;
      try {
        return await single(inbound);
      } catch (again) {
        error = again;
      }
    }
  }

  async function handle(batch: Inbound[], failed?: StepFailed): Promise<void> {
    const handled = await handleBatch(deps, batch, failed);
    const ours = handled.deliveries.filter((row) => row.state === "claimed");
    if (ours.length > 0) deps.handover(ours);
    if (ours.length < handled.deliveries.length || handled.unparked) deps.wakeSender();
    if (handled.files) deps.wakeFiles();
    for (const { inbound, label } of handled.chosen) deps.settle(inbound, label);
  }

  async function look(): Promise<void> {
    do {
      lookAgain = false;
      for (;;) {
        const now = clock.now();
        const found = await deps.inbox.claim(deps.instance, now, new Date(now.getTime() + settings.claimMs), 500);
        receive(found);
        if (found.length < 500 || stopped) break;
      }
    } while (lookAgain && !stopped);
  }

  function wake(): void {
    lookAgain = true;
    if (looking !== null || stopped) return;
    looking = look()
      .catch((error: unknown) => log.warn({ err: nameOf(error) }, "inbox not readable"))
      .finally(() => {
        looking = null;
      });
  }

  let listening: { stop(): Promise<void> } | null = null;
  return {
    receive,
    wake,
    waiting: () => waiting,
    async start() {
      await deps.inbox.release(deps.instance);
      await look();
      listening = deps.signals.listen((topic) => {
        if (topic === "inbox") wake();
      });
      void (async () => {
        while (!stopped) {
          await clock.sleep(settings.lookMs, stopping.signal);
          wake();
        }
      })();
    },
    async stop() {
      stopped = true;
      stopping.abort();
      await listening?.stop();
      await looking;
      if (running > 0 || retrying > 0) await new Promise<void>((resolve) => idle.push(resolve));
      await deps.inbox.release(deps.instance).catch(() => undefined);
    },
  };
}

/** Events of a channel are in its own order; those of our own file jobs in the order they came. */
function after(a: Inbound, b: Inbound): boolean {
  const own = (inbound: Inbound): boolean => inbound.content.kind === "file_settled";
  return own(a) || own(b) ? false : a.order > b.order;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

import type { Delivery } from "../domain/delivery.js";
import type { DeliveryResult, TranscriptEntry } from "../domain/ports.js";
import type { OutboxDeps } from "./types.js";
import { wordsOf } from "./verdict.js";

export interface Outcome {
  row: Delivery;
  term: number;
  result: DeliveryResult;
}

/**
 * Stores what became of sends. While one write is under way the next results gather, so a batch is as big as the load asks.
 * A result is kept until it is stored, however long the store is away; the slots it holds keep memory flat.
 */
export interface Results<T extends Outcome> {
  add(outcome: T): void;
  /** Resolves when nothing is left to store. */
  idle(): Promise<void>;
  /** Gives up storing what the store does not take: the next holder of the lease finds it claimed, and sends it again. */
  stop(): void;
  readonly waiting: number;
}

const mostAtOnce = 1_000;
const longestWaitMs = 5_000;
const lingerMs = 8;

export function createResults<T extends Outcome>(
  deps: Pick<OutboxDeps, "deliveries" | "transcripts" | "clock" | "log"> & { wordOf?: OutboxDeps["settings"]["wordOf"] },
  onStored: (outcomes: readonly T[]) => void,
): Results<T> {
  let gathered: T[] = [];
  let writing: Promise<void> | null = null;
  let storing = 0;
  let lastSize = 0;
  const stopping = new AbortController();
  const wordOf = deps.wordOf ?? wordsOf;

  function entryOf({ row, result }: Outcome): TranscriptEntry[] {
    if (result.state !== "sent") return [];
    const { _id, contactId, channel, account, user, order, content } = row;
    return [{ _id, contactId, channel, account, user, order, at: result.at, from: "service", text: wordOf(content), outgoing: content }];
  }

  async function write(batch: readonly T[]): Promise<void> {
    const terms = new Map<number, DeliveryResult[]>();
    for (const { term, result } of batch) {
      const same = terms.get(term);
      if (same === undefined) terms.set(term, [result]);
      else same.push(result);
    }
    const entries = batch.flatMap(entryOf);
    await Promise.all([
      entries.length === 0 ? null : deps.transcripts.append(null, entries),
      ...[...terms].map(([term, results]) => deps.deliveries.record(results, term)),
    ]);
  }

  async function run(): Promise<void> {
    // Slots can wait a little for company: many results in one write cost little more than one.
    await (lastSize > 1 ? deps.clock.sleep(lingerMs) : Promise.resolve());
    while (gathered.length > 0) {
      const batch = gathered.slice(0, mostAtOnce);
      gathered = gathered.slice(mostAtOnce);
      storing = batch.length;
      lastSize = batch.length;
      for (let waitMs = 100; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
        try {
          await write(batch);
          break;
        } catch (error) {
          if (stopping.signal.aborted) return void (writing = null);
          deps.log.error({ results: batch.length, error: String(error) }, "results not stored yet");
          await deps.clock.sleep(waitMs, stopping.signal);
        }
      }
      storing = 0;
      onStored(batch);
    }
    writing = null;
  }

  return {
    add(outcome) {
      gathered.push(outcome);
      writing ??= run();
    },
    async idle() {
      while (writing !== null) await writing;
    },
    stop: () => stopping.abort(),
    get waiting() {
      return gathered.length + storing;
    },
  };
}

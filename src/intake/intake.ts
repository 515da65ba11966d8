import { accountId, type Inbound } from "../domain/message.js";
import type { InboxStore } from "../domain/ports.js";
import type { Clock } from "../lib/clock.js";
import { gather } from "../lib/gather.js";
import type { Log } from "../lib/log.js";

export interface IntakeDeps {
  inbox: Pick<InboxStore, "insert">;
  instance: string;
  clock: Clock;
  log: Log;
  /** Whether this process works on what it stores; else others are told. */
  worksHere: boolean;
  claimMs: number;
  onStored(inbound: readonly Inbound[]): void;
  tellOthers(): void;
  /** How many new events one sender may bring in a short time. A token taken for what is not new, or not stored, is given back. */
  flood: { take(sender: string): boolean; giveBack(sender: string): void };
  count(what: "stored" | "repeated" | "flooded", n: number): void;
  /** Longer than this the store counts as unreachable. */
  timeoutMs: number;
}

export interface Intake {
  /**
   * Resolves once each event is stored, or known to be stored before, with those that were not taken because their sender
   * brought too many in a short time. Rejects when the store does not answer in time.
   */
  accept(inbound: readonly Inbound[]): Promise<readonly Inbound[]>;
}

/** Events that wait for a store that hangs; more are refused at once, so that memory stays flat. */
const mostWaiting = 2_000;

/** The store did not take the events in time; whoever sent them must send them again. */
export class StoreUnreachable extends Error {
  override readonly name = "StoreUnreachable";
}

/** Verified events into the inbox, each once. */
export function createIntake(deps: IntakeDeps): Intake {
  const insert = gather<Inbound, boolean>(
    async (batch) => {
      const unique = [...new Map(batch.map((inbound) => [inbound.id, inbound])).values()];
      const claim = deps.worksHere ? { by: deps.instance, until: new Date(deps.clock.now().getTime() + deps.claimMs) } : undefined;
      const stored = await deps.inbox.insert(unique, claim);
      const fresh = unique.filter((_inbound, index) => stored[index] === true);
      deps.count("stored", fresh.length);
      deps.count("repeated", batch.length - fresh.length);
      if (fresh.length > 0) {
        if (deps.worksHere) deps.onStored(fresh);
        else deps.tellOthers();
      }
      const news = new Set(fresh);
      return batch.map((inbound) => news.has(inbound));
    },
    { most: 256, lingerMs: 3, room: mostWaiting },
  );

  /** Stores one event; its token goes back unless the event is new. */
  async function keep(inbound: Inbound): Promise<void> {
    const fresh = await insert(inbound).catch((error: unknown) => {
      release(inbound);
      throw error;
    });
    if (!fresh) release(inbound);
  }

  function release(inbound: Inbound): void {
    if (!own(inbound)) deps.flood.giveBack(accountId(inbound));
  }

  return {
    async accept(inbound) {
      const refused = inbound.filter((each) => !own(each) && !deps.flood.take(accountId(each)));
      const taken = inbound.filter((each) => !refused.includes(each));
      if (refused.length > 0) deps.count("flooded", refused.length);
      if (taken.length > 0) await inTime(Promise.all(taken.map(keep)), deps.timeoutMs);
      return refused;
    },
  };
}

/** Events of our own jobs are never held back. */
function own(inbound: Inbound): boolean {
  return inbound.content.kind === "file_settled";
}

async function inTime(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new StoreUnreachable("the store did not answer in time")), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

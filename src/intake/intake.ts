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
  /** One more event of this sender: false when there were too many in a short time. */
  allow(sender: string): boolean;
  /** Events of this sender were dropped: they are told to wait. */
  onFlood(inbound: Inbound): void;
  count(what: "stored" | "repeated" | "flooded", n: number): void;
  /** Longer than this the store counts as unreachable. */
  timeoutMs: number;
}

export interface Intake {
  /** Resolves once each event is stored, or known to be stored before. Rejects when the store does not answer in time. */
  accept(inbound: readonly Inbound[]): Promise<void>;
}

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
      return batch.map(() => true);
    },
    { most: 256, lingerMs: 3 },
  );

  return {
    async accept(inbound) {
      const allowed = inbound.filter((each) => own(each) || deps.allow(accountId(each)));
      if (allowed.length < inbound.length) {
        deps.count("flooded", inbound.length - allowed.length);
        const dropped = inbound.find((each) => !allowed.includes(each));
        if (dropped !== undefined) deps.onFlood(dropped);
      }
      if (allowed.length === 0) return;
      await inTime(Promise.all(allowed.map((each) => insert(each))), deps.timeoutMs);
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

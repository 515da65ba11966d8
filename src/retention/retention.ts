import type { Log } from "../lib/log.js";
import type { createDrafts } from "./drafts.js";
import type { Erasure } from "./erasure.js";

/** What a run did: things, not people. */
export interface Removed {
  draftsWarned: number;
  draftsRemoved: number;
  requestsDone: number;
  remainsCleared: number;
}

export interface RetentionDeps {
  drafts: ReturnType<typeof createDrafts>;
  erasure: Erasure;
  /** There are messages to send. */
  wakeSender(): void;
  count(what: keyof Removed, n: number): void;
  log: Log;
}

/** The daily job that removes what is not to be kept any longer; as of an instant, and repeatable. */
export function createRetention({ drafts, erasure, wakeSender, count, log }: RetentionDeps): { run(now: Date): Promise<Removed> } {
  return {
    async run(now) {
      const remainsCleared = await erasure.clearRemains();
      const requestsDone = await erasure.run(now);
      const { warned, removed } = await drafts.run(now);
      const done: Removed = { draftsWarned: warned, draftsRemoved: removed, requestsDone, remainsCleared };
      for (const [what, n] of Object.entries(done) as [keyof Removed, number][]) if (n > 0) count(what, n);
      log.info({ ...done }, "what is not kept any longer was removed");
      if (warned + requestsDone > 0) wakeSender();
      return done;
    },
  };
}

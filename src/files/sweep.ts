import { uploadPrefix, type FileRows, type FileStore } from "../domain/file-ports.js";
import type { Clock } from "../lib/clock.js";
import { nameOf, type FileLog } from "./job.js";

export interface SweepSettings {
  /** How long an upload is kept that no question asked for. */
  unaskedMs: number;
  /** Age at which a kept file goes that nothing refers to; one that is referred to is looked at again after as long. */
  unreferencedMs: number;
  /** How often is looked. */
  sweepMs: number;
}

/** Files whose references are looked for at once. */
const batchSize = 200;

/** Removes what nobody can need any more, until stopped: files are personal data. Safe beside others that do the same. */
export function createSweep(deps: {
  rows: Pick<FileRows, "unreferred" | "referred" | "remove">;
  store: Pick<FileStore, "sweep" | "remove">;
  isReferenced(ids: readonly string[]): Promise<ReadonlySet<string>>;
  clock: Clock;
  log: FileLog;
  settings: SweepSettings;
}): (stop: AbortSignal) => Promise<void> {
  const { rows, store, isReferenced, clock, log, settings } = deps;
  const ago = (ms: number): Date => new Date(clock.now().getTime() - ms);

  async function sweepUploads(): Promise<void> {
    const removed = await store.sweep(uploadPrefix, ago(settings.unaskedMs));
    if (removed > 0) log.info({ removed }, "uploads that nothing asked for removed");
  }

  /** Bytes go before their row: what is cut off between the two is found again. */
  async function sweepUnreferred(stop: AbortSignal): Promise<void> {
    const before = ago(settings.unreferencedMs);
    let [looked, removed] = [0, 0];
    while (!stop.aborted) {
      const ids = (await rows.unreferred(before, batchSize)).map(({ _id }) => _id);
      if (ids.length === 0) break;
      const referred = await isReferenced(ids);
      await rows.referred(ids.filter((id) => referred.has(id)), clock.now());
      const gone = ids.filter((id) => !referred.has(id));
      for (const id of gone) await store.remove(id);
      await rows.remove(gone);
      looked += ids.length;
      removed += gone.length;
    }
    if (looked > 0) log.info({ looked, removed }, "files that nothing refers to removed");
  }

  return async (stop) => {
    while (!stop.aborted) {
      for (const part of [sweepUploads, sweepUnreferred]) await part(stop).catch((error: unknown) => log.warn({ error: nameOf(error) }, "files not swept"));
      await clock.sleep(settings.sweepMs, stop);
    }
  };
}

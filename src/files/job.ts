import type { FileRows, FileStore } from "../domain/file-ports.js";
import type { StoredFile } from "../domain/file.js";
import type { FileProblem, Inbound } from "../domain/message.js";
import type { Clock } from "../lib/clock.js";
import { keepBytes, type FileSource } from "./fetching.js";
import type { Inspected } from "./inspect.js";
import type { FileLimits } from "./limits.js";
import { FileRefused } from "./refused.js";
import type { VirusScan } from "./virus-scan.js";
import { refusal, toldOf } from "./words.js";

/** As pino has it. Only ids, counts and the names of errors are given: their texts may carry a token. */
export interface FileLog {
  info(fields: Record<string, unknown>, event: string): void;
  warn(fields: Record<string, unknown>, event: string): void;
}

export interface JobSettings {
  limits: FileLimits;
  /** How long one try may take, fetching and storing. */
  tryTimeoutMs: number;
  /** A try in which nothing comes for so long is broken off. */
  stalledMs: number;
  /** Age at which a file that cannot be fetched is refused as `unreachable`. */
  giveUpAfterMs: number;
  /** Pause after the first failed try, doubled after each, up to a most. */
  backoff: { firstMs: number; maxMs: number };
  /** A claim is renewed at a third of this; a row left by a crash is taken again after it. */
  claimMs: number;
  /** Parts of an album come one by one: its files are told of once none came for so long. */
  albumQuietMs: number;
}

export interface JobDeps {
  rows: FileRows;
  store: FileStore;
  /** The channel that the file came through, or null when it is not running. */
  open(channel: string, account: string): FileSource | null;
  /** Puts events into the inbox: once for each id. */
  accept(inbound: Inbound[]): Promise<void>;
  /** Null: files are not scanned. */
  scan: VirusScan | null;
  clock: Clock;
  log: FileLog;
  settings: JobSettings;
}

/** Works on one claimed row: fetch, check, keep, settle, tell. Each step can be repeated, so a crash between any two loses nothing. */
export function createJob({ rows, store, open, accept, scan, clock, log, settings }: JobDeps): (row: StoredFile, stop: AbortSignal) => Promise<void> {
  const inMs = (ms: number): Date => new Date(clock.now().getTime() + ms);
  const pauseMs = (attempts: number): number => Math.min(settings.backoff.maxMs, settings.backoff.firstMs * 2 ** Math.min(attempts - 1, 30));

  async function work(row: StoredFile, stop: AbortSignal): Promise<void> {
    if (row.state !== "receiving") return tell(row);
    if ((row.source.bytes ?? 0) > settings.limits.bytes) return refuse(row, "too_big");
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, stop]);
    const holding = hold(row, ending, signal);
    try {
      const found = await fetched(row, signal);
      await scan?.(store.read(row._id), signal);
      await settle(row, { state: "kept", ...found });
    } catch (error) {
      await failed(row, error, stop);
    } finally {
      ending.abort();
      await holding;
    }
  }

  async function fetched(row: StoredFile, until: AbortSignal): Promise<Inspected> {
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, until]);
    void clock.sleep(settings.tryTimeoutMs, signal).then(() => ending.abort(new Error("the try took too long")));
    let lastMs = clock.now().getTime();
    void breakOffStalled(ending, signal, () => lastMs);
    const onBytes = (): void => void (lastMs = clock.now().getTime());
    try {
      return await keepBytes(row, { source: open(row.channel, row.account), store, limits: settings.limits, onBytes }, signal);
    } finally {
      ending.abort();
    }
  }

  async function breakOffStalled(ending: AbortController, signal: AbortSignal, lastMs: () => number): Promise<void> {
    while (!signal.aborted) {
      const leftMs = lastMs() + settings.stalledMs - clock.now().getTime();
      if (leftMs <= 0) ending.abort(new Error("nothing came for too long"));
      else await clock.sleep(leftMs, signal);
    }
  }

  async function hold(row: StoredFile, ending: AbortController, signal: AbortSignal): Promise<void> {
    for (;;) {
      await clock.sleep(settings.claimMs / 3, signal);
      if (signal.aborted) return;
      const held = await rows.update(row._id, { dueAt: inMs(settings.claimMs) }, row.attempts).catch(() => true);
      if (!held) ending.abort(new Error("another worker took it"));
    }
  }

  async function failed(row: StoredFile, error: unknown, stop: AbortSignal): Promise<void> {
    if (error instanceof FileRefused) return refuse(row, error.problem);
    if (nameOf(error) === "FileTooBig") return refuse(row, "too_big");
    if (nameOf(error) === "FileGone") return refuse(row, "unreachable");
    if (stop.aborted) return void (await rows.update(row._id, { dueAt: clock.now() }, row.attempts));
    const now = clock.now().getTime();
    const giveUpAt = row.createdAt.getTime() + settings.giveUpAfterMs;
    log.warn({ fileId: row._id, channel: row.channel, attempts: row.attempts, error: nameOf(error) }, "file not fetched");
    if (now >= giveUpAt) return refuse(row, "unreachable");
    await rows.update(row._id, { dueAt: new Date(Math.min(now + pauseMs(row.attempts), giveUpAt)) }, row.attempts);
  }

  function refuse(row: StoredFile, problem: FileProblem): Promise<void> {
    return settle(row, refusal(row, problem, settings.limits));
  }

  async function settle(row: StoredFile, outcome: Partial<StoredFile>): Promise<void> {
    const change = { ...outcome, settledAt: clock.now(), dueAt: inMs(settings.claimMs) };
    if (await rows.update(row._id, change, row.attempts)) {
      log.info({ fileId: row._id, channel: row.channel, attempts: row.attempts, state: change.state, problem: change.problem, bytes: change.bytes }, "file settled");
      return tell({ ...row, ...change });
    }
    const current = await rows.get(row._id);
    if (current === null || current.state === "refused") await store.remove(row._id);
  }

  /** A settled row stays due until the inbox has the event; a part of an album until no other part came for a while. */
  async function tell(row: StoredFile): Promise<void> {
    try {
      if (row.group !== undefined) {
        const { newestAt } = await rows.album(row.contactId, row.group);
        const quietAt = new Date(newestAt.getTime() + settings.albumQuietMs);
        if (quietAt > clock.now()) return void (await rows.update(row._id, { dueAt: quietAt }));
      }
      if (row.state === "refused") await store.remove(row._id);
      await accept([toldOf(row, "settled", clock.now())]);
      await open(row.channel, row.account)?.forgetFile?.(row.source);
      await rows.done(row._id);
    } catch (error) {
      log.warn({ fileId: row._id, error: nameOf(error) }, "file not told of");
      await rows.update(row._id, { dueAt: inMs(pauseMs(row.attempts)) });
    }
  }

  return work;
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

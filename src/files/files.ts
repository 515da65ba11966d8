import Bottleneck from "bottleneck";
import type { Inbound } from "../domain/message.js";
import type { Tx } from "../domain/ports.js";
import { createJob, nameOf, type JobDeps, type JobSettings } from "./job.js";
import { defaultLimits } from "./limits.js";
import { createSweep, type SweepSettings } from "./sweep.js";
import { toldOf } from "./words.js";

export interface FileSettings extends JobSettings, SweepSettings {
  /** Files fetched at once by this process. */
  inFlight: number;
  /** Age at which the person is told that it takes longer. */
  slowAfterMs: number;
  /** The slow look for work, beside `wake` and the timer. */
  lookMs: number;
}

export const defaultFileSettings: FileSettings = {
  limits: defaultLimits,
  inFlight: 4,
  tryTimeoutMs: 60_000,
  stalledMs: 10_000,
  giveUpAfterMs: 55 * 60_000,
  backoff: { firstMs: 1_000, maxMs: 60_000 },
  slowAfterMs: 3_000,
  claimMs: 9_000,
  albumQuietMs: 1_500,
  lookMs: 10_000,
  unaskedMs: 24 * 3_600_000,
  unreferencedMs: 24 * 3_600_000,
  sweepMs: 3_600_000,
};

export interface Files {
  /** Writes down, in the caller's transaction, that a file came; call `wake` after the commit. */
  receive(tx: Tx | null, file: { fileId: string; contactId: string; inbound: Inbound }): Promise<void>;
  wake(): void;
  start(): void;
  /** Breaks off what is being fetched and gives it back; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

const unsaidAtOnce = 100;

export interface FilesDeps extends Omit<JobDeps, "settings"> {
  /** Which of these files something still refers to: a registration, a draft, a product. */
  isReferenced(ids: readonly string[]): Promise<ReadonlySet<string>>;
  settings?: Partial<FileSettings>;
}

export function createFiles(deps: FilesDeps): Files {
  const { rows, accept, clock, log } = deps;
  const settings = { ...defaultFileSettings, ...deps.settings };
  const work = createJob({ ...deps, settings });
  const sweep = createSweep({ ...deps, settings });
  let running: { loop: Promise<unknown>; stop: AbortController; limiter: Bottleneck } | null = null;
  let nap = new AbortController();
  let inHand = 0;

  /** Takes what is due as far as there is room; answers when to look again, in ms. */
  async function look(stop: AbortSignal, limiter: Bottleneck): Promise<number> {
    const slowAt = await saySlow();
    const room = settings.inFlight - inHand;
    if (room <= 0) return slowAt;
    const now = clock.now();
    for (const row of await rows.claim(now, new Date(now.getTime() + settings.claimMs), room)) {
      inHand++;
      void limiter
        .schedule(() => work(row, stop))
        .catch((error: unknown) => log.warn({ fileId: row._id, error: nameOf(error) }, "file job failed"))
        .finally(() => {
          inHand--;
          wake();
        });
    }
    const due = inHand < settings.inFlight ? await rows.nextDue() : null;
    return Math.min(slowAt, due?.getTime() ?? Infinity);
  }

  async function saySlow(): Promise<number> {
    for (;;) {
      const unsaid = await rows.unsaid(unsaidAtOnce);
      for (const row of unsaid) {
        const at = row.createdAt.getTime() + settings.slowAfterMs;
        if (at > clock.now().getTime()) return at;
        const said = row.group !== undefined && (await rows.album(row.contactId, row.group)).saidSlow;
        if (!said) await accept([toldOf(row, "slow", clock.now())]);
        await rows.update(row._id, { saidSlow: true });
      }
      if (unsaid.length < unsaidAtOnce) return Infinity;
    }
  }

  async function loop(stop: AbortSignal, limiter: Bottleneck): Promise<void> {
    while (!stop.aborted) {
      nap = new AbortController();
      const next = await look(stop, limiter).catch((error: unknown) => {
        log.warn({ error: nameOf(error) }, "files not looked at");
        return clock.now().getTime() + settings.backoff.firstMs;
      });
      const ms = Math.min(settings.lookMs, next - clock.now().getTime());
      if (ms > 0) await clock.sleep(ms, AbortSignal.any([nap.signal, stop]));
    }
  }

  function wake(): void {
    nap.abort();
  }

  return {
    async receive(tx, { fileId, contactId, inbound }) {
      const { channel, account, user, chat, content } = inbound;
      if (content.kind !== "file") throw new TypeError(`not a file: ${content.kind}`);
      const now = clock.now();
      const source = content.file;
      const group = content.group === undefined ? {} : { group: content.group };
      await rows.insert(tx, { _id: fileId, contactId, channel, account, user, chat, source, ...group, state: "receiving", attempts: 0, dueAt: now, createdAt: now });
    },
    wake,
    start() {
      if (running !== null) return;
      const stop = new AbortController();
      const limiter = new Bottleneck({ maxConcurrent: settings.inFlight });
      running = { stop, limiter, loop: Promise.all([loop(stop.signal, limiter), sweep(stop.signal)]) };
    },
    async stop() {
      if (running === null) return;
      const { stop, limiter, loop: ended } = running;
      running = null;
      stop.abort(new Error("stopping"));
      await ended;
      await limiter.stop({ dropWaitingJobs: false });
    },
  };
}

import type { TranscriptEntry, TranscriptStore } from "../../domain/ports.js";
import { channelAccount, channelKind } from "./deps.js";

/** Connections of one visitor at once; more are refused. */
const perVisitor = 20;

export interface Listener {
  onEntry(entry: TranscriptEntry): void;
  /** Entries may have been missed: end, so that the page resumes by what it has seen. */
  onGap(): void;
}

export interface Hub {
  /** Null when this visitor has too many connections. From `ready` on no entry is missed. */
  listen(user: string, listener: Listener): { ready: Promise<void>; stop(): void } | null;
  stop(): Promise<void>;
}

/** A watch is costly for the database, so it ends when nobody has listened for so long. */
const idleMs = 30_000;

/** One watch for the process while anybody listens, fanned out by visitor. */
export function createHub(transcripts: Pick<TranscriptStore, "watch">): Hub {
  const listeners = new Map<string, Set<Listener>>();
  let watch: { ready: Promise<void>; stop(): Promise<void> } | null = null;
  let idle: NodeJS.Timeout | null = null;

  const everyone = (): Listener[] => [...listeners.values()].flatMap((each) => [...each]);

  function begin(): Promise<void> {
    if (idle !== null) clearTimeout(idle);
    idle = null;
    watch ??= transcripts.watch(
      channelKind,
      (entry) => {
        if (entry.account !== channelAccount) return;
        for (const listener of listeners.get(entry.user) ?? []) listener.onEntry(entry);
      },
      () => {
        const broken = watch;
        watch = null;
        void broken?.stop().catch(() => undefined);
        for (const listener of everyone()) listener.onGap();
      },
    );
    return watch.ready;
  }

  function endWhenIdle(): void {
    if (listeners.size > 0 || watch === null) return;
    if (idle !== null) clearTimeout(idle);
    idle = setTimeout(() => {
      const unused = watch;
      watch = null;
      void unused?.stop().catch(() => undefined);
    }, idleMs);
    idle.unref();
  }

  return {
    listen(user, listener) {
      const own = listeners.get(user) ?? new Set<Listener>();
      if (own.size >= perVisitor) return null;
      listeners.set(user, own.add(listener));
      return {
        ready: begin(),
        stop() {
          own.delete(listener);
          if (own.size === 0 && listeners.get(user) === own) listeners.delete(user);
          endWhenIdle();
        },
      };
    },
    async stop() {
      if (idle !== null) clearTimeout(idle);
      const last = watch;
      watch = null;
      for (const listener of everyone()) listener.onGap();
      await last?.stop();
    },
  };
}

import { Readable } from "node:stream";
import type { FileStore } from "../../src/domain/file-ports.js";
import type { TranscriptEntry, TranscriptStore } from "../../src/domain/ports.js";

export interface MemoryTranscripts extends TranscriptStore {
  entries: TranscriptEntry[];
  /** While set, reading and writing reject with it. */
  broken: Error | null;
  /** Tells every watcher that its watch failed. */
  breakWatch(error: Error): void;
  watching(): number;
}

export function createMemoryTranscripts(): MemoryTranscripts {
  const watchers = new Set<{ channel: string; onEntry: (entry: TranscriptEntry) => void; onError: (error: unknown) => void }>();
  const sorted = (at: { channel: string; account: string; user: string }): TranscriptEntry[] => {
    if (store.broken !== null) throw store.broken;
    return store.entries
      .filter((each) => each.channel === at.channel && each.account === at.account && each.user === at.user)
      .sort((a, b) => a.order - b.order);
  };
  const store: MemoryTranscripts = {
    entries: [],
    broken: null,
    breakWatch: (error) => [...watchers].forEach((each) => each.onError(error)),
    watching: () => watchers.size,
    async append(_tx, entries) {
      if (store.broken !== null) throw store.broken;
      for (const entry of entries) {
        if (store.entries.some((each) => each._id === entry._id)) continue;
        store.entries.push(entry);
        for (const each of watchers) if (each.channel === entry.channel) each.onEntry(entry);
      }
    },
    after: async (at, order, limit) => sorted(at).filter((each) => each.order > order).slice(0, limit),
    last: async (at, limit) => sorted(at).slice(-limit),
    ofContact: async (contactId) => store.entries.filter((each) => each.contactId === contactId).sort((a, b) => a.order - b.order),
    async erase(_tx, contactId) {
      const before = store.entries.length;
      store.entries = store.entries.filter((each) => each.contactId !== contactId);
      return before - store.entries.length;
    },
    watch(channel, onEntry, onError) {
      const watcher = { channel, onEntry, onError };
      watchers.add(watcher);
      return { ready: Promise.resolve(), stop: async () => void watchers.delete(watcher) };
    },
  };
  return store;
}

export interface MemoryFiles extends Omit<FileStore, "sweep"> {
  bytes: Map<string, Buffer>;
  /** The most bytes that arrived in one piece. */
  largestPart: number;
  /** Pieces of the write under way, or of the last one. */
  parts: number;
}

export function createMemoryFiles(): MemoryFiles {
  const store: MemoryFiles = {
    bytes: new Map(),
    largestPart: 0,
    parts: 0,
    async write(id, bytes) {
      const parts: Uint8Array[] = [];
      store.parts = 0;
      for await (const part of bytes) {
        store.parts += 1;
        store.largestPart = Math.max(store.largestPart, part.length);
        parts.push(part);
      }
      store.bytes.set(id, Buffer.concat(parts));
    },
    read: (id) => Readable.from([store.bytes.get(id) ?? Buffer.alloc(0)]),
    has: async (id) => store.bytes.has(id),
    remove: async (id) => void store.bytes.delete(id),
  };
  return store;
}

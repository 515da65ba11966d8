import type { FileStore } from "../domain/file-ports.js";
import type { StoredFile } from "../domain/file.js";
import type { FileRef } from "../domain/message.js";
import { inspect, type Inspected } from "./inspect.js";
import type { FileLimits } from "./limits.js";

/** The part of a channel that is needed here. */
export interface FileSource {
  openFile(file: FileRef, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  forgetFile?(file: FileRef): Promise<void>;
}

/**
 * Gets one file's bytes through the check into the store. Rejects with `FileRefused`, with the channel's own error, or with the signal's
 * reason. Bytes that an earlier try had stored whole are not fetched again.
 */
export async function keepBytes(
  row: StoredFile,
  deps: { source: FileSource | null; store: FileStore; limits: FileLimits; onBytes: () => void },
  signal: AbortSignal,
): Promise<Inspected> {
  const { source, store, limits, onBytes } = deps;
  if (await orAborted(store.has(row._id), signal)) {
    const again = inspect(untilAborted(store.read(row._id), signal, onBytes), limits);
    for await (const _ of again.bytes);
    return again.found();
  }
  if (source === null) throw new Error(`no channel ${row.channel}:${row.account}`);
  const bytes = await orAborted(source.openFile(row.source, signal), signal);
  const checked = inspect(untilAborted(bytes, signal, onBytes), limits);
  await orAborted(store.write(row._id, checked.bytes), signal);
  return checked.found();
}

/** Settles with `work`, or rejects as soon as `signal` aborts, whether or not `work` heeds it. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const waiting = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const end = (): void => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true, signal: waiting.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    waiting.abort();
  }
}

async function* untilAborted(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal, onBytes: () => void): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  try {
    for (;;) {
      const turn = await orAborted(iterator.next(), signal);
      if (turn.done === true) return;
      onBytes();
      yield turn.value;
    }
  } finally {
    iterator.return?.().catch(() => undefined);
  }
}

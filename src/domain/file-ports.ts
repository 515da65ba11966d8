import type { Readable } from "node:stream";
import type { StoredFile } from "./file.js";
import type { Tx } from "./ports.js";

/** Ids of what the web page sent, until the file is kept under its own id or refused. */
export const uploadPrefix = "upload:";

/** Where bytes live (GridFS). Names are ours: a file's id. */
export interface FileStore {
  /** Streams bytes in; replaces an unfinished earlier try under the same id. Rejects, keeping nothing, when the stream fails. */
  write(id: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  read(id: string): Readable;
  has(id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** Removes kept files whose id begins so and that were finished before an instant; answers how many. */
  sweep(idPrefix: string, before: Date): Promise<number>;
}

/** The rows about files. */
export interface FileRows {
  insert(tx: Tx | null, file: StoredFile): Promise<void>;
  get(id: string): Promise<StoredFile | null>;
  /** Takes rows that are due, receiving or settled but not yet told of; moves their `dueAt` to `until` and counts an attempt. */
  claim(now: Date, until: Date, limit: number): Promise<StoredFile[]>;
  /** With `attempts`: only while that claim still holds on a receiving row. Answers whether it changed. */
  update(id: string, change: Partial<StoredFile>, attempts?: number): Promise<boolean>;
  /** The conversation was told: nothing is due any more. */
  done(id: string): Promise<void>;
  /** Receiving rows whose person was not yet told that it takes longer, oldest first. */
  unsaid(limit: number): Promise<StoredFile[]>;
  nextDue(): Promise<Date | null>;
  /** Gives back every claim: whoever held one is known to be dead. Answers how many rows are due now. */
  freeAll(now: Date): Promise<number>;
  /** When the newest part of an album came, and whether its person was told that it takes longer. */
  album(contactId: string, group: string): Promise<{ newestAt: Date; saidSlow: boolean }>;
  /** Kept rows that came before an instant and were not found referred to since, those never looked at first. */
  unreferred(before: Date, limit: number): Promise<StoredFile[]>;
  referred(ids: readonly string[], at: Date): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  ofContact(contactId: string): Promise<StoredFile[]>;
}

import { z } from "zod";
import type { Tx } from "./ports.js";

/** Something done, as the one who did it tells it. */
export interface Act {
  at: Date;
  /** A contact, the operator at the command line, or the service by itself. */
  by: { contactId: string } | "cli" | "system";
  /** A name of `audited` in `policy.ts`. */
  verb: string;
  /** What it was done to: its code, or a person. */
  subject: string | { contactId: string };
  province?: string;
  /** What tells nobody's person: outcomes, states, counts. */
  details?: Readonly<Record<string, string | number | boolean>>;
  /** Phones, names, reasons, accounts: kept as digests under a salt of the person they are about. */
  personal?: { of: string; values: Readonly<Record<string, string>> };
}

/**
 * Something done, as it is kept for good. A person stands in it as a digest (`person:…`): `audit_salts` tells whose it is,
 * until their salts are erased; then nothing does, and the chain still holds.
 */
export const AuditEntry = z.strictObject({
  /** Rises with time. */
  _id: z.string(),
  at: z.date(),
  actor: z.string(),
  verb: z.string(),
  subject: z.string(),
  province: z.string().exactOptional(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  digests: z.record(z.string(), z.string()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** An entry in its place: `hash` is over it, its number and `prev`, the hash of the one before. */
export const SealedEntry = z.strictObject({
  /** 1, 2, 3, … without a gap. */
  seq: z.number().int().positive(),
  entry: AuditEntry,
  prev: z.string(),
  hash: z.string(),
});
export type SealedEntry = z.infer<typeof SealedEntry>;

/** What one entry's digests of one person are made with. */
export const AuditSalt = z.strictObject({
  /** `entry id/n` */
  _id: z.string(),
  contactId: z.string(),
  salt: z.string(),
});
export type AuditSalt = z.infer<typeof AuditSalt>;

/** An entry that waits to be sealed. Its salts part from it then. */
export const WaitingEntry = z.strictObject({ entry: AuditEntry, salts: z.array(AuditSalt) });
export type WaitingEntry = z.infer<typeof WaitingEntry>;

export interface Audit {
  /** Keeps what was done, in the transaction that does it; nothing is read or awaited. */
  record(tx: Tx, act: Act): void;
  /** Makes every digest of a person meaningless. Not for officers' official acts, which must stay theirs. */
  eraseSalts(tx: Tx, contactId: string): Promise<void>;
}

export interface AuditStore {
  /** Queues an entry to be sealed: one row. */
  add(tx: Tx, waiting: WaitingEntry): void;
  eraseSalts(tx: Tx, contactId: string): Promise<void>;
  /** How many wait to be sealed. */
  waiting(): Promise<number>;
  /** Those that wait, oldest first. */
  unsealed(tx: Tx, limit: number): Promise<WaitingEntry[]>;
  /** Puts entries that wait into the chain, and their salts beside it. The transaction conflicts when one of them, or one of the numbers, is taken. */
  seal(tx: Tx, sealed: readonly SealedEntry[], salts: readonly AuditSalt[]): Promise<void>;
  head(tx: Tx | null): Promise<SealedEntry | null>;
  /** The chain as it lies there, whatever somebody made of it: in the order of its numbers. */
  chain(): AsyncIterable<unknown>;
}

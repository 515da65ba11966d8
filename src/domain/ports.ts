import type { Delivery } from "./delivery.js";
import type { Inbound, Lane, Outgoing } from "./message.js";

/** A transaction of the store, handed through and never looked into. */
export interface Tx {
  readonly tx: "opaque";
}

export interface Transactions {
  /**
   * Runs `work` in one transaction, acknowledged by majority and journal. Most writes are queued and go out at its end,
   * so reads in it do not see them. No retry: on a conflict it rejects with `isConflict(error)` true.
   */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same, begun anew up to five times while it conflicts: for work that looks again at what it changes. */
  runAnew<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  isConflict(error: unknown): boolean;
}

/** A row of the inbox: what arrived, and who works on it. */
export interface InboxRow {
  inbound: Inbound;
  state: "new" | "done";
  claim?: { by: string; until: Date };
  attempts: number;
}

export interface InboxStore {
  /** Stores new events, already claimed when `claim` is given. `true` in the answer: stored now; `false`: was there before. */
  insert(inbound: readonly Inbound[], claim?: { by: string; until: Date }): Promise<boolean[]>;
  /** Takes unclaimed or overdue rows, oldest first. */
  claim(by: string, now: Date, until: Date, limit: number): Promise<Inbound[]>;
  /** Gives back what `by` had claimed (at start after a crash, at stop). */
  release(by: string): Promise<number>;
  /** Marks rows done in the step's transaction, which conflicts when one of them is not new any more. */
  finish(tx: Tx, ids: readonly string[], now: Date): void;
  /** Whether a row waits to be handled: neither done nor put aside. */
  isNew(id: string): Promise<boolean>;
  /** Puts a row that keeps failing aside, with the reason. */
  park(id: string, reason: string): Promise<void>;
  waiting(): Promise<number>;
}

export interface DeliveryStore {
  /** Inserts rows. Alone, rows already there (same `_id`) are left as they are; in a transaction they make it conflict. */
  insert(tx: Tx | null, rows: readonly Delivery[]): Promise<void>;
  /** Takes up to `limit` queued rows of one sender that are due, best lane and oldest first, for this term. */
  claim(
    sender: { channel: string; account: string },
    claim: { by: string; term: number },
    now: Date,
    limit: number,
    only?: { lane?: Lane; skipChats?: readonly string[]; perChat?: number },
  ): Promise<Delivery[]>;
  /** Lanes in which a sender has queued rows, due or not. */
  lanesWaiting(sender: { channel: string; account: string }): Promise<Lane[]>;
  /** Queues rows of this term again that were not sent; no attempt is counted. */
  giveBack(ids: readonly string[], term: number): Promise<void>;
  /** Rows claimed for this very term and queued before an instant: their holder may have missed them (an error with an unknown outcome). */
  strays(sender: { channel: string; account: string }, claim: { by: string; term: number }, before: Date, limit: number): Promise<Delivery[]>;
  /** Which of these chats have queued rows in a lane, due or not. */
  queuedChats(sender: { channel: string; account: string }, lane: Lane, chats: readonly string[]): Promise<string[]>;
  /** Queued rows that are not due yet, soonest first. */
  backingOff(sender: { channel: string; account: string }, now: Date, limit: number): Promise<{ chat: string; lane: Lane; notBefore: Date }[]>;
  /** Requeues rows that an earlier term left claimed: their outcome is unknown, so they are sent again. */
  reclaim(sender: { channel: string; account: string }, term: number): Promise<number>;
  /** Records results. A success counts even when the claim was lost meanwhile; other results only for the claim's own term. */
  record(results: readonly DeliveryResult[], term: number): Promise<void>;
  /** How far these rows are; those that are not there are left out. */
  look(ids: readonly string[]): Promise<Pick<Delivery, "_id" | "state" | "queuedAt">[]>;
  /** Replies to one input that are claimed and not sent. */
  claimedOf(inboxId: string): Promise<Delivery[]>;
  /** Queues what was parked for a person who can be reached again, replies apart: those answered what is long past. */
  unpark(tx: Tx, at: { channel: string; account: string; user: string }): Promise<void>;
  /** The earliest `notBefore` among queued rows of a sender, or null when none waits. */
  nextDue(sender: { channel: string; account: string }): Promise<Date | null>;
  counts(): Promise<{ channel: string; lane: string; state: string; count: number }[]>;
  dead(limit: number): Promise<Delivery[]>;
  /** Queues dead rows again, all or by id; answers how many. */
  retry(tx: Tx, ids: readonly string[] | null): Promise<number>;
}

export type DeliveryResult =
  | { id: string; state: "sent"; at: Date; messageId: string; chat?: string }
  | { id: string; state: "queued"; notBefore: Date; attempts: number; error: string; chat?: string }
  | { id: string; state: "dead" | "parked"; error: string; attempts: number };

/** What was said in a conversation, both ways, for the web chat, the desk and the person's own copy. */
export interface TranscriptEntry {
  /** The inbox row's id, or the delivery's. */
  _id: string;
  contactId: string;
  channel: string;
  account: string;
  user: string;
  at: Date;
  /** Order within the conversation (see `Delivery.order`). */
  order: number;
  from: "person" | "service";
  /** What the person sent, worded for reading; or the outgoing message. */
  text: string;
  outgoing?: Outgoing;
  fileIds?: string[];
  /** The client's own message id (web chat). */
  clientId?: string;
}

export interface TranscriptStore {
  /** Appends. Alone, entries already there are left as they are; in a transaction they make it conflict. */
  append(tx: Tx | null, entries: readonly TranscriptEntry[]): Promise<void>;
  /** Entries of one account after an order, oldest first. */
  after(at: { channel: string; account: string; user: string }, order: number, limit: number): Promise<TranscriptEntry[]>;
  /** The last entries of one account, oldest first. */
  last(at: { channel: string; account: string; user: string }, limit: number): Promise<TranscriptEntry[]>;
  /** All that was said in a contact's conversations, oldest first. */
  ofContact(contactId: string): Promise<TranscriptEntry[]>;
  /** Removes everything said so far in a contact's conversation. */
  erase(tx: Tx, contactId: string): Promise<number>;
  /** Calls back for each entry of a channel as it is committed, whichever process wrote it; from `ready` on none is missed. */
  watch(channel: string, onEntry: (entry: TranscriptEntry) => void, onError: (error: unknown) => void): { ready: Promise<void>; stop(): Promise<void> };
}

/** One holder at a time, across instances. */
export interface Leases {
  /** Takes or renews; null when another holds it. A new holding raises `term`. */
  acquire(name: string, holder: string, now: Date, ttlMs: number): Promise<{ term: number } | null>;
  release(name: string, holder: string): Promise<void>;
  /** Ends everything a holder had: it is known to be dead. */
  releaseAll(holder: string): Promise<void>;
}

/** Tells other instances that there is work. A signal may be lost; whoever listens also looks now and then. */
export interface Signals {
  send(topic: string): Promise<void>;
  listen(onSignal: (topic: string) => void): { stop(): Promise<void> };
}

/** Puts a pushed message (not a reply) to a contact into the outbox, in the caller's transaction. */
export interface Pushes {
  push(tx: Tx, message: { key: string; contactId: string; lane: Delivery["lane"]; content: Outgoing; now: Date }): Promise<void>;
}

import type { CallRevision } from "./call.js";
import type { Tx } from "./ports.js";
import type { Registration } from "./registration.js";

export interface CallStore {
  /** Keeps a revision; the same content again answers the revision that is there. */
  save(call: Omit<CallRevision, "revision">): Promise<{ revision: number; isNew: boolean }>;
  all(): Promise<CallRevision[]>;
}

export interface RegistrationStore {
  insert(tx: Tx, registration: Registration): Promise<void>;
  byId(tx: Tx | null, id: string): Promise<Registration | null>;
  byCode(tx: Tx | null, code: string): Promise<Registration | null>;
  ofContact(tx: Tx | null, contactId: string): Promise<Registration[]>;
  sameProduct(tx: Tx | null, callCode: string, ownerId: string, folded: string): Promise<Registration | null>;
  /** Saves a move; false when the registration changed meanwhile (`version`). */
  move(tx: Tx, id: string, version: number, state: Registration["state"], entry: Registration["history"][number]): Promise<boolean>;
  /** All of a call, oldest first, streamed. */
  ofCall(callCode: string, provinceCode?: string): AsyncIterable<Registration>;
}

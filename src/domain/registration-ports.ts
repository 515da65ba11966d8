import type { CallRevision } from "./call.js";
import type { Tx } from "./ports.js";
import type { Product } from "./product.js";
import type { Registration } from "./registration.js";

export interface CallStore {
  /** Keeps a revision; the same content again answers the revision that is there. Conflicts with another save of the same call. */
  save(tx: Tx, call: Omit<CallRevision, "revision">): Promise<{ revision: number; isNew: boolean }>;
  all(): Promise<CallRevision[]>;
}

export interface RegistrationStore {
  insert(tx: Tx, registration: Registration): Promise<void>;
  byId(tx: Tx | null, id: string): Promise<Registration | null>;
  byCode(tx: Tx | null, code: string): Promise<Registration | null>;
  ofContact(tx: Tx | null, contactId: string): Promise<Registration[]>;
  /** Oldest first. */
  ofOwner(tx: Tx | null, ownerId: string): Promise<Registration[]>;
  sameProduct(tx: Tx | null, callCode: string, ownerId: string, folded: string): Promise<Registration | null>;
  /** Saves a move; false when the registration changed meanwhile (`version`). */
  move(tx: Tx, id: string, version: number, change: Pick<Registration, "state"> & Partial<Pick<Registration, "asked">>, entry: Registration["history"][number]): Promise<boolean>;
  /** Saves a correction; what is asked for afterwards is what `asked` says. False when the registration changed meanwhile. */
  amend(tx: Tx, id: string, version: number, change: Pick<Registration, "state" | "answers" | "fileIds" | "product"> & Partial<Pick<Registration, "asked">>, entry: Registration["history"][number]): Promise<boolean>;
  /** All of a call, oldest first, streamed. */
  ofCall(callCode: string, provinceCode?: string): AsyncIterable<Registration>;
}

export interface ProductStore {
  /** What is not told this time stays as it is on file. */
  save(tx: Tx, product: Product): void;
  ofOwner(tx: Tx | null, ownerId: string): Promise<Product[]>;
}

import { z } from "zod";
import type { Tx } from "./ports.js";
import { Language } from "./shown.js";

/** Where a person was reached: what is kept of an account until the last message is sent. */
export const Address = z.object({ channel: z.string(), account: z.string(), user: z.string(), chat: z.string() });
export type Address = z.infer<typeof Address>;

/** What a person asks about their data (Law 91/2025/QH15, Decree 356/2025/NĐ-CP). */
export const DataRequest = z.object({
  /** Its code, `DL-dddddd-c`. */
  _id: z.string(),
  kind: z.enum(["erasure", "withdrawal"]),
  /** Whose it is; of an erasure that is done, their digest (`erased:…`). */
  contactId: z.string(),
  at: z.date(),
  /** Local date by which it is answered. */
  replyBy: z.iso.date(),
  /** Local date by which it is done. */
  doneBy: z.iso.date(),
  state: z.enum(["received", "done"]),
  /** Set when nothing leads from what stays to the person any more; what they wrote before then is cleared away next. */
  unlinkedAt: z.date().exactOptional(),
  /** Set with `unlinkedAt`, gone once the last message is sent; the first is where that goes. */
  addresses: z.array(Address).exactOptional(),
  language: Language.exactOptional(),
  doneAt: z.date().exactOptional(),
});
export type DataRequest = z.infer<typeof DataRequest>;

export interface DataRequestStore {
  insert(tx: Tx, request: DataRequest): void;
  byCode(tx: Tx | null, code: string): Promise<DataRequest | null>;
  /** What a contact asked for and is not done, oldest first. */
  openOf(tx: Tx | null, contactId: string): Promise<DataRequest[]>;
  /** Made before an instant and not done, oldest first. */
  open(before: Date): Promise<DataRequest[]>;
  /** Done, with addresses still there. */
  withRemains(): Promise<DataRequest[]>;
  update(tx: Tx | null, code: string, change: Partial<Omit<DataRequest, "_id" | "kind">>): Promise<void>;
  forgetAddresses(code: string): Promise<void>;
}

/** Everywhere that something of one person stands. */
export interface PersonalData {
  /**
   * Takes a person out of everything that stays: what was sent keeps `erasedId` in their place, consents stay as proof under it,
   * the rest of what is kept under their name goes. Null when there is no such contact.
   */
  unlink(tx: Tx, contactId: string, erasedId: string, at: Date): Promise<{ language: Language; addresses: Address[]; /** Held an office: what they did in it stays theirs. */ official: boolean } | null>;
  /** Removes what was written to and by them before an instant. Repeatable. */
  removeWritten(contactId: string, addresses: readonly Address[], before: Date): Promise<void>;
  /** Removes one message that was sent, `screen`: but for what their own screen shows of it. */
  removeMessage(deliveryId: string, screen: "keep" | "clear"): Promise<void>;
}

import { z } from "zod";
import type { Tx } from "./ports.js";

/** Something that is due: a correction, a list, an answer that the law wants in time. */
export const Deadline = z.object({
  /** `kind:subject`, or `kind:subject:revision` where the same thing may fall due again: see `deadlineId`. */
  _id: z.string(),
  kind: z.string(),
  /** What it is about, by its code. */
  subject: z.string(),
  /** Who has to act, where that is one person. */
  contactId: z.string().exactOptional(),
  province: z.string().exactOptional(),
  /** The last instant that is in time. */
  dueAt: z.date(),
  /** The local date on which to remind. */
  remindOn: z.iso.date().exactOptional(),
  /** The clause that sets it. */
  basis: z.string(),
  state: z.enum(["open", "done", "cancelled"]),
  openedAt: z.date(),
  closedAt: z.date().exactOptional(),
});
export type Deadline = z.infer<typeof Deadline>;

export function deadlineId({ kind, subject, revision }: { kind: string; subject: string; revision?: number }): string {
  return [kind, subject, ...(revision === undefined ? [] : [revision])].join(":");
}

export interface DeadlineStore {
  /** Opens those that are not there; one that is there, open or closed, stays as it is. */
  open(tx: Tx, deadlines: readonly Deadline[]): void;
  /** Closes those of these that are open. */
  close(tx: Tx, ids: readonly string[], state: "done" | "cancelled", at: Date): Promise<void>;
  /** All of a contact, soonest first. */
  ofContact(contactId: string): Promise<Deadline[]>;
  /** Open ones that fall due before an instant, soonest first. */
  due(before: Date, limit: number): Promise<Deadline[]>;
  /** Open ones whose day to be reminded lies between two local dates, these included. */
  toRemind(from: string, to: string): Promise<Deadline[]>;
  removeOf(tx: Tx, contactId: string): Promise<void>;
}

import { z } from "zod";
import { Lane, Outgoing } from "./message.js";

/**
 * One row a message: the outbox itself.
 * queued → claimed → sent | dead (given up, with the reason) | parked (unreachable person).
 */
export const Delivery = z.object({
  /** Deterministic: `inboxId/n` for replies, the thing's own key for pushes. */
  _id: z.string(),
  lane: Lane,
  channel: z.string(),
  account: z.string(),
  user: z.string(),
  chat: z.string(),
  contactId: z.string(),
  /** Order within its chat: milliseconds since 1970 × 1,000 plus a counter. */
  order: z.number(),
  state: z.enum(["queued", "claimed", "sent", "dead", "parked"]),
  /** Which holder of the sending lease has it, and that holder's term. */
  claim: z.object({ by: z.string(), term: z.number() }).exactOptional(),
  /** Not before this instant (a 429's `retry_after`, a back-off). */
  notBefore: z.date().exactOptional(),
  /** Sends that ended in an error of ours to count; 429 does not count. */
  attempts: z.number().int(),
  content: Outgoing,
  queuedAt: z.date(),
  sentAt: z.date().exactOptional(),
  messageId: z.string().exactOptional(),
  /** Code of the last error, from the catalogue in `domain/errors.ts`. */
  error: z.string().exactOptional(),
});
export type Delivery = z.infer<typeof Delivery>;

/** `channel:account`: what one sending lease covers. */
export function senderKey(at: { channel: string; account: string }): string {
  return `${at.channel}:${at.account}`;
}

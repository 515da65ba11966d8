import type { Delivery } from "../../src/domain/delivery.js";
import type { Log } from "../../src/outbox/types.js";

export const at = { channel: "telegram", account: "bot" };
export const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let order = 0;

/** A queued row; `over` says what matters to the test. */
export function row(over: Partial<Delivery> = {}): Delivery {
  const n = ++order;
  const chat = over.chat ?? `chat-${n}`;
  return {
    _id: `row-${n}`,
    lane: "reply",
    ...at,
    user: chat,
    chat,
    contactId: `contact-${chat}`,
    order: n,
    state: "queued",
    attempts: 0,
    content: { text: `text ${n}` },
    queuedAt: new Date("2026-11-23T02:00:00Z"),
    ...over,
  };
}

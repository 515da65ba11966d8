import type { Delivery } from "../domain/delivery.js";
import { SendError } from "../domain/errors.js";
import type { Outgoing } from "../domain/message.js";
import type { DeliveryResult } from "../domain/ports.js";
import { assertNever } from "../lib/never.js";
import type { Settings } from "./types.js";

/** When a channel says "later" without saying when. */
const laterMs = 3_000;
/** While a channel is down a row waits a tenth of its age, at most this. */
const longestOutageWaitMs = 60_000;

export function asSendError(error: unknown): SendError {
  return error instanceof SendError ? error : new SendError("outcome_unknown", { cause: error });
}

/** What becomes of a row whose send failed. */
export function resultOf(row: Delivery, error: SendError, now: Date, settings: Pick<Settings, "maxAttempts" | "backoffMs" | "outageMs">): DeliveryResult {
  const attempts = row.attempts + 1;
  const given = { id: row._id, error: error.code };
  const queued = (waitMs: number): DeliveryResult =>
    attempts >= settings.maxAttempts
      ? { ...given, state: "dead", attempts }
      : { ...given, state: "queued", attempts, notBefore: new Date(now.getTime() + waitMs) };
  if (error.moveTo !== undefined && error.moveTo !== row.chat) {
    const moved = queued(0);
    return moved.state === "queued" ? { ...moved, chat: error.moveTo } : moved;
  }
  switch (error.verdict) {
    case "later":
      return { ...given, state: "queued", attempts: row.attempts, notBefore: new Date(now.getTime() + (error.retryAfterMs ?? laterMs)) };
    case "outage": {
      const ageMs = now.getTime() - row.queuedAt.getTime();
      if (ageMs >= settings.outageMs) return { ...given, state: "dead", attempts };
      const waitMs = Math.max(error.retryAfterMs ?? 0, Math.min(longestOutageWaitMs, Math.max(1_000, ageMs / 10)));
      return { ...given, state: "queued", attempts: row.attempts, notBefore: new Date(now.getTime() + waitMs) };
    }
    case "again":
      return queued(Math.max(error.retryAfterMs ?? 0, settings.backoffMs[Math.min(row.attempts, settings.backoffMs.length - 1)] ?? 0));
    case "never":
      return { ...given, state: "dead", attempts };
    case "unreachable":
      return { ...given, state: "parked", attempts };
    default:
      return assertNever(error.verdict);
  }
}

export function wordsOf(content: Outgoing): string {
  const rows = content.rows?.map((row) => `${row.name}: ${row.value}`) ?? [];
  return [content.text, ...rows, ...(content.after === undefined ? [] : [content.after])].join("\n");
}

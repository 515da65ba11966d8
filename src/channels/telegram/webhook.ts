import { createHash, timingSafeEqual } from "node:crypto";
import type { Received } from "../contract.js";
import { type At, readUpdate } from "./update.js";

export interface WebhookRequest {
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

const mostBytes = 1_048_576;

/**
 * Verifies and parses one webhook request. Whatever carries the right secret but is of no use is answered 200
 * with nothing in it: Telegram would repeat a refused update for a day.
 */
export function receiveWebhook(request: WebhookRequest, secret: string, at: At): Received {
  const refuse = (status: 200 | 401 | 413 | 415, reason: string): Received => ({ status, inbound: [], reason });
  const given = request.headers["x-telegram-bot-api-secret-token"];
  if (typeof given !== "string") return refuse(401, "no secret");
  if (!sameSecret(given, secret)) return refuse(401, "wrong secret");
  const type = request.headers["content-type"];
  if (typeof type !== "string" || !/^application\/json\s*(;|$)/i.test(type)) return refuse(415, "not JSON by its content type");
  if (request.body.length > mostBytes) return refuse(413, `over ${mostBytes} bytes`);
  let raw: unknown;
  try {
    raw = JSON.parse(request.body.toString("utf8"));
  } catch {
    return refuse(200, "not JSON");
  }
  const read = readUpdate(raw, at);
  return "inbound" in read ? { status: 200, inbound: [read.inbound] } : refuse(200, read.ignored);
}

/** In constant time whatever the lengths. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

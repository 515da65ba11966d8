import { TelegramError } from "telegraf";
import { SendError, type SendErrorCode } from "../../domain/errors.js";

/** A `SendError` that also tells which status Telegram answered with, if it answered. */
export class TelegramFault extends SendError {
  constructor(
    code: SendErrorCode,
    readonly status: number | null,
    options: { detail: string; retryAfterMs?: number; moveTo?: string },
  ) {
    super(code, options);
  }
}

/** When Telegram says "too many" without saying for how long. */
const unsaidRetryAfterMs = 5_000;

/** Failures of the network that come before the first byte of a request has left. */
const nothingSent = new Set([
  "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/**
 * The verdict on a failed call. The given error is never kept as `cause`: telegraf's carries the payload
 * (`on.payload`), node-fetch's the address with the token. `private_` is what must not be repeated from Telegram's words.
 */
export function toFault(error: unknown, private_: readonly string[]): TelegramFault {
  if (error instanceof TelegramFault) return error;
  if (error instanceof TelegramError) return fromAnswer(error, private_);
  const code = codeOf(error);
  if (nothingSent.has(code)) return new TelegramFault("channel_down", null, { detail: code });
  return new TelegramFault("outcome_unknown", null, { detail: code });
}

function fromAnswer(error: TelegramError, private_: readonly string[]): TelegramFault {
  const status = typeof error.code === "number" ? error.code : 0;
  const said = typeof error.description === "string" ? error.description : "";
  const detail = `${status} ${scrub(said, private_)}`.trim();
  const moved = error.parameters?.migrate_to_chat_id;
  if (moved !== undefined) return new TelegramFault("chat_gone", status, { detail, moveTo: String(moved) });
  if (status === 429) {
    const seconds = error.parameters?.retry_after;
    const retryAfterMs = typeof seconds === "number" && seconds >= 0 ? seconds * 1_000 : unsaidRetryAfterMs;
    return new TelegramFault("rate_limited", status, { detail, retryAfterMs });
  }
  return new TelegramFault(codeFor(status, said), status, { detail });
}

function codeFor(status: number, said: string): SendErrorCode {
  if (status === 401 || status === 404) return "token_rejected";
  if (status === 409 || status >= 500) return "channel_down";
  if (/chat not found|user not found|user is deactivated|PEER_ID_INVALID/i.test(said)) return "chat_gone";
  if (status === 403) return "blocked";
  if (status >= 400) return "message_refused";
  return "outcome_unknown";
}

/** A short word of the error's own: its code, never its message. */
function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "unknown";
  const { code, type, name } = error as { code?: unknown; type?: unknown; name?: unknown };
  for (const word of [code, type, name]) if (typeof word === "string" && /^[\w-]{1,48}$/.test(word)) return word;
  return "unknown";
}

/**
 * Telegram's words without ours in them: no token, no text of a message, no quoted value, no long number,
 * and nothing from the first word on that is not plain ASCII, which Telegram's own words always are.
 */
export function scrub(said: string, private_: readonly string[]): string {
  let text = said;
  for (const secret of private_) if (secret.length > 2) text = text.replaceAll(secret, "***");
  return text
    .replace(/\s+/g, " ")
    .replace(/\S*[^ -~][^]*$/, "***")
    .replace(/"[^"]*"/g, '"***"')
    .replace(/\d+:[\w-]{10,}/g, "***")
    .replace(/\+?\d[\d .-]{6,}\d/g, "***")
    .slice(0, 200);
}

/** Every text in a payload, whole and line by line, longest first. */
export function textsOf(payload: unknown): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === "string") for (const text of [value, ...value.split("\n")]) found.add(text.trim());
    else if (Buffer.isBuffer(value)) return;
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  visit(payload);
  return [...found].sort((a, b) => b.length - a.length);
}

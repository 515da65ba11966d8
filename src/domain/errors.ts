/**
 * Errors of sending: a code and a verdict. `retry` is what the outbox does:
 * `later` (after `retryAfterMs`, no attempt used), `outage` (the channel, not the message: it waits, no attempt used, for days
 * if need be), `again` (back-off, an attempt used; the outcome is unknown),
 * `never` (the message is wrong), `unreachable` (the person cannot be reached on this account).
 */
export const sendErrors = {
  rate_limited: "later",
  channel_down: "outage",
  outcome_unknown: "again",
  token_rejected: "outage",
  message_refused: "never",
  blocked: "unreachable",
  chat_gone: "unreachable",
} as const;
export type SendErrorCode = keyof typeof sendErrors;

export class SendError extends Error {
  override readonly name = "SendError";
  readonly verdict: (typeof sendErrors)[SendErrorCode];
  readonly retryAfterMs: number | undefined;
  /** Telegram's `migrate_to_chat_id` and its like: resend there. */
  readonly moveTo: string | undefined;
  constructor(
    readonly code: SendErrorCode,
    options: { detail?: string; retryAfterMs?: number; moveTo?: string; cause?: unknown } = {},
  ) {
    super(options.detail === undefined ? code : `${code}: ${options.detail}`, { cause: options.cause });
    this.verdict = sendErrors[code];
    this.retryAfterMs = options.retryAfterMs;
    this.moveTo = options.moveTo;
  }
}

/** An error that a person at the keyboard can mend: one line that says what was wrong and what to do. No stack is shown. */
export class UserError extends Error {
  override readonly name = "UserError";
  constructor(
    readonly code: string,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

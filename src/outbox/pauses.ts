import type { SendError } from "../domain/errors.js";

/** When a whole sender stands still, as against one chat. */
export interface Pauses {
  untilMs(): number;
  /** Sends at once while the channel seems down: one, to try it. */
  probing(): boolean;
  failed(chat: string, error: SendError, nowMs: number): void;
  succeeded(): void;
  readonly failures: number;
}

const outageMs = [1_000, 5_000, 15_000, 30_000];

/**
 * A 429 does not say whether the chat or the bot is limited. The chat always waits. The bot stands still for a second, so
 * that what is on its way can tell; for all of `retry_after` when a second chat is refused within that second or when it is
 * 30 s or more, which is no chat's ordinary limit. One person flooding a chat thus never stops everyone's messages for long.
 */
export function createPauses(): Pauses {
  let until = Number.NEGATIVE_INFINITY;
  let refused: { chat: string; atMs: number } | null = null;
  let failures = 0;

  function limited(chat: string, retryMs: number, nowMs: number): void {
    const others = refused !== null && refused.chat !== chat && nowMs - refused.atMs <= 1_000;
    until = Math.max(until, nowMs + (others || retryMs >= 30_000 ? retryMs : Math.min(retryMs, 1_000)));
    refused = { chat, atMs: nowMs };
  }

  return {
    untilMs: () => until,
    probing: () => failures >= 3,
    failed(chat, error, nowMs) {
      if (error.verdict === "later") limited(chat, error.retryAfterMs ?? 0, nowMs);
      if (error.verdict !== "again" && error.verdict !== "outage") return;
      failures++;
      if (failures < 3) return;
      until = Math.max(until, nowMs + outageMs[Math.min(failures - 3, outageMs.length - 1)]!);
    },
    succeeded() {
      failures = 0;
    },
    get failures() {
      return failures;
    },
  };
}

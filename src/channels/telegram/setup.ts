import { z } from "zod";
import type { Clock } from "../../lib/clock.js";
import type { Log } from "../../lib/log.js";
import type { Api } from "./api.js";
import { TelegramFault } from "./errors.js";

export type { Log };

/** A bot's menu in one language; `null` is for everyone else. */
export interface Menu {
  language: string | null;
  commands: readonly { command: string; description: string }[];
}

/** How long failed calls wait: doubling from `firstMs` to `mostMs`; `slowMs` where a person must act first. */
export interface Retry {
  firstMs: number;
  mostMs: number;
  slowMs: number;
}

/** What polling and the webhook's keeper share. */
export interface Upkeep {
  api: Api;
  clock: Clock;
  log: Log;
  retry: Retry;
  /** Says what is wrong, or with `null` that it is well again. */
  report(words: string | null): void;
}

const Me = z.object({ id: z.int(), username: z.string() });
const Done = z.unknown();

/** The bot's username. */
export async function whoAmI(api: Api, signal: AbortSignal): Promise<string> {
  return (await api.call("getMe", {}, Me, { signal, quick: true })).username;
}

/** Best effort: a bot works without its menu. */
export async function setMenus({ api, log }: Pick<Upkeep, "api" | "log">, menus: readonly Menu[], signal: AbortSignal): Promise<void> {
  for (const { language, commands } of menus) {
    const menu = { commands, ...(language === null ? {} : { language_code: language }) };
    await api.call("setMyCommands", menu, Done, { signal, quick: true }).catch((error: unknown) => {
      log.warn({ language, error: wordsOf(error) }, "telegram menu not set");
    });
  }
}

/** What an operator can do about a failed call of upkeep, and how long to leave it. `failures` counts those in a row. */
export function adviceOn(error: unknown, failures: number, retry: Retry): { words: string; waitMs: number } {
  const backOffMs = Math.min(retry.mostMs, retry.firstMs * 2 ** Math.min(failures - 1, 16));
  if (!(error instanceof TelegramFault)) return { words: "Telegram upkeep failed", waitMs: backOffMs };
  if (error.code === "token_rejected") return { words: "Telegram rejects the token: check TELEGRAM_BOT_TOKEN", waitMs: retry.slowMs };
  if (error.code === "rate_limited") return { words: "Telegram asks to wait", waitMs: error.retryAfterMs ?? retry.slowMs };
  if (error.status === 409) {
    const words = /webhook/i.test(error.message)
      ? "a webhook is set for this Telegram bot elsewhere: stop that program or use another bot"
      : "another program reads this Telegram bot's updates: stop it or use another bot";
    return { words, waitMs: retry.slowMs };
  }
  if (error.status === null) return { words: "Telegram cannot be reached", waitMs: backOffMs };
  if (error.status >= 500) return { words: `Telegram answers ${error.status}`, waitMs: backOffMs };
  return { words: `Telegram refuses: ${error.message}`, waitMs: retry.slowMs };
}

/** An error's own words where they are known to hold nothing private. */
export function wordsOf(error: unknown): string {
  return error instanceof TelegramFault ? error.message : "unexpected error";
}

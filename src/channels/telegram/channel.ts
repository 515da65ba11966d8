import { SendError, UserError } from "../../domain/errors.js";
import type { Clock } from "../../lib/clock.js";
import type { Accept, Channel, Rate } from "../contract.js";
import { createApi } from "./api.js";
import { openFile } from "./files.js";
import { poll } from "./polling.js";
import { acknowledge, settle } from "./press.js";
import { limits } from "./render.js";
import { sendAll } from "./send.js";
import { type Log, type Menu, type Retry, setMenus, whoAmI } from "./setup.js";
import { keepWebhook } from "./webhook-keeper.js";
import { receiveWebhook } from "./webhook.js";

export interface TelegramOptions {
  /** `<bot id>:<secret>`; the bot's id becomes the channel's account. */
  token: string;
  /** Default Telegram's own. A path is kept with or without a final "/". */
  apiRoot?: string;
  mode: "polling" | "webhook";
  /** 1–256 of `[A-Za-z0-9_-]`; needed for webhooks. */
  webhookSecret?: string;
  /** Where others reach us; without it the webhook must be set by hand. */
  publicUrl?: string;
  rate: Rate | null;
  clock: Clock;
  log: Log;
  commands?: readonly Menu[];
  /** How long one question for updates may stay open, seconds; default 50. */
  pollTimeoutS?: number;
  /** Bounds every other call, and what a question for updates may overrun, milliseconds; default 30,000. */
  callTimeoutMs?: number;
  /** Default 64. */
  sendsInFlight?: number;
  /** Webhook connections Telegram may open, 1–100; default 40. */
  maxConnections?: number;
  /** Between looks at the webhook's state, milliseconds; default 60,000. */
  webhookCheckMs?: number;
  /** Default 1 s doubling to 30 s, and 30 s where a person must act. */
  retry?: Retry;
  /** Largest file a bot may fetch; default Telegram's 20 MB. */
  fileBytes?: number;
}

/** Telegram (Bot API) as a channel of one bot. Opens no connection before `start` or `send`. */
export function createTelegram(options: TelegramOptions): Channel {
  const { token, mode, clock, log, webhookSecret } = options;
  const account = /^(\d+):/.exec(token)?.[1];
  if (account === undefined) throw new UserError("telegram_token", "TELEGRAM_BOT_TOKEN must look like 123456:ABC…");
  if (mode === "webhook" && (webhookSecret ?? "") === "") {
    throw new UserError("telegram_webhook_secret", "TELEGRAM_MODE=webhook needs TELEGRAM_WEBHOOK_SECRET");
  }
  const callTimeoutMs = options.callTimeoutMs ?? 30_000;
  const sendsInFlight = options.sendsInFlight ?? 64;
  const fileBytes = options.fileBytes ?? 20 * 1024 * 1024;
  const api = createApi({
    token,
    apiRoot: options.apiRoot ?? "https://api.telegram.org",
    timeoutMs: callTimeoutMs,
    sockets: sendsInFlight,
  });
  const retry = options.retry ?? { firstMs: 1_000, mostMs: 30_000, slowMs: 30_000 };
  let username: string | null = null;
  let trouble: string | null = null;
  let running: { stop: AbortController; done: Promise<void> } | null = null;

  const upkeep = { api, clock, log, retry, report: (words: string | null) => void (trouble = words) };
  const prepare = async (signal: AbortSignal): Promise<void> => {
    username = await whoAmI(api, signal);
    await setMenus({ api, log }, options.commands ?? [], signal);
  };
  const run = (accept: Accept, signal: AbortSignal, prepared: () => Promise<void>): Promise<void> =>
    mode === "polling"
      ? poll({ ...upkeep, account, accept, timeoutS: options.pollTimeoutS ?? 50, graceMs: callTimeoutMs, prepare: prepared }, signal)
      : keepWebhook(
          {
            ...upkeep,
            url: options.publicUrl === undefined ? null : `${options.publicUrl.replace(/\/+$/, "")}/webhooks/telegram`,
            secret: webhookSecret ?? "",
            maxConnections: options.maxConnections ?? 40,
            checkMs: options.webhookCheckMs ?? 60_000,
            prepare: prepared,
          },
          signal,
        );

  return {
    kind: "telegram",
    account,
    limits: { textChars: limits.text, captionChars: limits.caption, fileBytes },
    get can() {
      const name = username;
      return {
        buttons: limits.buttons,
        shareContact: true,
        linkBack: name === null ? null : (code: string) => `https://t.me/${name}?start=${encodeURIComponent(code)}`,
      };
    },
    rate: options.rate,
    sendsInFlight,
    async send(delivery, signal) {
      try {
        return await sendAll(api, delivery.content, delivery.chat, signal);
      } catch (error) {
        throw error instanceof SendError ? error : new SendError("message_refused", { detail: "it could not be laid out" });
      }
    },
    acknowledge: (inbound) => acknowledge({ api, log }, inbound),
    settle: (inbound, chosen) => settle({ api, log }, inbound, chosen),
    openFile: (file, signal) => openFile({ api, token, mostBytes: fileBytes }, file, signal),
    ...(mode === "webhook"
      ? { receive: (request) => receiveWebhook(request, webhookSecret ?? "", { account, receivedAt: clock.now() }) }
      : {}),
    async meet(signal) {
      username = await whoAmI(api, signal);
      return `@${username}`;
    },
    /** Resolves after the first try to reach Telegram, whatever came of it; goes on trying in the background. */
    async start(accept) {
      if (running !== null) return;
      const stop = new AbortController();
      await new Promise<void>((tried) => {
        const prepared = (): Promise<void> => prepare(stop.signal).finally(tried);
        running = { stop, done: run(accept, stop.signal, prepared).finally(tried) };
      });
    },
    async stop() {
      running?.stop.abort();
      await running?.done;
      running = null;
      api.close();
    },
    trouble: () => (api.tokenRejected() ? "Telegram rejects the token: check TELEGRAM_BOT_TOKEN" : trouble),
  };
}

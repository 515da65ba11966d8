import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Telegram, TelegramError } from "telegraf";
import { Pool } from "undici";
import { z } from "zod";
import { TelegramFault, textsOf, toFault } from "./errors.js";

export interface Api {
  /** The Bot API's root, ending in "/". */
  readonly root: URL;
  /**
   * One call through telegraf's client; `sendMessage`, of which there are thousands, goes the short way through undici
   * (a quarter of the CPU). Rejects with a `TelegramFault` that holds neither the token nor the payload.
   * `timeoutMs` bounds it (default: the API's own, 30 s; `quick`: at most 10 s); `signal` stops it sooner.
   */
  call<T>(method: Method, payload: object, answer: z.ZodType<T>, options?: CallOptions): Promise<T>;
  /** Whether Telegram's last answer was that it does not know the token. */
  tokenRejected(): boolean;
  close(): void;
}
export type Method = Parameters<Telegram["callApi"]>[0];
export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  quick?: boolean;
}

/** What Telegram answers with: a result, or what it refused and why. */
const Answer = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error_code: z.number().int(),
    description: z.string(),
    parameters: z.object({ migrate_to_chat_id: z.number().exactOptional(), retry_after: z.number().exactOptional() }).exactOptional(),
  }),
]);

export function createApi(options: { token: string; apiRoot: string; timeoutMs?: number; sockets?: number }): Api {
  const root = new URL(options.apiRoot.endsWith("/") ? options.apiRoot : `${options.apiRoot}/`);
  const sockets = { keepAlive: true, maxFreeSockets: options.sockets ?? 64 };
  const agent = root.protocol === "http:" ? new HttpAgent(sockets) : new HttpsAgent(sockets);
  const telegram = new Telegram(options.token, { apiRoot: root.href, agent, webhookReply: false });
  // For an http root telegraf drops the agent it was given (network/client.js).
  telegram.options.agent = agent;
  const usualMs = options.timeoutMs ?? 30_000;
  const pool = new Pool(root.origin, { connections: options.sockets ?? 64, pipelining: 1 });
  let rejected = false;

  async function post(method: Method, payload: object, timeoutMs: number, signal: AbortSignal | undefined): Promise<unknown> {
    const { statusCode, body } = await pool.request({
      path: `${root.pathname}bot${options.token}/${method}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(payload),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    const answer = Answer.safeParse(await body.json().catch(() => null));
    if (answer.success && answer.data.ok) return answer.data.result;
    const refused = answer.success ? answer.data : { ok: false as const };
    throw new TelegramError({ error_code: statusCode, description: "", ...refused }, { method, payload: {} });
  }

  async function finish<T>(calling: Promise<unknown>, payload: object, answer: z.ZodType<T>): Promise<T> {
    try {
      const result = await calling;
      rejected = false;
      const parsed = answer.safeParse(result);
      if (!parsed.success) throw new TelegramFault("outcome_unknown", 200, { detail: "an answer not as documented" });
      return parsed.data;
    } catch (error) {
      const fault = toFault(error, [options.token, ...textsOf(payload)]);
      if (fault.status !== null) rejected = fault.code === "token_rejected";
      throw fault;
    }
  }

  return {
    root,
    tokenRejected: () => rejected,
    close() {
      agent.destroy();
      void pool.destroy().catch(() => undefined);
    },
    async call(method, payload, answer, { signal, quick = false, timeoutMs = quick ? Math.min(usualMs, 10_000) : usualMs } = {}) {
      if (signal?.aborted === true) throw new TelegramFault("channel_down", null, { detail: "stopped before it was sent" });
      if (method === "sendMessage") return finish(post(method, payload, timeoutMs, signal), payload, answer);
      const stop = new AbortController();
      const abort = (): void => stop.abort();
      const timer = setTimeout(abort, timeoutMs);
      signal?.addEventListener("abort", abort, { once: true });
      try {
        return await finish(telegram.callApi(method, payload as never, { signal: stop.signal as never }), payload, answer);
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      }
    },
  };
}

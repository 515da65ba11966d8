import { Refusal } from "./telegram-validate.js";

export interface FakeUpdate {
  update_id: number;
  [kind: string]: unknown;
}
export type Deliver = { url: string; secret?: string };

/** Updates on their way to the bot: kept until confirmed by an offset, or POSTed to a webhook until it answers 2xx. */
export function createUpdates(options: { webhookRetryMs: number; firstUpdateId: number }) {
  let nextId = options.firstUpdateId;
  let queue: FakeUpdate[] = [];
  /** Given out once more whatever was confirmed. */
  const again: FakeUpdate[] = [];
  let allowed: string[] = [];
  let hook: Deliver | null = null;
  let lastError: { last_error_date: number; last_error_message: string } | null = null;
  let waiting: { wake: () => void; evict: () => void } | null = null;
  let last: FakeUpdate | null = null;
  let closed = false;
  const chains = new Map<string, Promise<unknown>>();

  const post = async (update: FakeUpdate, to: Deliver): Promise<number> => {
    try {
      const response = await fetch(to.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(to.secret === undefined ? {} : { "x-telegram-bot-api-secret-token": to.secret }),
        },
        body: JSON.stringify(update),
      });
      await response.arrayBuffer();
      if (!response.ok) lastError = errorOf(`Wrong response from the webhook: ${response.status}`);
      return response.status;
    } catch {
      lastError = errorOf("Connection refused");
      return 0;
    }
  };
  const errorOf = (words: string) => ({ last_error_date: Math.floor(Date.now() / 1_000), last_error_message: words });

  /** Tries until it is taken, one update of a chat after another; the answer is the first try's status. */
  const deliver = (update: FakeUpdate, chat: string): Promise<number | null> => {
    const to = hook;
    if (to === null) {
      queue.push(update);
      waiting?.wake();
      return Promise.resolve(null);
    }
    return new Promise((first) => {
      const before = chains.get(chat) ?? Promise.resolve();
      const run = before.then(async () => {
        let status = await post(update, to);
        first(status);
        while (!closed && (status < 200 || status > 299)) {
          await new Promise((resolve) => setTimeout(resolve, options.webhookRetryMs));
          if (!closed) status = await post(update, to);
        }
      });
      chains.set(chat, run);
    });
  };

  const wait = async (ms: number, gone: AbortSignal): Promise<void> => {
    let stop = (): void => undefined;
    const mine = { wake: (): void => stop(), evict: (): void => undefined };
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      stop = () => {
        clearTimeout(timer);
        resolve();
      };
      mine.evict = () => {
        clearTimeout(timer);
        reject(new Refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"));
      };
      gone.addEventListener("abort", stop, { once: true });
      waiting = mine;
    }).finally(() => {
      if (waiting === mine) waiting = null;
    });
  };

  return {
    /** Resolves to the webhook's status for the first try, or `null` when queued for `getUpdates`. */
    push(kind: string, body: unknown, chat: string): Promise<number | null> {
      const update: FakeUpdate = { update_id: nextId++, [kind]: body };
      if (allowed.length > 0 && !allowed.includes(kind)) return Promise.resolve(null);
      last = update;
      return deliver(update, chat);
    },
    raw: (update: FakeUpdate): Promise<number | null> => deliver(update, "raw"),
    nextId: (): number => nextId++,
    repeatLast(): Promise<number | null> {
      if (last === null) throw new Error("no update yet");
      if (hook !== null) return deliver(last, "repeat");
      again.push(last);
      waiting?.wake();
      return Promise.resolve(null);
    },
    pending: (): number => queue.length,
    hook: (): Deliver | null => hook,
    lastError: () => lastError,
    allow(kinds: unknown): void {
      const list: unknown = typeof kinds === "string" ? JSON.parse(kinds) : kinds;
      if (Array.isArray(list)) allowed = list.map(String);
    },
    setHook(next: Deliver | null): void {
      hook = next;
    },
    /** Long poll with the real rules: an offset confirms, two readers conflict, a webhook forbids. */
    async take(offset: number, limit: number, timeoutS: number, gone: AbortSignal): Promise<FakeUpdate[]> {
      if (hook !== null) {
        throw new Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
      }
      waiting?.evict();
      if (offset > 0) queue = queue.filter((update) => update.update_id >= offset);
      if (offset < 0) queue = queue.slice(offset);
      if (queue.length === 0 && again.length === 0 && timeoutS > 0) await wait(timeoutS * 1_000, gone);
      return [...again.splice(0), ...queue].slice(0, limit);
    },
    close(): void {
      closed = true;
      waiting?.wake();
    },
  };
}
export type Updates = ReturnType<typeof createUpdates>;

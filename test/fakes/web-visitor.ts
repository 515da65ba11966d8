import { randomBytes } from "node:crypto";
import type { ChatEntry } from "../../src/http/chat.js";
import { readEvents } from "./web-events.js";

/** Someone with the chat page open, over real HTTP. Comes back after a lost connection and resends until stored, as the page does. */
export interface WebVisitor {
  say(text: string): Promise<void>;
  /** By its label, its number from 1, or its `data`; looked up in the last message that had choices. */
  press(choice: string | number): Promise<void>;
  photo(bytes: Uint8Array, options?: { caption?: string; name?: string; mime?: string }): Promise<void>;
  /** The next message of the service that was not asked for yet. Rejects when none comes within `timeoutMs` (default 5,000). */
  nextReply(timeoutMs?: number): Promise<ChatEntry>;
  /** All messages of the service so far, history included. */
  replies(): ChatEntry[];
  /** Everything on the visitor's screen, in the order it came. */
  entries(): ChatEntry[];
  /** Event ids in the order received: what a reconnecting page would send. */
  eventIds(): string[];
  /** `name=value`: hand it in to come back as the same visitor. */
  readonly cookie: string;
  close(): Promise<void>;
}

export interface WebVisitorOptions {
  persona?: string;
  cookie?: string;
  /** How long a message is resent before giving up, in milliseconds; default 20,000. */
  giveUpMs?: number;
}

export async function createWebVisitor(baseUrl: string, options: WebVisitorOptions = {}): Promise<WebVisitor> {
  const base = new URL(baseUrl).origin;
  const json = { origin: base, "content-type": "application/json" };
  const entries: ChatEntry[] = [];
  const eventIds: string[] = [];
  const queue: ChatEntry[] = [];
  const waiting: ((entry: ChatEntry) => void)[] = [];
  const closing = new AbortController();

  const session = await fetch(`${base}/chat/session`, {
    method: "POST",
    headers: { ...json, ...(options.cookie === undefined ? {} : { cookie: options.cookie }) },
    body: JSON.stringify(options.persona === undefined ? {} : { persona: options.persona }),
  });
  if (!session.ok) throw new Error(`no session: ${session.status} ${await session.text()}`);
  const cookie = session.headers.get("set-cookie")?.split(";", 1)[0] ?? "";

  let history = true;
  const opened = new Promise<void>((resolve) => {
    void follow(`${base}/chat/events`, cookie, closing.signal, (event) => {
      if (event.name === "ready") {
        history = false;
        resolve();
      }
      if (event.name !== "message") return;
      eventIds.push(event.id);
      const entry = JSON.parse(event.data) as ChatEntry;
      entries.push(entry);
      if (entry.from !== "service" || history) return;
      const next = waiting.shift();
      if (next === undefined) queue.push(entry);
      else next(entry);
    });
  });
  await opened;

  async function untilStored(path: string, init: RequestInit): Promise<void> {
    const until = Date.now() + (options.giveUpMs ?? 20_000);
    for (let pauseMs = 100; ; pauseMs = Math.min(2_000, pauseMs * 2)) {
      const response = await fetch(`${base}${path}`, { ...init, signal: closing.signal }).catch(() => null);
      if (response?.ok === true) return void (await response.arrayBuffer());
      const again = response === null || response.status === 429 || response.status >= 500;
      const answer = response === null ? "no answer" : `${response.status} ${await response.text()}`;
      if (!again || Date.now() > until || closing.signal.aborted) throw new Error(`${path} was not stored: ${answer}`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  const newId = (): string => randomBytes(12).toString("base64url");
  const post = (message: object): Promise<void> =>
    untilStored("/chat/messages", { method: "POST", headers: { ...json, cookie }, body: JSON.stringify({ id: newId(), ...message }) });
  const replies = (): ChatEntry[] => entries.filter((each) => each.from === "service");

  return {
    cookie,
    say: (text) => post({ text }),
    async press(wanted) {
      const choices = replies().findLast((each) => (each.outgoing?.choices?.length ?? 0) > 0)?.outgoing?.choices ?? [];
      const choice =
        typeof wanted === "number" ? choices[wanted - 1] : choices.find(({ label, data }) => label === wanted || data === wanted);
      if (choice === undefined) throw new Error(`no choice ${wanted} among: ${choices.map(({ label }) => label).join(" · ")}`);
      await post({ press: choice.data, label: choice.label });
    },
    photo: (bytes, { caption = "", name = "photo.jpg", mime = "image/jpeg" } = {}) =>
      untilStored(`/chat/files?${new URLSearchParams({ id: newId(), caption, name })}`, {
        method: "POST",
        headers: { origin: base, cookie, "content-type": mime },
        body: Buffer.from(bytes),
      }),
    nextReply: (timeoutMs = 5_000) =>
      new Promise((resolve, reject) => {
        const there = queue.shift();
        if (there !== undefined) return resolve(there);
        const take = (entry: ChatEntry): void => {
          clearTimeout(timer);
          resolve(entry);
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(take), 1);
          reject(new Error(`no reply within ${timeoutMs} ms; the last was: ${replies().at(-1)?.text ?? "none"}`));
        }, timeoutMs);
        waiting.push(take);
      }),
    replies,
    entries: () => [...entries],
    eventIds: () => [...eventIds],
    close: async () => closing.abort(),
  };
}

/** Keeps the stream open and resumes it, until `signal`. */
async function follow(url: string, cookie: string, signal: AbortSignal, onEvent: Parameters<typeof readEvents>[1]): Promise<void> {
  let lastId = "";
  while (!signal.aborted) {
    try {
      const headers = { cookie, ...(lastId === "" ? {} : { "last-event-id": lastId }) };
      const response = await fetch(url, { headers, signal });
      if (response.ok) {
        await readEvents(response, (event) => {
          lastId = event.id || lastId;
          onEvent(event);
        });
      }
    } catch {
      // the connection was lost: come back
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

import { randomBytes } from "node:crypto";
import type { FakeMessage, FakeTelegram } from "../fakes/telegram.js";
import { createWebVisitor } from "../fakes/web-visitor.js";
import { pause } from "./processes.js";

/** What a person does; all of it can be done on every channel. */
export type Input = { text: string } | { press: string } | { phone: string } | { photo: Buffer; caption: string };

/** A message of the service, as the person sees it. */
export interface Seen {
  text: string;
  choices: string[];
}

/** A person in a chat who waits for answers, and whose network sends things again. */
export interface Talker {
  channel: "telegram" | "web-chat";
  /** In the database. */
  user: string;
  /** Resolves once the service (web) or Telegram has it; resends under the same id until then. */
  send(input: Input): Promise<void>;
  /** The input last sent once more, under its own id. */
  again(): Promise<void>;
  /** All messages of the service so far. */
  seen(): Seen[];
  close(): Promise<void>;
}

export function talkOnTelegram(telegram: FakeTelegram, id: number): Talker {
  const user = telegram.user(id, { firstName: "Thử" });
  const seenOf = (message: FakeMessage): Seen => ({ text: message.text, choices: message.buttons.flat().map(({ text }) => text.replace(/^\d+ · /, "")) });
  const pressed = new Set<number>();
  return {
    channel: "telegram",
    user: String(id),
    async send(input) {
      if ("text" in input) await user.say(input.text);
      else if ("phone" in input) await user.contact(input.phone);
      else if ("photo" in input) await user.photo(input.photo, input.caption);
      else {
        const message = user.messages.findLast((each) => each.fromBot && each.buttons.length > 0 && !pressed.has(each.messageId));
        if (message !== undefined) pressed.add(message.messageId);
        await user.press(input.press, message);
      }
    },
    again: async () => void (await telegram.repeatLast()),
    seen: () => user.replies().filter((each) => each.fromBot).map(seenOf),
    close: () => Promise.resolve(),
  };
}

/** `lag` is told how long a refused message took to be refused, in ms, and with what status. */
export async function talkOnWeb(address: string, lag: (status: number, ms: number) => void = () => undefined): Promise<Talker> {
  const visitor = await createWebVisitor(address, { giveUpMs: 60_000 });
  const { cookie } = visitor;
  const user = /=([^.;]+)/.exec(cookie)?.[1] ?? "";
  const json = { origin: address, cookie, "content-type": "application/json" };
  let last: (() => Promise<void>) | null = null;

  /** As the page does: until it is answered 200. */
  async function untilStored(path: string, init: RequestInit): Promise<void> {
    for (const end = performance.now() + 60_000; ; await pause(100)) {
      const began = performance.now();
      const response = await fetch(`${address}${path}`, init).catch(() => null);
      await response?.arrayBuffer().catch(() => undefined);
      if (response !== null && !response.ok) lag(response.status, performance.now() - began);
      if (response?.ok === true) return;
      if (performance.now() > end) throw new Error(`${path} was not stored: ${response?.status ?? "no answer"}`);
    }
  }
  return {
    channel: "web-chat",
    user,
    async send(input) {
      const id = randomBytes(12).toString("base64url");
      if ("photo" in input) {
        const { photo, caption } = input;
        const init = { method: "POST", headers: { origin: address, cookie, "content-type": "image/jpeg" }, body: Buffer.from(photo) };
        last = () => untilStored(`/chat/files?${new URLSearchParams({ id, caption, name: "photo.jpg" })}`, init);
      } else {
        const choice = (label: string) => {
          const found = visitor.replies().findLast((each) => (each.outgoing?.choices?.length ?? 0) > 0)?.outgoing?.choices?.find((each) => each.label === label);
          if (found === undefined) throw new Error(`no choice ${label}`);
          return { press: found.data, label };
        };
        const body = "text" in input ? { text: input.text } : "phone" in input ? { text: input.phone } : choice(input.press);
        last = () => untilStored("/chat/messages", { method: "POST", headers: json, body: JSON.stringify({ id, ...body }) });
      }
      await last();
    },
    again: async () => last?.(),
    seen: () => visitor.replies().map((each) => ({ text: [each.text, ...(each.outgoing?.rows ?? []).map((row) => `${row.name}: ${row.value}`)].join("\n"), choices: each.outgoing?.choices?.map(({ label }) => label) ?? [] })),
    close: () => visitor.close(),
  };
}

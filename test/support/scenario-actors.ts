import { randomBytes } from "node:crypto";
import { assertNever } from "../../src/lib/never.js";
import type { FakeMessage, FakeTelegram, FakeUser } from "../fakes/telegram.js";
import { createWebVisitor } from "../fakes/web-visitor.js";
import { hostileFiles } from "../files/hostile.js";
import { samples } from "../files/samples.js";
import type { Act, ChannelKind } from "./scenario.js";

/** One message as it stood on the person's screen when it came. */
export interface Heard {
  /** All that can be read: text, then `name: value` for each row, then what follows. */
  text: string;
  bold: string[];
  choices: string[];
}

/** A person on one channel. */
export interface Actor {
  readonly channel: ChannelKind;
  /** `channel:account:user`, as accounts are named. */
  readonly accountId: string;
  readonly user: string;
  /** Resolves when the service has stored what was done. */
  act(act: Act): Promise<void>;
  heard(): Heard[];
  close(): Promise<void>;
}

/** Why a channel cannot do this, or null when it can. */
export function lacks(channel: ChannelKind, act: Act): string | null {
  if (channel === "telegram") return null;
  switch (act.verb) {
    case "voice":
      return "the page has no voice messages";
    case "sticker":
      return "the page has no stickers";
    case "video":
      return "the page refuses videos before sending";
    case "big_photo":
      return "the page refuses files over 20 MB before sending";
    case "others_contact":
      return "the page has no contact cards";
    case "long_text":
      return act.value.characters > 4_096 ? "the page sends at most 4,096 characters" : null;
    default:
      return null;
  }
}

const words = (act: Extract<Act, { verb: "long_text" }>): string => act.value.of.repeat(Math.ceil(act.value.characters / act.value.of.length)).slice(0, act.value.characters);
const photoOf = (name: string): Buffer => (name.endsWith(".png") ? samples.png() : name.endsWith(".heic") ? samples.heic() : samples.jpeg());
const documentOf = (name: string): { bytes: Buffer; mime: string } =>
  hostileFiles[name] ?? (name.endsWith(".pdf") ? { bytes: samples.pdf(), mime: "application/pdf" } : { bytes: Buffer.from("PK\u0003\u0004 a text document"), mime: "application/vnd.openxmlformats-officedocument.wordprocessingml.document" });

let nextUser = 70_001;

export function telegramActor(telegram: FakeTelegram): Actor {
  const id = nextUser++;
  const user: FakeUser = telegram.user(id, { firstName: "Nguyễn Văn", lastName: "Mẫu" });
  /** As they stood when they came: a press later takes the buttons away. */
  const seen: FakeMessage[] = [];
  const look = (): FakeMessage[] => {
    for (const message of user.replies().slice(seen.length)) seen.push({ ...message });
    return seen;
  };
  const plain = (label: string): string => label.replace(/^\d+ · /, "");
  const labels = (message: FakeMessage): string[] => message.buttons.flat().map(({ text }) => plain(text));
  /** Stored: no update is left that an offset has not confirmed. */
  const stored = async (): Promise<void> => {
    const until = performance.now() + 10_000;
    while (telegram.pending() > 0) {
      if (performance.now() > until) throw new Error("the service does not fetch updates");
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const repeat = async (): Promise<void> => {
    const asked = telegram.callsOf("getUpdates").length;
    await telegram.repeatLast();
    while (telegram.callsOf("getUpdates").length < asked + 1) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const press = (which: string | number, among: FakeMessage[]): Promise<number | null> => {
    const message = among.findLast((each) => (typeof which === "number" ? each.buttons.length > 0 : labels(each).includes(which)));
    if (message === undefined) throw new Error(`no button “${which}”`);
    return user.press(typeof which === "number" ? which - 1 : labels(message).indexOf(which), message);
  };
  async function act(act: Act): Promise<unknown> {
    look();
    switch (act.verb) {
      case "text":
        return user.say(act.value);
      case "long_text":
        return user.say(words(act));
      case "press":
        return press(act.value, seen.filter((each) => each.buttons.length > 0).slice(-1));
      case "old_press":
        return press(act.value, seen.slice(0, -1));
      case "photo":
        return user.photo(photoOf(act.value), act.caption);
      case "document": {
        const { bytes, mime } = documentOf(act.value);
        return user.document(bytes, act.value, mime, act.caption);
      }
      case "album": {
        const album = `album-${id}-${seen.length}`;
        for (const [n, name] of act.value.entries()) {
          await user.photo(photoOf(name), n === 0 ? act.caption : undefined, { album });
          await stored();
        }
        return;
      }
      case "big_photo":
        return user.document(samples.jpeg(), "anh.jpg", "image/jpeg", act.caption, { size: act.value * 1024 * 1024 });
      case "video":
        return user.video(undefined, act.caption);
      case "voice":
        return user.voice();
      case "sticker":
        return user.sticker();
      case "share_phone":
        return user.contact(act.value);
      case "others_contact":
        return user.contact(act.value, false);
      case "send_twice_at_once": {
        const [first, second] = act.value;
        return Promise.all([user.say(first), user.say(second)]);
      }
      case "repeat":
        return repeat();
      default:
        return assertNever(act);
    }
  }
  return {
    channel: "telegram",
    accountId: `telegram:${telegram.botId}:${id}`,
    user: String(id),
    async act(what) {
      await act(what);
      await stored();
    },
    heard: () => look().map((message) => ({ text: message.text, bold: message.bold, choices: labels(message) })),
    close: () => Promise.resolve(),
  };
}

export async function webActor(address: string, options: { language: "vi" | "en"; persona?: string }): Promise<Actor> {
  const visitor = await createWebVisitor(address, options.persona === undefined ? {} : { persona: options.persona });
  const user = (visitor.cookie.split("=")[1] ?? "").replace(/\.[^.]*$/, "");
  const headers = { origin: new URL(address).origin, cookie: visitor.cookie };
  let last: (() => Promise<void>) | null = null;
  const newId = (): string => randomBytes(12).toString("base64url");
  const send = async (path: string, type: string, body: string | Buffer): Promise<void> => {
    const request = async (): Promise<void> => {
      const response = await fetch(`${headers.origin}${path}`, { method: "POST", headers: { ...headers, "content-type": type }, body: body as string });
      const answer = await response.text();
      if (!response.ok) throw new Error(`POST ${path.split("?")[0] ?? ""}: ${response.status} ${answer}`);
    };
    last = request;
    await request();
  };
  const post = (message: object): Promise<void> => send("/chat/messages", "application/json", JSON.stringify({ id: newId(), language: options.language, ...message }));
  const upload = (bytes: Buffer, name: string, mime: string, caption = "", more: { group?: string } = {}): Promise<void> =>
    send(`/chat/files?${new URLSearchParams({ id: newId(), caption, name, language: options.language, ...more })}`, mime, bytes);
  const press = (which: string | number, among: ReturnType<typeof visitor.replies>): Promise<void> => {
    const choices = among.findLast((each) => (typeof which === "number" ? (each.outgoing?.choices?.length ?? 0) > 0 : each.outgoing?.choices?.some(({ label }) => label === which)))?.outgoing?.choices ?? [];
    const choice = typeof which === "number" ? choices[which - 1] : choices.find(({ label }) => label === which);
    if (choice === undefined) throw new Error(`no button “${which}”`);
    return post({ press: choice.data, label: choice.label });
  };
  return {
    channel: "web-chat",
    accountId: `web-chat:site:${user}`,
    user,
    async act(act) {
      switch (act.verb) {
        case "text":
          return post({ text: act.value });
        case "long_text":
          return post({ text: words(act) });
        case "press":
          return press(act.value, visitor.replies().filter((each) => (each.outgoing?.choices?.length ?? 0) > 0).slice(-1));
        case "old_press":
          return press(act.value, visitor.replies().slice(0, -1));
        case "photo":
          return upload(photoOf(act.value), act.value, "image/jpeg", act.caption);
        case "document": {
          const { bytes, mime } = documentOf(act.value);
          return upload(bytes, act.value, mime === "application/pdf" ? mime : "application/octet-stream", act.caption);
        }
        case "album": {
          const group = newId();
          for (const [n, name] of act.value.entries()) await upload(photoOf(name), name, "image/jpeg", n === 0 ? act.caption : undefined, { group });
          return;
        }
        case "share_phone":
          return post({ text: act.value });
        case "send_twice_at_once":
          await Promise.all(act.value.map((text) => post({ text })));
          return;
        case "repeat":
          if (last === null) throw new Error("nothing to repeat");
          return last();
        case "big_photo":
        case "video":
        case "voice":
        case "sticker":
        case "others_contact":
          throw new Error(`the web chat cannot ${act.verb}`);
        default:
          return assertNever(act);
      }
    },
    heard: () =>
      visitor.replies().map(({ text, outgoing }) => ({
        text: [text, ...(outgoing?.rows ?? []).map(({ name, value }) => `${name}: ${value}`), outgoing?.after ?? ""].filter((line) => line !== "").join("\n"),
        bold: [...(outgoing?.bold ?? []).map(({ at, length }) => text.slice(at, at + length)), ...(outgoing?.rows ?? []).map(({ name }) => name)],
        choices: (outgoing?.choices ?? []).map(({ label }) => label),
      })),
    close: () => visitor.close(),
  };
}

import { randomBytes } from "node:crypto";
import type { FakeButton, FakeEntity, FakeMarkup } from "./telegram-validate.js";
import type { Updates } from "./telegram-updates.js";

/** A message as the chat shows it now: edits change it. */
export interface FakeMessage {
  messageId: number;
  chatId: number;
  fromBot: boolean;
  /** The text, or a photo's caption. */
  text: string;
  entities: FakeEntity[];
  /** The words that stand in bold. */
  bold: string[];
  /** Inline buttons, row by row; empty once an edit has taken them away. */
  buttons: { text: string; data: string }[][];
  markup: FakeMarkup | undefined;
  photo: Buffer | undefined;
  /** `performance.now()` when it arrived. */
  at: number;
  /** How often it was edited. */
  edits: number;
}

export interface FakeFile {
  bytes: Buffer;
  /** What `getFile` claims. */
  size: number;
  path: string;
  gone: boolean;
}

export interface FakeProfile {
  firstName?: string;
  lastName?: string;
  username?: string;
  languageCode?: string;
}

interface World {
  updates: Updates;
  files: Map<string, FakeFile>;
  callbacks: Map<string, { answered: boolean }>;
}

export type FakeUser = ReturnType<typeof createUser>;

/** One person with a private chat: what they do becomes updates, what the bot sends them can be awaited. */
export function createUser(world: World, id: number, profile: FakeProfile) {
  const messages: FakeMessage[] = [];
  const unread: FakeMessage[] = [];
  let wake: (() => void)[] = [];
  let nextMessageId = 1;
  let nextFile = 1;
  const state = { blocked: false, deactivated: false };

  const from = {
    id,
    is_bot: false,
    first_name: profile.firstName ?? `User ${id}`,
    ...(profile.lastName === undefined ? {} : { last_name: profile.lastName }),
    ...(profile.username === undefined ? {} : { username: profile.username }),
    ...(profile.languageCode === undefined ? {} : { language_code: profile.languageCode }),
  };
  const chat = { id, type: "private", first_name: from.first_name };
  const now = (): number => Math.floor(Date.now() / 1_000);
  const post = (fields: object): Promise<number | null> =>
    world.updates.push("message", { message_id: nextMessageId++, from, chat, date: now(), ...fields }, String(id));

  const keep = (bytes: Buffer, extension: string, size?: number): { file_id: string; file_unique_id: string; file_size: number } => {
    const unique = `${id}x${nextFile++}`;
    const fileId = `FILE-${unique}-${randomBytes(12).toString("base64url")}`;
    world.files.set(fileId, { bytes, size: size ?? bytes.length, path: `files/${unique}.${extension}`, gone: false });
    return { file_id: fileId, file_unique_id: unique, file_size: size ?? bytes.length };
  };
  const caption = (text: string | undefined): object => (text === undefined ? {} : { caption: text });
  const sendPhoto = (bytes: Buffer, more: object, size?: number): Promise<number | null> =>
    post({ photo: [{ ...keep(bytes.subarray(0, 64), "jpg"), width: 90, height: 90 }, { ...keep(bytes, "jpg", size), width: 1280, height: 960 }], ...more });
  const member = (status: string): Promise<number | null> =>
    world.updates.push(
      "my_chat_member",
      { chat, from, date: now(), old_chat_member: { status: status === "kicked" ? "member" : "kicked" }, new_chat_member: { status } },
      String(id),
    );

  const asTelegram = (message: FakeMessage): object => ({
    message_id: message.messageId,
    chat,
    date: now(),
    ...(message.photo === undefined
      ? { text: message.text, entities: message.entities }
      : { photo: [{ file_id: "P", file_unique_id: "P", width: 10, height: 10 }], caption: message.text, caption_entities: message.entities }),
    ...(message.markup?.inline_keyboard === undefined ? {} : { reply_markup: message.markup }),
  });

  return {
    id,
    profile,
    state,
    messages,
    /** For the server: takes what the bot sends. */
    receive(message: Omit<FakeMessage, "messageId" | "chatId" | "edits">): FakeMessage {
      const kept = { ...message, messageId: nextMessageId++, chatId: id, edits: 0 };
      messages.push(kept);
      unread.push(kept);
      for (const resolve of wake.splice(0)) resolve();
      return kept;
    },
    asTelegram,
    say: (text: string) => post({ text }),
    /** Any other message, as Telegram would write its fields. */
    raw: (fields: object) => post(fields),
    /**
     * Presses an inline button by its label (with or without its number) or by its index over all rows,
     * of the newest message that has buttons unless told; a button of a reply keyboard types its label.
     */
    press(which: string | number, ofMessage?: FakeMessage): Promise<number | null> {
      const isIt = (button: FakeButton, index: number): boolean =>
        which === index || button.text === which || button.text.replace(/^\d+ · /, "") === which;
      const message = ofMessage ?? messages.findLast(({ markup }) => markup?.inline_keyboard !== undefined || markup?.keyboard !== undefined);
      const button = (message?.markup?.inline_keyboard ?? message?.markup?.keyboard ?? []).flat().find(isIt);
      if (message === undefined || button === undefined) {
        throw new Error(`no button ${which}; there are: ${message?.buttons.flat().map(({ text }) => text).join(", ") ?? "none"}`);
      }
      if (button.callback_data === undefined) return post({ text: button.text });
      const callbackId = randomBytes(8).toString("hex");
      world.callbacks.set(callbackId, { answered: false });
      return world.updates.push(
        "callback_query",
        { id: callbackId, from, message: asTelegram(message), chat_instance: "1", data: button.callback_data },
        String(id),
      );
    },
    /** `size` is what Telegram claims of it, default the real one; `album` is a media group's id. */
    photo: (bytes: Buffer, text?: string, more: { size?: number; album?: string } = {}) =>
      sendPhoto(bytes, { ...caption(text), ...(more.album === undefined ? {} : { media_group_id: more.album }) }, more.size),
    document: (bytes: Buffer, name: string, mime: string, text?: string, more: { size?: number } = {}) =>
      post({ document: { ...keep(bytes, name.split(".").at(-1) ?? "bin", more.size), file_name: name, mime_type: mime }, ...caption(text) }),
    video: (bytes: Buffer = Buffer.from("video"), text?: string, more: { size?: number } = {}) =>
      post({ video: { ...keep(bytes, "mp4", more.size), width: 640, height: 480, duration: 3, mime_type: "video/mp4" }, ...caption(text) }),
    voice: () => post({ voice: { ...keep(Buffer.from("voice"), "oga"), duration: 2, mime_type: "audio/ogg" } }),
    sticker: () => post({ sticker: { ...keep(Buffer.from("sticker"), "webp"), type: "regular", width: 512, height: 512 } }),
    location: () => post({ location: { latitude: 10.35, longitude: 106.03 } }),
    /** Shares a phone number: one's own (as the share button does), or a card of someone else. */
    contact: (phone: string, own = true) =>
      post({ contact: { phone_number: phone, first_name: from.first_name, ...(own ? { user_id: id } : { user_id: id + 1 }) } }),
    block: () => {
      state.blocked = true;
      return member("kicked");
    },
    unblock: () => {
      state.blocked = false;
      return member("member");
    },
    /** All that the bot has sent here, oldest first. */
    replies: (): FakeMessage[] => [...messages],
    /** The next message of the bot not yet taken by this function; waits up to `ms`. */
    async nextReply(ms = 20_000): Promise<FakeMessage> {
      const until = performance.now() + ms;
      while (unread.length === 0) {
        const left = until - performance.now();
        if (left <= 0) throw new Error(`no reply to user ${id} within ${ms} ms`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake.push(() => {
            clearTimeout(timer);
            resolve();
          });
        });
        wake = [];
      }
      return unread.shift() as FakeMessage;
    },
    /** Forgets messages not yet taken by `nextReply`. */
    skip: (): void => void unread.splice(0),
  };
}

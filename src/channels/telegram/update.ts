import type { Content, FileRef, Inbound } from "../../domain/message.js";
import { clean } from "../../lib/text.js";
import { type CallbackQuery, type Message, type NamedFile, type PhotoSize, type PressAck, Update, type User } from "./schema.js";

export interface At {
  /** The bot's id: the digits before the colon of its token. */
  account: string;
  receivedAt: Date;
}

/** Either something for the intake, or why the update is dropped. */
export type Read = { inbound: Inbound } | { ignored: string };

/** Messages that Telegram writes about a chat; nobody said anything. */
const serviceMessages = [
  "pinned_message", "message_auto_delete_timer_changed", "connected_website", "write_access_allowed", "passport_data",
  "successful_payment", "refunded_payment", "users_shared", "chat_shared", "proximity_alert_triggered", "chat_background_set",
  "web_app_data", "boost_added", "group_chat_created", "new_chat_members", "left_chat_member", "gift", "unique_gift",
] as const;

export function readUpdate(raw: unknown, at: At): Read {
  const parsed = Update.safeParse(raw);
  if (!parsed.success) {
    return { ignored: `not an update as documented (${parsed.error.issues[0]?.path.map(String).join(".") ?? ""})` };
  }
  const update = parsed.data;
  if (update.callback_query !== undefined) return readPress(update.update_id, update.callback_query, at);
  if (update.my_chat_member !== undefined) {
    const { chat, from, new_chat_member: member } = update.my_chat_member;
    if (chat.type !== "private") return { ignored: "not a private chat" };
    if (member.status !== "kicked" && member.status !== "member") return { ignored: "member status of no meaning here" };
    return inbound(update.update_id, from, chat.id, at, { kind: "reach", reachable: member.status === "member" });
  }
  if (update.message === undefined) return { ignored: "a kind of update that was not asked for" };
  const message = update.message;
  if (message.chat.type !== "private") return { ignored: "not a private chat" };
  if (message.from === undefined || message.from.is_bot) return { ignored: "not from a person" };
  const content = contentOf(message, message.from);
  if (content === null) {
    const fields = (raw as { message: object }).message;
    if (serviceMessages.some((name) => Object.hasOwn(fields, name))) return { ignored: "service message" };
  }
  return inbound(update.update_id, message.from, message.chat.id, at, content ?? { kind: "other", what: "unknown" });
}

/** `null` for what is not served: groups, service messages, edits, updates not shaped as documented. */
export function toInbound(update: unknown, at: At): Inbound | null {
  const read = readUpdate(update, at);
  return "inbound" in read ? read.inbound : null;
}

function readPress(updateId: number, query: CallbackQuery, at: At): Read {
  const { message, data } = query;
  if (message === undefined || data === undefined) return { ignored: "press without message or data" };
  if (message.chat.type !== "private") return { ignored: "not a private chat" };
  const text = message.text ?? message.caption;
  const ack: PressAck = {
    callbackId: query.id,
    chatId: String(message.chat.id),
    messageId: message.message_id,
    ...(text === undefined ? {} : { text }),
    entities: message.entities ?? message.caption_entities ?? [],
    keyboard: message.reply_markup?.inline_keyboard ?? [],
    photo: message.photo !== undefined,
  };
  return inbound(updateId, query.from, message.chat.id, at, { kind: "press", data }, ack);
}

function inbound(updateId: number, from: User, chat: number, at: At, content: Content, ack?: PressAck): Read {
  const name = cut(oneLine([from.first_name, from.last_name ?? ""].join(" ")), 200);
  const language = from.language_code?.slice(0, 16) ?? "";
  return {
    inbound: {
      id: `telegram:${at.account}:${updateId}`,
      channel: "telegram",
      account: at.account,
      user: String(from.id),
      chat: String(chat),
      order: updateId,
      receivedAt: at.receivedAt,
      ...(name === "" ? {} : { name }),
      ...(language === "" ? {} : { language }),
      content,
      ...(ack === undefined ? {} : { ack }),
    },
  };
}

function contentOf(message: Message, from: User): Content | null {
  if (message.text !== undefined) {
    const text = clean(message.text).replace(/^(\/\w+)@\w+/, "$1");
    return text === "" ? null : { kind: "text", text };
  }
  if (message.photo !== undefined) return fileContent("photo", largest(message.photo), message);
  const video = message.video ?? message.video_note ?? message.animation;
  if (video !== undefined) return fileContent("video", video, message);
  if (message.audio !== undefined) return fileContent("audio", message.audio, message);
  if (message.document !== undefined) return fileContent("document", message.document, message);
  if (message.contact !== undefined) {
    return { kind: "contact", phone: clean(message.contact.phone_number), own: message.contact.user_id === from.id };
  }
  if (message.voice !== undefined) return { kind: "other", what: "voice" };
  if (message.sticker !== undefined) return { kind: "other", what: "sticker" };
  if (message.location !== undefined) return { kind: "location", latitude: message.location.latitude, longitude: message.location.longitude };
  return null;
}

function fileContent(media: "photo" | "document" | "video" | "audio", file: NamedFile, message: Message): Content {
  const caption = message.caption === undefined ? "" : clean(message.caption);
  return { kind: "file", media, file: fileRef(file), ...(caption === "" ? {} : { caption }), ...(message.media_group_id === undefined ? {} : { group: message.media_group_id }) };
}

function fileRef(file: NamedFile): FileRef {
  const name = file.file_name === undefined ? "" : cut(oneLine(file.file_name), 255);
  const mime = file.mime_type ?? "";
  return {
    ref: file.file_id,
    ...(name === "" ? {} : { name }),
    ...(mime === "" || mime.length > 127 ? {} : { mime }),
    ...(file.file_size === undefined ? {} : { bytes: file.file_size }),
  };
}

function largest(sizes: readonly PhotoSize[]): PhotoSize {
  return sizes.reduce((best, next) => (next.width * next.height > best.width * best.height ? next : best));
}

function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, " ").trim();
}

function cut(text: string, most: number): string {
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, "");
}

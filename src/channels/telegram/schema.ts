import { z } from "zod";

/*
 * What we read of an update (Bot API, read 2026-11). Unknown fields are dropped;
 * a known field of the wrong type refuses the whole update, nothing is coerced.
 */
const User = z.object({
  id: z.int().positive(),
  is_bot: z.boolean(),
  first_name: z.string(),
  last_name: z.string().exactOptional(),
  language_code: z.string().exactOptional(),
});
export type User = z.infer<typeof User>;

const Chat = z.object({ id: z.int(), type: z.string() });

const FileFields = {
  file_id: z.string().min(1).max(512),
  file_size: z.int().nonnegative().exactOptional(),
};
const NamedFile = z.object({
  ...FileFields,
  file_name: z.string().exactOptional(),
  mime_type: z.string().exactOptional(),
});
export type NamedFile = z.infer<typeof NamedFile>;

const PhotoSize = z.object({ ...FileFields, width: z.int().nonnegative(), height: z.int().nonnegative() });
export type PhotoSize = z.infer<typeof PhotoSize>;

export const Entity = z.object({ type: z.string(), offset: z.int().nonnegative(), length: z.int().nonnegative() });
export type Entity = z.infer<typeof Entity>;

const InlineKeyboard = z.array(z.array(z.object({ text: z.string(), callback_data: z.string().exactOptional() })));

const Message = z.object({
  message_id: z.int(),
  from: User.exactOptional(),
  chat: Chat,
  text: z.string().exactOptional(),
  entities: z.array(Entity).exactOptional(),
  caption: z.string().exactOptional(),
  caption_entities: z.array(Entity).exactOptional(),
  reply_markup: z.object({ inline_keyboard: InlineKeyboard.exactOptional() }).exactOptional(),
  photo: z.array(PhotoSize).min(1).exactOptional(),
  document: NamedFile.exactOptional(),
  video: NamedFile.exactOptional(),
  video_note: NamedFile.exactOptional(),
  animation: NamedFile.exactOptional(),
  audio: NamedFile.exactOptional(),
  voice: z.object({}).exactOptional(),
  sticker: z.object({}).exactOptional(),
  location: z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }).exactOptional(),
  /** Parts of an album carry the same. */
  media_group_id: z.string().min(1).max(64).exactOptional(),
  contact: z.object({ phone_number: z.string().min(1).max(64), user_id: z.int().exactOptional() }).exactOptional(),
});
export type Message = z.infer<typeof Message>;

const CallbackQuery = z.object({
  id: z.string().min(1).max(128),
  from: User,
  message: Message.exactOptional(),
  data: z.string().min(1).max(64).exactOptional(),
});
export type CallbackQuery = z.infer<typeof CallbackQuery>;

const ChatMemberUpdated = z.object({
  chat: Chat,
  from: User,
  new_chat_member: z.object({ status: z.string() }),
});
export type ChatMemberUpdated = z.infer<typeof ChatMemberUpdated>;

export const Update = z.object({
  update_id: z.int().nonnegative(),
  message: Message.exactOptional(),
  callback_query: CallbackQuery.exactOptional(),
  my_chat_member: ChatMemberUpdated.exactOptional(),
});
export type Update = z.infer<typeof Update>;

/** What we ask Telegram for; everything else is never sent to us. */
export const allowedUpdates = ["message", "callback_query", "my_chat_member"] as const;

/** What `acknowledge` and `settle` need of a press; carried in `Inbound.ack`. */
export const PressAck = z.object({
  callbackId: z.string(),
  chatId: z.string(),
  messageId: z.int(),
  /** The pressed message's text, or its caption when `photo`; absent when Telegram no longer tells. */
  text: z.string().exactOptional(),
  entities: z.array(Entity),
  keyboard: InlineKeyboard,
  photo: z.boolean(),
});
export type PressAck = z.infer<typeof PressAck>;

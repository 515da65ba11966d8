import { describe, expect, test } from "@jest/globals";
import { Inbound } from "../../../src/domain/message.js";
import { readUpdate, toInbound } from "../../../src/channels/telegram/update.js";

const at = { account: "7000001", receivedAt: new Date("2026-11-23T02:12:00Z") };
const from = { id: 5_000_000_001, is_bot: false, first_name: "Nguyễn", last_name: "Văn Mẫu", language_code: "vi" };
const chat = { id: 5_000_000_001, type: "private" };
const update = (message: object, more: object = {}) => ({ update_id: 42, message: { message_id: 7, date: 1, from, chat, ...message }, ...more });
const file = { file_id: "F1", file_unique_id: "u", file_size: 900 };

describe("an update becomes an inbound", () => {
  test("with id, person, order, name and language", () => {
    expect(toInbound(update({ text: "xin chào" }), at)).toEqual({
      id: "telegram:7000001:42", channel: "telegram", account: "7000001", user: "5000000001", chat: "5000000001", order: 42,
      receivedAt: at.receivedAt, name: "Nguyễn Văn Mẫu", language: "vi", content: { kind: "text", text: "xin chào" },
    });
  });

  const table: [string, object, object][] = [
    ["keeps a deep link as its text", { text: "/start abc_1-2" }, { kind: "text", text: "/start abc_1-2" }],
    ["takes the bot's name off a command", { text: "/dangky@ocop_bot" }, { kind: "text", text: "/dangky" }],
    ["leaves an address in a text alone", { text: "hỏi /x@y giúp a@b.vn" }, { kind: "text", text: "hỏi /x@y giúp a@b.vn" }],
    ["brings decomposed letters together", { text: "Mít sấy".normalize("NFD") }, { kind: "text", text: "Mít sấy" }],
    ["strips control characters", { text: "a\u0000b\u202ec\u001b[31m\nd" }, { kind: "text", text: "abc[31m\nd" }],
    ["calls an invisible text unknown", { text: "\u200b \u202e" }, { kind: "other", what: "unknown" }],
    [
      "takes the largest photo with its caption",
      { photo: [{ ...file, file_id: "S", width: 90, height: 90 }, { ...file, file_id: "L", width: 1280, height: 960 }, { ...file, file_id: "M", width: 320, height: 240 }], caption: " 4 sao " },
      { kind: "file", media: "photo", file: { ref: "L", bytes: 900 }, caption: "4 sao" },
    ],
    [
      "takes a document with name and type",
      { document: { ...file, file_name: "giấy\n.pdf", mime_type: "application/pdf" } },
      { kind: "file", media: "document", file: { ref: "F1", name: "giấy .pdf", mime: "application/pdf", bytes: 900 } },
    ],
    ["takes a video", { video: file }, { kind: "file", media: "video", file: { ref: "F1", bytes: 900 } }],
    ["takes a video note as video", { video_note: file }, { kind: "file", media: "video", file: { ref: "F1", bytes: 900 } }],
    ["takes an animation as video, not as document", { animation: file, document: file }, { kind: "file", media: "video", file: { ref: "F1", bytes: 900 } }],
    ["takes a piece of music as audio", { audio: { file_id: "A" } }, { kind: "file", media: "audio", file: { ref: "A" } }],
    ["names a voice message", { voice: file }, { kind: "other", what: "voice" }],
    ["names a sticker", { sticker: file }, { kind: "other", what: "sticker" }],
    ["names a place", { location: { latitude: 1, longitude: 2 } }, { kind: "location", latitude: 1, longitude: 2 }],
    ["names the rest unknown", { dice: { emoji: "🎲", value: 3 } }, { kind: "other", what: "unknown" }],
    ["believes one's own number", { contact: { phone_number: "+84901234567", first_name: "A", user_id: from.id } }, { kind: "contact", phone: "+84901234567", own: true }],
    ["does not believe another's number", { contact: { phone_number: "+84901234567", first_name: "B", user_id: 9 } }, { kind: "contact", phone: "+84901234567", own: false }],
    ["does not believe a number without an account", { contact: { phone_number: "0901", first_name: "B" } }, { kind: "contact", phone: "0901", own: false }],
  ];
  test.each(table)("%s", (_title, message, content) => {
    const inbound = toInbound(update(message), at);
    expect(inbound?.content).toEqual(content);
    expect(Inbound.safeParse(inbound).success).toBe(true);
  });

  test("a press carries what acknowledging needs", () => {
    const keyboard = [[{ text: "1 · Đúng", callback_data: "k1" }]];
    const message = { message_id: 9, date: 1, chat, from: { ...from, is_bot: true }, text: "Đúng không?", entities: [{ type: "bold", offset: 0, length: 4 }], reply_markup: { inline_keyboard: keyboard } };
    const inbound = toInbound({ update_id: 43, callback_query: { id: "cb1", from, chat_instance: "1", message, data: "k1" } }, at);
    expect(inbound?.content).toEqual({ kind: "press", data: "k1" });
    expect(inbound?.user).toBe("5000000001");
    expect(inbound?.ack).toEqual({ callbackId: "cb1", chatId: "5000000001", messageId: 9, text: "Đúng không?", entities: [{ type: "bold", offset: 0, length: 4 }], keyboard, photo: false });
  });

  test.each([["kicked", false], ["member", true]])("status %s in a private chat means reachable: %s", (status, reachable) => {
    const member = { chat, from, date: 1, old_chat_member: {}, new_chat_member: { status, user: {} } };
    expect(toInbound({ update_id: 1, my_chat_member: member }, at)?.content).toEqual({ kind: "reach", reachable });
  });
});

describe("an update is dropped, with the reason", () => {
  const dropped: [string, unknown, RegExp][] = [
    ["from a group", update({ text: "x", chat: { id: -100, type: "supergroup" } }), /private/],
    ["an edited message", { update_id: 1, edited_message: { message_id: 1, from, chat, text: "x" } }, /not asked for/],
    ["from a bot", update({ text: "x", from: { ...from, is_bot: true } }), /person/],
    ["a service message", update({ pinned_message: {} }), /service/],
    ["a press without data", { update_id: 1, callback_query: { id: "1", from, game_short_name: "x", message: { message_id: 1, chat } } }, /press/],
    ["a person's id as a string", update({ text: "x", from: { ...from, id: "5" } }), /message\.from\.id/],
    ["an update id as a string", { ...update({ text: "x" }), update_id: "42" }, /update_id/],
    ["an operator in place of a text", update({ text: { $gt: "" } }), /message\.text/],
    ["a chat id with a fraction", update({ text: "x", chat: { id: 1.5, type: "private" } }), /chat\.id/],
    ["a number beyond what is exact", update({ text: "x", chat: { id: 2 ** 60, type: "private" } }), /chat\.id/],
    ["a file id over 512 characters", update({ document: { file_id: "x".repeat(513) } }), /document/],
    ["callback data over 64", { update_id: 1, callback_query: { id: "1", from, message: { message_id: 1, chat }, data: "x".repeat(65) } }, /data/],
    ["null", null, /not an update/],
    ["a list", [], /not an update/],
  ];
  test.each(dropped)("%s", (_title, raw, reason) => {
    const read = readUpdate(raw, at);
    expect(read).toEqual({ ignored: expect.stringMatching(reason) });
    expect(toInbound(raw, at)).toBeNull();
  });

  test("`__proto__` and `constructor` keys change nothing", () => {
    const text = JSON.stringify(update({ text: "x" })).replace('"text":"x"', '"text":"x","__proto__":{"polluted":1,"chat":{"id":1}},"constructor":{"prototype":{"polluted":1}}');
    const inbound = toInbound(JSON.parse(text), at);
    expect(inbound?.chat).toBe("5000000001");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(Object.getPrototypeOf(inbound)).toBe(Object.prototype);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { SendError } from "../../../src/domain/errors.js";
import type { Outgoing } from "../../../src/domain/message.js";
import { render } from "../../../src/channels/telegram/render.js";
import { split } from "../../../src/channels/telegram/split.js";
import { delivery, never, rig } from "./rig.js";

const choice = (label: string, data = label) => ({ label, data });
const first = (content: Outgoing) => render(content, "1")[0]?.payload;
const markup = (content: Outgoing) => first(content)?.reply_markup;

describe("layout", () => {
  test("rows follow the text with their names in bold, then what comes after", () => {
    const content = { text: "Bước 9/9 – Xem lại", bold: [{ at: 0, length: 8 }], rows: [{ name: "Giá", value: "35.000 đồng" }, { name: "Nhãn", value: "2 ảnh" }], after: "Gõ “sửa”." };
    expect(first(content)).toMatchObject({
      text: "Bước 9/9 – Xem lại\nGiá: 35.000 đồng\nNhãn: 2 ảnh\nGõ “sửa”.",
      entities: [{ type: "bold", offset: 0, length: 8 }, { type: "bold", offset: 19, length: 3 }, { type: "bold", offset: 36, length: 4 }],
    });
  });

  test("never uses parse_mode", () => {
    expect(JSON.stringify(render({ text: "<b>x</b> *y* _z_", rows: [{ name: "<i>", value: "[a](b)" }] }, "1"))).not.toContain("parse_mode");
  });

  test("an address is not opened by Telegram for a preview", () => {
    expect(first({ text: "Để đọc: https://ocop.example/files/abc" })).toMatchObject({ link_preview_options: { is_disabled: true } });
    expect(first({ text: "Đã lưu." })).not.toHaveProperty("link_preview_options");
  });

  test("choices are numbered, two a row where all are short", () => {
    expect(markup({ text: "?", choices: [choice("Đúng"), choice("Sửa xã"), choice("Sửa tỉnh")] })).toEqual({
      inline_keyboard: [[{ text: "1 · Đúng", callback_data: "Đúng" }, { text: "2 · Sửa xã", callback_data: "Sửa xã" }], [{ text: "3 · Sửa tỉnh", callback_data: "Sửa tỉnh" }]],
    });
  });

  test("one long choice puts all in rows of their own", () => {
    const wide = markup({ text: "?", choices: [choice("Đúng"), choice("Mít sấy giòn Mẫu, 4 sao", "m")] });
    expect(wide).toMatchObject({ inline_keyboard: [[{ text: "1 · Đúng" }], [{ text: "2 · Mít sấy giòn Mẫu, 4 sao" }]] });
  });

  test("unnumbered choices show their label alone", () => {
    expect(markup({ text: "?", numbered: false, choices: [choice("Nhận 52", "a")] })).toEqual({ inline_keyboard: [[{ text: "Nhận 52", callback_data: "a" }]] });
  });

  test("a phone question offers to share the number, with its choices as words", () => {
    expect(markup({ text: "?", wants: { kind: "phone", share: "Gửi số máy này" }, choices: [choice("Gửi sau")] })).toEqual({
      keyboard: [[{ text: "Gửi số máy này", request_contact: true }], [{ text: "Gửi sau" }]],
      resize_keyboard: true,
      one_time_keyboard: true,
    });
  });

  test("a plain message takes the reply keyboard away, a push leaves it", () => {
    expect(markup({ text: "Đã lưu." })).toEqual({ remove_keyboard: true });
    expect(markup({ text: "[NHẮC VIỆC] …", push: true })).toBeUndefined();
  });

  test("bold spans are clipped to the text and never halve a letter", () => {
    const bold = [{ at: -3, length: 5 }, { at: 3, length: 99 }, { at: 1, length: 0 }, { at: 50, length: 2 }, { at: 0, length: -1 }];
    expect(first({ text: "ab😀c", bold })).toMatchObject({ entities: [{ type: "bold", offset: 0, length: 2 }, { type: "bold", offset: 4, length: 1 }] });
  });

  test("half a surrogate pair becomes a replacement character in its place", () => {
    expect(first({ text: "a\ud83db" })).toMatchObject({ text: "a\ufffdb" });
  });

  test.each([
    ["data over 64 bytes", { text: "?", choices: [choice("a", "đ".repeat(33))] }],
    ["empty data", { text: "?", choices: [choice("a", "")] }],
    ["nothing to show", { text: " \n " }],
    ["over 100 choices", { text: "?", choices: Array.from({ length: 101 }, (_, n) => choice(`${n}`)) }],
  ])("refuses %s", (_title, content) => {
    expect(() => render(content, "1")).toThrow(SendError);
  });

  test("a QR code goes with the text as caption while it fits, else after the text", () => {
    const qr = { text: "https://x.vn/verify/1", alt: "Mã QR của hồ sơ" };
    expect(render({ text: "Đã nhận.", qr }, "1")).toMatchObject([{ method: "sendPhoto", payload: { caption: "Đã nhận." } }]);
    expect(render({ text: "x".repeat(1_024), qr }, "1")).toHaveLength(1);
    const long = render({ text: "x".repeat(1_025), qr, choices: [choice("a")] }, "1");
    expect(long).toMatchObject([{ method: "sendMessage" }, { method: "sendPhoto", payload: { caption: "Mã QR của hồ sơ", reply_markup: { inline_keyboard: [[{}]] } } }]);
    expect(long[0]?.payload.reply_markup).toBeUndefined();
  });
});

describe("splitting", () => {
  test("cuts between rows, with the buttons on the last part", () => {
    const rows = Array.from({ length: 120 }, (_, n) => ({ name: `Mục ${n}`, value: "x".repeat(70) }));
    const calls = render({ text: "Xem lại", rows, choices: [choice("Gửi")] }, "1");
    expect(calls).toHaveLength(3);
    for (const { payload } of calls) expect((payload as { text: string }).text).toMatch(/^(Xem lại|Mục \d+: x{70})\n[^]*x$/);
    expect(calls.map(({ payload }) => payload.reply_markup !== undefined)).toEqual([false, false, true]);
    expect(calls.flatMap(({ payload }) => (payload as { entities: object[] }).entities)).toHaveLength(120);
  });

  test("cuts between sentences where there are no lines", () => {
    const parts = split({ text: "Một câu ngắn. ".repeat(50), bold: [] }, 100);
    expect(parts.length).toBeGreaterThan(5);
    for (const { text } of parts) expect(text).toMatch(/^Một.*ngắn\.$/);
  });

  test("moves a bold span whole to the next part", () => {
    const text = `${"a".repeat(30)} ĐẬM ĐẬM ĐẬM ĐẬM`;
    expect(split({ text, bold: [{ at: 31, length: 15 }] }, 40)).toEqual([{ text: "a".repeat(30), bold: [] }, { text: "ĐẬM ĐẬM ĐẬM ĐẬM", bold: [{ at: 0, length: 15 }] }]);
  });

  test("keeps every character, never over the limit, never half a letter, bold where it was", () => {
    const texts = fc.array(fc.constantFrom("a", "ệ", "😀", "👨‍👩‍👧", " ", "\n", ". ", "! ", "từ"), { minLength: 0, maxLength: 400 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(texts, fc.nat(300), fc.nat(300), fc.integer({ min: 2, max: 80 }), (text, at, length, limit) => {
        const parts = split({ text, bold: [{ at, length }] }, limit);
        const seen = (value: string): string => value.replace(/\s/g, "");
        expect(seen(parts.map((part) => part.text).join(""))).toBe(seen(text));
        for (const part of parts) {
          expect(part.text.length).toBeLessThanOrEqual(limit);
          expect(part.text).not.toMatch(/\p{Surrogate}/u);
          for (const span of part.bold) expect(part.text.slice(span.at, span.at + span.length)).not.toMatch(/\p{Surrogate}|^$/u);
        }
        const bold = parts.flatMap((part) => part.bold.map((span) => part.text.slice(span.at, span.at + span.length)));
        const wanted = text.slice(at, at + length);
        if (!/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(wanted)) expect(seen(bold.join(""))).toBe(seen(wanted));
      }),
      { numRuns: 500 },
    );
  });
});

describe("over HTTP", () => {
  let at: Awaited<ReturnType<typeof rig>>;
  beforeAll(async () => {
    at = await rig();
  });
  afterAll(() => at.close());

  test("whatever a person typed is shown as typed, and Telegram refuses none of it", async () => {
    const channel = at.channel();
    const user = at.telegram.user(1);
    const nasty = fc.constantFrom("<b>", "</b>", "&lt;", "&", "*", "_", "`", "[x](tg://user?id=1)", "\\", "||", "~", ">", "#", "+", "-", "=", "{", "}", ".", "!", '"', "'", "$gt", "😀", "đ", "ệ", "\n", " ", "x", "\ud83d");
    const texts = fc.array(nasty, { minLength: 1, maxLength: 40 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(texts, texts, texts, fc.nat(60), fc.nat(60), async (text, name, value, from, length) => {
        await channel.send(delivery(1, { text: `Tên: ${text}`, bold: [{ at: from, length }], rows: [{ name, value }], choices: [choice(text, "d")] }), never());
        const shown = await user.nextReply();
        expect(shown.text).toBe(`Tên: ${text}\n${name}: ${value}`.replace(/\p{Surrogate}/gu, "\ufffd").trim());
        expect(shown.entities.every(({ type }) => type === "bold")).toBe(true);
      }),
      { numRuns: 150 },
    );
    expect(at.telegram.callsOf("sendMessage").filter(({ status }) => status !== 200)).toEqual([]);
  });

  test("a receipt arrives as a PNG with caption and buttons", async () => {
    const sent = await at.channel().send(delivery(2, { text: "" }), never()).catch((error: unknown) => error);
    expect(sent).toMatchObject({ code: "message_refused", verdict: "never" });
    const user = at.telegram.user(2);
    const content = { text: "Đã nhận đăng ký.", bold: [{ at: 0, length: 7 }], rows: [{ name: "Mã", value: "US26-104187-9" }], qr: { text: "https://x.vn/verify/US26-104187-9", alt: "Mã QR" }, choices: [choice("Có"), choice("Không")] };
    const { messageId } = await at.channel().send(delivery(2, content), never());
    const shown = await user.nextReply();
    expect(shown).toMatchObject({ text: "Đã nhận đăng ký.\nMã: US26-104187-9", bold: ["Đã nhận", "Mã"], messageId: Number(messageId) });
    expect(shown.photo?.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    expect(shown.buttons.flat().map(({ text }) => text)).toEqual(["1 · Có", "2 · Không"]);
  });

  test("a long text arrives whole, in order, and its last part's id counts", async () => {
    const user = at.telegram.user(3);
    const lines = Array.from({ length: 300 }, (_, n) => `Dòng ${n}: sản phẩm và giấy tờ kèm theo`);
    const { messageId } = await at.channel().send(delivery(3, { text: lines.join("\n") }), never());
    const parts = user.replies();
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map(({ text }) => text).join("\n")).toBe(lines.join("\n"));
    expect(String(parts.at(-1)?.messageId)).toBe(messageId);
  });
});

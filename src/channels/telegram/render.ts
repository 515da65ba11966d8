import { SendError } from "../../domain/errors.js";
import type { Choice, Outgoing } from "../../domain/message.js";
import { characters } from "../../lib/text.js";
import { clip, split, type Span, type Styled } from "./split.js";

/** Bot API limits, in UTF-16 units (the API counts no more strictly), bytes and buttons (read 2026-11). */
export const limits = { text: 4_096, caption: 1_024, callbackBytes: 64, buttons: 100 } as const;

interface TextEntity {
  type: "bold";
  offset: number;
  length: number;
}
type ReplyMarkup =
  | { inline_keyboard: { text: string; callback_data: string }[][] }
  | { keyboard: { text: string; request_contact?: true }[][]; resize_keyboard: true; one_time_keyboard: true }
  | { remove_keyboard: true };

interface TextCall {
  method: "sendMessage";
  payload: { chat_id: string; text: string; entities?: TextEntity[]; link_preview_options?: { is_disabled: true }; reply_markup?: ReplyMarkup };
}
interface PhotoCall {
  method: "sendPhoto";
  payload: { chat_id: string; caption?: string; caption_entities?: TextEntity[]; reply_markup?: ReplyMarkup };
  /** What the QR code says; drawn when sent. */
  qr: string;
}
export type Call = TextCall | PhotoCall;

/**
 * Lays a message out as Bot API calls, in order, the last one with the buttons. Formatting goes by entities, never by
 * `parse_mode`: no text of a person can become markup. Throws `message_refused` for what no layout can carry.
 */
export function render(content: Outgoing, chat: string): Call[] {
  const body = bodyOf(content);
  const markup = markupOf(content);
  const { qr } = content;
  const calls: Call[] = [];
  if (qr !== undefined && body.text.trim() !== "" && body.text.length <= limits.caption) {
    calls.push(photo(chat, qr.text, { text: body.text, bold: clip(body.text, body.bold) }));
  } else {
    for (const part of split(body, limits.text)) calls.push(message(chat, part));
    if (qr !== undefined) calls.push(photo(chat, qr.text, split({ text: wellFormed(qr.alt), bold: [] }, limits.caption)[0]));
  }
  const last = calls.at(-1);
  if (last === undefined) throw new SendError("message_refused", { detail: "nothing to show" });
  if (markup !== null) last.payload.reply_markup = markup;
  return calls;
}

function message(chat: string, part: Styled): TextCall {
  const entities = entitiesOf(part.bold);
  // For a preview Telegram would open the address itself, and ours lead to what is a person's own.
  const preview = part.text.includes("://") ? { link_preview_options: { is_disabled: true as const } } : {};
  return { method: "sendMessage", payload: { chat_id: chat, text: part.text, ...(entities.length > 0 ? { entities } : {}), ...preview } };
}

function photo(chat: string, qr: string, caption: Styled | undefined): PhotoCall {
  const entities = entitiesOf(caption?.bold ?? []);
  return {
    method: "sendPhoto",
    payload: {
      chat_id: chat,
      ...(caption === undefined ? {} : { caption: caption.text }),
      ...(entities.length > 0 ? { caption_entities: entities } : {}),
    },
    qr,
  };
}

export function entitiesOf(bold: readonly Span[]): TextEntity[] {
  return bold.map(({ at, length }) => ({ type: "bold", offset: at, length }));
}

/** Text, then a `name: value` line for each row with its name in bold, then `after`. */
function bodyOf(content: Outgoing): Styled {
  const bold: Span[] = clip(content.text, content.bold ?? []);
  let text = content.text;
  const line = (next: string): number => {
    if (text !== "") text += "\n";
    const at = text.length;
    text += next;
    return at;
  };
  for (const row of content.rows ?? []) bold.push({ at: line(`${row.name}: ${row.value}`), length: row.name.length });
  if (content.after !== undefined && content.after !== "") line(content.after);
  return { text: wellFormed(text), bold };
}

function markupOf(content: Outgoing): ReplyMarkup | null {
  const choices = content.choices ?? [];
  const share = content.wants?.kind === "phone" ? content.wants.share : undefined;
  if (share !== undefined) {
    // Both kinds of keyboard cannot stand under one message: here the choices are words that a press types.
    const words = choices.map((choice) => [{ text: labelOf(choice.label) }]);
    return {
      keyboard: [[{ text: labelOf(share), request_contact: true }], ...words],
      resize_keyboard: true,
      one_time_keyboard: true,
    };
  }
  if (choices.length > 0) return { inline_keyboard: inlineRows(choices, content.numbered !== false) };
  // A push in the middle of something leaves the open question's keyboard alone.
  return content.push === true ? null : { remove_keyboard: true };
}

function inlineRows(choices: readonly Choice[], numbered: boolean): { text: string; callback_data: string }[][] {
  if (choices.length > limits.buttons) throw new SendError("message_refused", { detail: `more than ${limits.buttons} choices` });
  const buttons = choices.map((choice, index) => {
    const bytes = Buffer.byteLength(choice.data);
    if (bytes < 1 || bytes > limits.callbackBytes) {
      throw new SendError("message_refused", { detail: `a choice's data has ${bytes} bytes, 1 to ${limits.callbackBytes} are possible` });
    }
    const label = labelOf(choice.label);
    return { text: numbered ? `${index + 1} · ${label}` : label, callback_data: choice.data };
  });
  const perRow = buttons.every((button) => characters(button.text) <= 16) ? 2 : 1;
  return Array.from({ length: Math.ceil(buttons.length / perRow) }, (_, row) => buttons.slice(row * perRow, (row + 1) * perRow));
}

function labelOf(label: string): string {
  const text = wellFormed(label).replace(/\s+/g, " ").trim();
  return text === "" ? "…" : text;
}

/** Telegram refuses half of a surrogate pair; its place is kept, so spans stay right. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

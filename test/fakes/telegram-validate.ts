/** The Bot API's own refusals, as far as this project could meet them. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly description: string,
    readonly parameters?: Record<string, unknown>,
  ) {
    super(description);
  }
}

export interface FakeEntity {
  type: string;
  offset: number;
  length: number;
  [more: string]: unknown;
}
export interface FakeButton {
  text: string;
  callback_data?: string;
  request_contact?: boolean;
  url?: string;
}
export interface FakeMarkup {
  inline_keyboard?: FakeButton[][];
  keyboard?: FakeButton[][];
  remove_keyboard?: boolean;
  resize_keyboard?: boolean;
  one_time_keyboard?: boolean;
}

const bad = (description: string): Refusal => new Refusal(400, `Bad Request: ${description}`);
const entityTypes = new Set([
  "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic", "underline",
  "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention", "custom_emoji",
]);

/** The text as Telegram keeps it (trimmed) with its entities moved along, or a refusal. */
export function checkText(
  value: unknown,
  entities: unknown,
  limit: { units: number; empty: boolean; what: string },
): { text: string; entities: FakeEntity[] } {
  if (value !== undefined && typeof value !== "string") throw bad(`field "${limit.what}" must be a string`);
  const raw = value ?? "";
  if (/\p{Surrogate}/u.test(raw)) throw bad("strings must be encoded in UTF-8");
  const text = raw.trim();
  if (text === "" && !limit.empty) throw bad("message text is empty");
  if (text.length > limit.units) throw bad(limit.what === "text" ? "message is too long" : "message caption is too long");
  const shift = raw.length - raw.trimStart().length;
  const kept: FakeEntity[] = [];
  for (const entity of listOf(entities, "entities") as FakeEntity[]) {
    const { type, offset, length } = entity;
    if (!entityTypes.has(type)) throw bad(`can't parse entity: unsupported type`);
    if (!Number.isInteger(offset) || !Number.isInteger(length) || offset < 0 || length <= 0) throw bad("can't parse entity: wrong offset or length");
    if (offset + length > raw.length) throw bad("entity ends out of the text");
    for (const edge of [offset, offset + length]) if (halves(raw, edge)) throw bad("entity begins or ends in the middle of a UTF-16 symbol");
    const from = Math.max(0, offset - shift);
    const to = Math.min(text.length, offset + length - shift);
    if (to > from) kept.push({ ...entity, offset: from, length: to - from });
  }
  return { text, entities: kept };
}

export function checkMarkup(value: unknown): FakeMarkup | undefined {
  if (value === undefined) return undefined;
  const markup = fromJson(value);
  if (typeof markup !== "object" || markup === null || Array.isArray(markup)) throw bad("object expected as reply markup");
  const kinds = ["inline_keyboard", "keyboard", "remove_keyboard", "force_reply"].filter((kind) => kind in markup);
  if (kinds.length !== 1) throw bad("reply markup must be of one kind");
  const { inline_keyboard: inline, keyboard, remove_keyboard: remove } = markup as FakeMarkup;
  if (inline !== undefined) rowsOf(inline).flat().forEach(checkInlineButton);
  if (inline !== undefined && inline.flat().length > 100) throw bad("reply markup is too long");
  if (keyboard !== undefined && rowsOf(keyboard).flat().length === 0) throw bad("reply keyboard is empty");
  if (remove !== undefined && remove !== true) throw bad("remove_keyboard must be true");
  return markup as FakeMarkup;
}

function checkInlineButton(button: FakeButton): void {
  const actions = [button.callback_data, button.url].filter((action) => action !== undefined);
  if (actions.length !== 1) throw bad("text buttons are unallowed in the inline keyboard");
  const bytes = Buffer.byteLength(button.callback_data ?? "x");
  if (bytes < 1 || bytes > 64) throw bad("BUTTON_DATA_INVALID");
}

function rowsOf(rows: unknown): FakeButton[][] {
  for (const row of listOf(rows, "keyboard")) {
    for (const button of listOf(row, "row of keyboard") as FakeButton[]) {
      if (typeof button !== "object" || button === null) throw bad("button must be an object");
      if (typeof button.text !== "string" || button.text.trim() === "") throw bad("button text is empty");
      if (/\p{Surrogate}/u.test(button.text)) throw bad("strings must be encoded in UTF-8");
    }
  }
  return rows as FakeButton[][];
}

function listOf(value: unknown, what: string): unknown[] {
  const list = fromJson(value ?? []);
  if (!Array.isArray(list)) throw bad(`can't parse ${what}: array expected`);
  return list as unknown[];
}

function fromJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    throw bad("can't parse JSON");
  }
}

function halves(text: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at));
}

/** Enough of multipart/form-data for a photo and its fields. Files become buffers. */
export function parseMultipart(body: Buffer, contentType: string): Record<string, unknown> {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) throw bad("no boundary");
  const fields: Record<string, unknown> = {};
  const mark = Buffer.from(`--${boundary}`);
  for (let from = body.indexOf(mark); from !== -1; ) {
    const next = body.indexOf(mark, from + mark.length);
    if (next === -1) break;
    const part = body.subarray(from + mark.length + 2, next - 2);
    const gap = part.indexOf("\r\n\r\n");
    const head = part.subarray(0, gap).toString("utf8");
    const content = part.subarray(gap + 4);
    const name = /name="([^"]*)"/.exec(head)?.[1];
    if (name !== undefined) fields[name] = /filename="/.test(head) ? Buffer.from(content) : content.toString("utf8");
    from = next;
  }
  return fields;
}

import { IntlMessageFormat } from "intl-messageformat";
import type { Messages } from "../../src/i18n/i18n.js";
import type { Heard } from "./scenario-actors.js";
import type { Bot } from "./scenario.js";

type Element = { type: number; value?: string; children?: Element[] };
const [literal, tag] = [0, 8];

/** The literal parts of an ICU text, in order; what is filled in may be anything. */
export function patternOf(source: string, language: string): RegExp {
  const parts = (elements: Element[]): string[] =>
    elements.map((element) =>
      element.type === literal ? escape(element.value ?? "") : element.type === tag ? parts(element.children ?? []).join("") : "[\\s\\S]*?",
    );
  return new RegExp(parts(new IntlMessageFormat(source, language).getAst() as Element[]).join(""), "u");
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** What a message lacks of what is expected of it. */
export function faults(heard: Heard, bot: Bot, messages: Messages, language: string): string[] {
  const wrong: string[] = [];
  for (const key of bot.key ?? []) {
    const source = messages[key];
    if (source === undefined) wrong.push(`no such key: ${key}`);
    else if (!patternOf(source, language).test(heard.text)) wrong.push(`not as ${key} has it: ${source}`);
  }
  for (const text of bot.contains ?? []) if (!heard.text.includes(text)) wrong.push(`lacks “${text}”`);
  for (const text of bot.not ?? []) if (heard.text.includes(text)) wrong.push(`must not say “${text}”`);
  for (const text of bot.bold ?? []) if (!heard.bold.includes(text)) wrong.push(`“${text}” is not bold`);
  if (typeof bot.choices === "number" && heard.choices.length !== bot.choices) wrong.push(`${heard.choices.length} choices instead of ${bot.choices}`);
  if (Array.isArray(bot.choices) && heard.choices.join(" | ") !== bot.choices.join(" | ")) wrong.push(`choices are not: ${bot.choices.join(" | ")}`);
  const lines = heard.text.split("\n");
  for (const [name, value] of Object.entries(bot.rows ?? {})) {
    const line = lines.find((each) => each.startsWith(`${name}: `));
    if (line === undefined) wrong.push(`no row “${name}”`);
    else if (!line.slice(name.length + 2).includes(value)) wrong.push(`row “${name}” is not “${value}”`);
    else if (!heard.bold.includes(name)) wrong.push(`row name “${name}” is not bold`);
  }
  return wrong;
}

const notOurWords = /(?<![\p{L}])(em|tôi|mình|bạn|quý khách|hệ thống|vui lòng|click|upload|link|chủ thể|undefined|null|NaN)(?![\p{L}])/iu;
const english = /(?<![\p{L}])(the|is|please|your|type|which|what|registration|deadline|address|business|product name)(?![\p{L}])/iu;
const vietnamese = /(?<![\p{L}])(mời|đã|không|anh\/chị|chưa|câu|hồ sơ|đang|được|tiếp theo|ngày)(?![\p{L}])/iu;

/** What no message may ever be, whatever it answers (UX.md, "Voice", "Principles"). What the person typed is not in our words. */
export function slips(heard: Heard, language: "vi" | "en", typed: readonly string[]): string[] {
  const wrong: string[] = [];
  const elsewhere = heard.text.replace(/Type “English” for English|Gõ “tiếng Việt” để nói tiếng Việt|English – switch to English|tiếng Việt – nói tiếng Việt/g, "");
  const own = typed.reduce((text, said) => text.replaceAll(said, "…"), elsewhere).replace(/“[^”]+”/g, "“…”");
  const sentences = own.split(/\n|(?<=[.?!])\s/).map((sentence) => sentence.trim()).filter((sentence) => sentence.length > 8);
  if (new Set(sentences).size < sentences.length) wrong.push("says a sentence twice");
  const stutter = /(?<![\p{L}\d])(\p{L}{2,}) \1(?![\p{L}\d])/iu.exec(own);
  if (stutter !== null) wrong.push(`stutters: “${stutter[0]}”`);
  if ((own.match(/\?/g) ?? []).length > 1) wrong.push("asks two questions");
  if (/[{}]|“”|\[object| {2}|(?<!\.)\.\.(?!\.)|\?\.|:\.|(?<![\d.…]),(?=[.,])/.test(own)) wrong.push("is put together badly");
  if (own.includes("!")) wrong.push("exclaims");
  const outside = own.replace(/^[^:\n]+: .*$/gm, (row) => (heard.bold.some((name) => row.startsWith(`${name}:`)) ? "" : row));
  const foreign = (language === "vi" ? english : vietnamese).exec(outside);
  if (foreign !== null) wrong.push(`speaks the other language: “${foreign[0]}”`);
  const bad = language === "vi" ? notOurWords.exec(outside) : null;
  if (bad !== null) wrong.push(`uses “${bad[0]}”`);
  if (heard.choices.length > 8) wrong.push(`${heard.choices.length} choices are too many`);
  return wrong;
}

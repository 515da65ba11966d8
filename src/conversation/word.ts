import type { Outgoing } from "../domain/message.js";
import type { Language, Part, Shown } from "../domain/shown.js";
import type { Say } from "../engine/session.js";
import { concat, type I18n, type Worded } from "../i18n/i18n.js";

/** Words one message of the engine in the person's language. */
export function word(i18n: I18n, language: Language, message: Say): Outgoing {
  const say = (parts: readonly Part[]): Worded => concat(parts.map((part) => i18n.say(language, part)), " ");
  const shown = (value: Shown): string => shownText(i18n, language, value);
  const body = say(message.parts);
  const options = message.options ?? [];
  return {
    text: body.text.replace(/[ \t]+\n/g, "\n"),
    ...(body.bold.length === 0 ? {} : { bold: body.bold }),
    ...(message.rows === undefined ? {} : { rows: message.rows.map((row) => ({ name: shown(row.name), value: shown(row.value) })) }),
    ...(message.after === undefined ? {} : { after: say(message.after).text }),
    ...(options.length === 0
      ? {}
      : { choices: options.map((option, index) => ({ data: `${message.questionId ?? ""}.${index}`, label: shown(option.label) })), numbered: message.numbered ?? true }),
    ...(message.wants === undefined
      ? {}
      : { wants: message.wants === "phone" ? { kind: "phone" as const, share: i18n.text(language, { key: "who.share" }) } : { kind: message.wants } }),
    ...(message.qr === undefined ? {} : { qr: { text: message.qr.text, alt: i18n.text(language, message.qr.alt) } }),
  };
}

export function shownText(i18n: I18n, language: Language, value: Shown): string {
  return i18n.text(language, { key: "ask.shown", values: { value } });
}

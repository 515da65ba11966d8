import { IntlMessageFormat } from "intl-messageformat";
import type { Language, Part } from "../domain/shown.js";
import { format } from "./format.js";

/** A worded text; `bold` names spans in UTF-16 units. */
export interface Worded {
  text: string;
  bold: { at: number; length: number }[];
}

export type Messages = Readonly<Record<string, string>>;

export interface I18n {
  /** Words a key. Throws `UnknownKey` when the language has no such key. */
  say(language: Language, part: Part): Worded;
  text(language: Language, part: Part): string;
  has(language: Language, key: string): boolean;
}

export class UnknownKey extends Error {
  override readonly name = "UnknownKey";
  constructor(
    readonly language: string,
    readonly key: string,
  ) {
    super(`locales/${language}: no such key: ${key}`);
  }
}

type Chunk = string | { bold: string };

/** Texts are ICU messages; `<b>…</b>` marks bold. Values are never read as markup. */
export function createI18n(locales: Record<Language, Messages>): I18n {
  const compiled = new Map<string, IntlMessageFormat>();

  function message(language: Language, key: string): IntlMessageFormat {
    const id = `${language}:${key}`;
    let found = compiled.get(id);
    if (found === undefined) {
      const source = Object.hasOwn(locales[language], key) ? locales[language][key] : undefined;
      if (source === undefined) throw new UnknownKey(language, key);
      found = new IntlMessageFormat(source, language);
      compiled.set(id, found);
    }
    return found;
  }

  function say(language: Language, part: Part): Worded {
    // Without a prototype: a sentence's {constructor} is a value that is missing, like any other.
    const values = Object.assign(Object.create(null) as Record<string, unknown>, { b: (chunks: string[]) => ({ bold: chunks.join("") }) });
    for (const [name, value] of Object.entries(part.values ?? {})) {
      values[name] = format(language, value, (key, inner) => text(language, { key, values: inner }));
    }
    const result = message(language, part.key).format(values as Record<string, string>) as unknown as Chunk | Chunk[];
    return join(Array.isArray(result) ? result : [result]);
  }

  function text(language: Language, part: Part): string {
    return say(language, part).text;
  }

  return { say, text, has: (language, key) => Object.hasOwn(locales[language], key) };
}

function join(chunks: Chunk[]): Worded {
  const worded: Worded = { text: "", bold: [] };
  for (const chunk of chunks) {
    if (typeof chunk === "string") worded.text += chunk;
    else {
      worded.bold.push({ at: worded.text.length, length: chunk.bold.length });
      worded.text += chunk.bold;
    }
  }
  return worded;
}

/** Joins worded texts with a separator, moving the bold spans along. */
export function concat(parts: readonly Worded[], separator: string): Worded {
  const joined: Worded = { text: "", bold: [] };
  for (const part of parts) {
    if (part.text === "") continue;
    if (joined.text !== "") joined.text += separator;
    joined.bold.push(...part.bold.map((span) => ({ at: span.at + joined.text.length, length: span.length })));
    joined.text += part.text;
  }
  return joined;
}

/** The form that takes the reader from a nested file to `a.b.c` keys. Throws with the path of a value that is no text. */
export function flatten(tree: unknown, path = ""): Record<string, string> {
  if (typeof tree === "string") return { [path]: tree };
  if (typeof tree !== "object" || tree === null || Array.isArray(tree)) throw new TypeError(`${path}: must be a text`);
  return Object.assign({}, ...Object.entries(tree).map(([key, value]) => flatten(value, path === "" ? key : `${path}.${key}`))) as Record<string, string>;
}

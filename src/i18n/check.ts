import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { languages, type Language } from "../domain/shown.js";
import type { Messages } from "./i18n.js";

/** Where a language has a key, as `file:line`. */
export type PlaceOf = (language: Language, key: string) => string;

/** What keeps the locales from holding together: a line each, naming key, file and line. */
export function checkLocales(locales: Record<Language, Messages>, placeOf: PlaceOf): string[] {
  const problems: string[] = [];
  const keys = new Set(languages.flatMap((language) => Object.keys(locales[language])));
  for (const key of keys) {
    const has = languages.filter((language) => locales[language][key] !== undefined);
    const places = has.map((language) => placeOf(language, key)).join(", ");
    const seen: string[] = [];
    for (const language of languages) {
      const source = locales[language][key];
      if (source === undefined) {
        problems.push(`locales/${language}: ${key} is missing (${places} has it)`);
        continue;
      }
      try {
        seen.push([...placeholders(parse(source))].sort().join(", "));
      } catch (error) {
        problems.push(`${placeOf(language, key)}: ${key}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (new Set(seen).size > 1) problems.push(`${places}: ${key}: placeholders differ: ${seen.join(" | ")}`);
  }
  return problems;
}

/** The names a message takes. */
export function placeholders(elements: MessageFormatElement[]): Set<string> {
  const names = new Set<string>();
  for (const element of elements) {
    if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
    if (element.type === TYPE.tag) {
      for (const name of placeholders(element.children)) names.add(name);
      continue;
    }
    names.add(element.value);
    if (element.type === TYPE.select || element.type === TYPE.plural) {
      for (const option of Object.values(element.options)) for (const name of placeholders(option.value)) names.add(name);
    }
  }
  return names;
}

/** The names a message's text takes; none when it cannot be read. */
export function placeholdersOf(source: string): Set<string> {
  try {
    return placeholders(parse(source));
  } catch {
    return new Set();
  }
}

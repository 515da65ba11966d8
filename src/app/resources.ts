import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { languages, type Language } from "../domain/shown.js";
import { UserError } from "../domain/errors.js";
import type { Rule } from "../domain/rules.js";
import type { WorkingCalendar } from "../domain/working-calendar.js";
import { checkLocales, placeholdersOf } from "../i18n/check.js";
import { flatten, type Messages } from "../i18n/i18n.js";
import { checkFlows, type Known } from "../engine/check.js";
import { loadFlows, type Loaded } from "../engine/load.js";
import { readYaml, type SourceFile } from "../lib/yaml.js";
import { readCall } from "../registrations/calls.js";
import { readCalendar } from "./calendar.js";
import { readRules } from "./rules.js";

/** The root of the package, wherever it is installed: `dist/app` and `src/app` lie two folders below it. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

export async function readSources(folder: string): Promise<SourceFile[]> {
  const names = (await readdir(join(root, folder))).filter((name) => name.endsWith(".yaml")).sort();
  return Promise.all(names.map(async (name) => ({ name: `${folder}/${name}`, text: await readFile(join(root, folder, name), "utf8") })));
}

export async function readFileAsSource(path: string): Promise<SourceFile> {
  try {
    return { name: relative(process.cwd(), path) || path, text: await readFile(path, "utf8") };
  } catch (error) {
    throw new UserError("no_file", `${path}: cannot be read (${error instanceof Error && "code" in error ? String(error.code) : "unknown error"})`);
  }
}

export interface Texts {
  locales: Record<Language, Messages>;
  problems: string[];
}

/** @param sources reads a folder's files; default those of the package */
export async function loadLocales(sources: (folder: string) => Promise<SourceFile[]> = readSources): Promise<Texts> {
  const problems: string[] = [];
  const places: Record<Language, Map<string, string>> = { vi: new Map(), en: new Map() };
  const locales = { vi: {}, en: {} } as Record<Language, Record<string, string>>;
  for (const language of languages) {
    for (const file of await sources(`locales/${language}`)) {
      const read = readYaml(file);
      problems.push(...read.problems);
      if (read.problems.length > 0) continue;
      try {
        for (const [key, text] of Object.entries(flatten(read.value))) {
          const place = read.place(key.split("."));
          const before = places[language].get(key);
          if (before !== undefined) problems.push(`${place}: ${key} is there twice (first in ${before})`);
          places[language].set(key, place);
          locales[language][key] = text;
        }
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        // They begin with the key.
        problems.push(`${read.place(words.split(":", 1)[0]?.split(".") ?? [])}: ${words}`);
      }
    }
  }
  problems.push(...checkLocales(locales, (language, key) => places[language].get(key) ?? `locales/${language}`));
  return { locales, problems };
}

/** What is wrong with call files, a line each. */
export function callProblems(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    try {
      readCall(file);
      return [];
    } catch (error) {
      if (error instanceof UserError) return error.message.split("\n");
      throw error;
    }
  });
}

export interface Conversations {
  texts: Texts;
  loaded: Loaded;
  rules: Rule[];
  calendar: WorkingCalendar;
  /** Everything wrong with them and with the call files, a line each, given what code registers. */
  problemsFor(known: Omit<Known, "key">): string[];
}

/** Reads locales, flows, rules, the calendar and the call files, each once. */
export async function readConversations(): Promise<Conversations> {
  const texts = await loadLocales();
  const loaded = loadFlows(await readSources("flows"));
  const calls = callProblems(await readSources("resources/calls"));
  const { rules, problems: ruleProblems } = readRules(await readSources("resources/rules"));
  const { calendar, problems: calendarProblems } = readCalendar(await readSources("resources/calendar"));
  const key: Known["key"] = (name) => {
    const source = texts.locales.vi[name];
    return source === undefined || texts.locales.en[name] === undefined ? undefined : placeholdersOf(source);
  };
  return { texts, loaded, rules, calendar, problemsFor: (known) => [...texts.problems, ...checkFlows(loaded, { ...known, key }), ...calls, ...ruleProblems, ...calendarProblems] };
}

/** As `readConversations`, checked at once against what is known to be registered. */
export async function loadConversations(known: Omit<Known, "key">): Promise<{ texts: Texts; loaded: Loaded; problems: string[] }> {
  const { texts, loaded, problemsFor } = await readConversations();
  return { texts, loaded, problems: problemsFor(known) };
}

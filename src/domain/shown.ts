import { z } from "zod";

/** A value in a message: worded by `i18n` for the reader's language. Plain data, so that sessions can hold it. */
export type Shown =
  | string
  | number
  | { show: "date"; on: string }
  /** With the day of the week: "23/12/2026 (thứ Tư)". */
  | { show: "day"; on: string }
  /** "09:12 ngày 23/11/2026"; an ISO instant. */
  | { show: "instant"; at: string }
  | { show: "phone"; e164: string }
  /** Whole đồng: "35.000 đồng". */
  | { show: "money"; vnd: number }
  /** A bare figure as people write it: "1.500", "1,5". */
  | { show: "figure"; value: number }
  /** One after another: "a, b, c". */
  | { show: "list"; of: Shown[] }
  | { show: "words"; key: string; values?: { [name: string]: Shown } }
  /** One text a language; Vietnamese where the other is missing. */
  | { show: "either"; vi: string; en?: string }
  /** With a capital first letter, to begin a sentence or a row. */
  | { show: "capital"; of: Shown };

export type ShownValues = { [name: string]: Shown };

/** A sentence of `locales/` as a value of another. */
export function words(key: string, values?: ShownValues): Shown {
  return values === undefined ? { show: "words", key } : { show: "words", key, values };
}

export function instant(at: Date): Shown {
  return { show: "instant", at: at.toISOString() };
}

/** A line of a card. */
export interface Row {
  name: Shown;
  value: Shown;
}

/** One sentence or more: a key of `locales/` and its values. */
export interface Part {
  key: string;
  values?: ShownValues;
}

export const languages = ["vi", "en"] as const;
export const Language = z.enum(languages);
export type Language = z.infer<typeof Language>;

import { addDays, daysInMonth, isDay, writeDate } from "../dates.js";
import { blank, plain } from "./plain.js";

export type SaidDate =
  | { ok: true; on: string }
  /** 31/02: the month has no such day. `year` when it was said. */
  | { ok: false; why: "no_such_day"; day: number; month: number; year?: number }
  | { ok: false; why: "no_year"; day: number; month: number }
  | { ok: false; why: "not_understood" };

export interface FoundDate {
  result: Exclude<SaidDate, { why: "not_understood" }>;
  /** Where it stood in the NFC form of the text; `to` is the first sign after it. */
  from: number;
  to: number;
}

interface Spoken {
  day: string;
  month: string;
  year?: string;
}

const MONTHS = new Map<string, number>();
for (const [n, names] of ["gieng|mot", "hai", "ba", "tu|bon", "nam", "sau", "bay", "tam", "chin", "muoi", "muoi mot", "chap|muoi hai"].entries()) {
  for (const name of names.split("|")) MONTHS.set(name, n + 1);
}

const day = "(?:ngay\\s+)?(?:m[uo]ng\\s+)?(?<day>\\d{1,2})";
const month = `(?<month>\\d{1,2}|${[...MONTHS.keys()].sort((a, b) => b.length - a.length).join("|")})`;
const before = "(?<!\\d)(?<!\\d[./-])";
const after = "(?![./-]?\\d)";
const pattern = (source: string): RegExp => new RegExp(`${before}${source}${after}`, "g");

/** Most complete first: a shorter one may be a part of a longer one. */
const PATTERNS: RegExp[] = [
  pattern("(?<year>\\d{4})\\s*[-/.]\\s*(?<month>\\d{1,2})\\s*[-/.]\\s*(?<day>\\d{1,2})"),
  pattern(`${day}\\s*[-/.]\\s*(?<month>\\d{1,2})\\s*(?:[-/.]|,?\\s*nam\\s)\\s*(?<year>\\d{4}|\\d{2})`),
  pattern(`${day}[\\s,]*thang\\s*${month}[\\s,]*(?:nam\\s|[-/.])?\\s*(?<year>\\d{4}|(?<=nam\\s+|[-/.]\\s*)\\d{2})`),
  pattern(`${day}\\s+(?<month>\\d{1,2})\\s+(?<year>\\d{4})`),
  pattern(`${day}[\\s,]*thang\\s*${month}(?![a-z])`),
  pattern(`${day}\\s*[-/]\\s*(?<month>\\d{1,2})(?!\\s*(?:sao|stars?|\\*))`),
];

const DAYS_AGO: readonly [RegExp, number][] = [
  [/\bhom nay\b/, 0],
  [/\bhom qua\b/, -1],
  [/\bhom kia\b/, -2],
  [/\bngay mai\b/, 1],
];

/** The first date that a longer text holds: a whole one rather than one without its year. */
export function findDate(text: string, { today }: { today: string }): FoundDate | undefined {
  const folded = plain(text.normalize("NFC"));
  for (const one of PATTERNS) {
    for (const match of folded.matchAll(one)) {
      const { day, month, year } = match.groups ?? {};
      if (day === undefined || month === undefined) continue;
      const result = judge({ day, month, ...(year !== undefined && { year }) });
      if (result.ok || result.why !== "not_understood") {
        return { result, from: match.index, to: match.index + match[0].length };
      }
    }
  }
  for (const [one, days] of DAYS_AGO) {
    const match = one.exec(folded);
    if (match) return { result: { ok: true, on: addDays(today, days) }, from: match.index, to: match.index + match[0].length };
  }
  return undefined;
}

/** Reads a text that is one date: "15/3/2025", "15 tháng 3 năm 2025", "15/3/25" (20xx), "hôm qua". Day before month, always. */
export function parseDate(text: string, { today }: { today: string }): SaidDate {
  const typed = text.normalize("NFC").trim();
  const short = /^(\d{1,2})\s+(\d{1,2})\s+(\d{2})$/.exec(typed) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(typed);
  if (short) return judge({ day: short[1] ?? "", month: short[2] ?? "", year: short[3] ?? "" });
  const found = findDate(typed, { today });
  if (found === undefined) return { ok: false, why: "not_understood" };
  return /\d/.test(blank(typed, found.from, found.to)) ? { ok: false, why: "not_understood" } : found.result;
}

function judge(spoken: Spoken): SaidDate {
  const day = Number(spoken.day);
  const month = MONTHS.get(spoken.month) ?? Number(spoken.month);
  if (day < 1 || !(month >= 1 && month <= 12) || day > 39) return { ok: false, why: "not_understood" };
  if (spoken.year === undefined) {
    const leap = 2024;
    return day > daysInMonth(leap, month) ? { ok: false, why: "no_such_day", day, month } : { ok: false, why: "no_year", day, month };
  }
  const year = spoken.year.length === 2 ? 2000 + Number(spoken.year) : Number(spoken.year);
  if (year < 1900 || year > 2199) return { ok: false, why: "not_understood" };
  return isDay({ year, month, day })
    ? { ok: true, on: writeDate({ year, month, day }) }
    : { ok: false, why: "no_such_day", day, month, year };
}

import { clean } from "../../lib/text.js";
import { plain } from "./plain.js";

export interface SaidAward {
  /** At most 120 characters, as the organiser. */
  awardName?: string;
  organiser?: string;
  /** 1975 to this year. */
  year?: number;
}

const longest = 500;
const mostName = 120;
const firstYear = 1975;
const YEAR = /(?<![a-z])(?:trong nam|vao nam|nam|in) ?(\d{4}|\d{2})(?![\d.,/-]|\p{L})|(?<![\d\p{L}.,/-])(\d{4})(?![\d/-]|[.,]\d|\p{L})/gu;
const YEARS_AGO: readonly [RegExp, number][] = [
  [/(?<![a-z])(?:nam nay|this year)(?![a-z])/, 0],
  [/(?<![a-z])(?:nam ngoai|nam truoc|last year)(?![a-z])/, 1],
];
const GIVES = "(?:dung ra to chuc|phoi hop to chuc|to chuc|trao tang|trao giai|trao|tang|cong nhan|chung nhan|cap|binh chon)";
/** A name that begins so is an office's, not an award's. */
const OFFICES = "(?:bo|so|ubnd|uy ban|van phong|tong cuc|cuc|hiep hoi|lien minh|lien hiep|lien doan|vcci|phong thuong mai|trung uong|ministry|department)";
const OFFICE = new RegExp(`^${OFFICES}(?![a-z])`);
const NOTHING = /^(?:khong|ko|chua)(?: (?:biet|nho|ro|co))*$/;
const ORGANISER = [
  new RegExp(`(?<![a-z])do ([^,;\\n]{2,150}?) ${GIVES}(?![a-z])`),
  /(?<![a-z])(?:don vi to chuc|co quan to chuc|ben to chuc|noi to chuc|noi trao|to chuc boi|duoc trao boi|organi[sz]ed by|organi[sz]er|given by|awarded by)[ :]*([^,;\n]{2,150})/,
  new RegExp(`(?<![a-z])(${OFFICES}(?![a-z])[^,;\\n]{1,150}?) ${GIVES}[ .]*(?=$|[,;\\n])`),
  new RegExp(`[,;\\n] ?([^,;\\n]{2,150}?) ${GIVES}[ .]*(?=$|[,;\\n])`),
];

/** Reads an award in one text: "Bông lúa vàng 2023 do Bộ NN tổ chức". */
export function parseAward(text: string, { thisYear, asking }: { thisYear: number; asking?: "awardName" | "organiser" | "year" }): SaidAward {
  const typed = clean(text.slice(0, 2 * longest)).replace(/\n/g, "; ").replace(/\s+/g, " ");
  if (typed.length > longest || NOTHING.test(plain(typed))) return {};
  const twoDigits = asking === "year" ? /^\d{2}$/.exec(typed) : null;
  if (twoDigits !== null && 2000 + Number(typed) <= thisYear) return { year: 2000 + Number(typed) };
  const { year, left: withoutYear } = takeYear(typed, thisYear);
  const { organiser, left } = takeOrganiser(withoutYear);
  const [first, second] = chunks(left);
  const named = organiser === undefined ? inOrder(first, second, asking) : { awardName: first, organiser };
  return {
    ...(named.awardName === undefined || asking === "year" ? {} : { awardName: capped(named.awardName) }),
    ...(named.organiser === undefined ? {} : { organiser: capped(named.organiser) }),
    ...(year === undefined ? {} : { year }),
  };
}

interface Named {
  awardName?: string | undefined;
  organiser?: string | undefined;
}

function inOrder(first: string | undefined, second: string | undefined, asking: string | undefined): Named {
  if (asking === "organiser" && second === undefined) return { organiser: first };
  return first !== undefined && second !== undefined && OFFICE.test(plain(first)) && !OFFICE.test(plain(second))
    ? { awardName: second, organiser: first }
    : { awardName: first, organiser: second };
}

function takeYear(typed: string, thisYear: number): { year?: number; left: string } {
  const said = plain(typed);
  const without = (from: number, to: number): string => typed.slice(0, from) + typed.slice(to);
  for (const match of [...said.matchAll(YEAR)].reverse()) {
    const digits = match[1] ?? match[2] ?? "";
    const year = digits.length === 2 ? 2000 + Number(digits) : Number(digits);
    if (year >= firstYear && year <= thisYear) return { year, left: without(match.index, match.index + match[0].length) };
  }
  for (const [pattern, ago] of YEARS_AGO) {
    const match = pattern.exec(said);
    if (match !== null) return { year: thisYear - ago, left: without(match.index, match.index + match[0].length) };
  }
  return { left: typed };
}

function takeOrganiser(text: string): { organiser?: string; left: string } {
  const said = plain(text);
  for (const pattern of ORGANISER) {
    const match = pattern.exec(said);
    if (match?.[1] === undefined) continue;
    const from = match.index + match[0].indexOf(match[1]);
    const [organiser] = chunks(text.slice(from, from + match[1].length));
    if (organiser !== undefined) return { organiser, left: `${text.slice(0, match.index)};${text.slice(match.index + match[0].length)}` };
  }
  return { left: text };
}

function chunks(text: string): string[] {
  return text
    .replace(/\(([^()]{2,150})\)/g, (whole, inner: string) => (OFFICE.test(plain(inner)) ? `; ${inner};` : whole))
    .split(/[,;\n]+| [–-] /)
    .map((chunk) => chunk.replace(/\s+/g, " ").replace(/^[\s:.()–-]+|[\s:.(–-]+$|\s*\(\s*\)/gu, ""))
    .filter((chunk) => /\p{L}/u.test(chunk));
}

function capped(text: string): string {
  return [...text].slice(0, mostName).join("").trim();
}

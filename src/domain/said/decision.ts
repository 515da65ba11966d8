import { findDate, type SaidDate } from "./date.js";
import { blank, plain } from "./plain.js";

export type DecisionProblem =
  | Extract<SaidDate, { why: "no_such_day" | "no_year" }>
  /** Stars go from 1 to 5. */
  | { ok: false; why: "stars_out_of_range"; stars: number };

/** What a caption says of a decision; what it does not say is absent. */
export interface SaidDecision {
  /** "1187/QĐ-UBND" */
  number?: string;
  on?: string;
  /** 1 and 2 are read too: they are not enough, and that is for the caller to say. */
  stars?: 1 | 2 | 3 | 4 | 5;
  problems: DecisionProblem[];
}

/** Reads number, date and stars from one text, in any order: "1187/QD-UBND 15-3-2025 4 sao". */
export function parseDecision(text: string, { today }: { today: string }): SaidDecision {
  const said: SaidDecision = { problems: [] };
  let left = text.normalize("NFC");
  const number = findNumber(left);
  if (number) {
    said.number = number.number;
    left = blank(left, number.from, number.to);
  }
  const date = findDate(left, { today });
  if (date) {
    if (date.result.ok) said.on = date.result.on;
    else said.problems.push(date.result);
    left = blank(left, date.from, date.to);
  }
  const stars = findStars(left);
  if (stars) {
    if (isStars(stars.stars)) said.stars = stars.stars;
    else said.problems.push({ ok: false, why: "stars_out_of_range", stars: stars.stars });
    left = blank(left, stars.from, stars.to);
  }
  const bare = /^[\s,;.:]*(\d{1,6})(?:[\s,;.]|ngay|dat|hang)*$/.exec(plain(left))?.[1];
  if (bare !== undefined && said.number === undefined && (said.on ?? said.stars) !== undefined) said.number = bare;
  return said;
}

interface Stretch {
  from: number;
  to: number;
}

/** Issuers that are recognised without a dash in front: "1187 QD UBND". */
const KNOWN_ISSUER = "(?:ubnd|ttg|bnn|snn|hdnd|vpdp)[a-z]*";
const MORE = "(?:\\s?[-&]\\s?[a-z]{2,8})*";
const ISSUER = `(?:\\s*-\\s*([a-z]{2,10}${MORE})|\\s*/?\\s*(${KNOWN_ISSUER}${MORE}))`;
const FULL = new RegExp(`(?<![\\d/.-])(\\d{1,6}[a-z]?)\\s*/?\\s*(?:((?:19|20)\\d{2})\\s*/\\s*)?qd(?:${ISSUER})?(?![a-z])`);
const NAMED = /(?:\b(?:qd|quyet dinh)\s*(?:so)?|\bso)[\s:.]*(\d{1,6})(?![\d./-])/;

function findNumber(text: string): ({ number: string } & Stretch) | undefined {
  const folded = plain(text);
  const full = FULL.exec(folded);
  if (full) {
    const [whole, serial = "", year, afterDash, known] = full;
    const issuer = afterDash ?? known;
    const parts = [serial.toUpperCase(), ...(year === undefined ? [] : [year])];
    const kind = issuer === undefined ? "QĐ" : `QĐ-${issuerName(issuer)}`;
    return { number: [...parts, kind].join("/"), from: full.index, to: full.index + whole.length };
  }
  const named = NAMED.exec(folded);
  return named ? { number: named[1] ?? "", from: named.index, to: named.index + named[0].length } : undefined;
}

/** Capitals, with the Đ that people leave out: "hdnd" is HĐND, "vpdp" VPĐP. The Prime Minister's is written TTg. */
function issuerName(folded: string): string {
  return folded
    .split(/\s*[-&]\s*/)
    .map((part) => (part === "ttg" ? "TTg" : part.toUpperCase().replace(/^HD/, "HĐ").replace(/^VPDP/, "VPĐP")))
    .join("-");
}

const STAR_WORDS = ["mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi"];

function findStars(text: string): ({ stars: number } & Stretch) | undefined {
  const folded = plain(text);
  const at = (match: RegExpExecArray, stars: number): { stars: number } & Stretch => ({
    stars,
    from: match.index,
    to: match.index + match[0].length,
  });
  const figures = /(?<![\d.,/-]|\d\s*[/])(\d{1,2})(?:\s*\/\s*5)?\s*-?\s*(?:sao(?![a-z])|stars?(?![a-z])|\*+|[★⭐✯🌟]+)/u.exec(folded);
  if (figures) return at(figures, Number(figures[1]));
  const words = new RegExp(`(?<![a-z])(${STAR_WORDS.join("|")}|tu)\\s*sao(?![a-z])`).exec(folded);
  if (words) return at(words, words[1] === "tu" ? 4 : STAR_WORDS.indexOf(words[1] ?? "") + 1);
  const after = /(?<![a-z])sao\s*:?\s*(\d{1,2})(?!\d)/.exec(folded);
  if (after) return at(after, Number(after[1]));
  const drawn = /[★⭐✯*]{1,10}/u.exec(folded);
  return drawn ? at(drawn, [...drawn[0].replaceAll("\ufe0f", "")].length) : undefined;
}

function isStars(stars: number): stars is 1 | 2 | 3 | 4 | 5 {
  return Number.isInteger(stars) && stars >= 1 && stars <= 5;
}

import { clean } from "../../lib/text.js";
import { daysInMonth, writeDate } from "../dates.js";
import { findDate } from "./date.js";
import { plain } from "./plain.js";

export interface SaidCertificate {
  /** At most 60 characters. */
  certificateNumber?: string;
  /** At most 120 characters. */
  issuer?: string;
  /** A local date, the last day it stands. */
  expiresOn?: string;
  /** 31/02: asked again when there is no other date. */
  noSuchDay?: { day: number; month: number };
}

const longest = 500;
const mostDates = 4;
const UNTIL = /(?<![a-z])(?:(?:ngay |thoi )?(?:het han|han su dung|han dung|het hieu luc|hieu luc|gia tri|han)|(?:expir(?:es|y|ed|ation)?|valid)(?: date)?|den|until|through)(?: (?:ngay|het|den|het ngay|den ngay|den het|until|on|la|toi))*[ :]*$/;
const ISSUED = /(?<![a-z])(?:ngay cap|cap ngay|cap|ngay ky|ky ngay|tu ngay|tu|issued|issue date|from)(?: (?:ngay|on|la))*[ :]*$/;
const MONTH = /(?<![\d/.-])(?<!(?<![a-z])so:? ?)(?:thang )?(0?[1-9]|1[0-2])(?: ?[/.-] ?| nam )(20\d\d)(?![\d]|[/.-][\da-z])/g;

/** Reads what a caption says of a certificate, in any order: "FSMS-0426, Trung tâm Chứng nhận Mẫu, het han 30/6/2028". */
export function parseCertificate(text: string, { today, asking }: { today: string; asking?: "certificateNumber" | "issuer" | "expiresOn" }): SaidCertificate {
  const typed = clean(text.slice(0, 2 * longest)).replace(/\n/g, "; ").replace(/\s+/g, " ");
  if (typed.length > longest) return {};
  const { dated, left } = takeDates(typed, today);
  if (asking === "expiresOn") return dated;
  const labelled = takeIssuer(left);
  const number = takeNumber(labelled.left, asking === "certificateNumber");
  const known = asking === "issuer" || number.number !== undefined || dated.expiresOn !== undefined;
  const bare = asking === "certificateNumber" ? undefined : chunks(number.left).map(withoutKind).find((chunk) => /\p{L}{2}/u.test(chunk) && (known || ISSUERS.test(plain(chunk))));
  const issuer = labelled.issuer ?? bare;
  return {
    ...(number.number === undefined ? {} : { certificateNumber: capped(number.number, 60) }),
    ...(issuer === undefined ? {} : { issuer: capped(issuer, 120) }),
    ...dated,
  };
}

/** "12/05/2025/ATTP", "VN-15/3" and "số 15/3" are numbers. */
function isPartOfNumber(typed: string, from: number, to: number, whole: boolean): boolean {
  const said = plain(typed);
  return /^[/-][a-z]/.test(said.slice(to, to + 2)) || /[a-z\d][/-]$/.test(said.slice(0, from)) || (!whole && /(?<![a-z])so[: ]*$/.test(said.slice(0, from)));
}

interface Dated {
  on: string;
  until: boolean;
  issued: boolean;
}

/** The date that ends it, or else the latest that is not the day of issue; the text without dates and their words. */
function takeDates(typed: string, today: string): { dated: Pick<SaidCertificate, "expiresOn" | "noSuchDay">; left: string } {
  let left = typed;
  let unread = typed;
  const all: Dated[] = [];
  let noSuchDay: SaidCertificate["noSuchDay"];
  const take = (from: number, to: number, on: string | undefined): void => {
    const before = plain(left.slice(0, from));
    const until = UNTIL.exec(before);
    const issued = until === null ? ISSUED.exec(before) : null;
    if (on !== undefined) all.push({ on, until: until !== null, issued: issued !== null });
    left = barred(left, (until ?? issued)?.index ?? from, to);
  };
  for (let n = 0; n < mostDates; n++) {
    const found = findDate(unread, { today });
    if (found === undefined) break;
    const { result, from, to } = found;
    unread = barred(unread, from, to);
    if (isPartOfNumber(typed, from, to, result.ok)) continue;
    if (!result.ok && result.why === "no_such_day") noSuchDay = { day: result.day, month: result.month };
    take(from, to, result.ok ? result.on : undefined);
  }
  for (const match of [...plain(left).matchAll(MONTH)].slice(0, mostDates).reverse()) {
    const [year, month] = [Number(match[2]), Number(match[1])];
    take(match.index, match.index + match[0].length, writeDate({ year, month, day: daysInMonth(year, month) }));
  }
  const ends = all.filter(({ until }) => until);
  const expiresOn = (ends.length > 0 ? ends : all.filter(({ issued }) => !issued)).map(({ on }) => on).sort().at(-1);
  return { dated: { ...(expiresOn === undefined ? {} : { expiresOn }), ...(noSuchDay === undefined ? {} : { noSuchDay }) }, left };
}

const STOP = "(?=[,;\\n(]|(?<![a-z])(?:so(?: giay| hieu)?:? ?(?=\\S*\\d)|ma so|han |het han)|$)";
const ISSUER = [
  new RegExp(`(?<![a-z])(?:noi cap|co quan cap|don vi cap|to chuc cap|don vi chung nhan|to chuc chung nhan|noi chung nhan|cap boi|cap tai|chung nhan boi|duoc cap boi|issued by|issuer|certified by)(?: la| boi)?[ :]*([^,;\\n(]{1,150}?) ?${STOP}`),
  /(?<![a-z])do ([^,;\n(]{2,150}?) ?(?:chung nhan ?)?(?:(?<= )(?:va )?cap(?![a-z])|(?=[,;\n(]|$))/,
  new RegExp(`(?<![a-z])boi ([^,;\\n(]{2,150}?) ?${STOP}`),
];

function takeIssuer(text: string): { issuer?: string; left: string } {
  const said = plain(text);
  for (const pattern of ISSUER) {
    const match = pattern.exec(said);
    if (match?.[1] === undefined) continue;
    const from = match.index + match[0].indexOf(match[1]);
    const issuer = trimmed(text.slice(from, from + match[1].length));
    if (issuer !== "") return { issuer, left: `${text.slice(0, match.index)};${text.slice(match.index + match[0].length)}` };
  }
  return { left: text };
}

const KIND = /(?<![a-z\d/-])(?:giay )?(?:chung nhan )?(?:iso(?:\/iec)?|tcvn|fssc|brcgs?|ifs|haccp|gmp|vietgap|globalgap|halal|qcvn)(?: ?\d{3,5}(?::\d{4})?)?(?![a-z\d/-])/g;
const KIND_FIRST = /^(?:(?:giay|chung nhan|certificate|iso|haccp|gmp|vietgap|halal|ngay|cap|so|tu|den)(?![a-z])|[\d\s:.;-])+/;
/** How an issuer's name begins: one is known by it even when nothing else is said. */
const ISSUERS = /^(?:trung tam|chi cuc|cuc|tong cuc|so|bo|vien|cong ty|cty|to chuc|van phong|ban|ubnd|uy ban|phong|quacert|vinacert|vinacontrol|knacert|tqc|bsi|sgs|tuv|intertek|bureau veritas|control union|eurofins)(?![a-z])/;
const LABELLED = /(?<![a-z])(?:so giay|so hieu|so chung nhan|giay so|ma so|ma giay|ma|so|no\.?|number|cert(?:ificate)? no\.?|#)(?: la)?[ :.]*([^\s,;]*\d[^\s,;]*)/;
const TOKEN = /(?<![^\s,;:(])(?=[^\s,;]{0,60}\d)[\p{L}\d][^\s,;]{2,}/u;

function takeNumber(text: string, asked: boolean): { number?: string; left: string } {
  const said = plain(text);
  const labelled = LABELLED.exec(said);
  if (labelled?.[1] !== undefined) {
    const to = labelled.index + labelled[0].length;
    return { number: trimmed(text.slice(to - labelled[1].length, to)), left: `${text.slice(0, labelled.index)};${text.slice(to)}` };
  }
  if (asked && /\d/.test(text)) {
    const chunk = chunks(text).find((each) => /\d/.test(each));
    return chunk === undefined ? { left: text } : { number: chunk, left: text.replace(chunk, ";") };
  }
  const masked = said.replace(KIND, (kind) => ";".repeat(kind.length));
  const token = TOKEN.exec(masked);
  if (token === null) return { left: text };
  const letters = /^\d/.test(token[0]) ? /(?:^|[,;:] ?)([a-z]{1,6}) $/.exec(masked.slice(0, token.index))?.[1] : undefined;
  const from = token.index - (letters === undefined ? 0 : letters.length + 1);
  const to = token.index + token[0].length;
  return { number: trimmed(text.slice(from, to)), left: `${text.slice(0, from)};${text.slice(to)}` };
}

function chunks(text: string): string[] {
  return text.split(/[,;\n]+/).map(trimmed).filter((chunk) => chunk !== "");
}

/** "ISO 22000 Quacert" is "Quacert"; "Sở Y tế" stays whole. */
function withoutKind(chunk: string): string {
  return ISSUERS.test(plain(chunk)) ? chunk : trimmed(chunk.slice(KIND_FIRST.exec(plain(chunk))?.[0].length ?? 0));
}

/** The text with a stretch replaced by breaks of the same length. */
function barred(text: string, from: number, to: number): string {
  return text.slice(0, from) + ";".repeat(to - from) + text.slice(to);
}

function trimmed(text: string): string {
  return text.replace(/^[\s:.,;()–-]+|[\s:.,;(–-]+$/gu, "");
}

function capped(text: string, most: number): string {
  return [...text].slice(0, most).join("").trim();
}

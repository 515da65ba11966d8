import { readWords, type Word } from "../gazetteer/words.js";
import { clean } from "../../lib/text.js";
import { byWay, meet, said, stepOf, type Meeting, type Said } from "./meeting.js";
import { withoutParticles } from "./particles.js";
import { inFull, turns } from "./turning.js";

export interface Choosable {
  label: string;
  /** Other names of the same choice. */
  also?: readonly string[];
}

export type Chosen = { is: "one"; index: number } | { is: "several"; indexes: number[] } | { is: "none" };

const longest = 200;
const mostWords = 12;
const mostPieces = 20;
const mostOffered = 5;

/** Which option the words mean. Forgives accents and one wrong letter, never a negation; numbers are not read. */
export function choose(text: string, options: readonly Choosable[]): Chosen {
  const typed = clean(text);
  if (typed.length > longest) return { is: "none" };
  const names = namesOf(options);
  const same = candidates(wordsOf(typed), names).filter(({ way }) => way === "same");
  if (same.length > 0) return chosen(same);
  return typed.includes("?") ? { is: "none" } : chosen(candidates(wordsOf(withoutParticles(typed)), names));
}

function chosen(found: readonly Candidate[]): Chosen {
  const [only] = found;
  if (only === undefined) return { is: "none" };
  return found.length === 1 ? { is: "one", index: only.index } : { is: "several", indexes: found.slice(0, mostOffered).map(({ index }) => index) };
}

interface Candidate extends Meeting {
  index: number;
}

type Names = Said[][];

function namesOf(options: readonly Choosable[]): Names {
  return options.map(({ label, also = [] }) => [label, ...also].map((name) => said(wordsOf(name))).filter(({ letters }) => letters !== ""));
}

function wordsOf(text: string): Word[] {
  return readWords(text).map(inFull);
}

/** The options that the words could equally mean, best first. */
function candidates(words: readonly Word[], names: Names): Candidate[] {
  if (words.length === 0 || words.length > mostWords) return [];
  const typed = said(words);
  const all = names.flatMap((each, index) => {
    const [best] = each.flatMap((name) => meet(typed, name) ?? []).sort(byWay);
    return best === undefined ? [] : [{ ...best, index }];
  });
  const step = Math.min(...all.map(({ way }) => stepOf(way)));
  const found = all.filter(({ way }) => stepOf(way) === step).sort((a, b) => byWay(a, b) || a.index - b.index);
  const accents = Math.min(...found.map((each) => each.accents));
  return found.filter((one) => one.accents === accents && !found.some((other) => isInside(one, other)));
}

/** "Mít sấy" in "mít sấy giòn loại một", where "Mít sấy giòn" is there too. */
function isInside(one: Meeting, other: Meeting): boolean {
  return one.way === other.way && other.from <= one.from && other.to >= one.to && other.to - other.from > one.to - one.from;
}

const SEPARATORS = /[,;+&\n]|(?<!\p{L})(?:và|va|với|voi|cùng|cung|and|with)(?!\p{L})/iu;
/** Said around names, and no part of them. */
const AROUND = new Set(["giay", "chung", "nhan", "so", "co", "da", "ca", "them", "cai", "loai", "toi", "nua", "the"]);

export interface ManyChosen {
  /** Each option once, in the order said. */
  indexes: number[];
  /** What is no option, as typed. */
  rest: string[];
}

/** Several at once, by number or by words: "1 2", "iso va haccp". "iso 22000" is one name; a number that is no option is left over. */
export function chooseMany(text: string, options: readonly Choosable[]): ManyChosen {
  const typed = clean(text);
  const pieces = typed.slice(0, longest).split(SEPARATORS);
  if (typed.length > longest || pieces.length > mostPieces) return { indexes: [], rest: [[...typed].slice(0, longest).join("")] };
  const names = namesOf(options);
  const [whole, ...others] = candidates(wordsOf(typed), names);
  if (whole?.way === "same" && others.length === 0) return { indexes: [whole.index], rest: [] };
  const indexes = new Set<number>();
  const rest: string[] = [];
  for (const piece of pieces) {
    const line = withoutParticles(piece);
    const words = wordsOf(line);
    const read = words.length > mostWords || /\d\s*[-–—]\s*\d/.test(line) ? undefined : readPiece(words, names);
    for (const index of read?.indexes ?? []) indexes.add(index);
    if (words.length > 0) rest.push(...(read?.rest ?? [line]));
  }
  return { indexes: [...indexes], rest };
}

/** Undefined when a word that is no option turns the rest: "không có HACCP". */
function readPiece(words: readonly Word[], names: Names): ManyChosen | undefined {
  const indexes: number[] = [];
  const rest: string[] = [];
  for (let at = 0; at < words.length; ) {
    const { index, size } = longestAt(words, at, names);
    const unit = words.slice(at, at + size);
    at += size;
    if (index !== undefined) indexes.push(index);
    else if (unit.some(turns)) return undefined;
    else if (!unit.every(({ key }) => AROUND.has(key))) rest.push(unit.map(({ raw }) => raw).join(" "));
  }
  return { indexes, rest };
}

/** The option that most words from a place name; a long number belongs to the word before it ("iso 22000"). */
function longestAt(words: readonly Word[], at: number, names: Names): { index?: number; size: number } {
  const first = words[at]?.key ?? "";
  if (/^\d{1,2}$/.test(first)) {
    const index = Number(first) - 1;
    return names[index] === undefined ? { size: 1 } : { index, size: 1 };
  }
  const least = /^\d{3,}$/.test(words[at + 1]?.key ?? "") ? 2 : 1;
  for (let size = words.length - at; size >= least; size--) {
    if (size === 1 && words.length > 1 && AROUND.has(first)) break;
    const [only, ...others] = candidates(words.slice(at, at + size), names);
    if (only !== undefined && others.length === 0 && !only.way.endsWith("around")) return { index: only.index, size };
  }
  return { size: least };
}

import { accentDistance } from "../gazetteer/accents.js";
import { oneLetterApart } from "../gazetteer/typos.js";
import type { Word } from "../gazetteer/words.js";
import { contradicts, isMisspeltNo, labelTurns, turns } from "./turning.js";

/** How words meet a name, best first: the same; a stretch of the name; the name among other words; "~" with one wrong letter. */
const ways = ["same", "begins", "within", "~same", "around", "~begins", "~within", "~around"] as const;
export type Way = (typeof ways)[number];

export interface Meeting {
  way: Way;
  /** The words that are the name, of all that were said. */
  from: number;
  to: number;
  /** 0 to 2, how well the accents fit where all letters are the same. */
  accents: number;
}

/** Letters that a name needs to be found among other words, and words inside a name. */
const fewestAround = 4;
const fewestWithin = 3;
const fewestBeginning = 2;
/** A word needs these letters for one of them to be wrong. */
const fewestForTypo = 4;

/** 0 for the best. What meets in a better step hides what meets in a worse one; within one step it is asked which was meant. */
export function stepOf(way: Way): number {
  if (way === "same") return 0;
  return way === "~same" || !way.startsWith("~") ? 1 : 2;
}

export function byWay(a: Meeting, b: Meeting): number {
  return ways.indexOf(a.way) - ways.indexOf(b.way);
}

/** A text as words, and its letters without what parts them. */
export interface Said {
  words: readonly Word[];
  letters: string;
}

export function said(words: readonly Word[]): Said {
  return { words, letters: words.map(({ key }) => key).join("") };
}

/** How what was said meets a name; undefined when it does not, or when a word that is left over turns it. */
export function meet({ words, letters }: Said, name: Said): Meeting | undefined {
  const as = (way: Way, from = 0, to = words.length): Meeting => ({ way, from, to, accents: 0 });
  const alike = words.length === name.words.length;
  if (letters === name.letters && !(alike && words.some((word, n) => contradicts(word, name.words[n] ?? word)))) {
    return { ...as("same"), accents: accentDistance(words.map(({ raw }) => raw), name.words.map(({ raw }) => raw).join(" ")) };
  }
  const number = words.every(({ key }) => /^\d{1,2}$/.test(key));
  for (const typos of [0, 1] as const) {
    const sign = typos === 0 ? "" : "~";
    if (typos === 1 && alike && wrongLetters(words, 0, name.words, 0, words.length) === 1) return as("~same");
    const at = number ? undefined : placeIn(name.words, words.length, (offset) => wrongLetters(words, 0, name.words, offset, words.length) === typos, labelTurns);
    if (at === 0 && letters.length >= fewestBeginning) return as(`${sign}begins`);
    if (at !== undefined && letters.length >= fewestWithin) return as(`${sign}within`);
    if (name.letters.length < fewestAround) continue;
    const around = placeIn(words, name.words.length, (offset) => wrongLetters(words, offset, name.words, 0, name.words.length) === typos, turns);
    if (around !== undefined) return as(`${sign}around`, around, around + name.words.length);
  }
  return undefined;
}

/** Where a stretch of `size` words fits, with nothing left over that turns it. */
function placeIn(all: readonly Word[], size: number, fits: (offset: number) => boolean, turning: (word: Word) => boolean): number | undefined {
  for (let offset = 0; offset + size <= all.length; offset++) {
    if (fits(offset) && !all.some((word, n) => (n < offset || n >= offset + size) && turning(word))) return offset;
  }
  return undefined;
}

/** 0 or 1 when `size` words from one place are those from the other but for that many letters; Infinity otherwise. */
function wrongLetters(words: readonly Word[], from: number, name: readonly Word[], at: number, size: number): number {
  let wrong = 0;
  for (let n = 0; n < size; n++) {
    const [word, meant] = [words[from + n], name[at + n]];
    if (word === undefined || meant === undefined || contradicts(word, meant)) return Infinity;
    if (word.key === meant.key) continue;
    if (!mayBe(word, meant) || ++wrong > 1) return Infinity;
  }
  return wrong;
}

function mayBe(word: Word, meant: Word): boolean {
  if (meant.key.length < fewestForTypo || !oneLetterApart(word.key, meant.key)) return false;
  return turns(word) ? isMisspeltNo(word.key) && labelTurns(meant) : true;
}

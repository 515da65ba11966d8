import { fold } from "../../lib/text.js";

/** Letters of a text with what stands on each: the vowel's own mark in place, the tone by itself (Hoà and Hòa differ only in where). */
interface Marked {
  letters: string;
  quality: string[];
  tone: string[];
}

const TONES = "\u0300\u0301\u0303\u0309\u0323";

function markedLetters(text: string): Marked {
  const marked: Marked = { letters: "", quality: [], tone: [] };
  for (const sign of text.normalize("NFD").toLowerCase()) {
    const last = marked.quality.length - 1;
    if (/[\u0300-\u036f]/.test(sign)) {
      if (last < 0) continue;
      const row = TONES.includes(sign) ? marked.tone : marked.quality;
      row[last] = (row[last] ?? "") + sign;
    } else if (/[\p{L}\p{N}]/u.test(sign)) {
      marked.letters += sign === "đ" ? "d" : sign;
      marked.quality.push(sign === "đ" ? "đ" : "");
      marked.tone.push("");
    }
  }
  return marked;
}

/** The letters and digits of a text alone: "Bà Rịa - Vũng Tàu" is "bariavungtau", "M'Drắk" is "mdrak". */
export function squash(text: string): string {
  return fold(text).replaceAll(" ", "");
}

export function hasAccents(text: string): boolean {
  return /[\u0300-\u036fđ]/i.test(text.normalize("NFD"));
}

/**
 * How well the accents of `typed` words fit a name with the same letters:
 * 0 the same, 1 the words that carry accents fit, 2 some word contradicts the name.
 */
export function accentDistance(typed: readonly string[], name: string): 0 | 1 | 2 {
  const wanted = markedLetters(name);
  let distance: 0 | 1 = 0;
  let at = 0;
  for (const word of typed) {
    const given = markedLetters(word);
    const end = at + given.letters.length;
    const same =
      given.tone.join("") === wanted.tone.slice(at, end).join("") &&
      given.quality.join() === wanted.quality.slice(at, end).join();
    if (!same && hasAccents(word)) return 2;
    if (!same) distance = 1;
    at = end;
  }
  return distance;
}

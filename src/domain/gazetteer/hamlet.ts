import { hasAccents } from "./accents.js";
import { runsOf, type Reading } from "./readings.js";
import { isFiller, markerAt, readWords, type Word } from "./words.js";

const LONGEST = 200;

/** What is left in front of the commune, and what nothing explains. */
export function leftovers(text: string, words: readonly Word[], reading: Reading): { hamlet?: string; rest?: string } {
  const hamlets: string[] = [];
  const rests: string[] = [];
  const slice = (from: number, to: number): string => text.slice(words[from]?.from, words[to - 1]?.to);
  for (const run of runsOf(words, reading.covered)) {
    let { from, to } = run;
    while (from < to && isFillerAt(words, from)) from++;
    while (to > from && isFillerAt(words, to - 1)) to--;
    if (from === to) continue;
    const marker = markerAt(words, from);
    const isHamlet = marker?.level === "hamlet";
    const unit = reading.commune ?? reading.district;
    if (unit) {
      const inFront = from < unit.from && marker?.level !== "commune";
      (isHamlet || inFront ? hamlets : rests).push(slice(from, to));
      continue;
    }
    const end = isHamlet && marker ? hamletEnd(words, from + marker.size, to) : from;
    if (end > from) hamlets.push(slice(from, end));
    if (end < to) rests.push(slice(end, to));
  }
  return {
    ...(hamlets.length > 0 && { hamlet: tidyHamlet(hamlets.join(", ").slice(0, LONGEST)) }),
    ...(rests.length > 0 && { rest: rests.join(", ") }),
  };
}

function isFillerAt(words: readonly Word[], at: number): boolean {
  const word = words[at];
  return word !== undefined && isFiller(word);
}

/** "ấp 3 | cai bee": a number ends a hamlet, as does the word "xã"; otherwise the run is its name. */
function hamletEnd(words: readonly Word[], from: number, to: number): number {
  if (/^\d/.test(words[from]?.key ?? "")) return from + 1;
  for (let at = from; at < to; at++) if (markerAt(words, at)?.level === "commune") return at;
  return to;
}

/** Markers whose accents are put back inside a hamlet too; the others ("bản", "số") may be part of a name there. */
const PLAIN = new Set("ấp,thôn,xóm,đường,tổ,khu phố,khu vực,tổ dân phố".split(","));

/** "ap 3" → "Ấp 3", "thon dong" → "Thôn Dong"; capitals and accents that were typed stay. */
export function tidyHamlet(typed: string): string {
  const text = typed.normalize("NFC").trim();
  const words = readWords(text);
  const noCapitals = !/\p{Lu}/u.test(text);
  const noAccents = !hasAccents(text);
  let tidy = "";
  let end = 0;
  for (let n = 0; n < words.length; ) {
    const word = words[n];
    if (word === undefined) break;
    const found = markerAt(words, n);
    const marker = found?.level === "hamlet" && (n === 0 || PLAIN.has(found.text)) ? found : undefined;
    const next = n + (marker?.size ?? 1);
    const to = words[next - 1]?.to ?? word.to;
    const raw = text.slice(word.from, to);
    tidy += text.slice(end, word.from);
    if (marker) tidy += noAccents && noCapitals ? marker.text : raw;
    else tidy += noCapitals && /^\p{L}{2,}$/u.test(raw) ? capital(raw) : raw;
    end = to;
    n = next;
  }
  return capital(tidy + text.slice(end));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

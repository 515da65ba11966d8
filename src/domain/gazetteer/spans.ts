import { accentDistance, hasAccents } from "./accents.js";
import type { CommuneName, District, Names, ProvinceName } from "./names.js";
import { markerBefore, type Marker, type Word } from "./words.js";

/** Words `start` to `to` are a name; `from` includes the marker in front. */
export interface Hit<T> {
  from: number;
  start: number;
  to: number;
  meaning: T;
  marker?: Marker;
  /** Words before the name that would be a marker but for this reading are not: "Văn Quan, Lạng Sơn" holds no "quận Lạng Sơn". */
  ignored: number;
  typo: boolean;
  /** Takes all of what stands between two commas. */
  fills: boolean;
  /** Some typed accent contradicts the name. */
  misaccented: boolean;
}

export interface Hits {
  provinces: Hit<ProvinceName>[];
  districts: Hit<District>[];
  communes: Hit<CommuneName[]>[];
}

/** No name has more words. */
const MOST_WORDS = 6;

/**
 * Every stretch of the words that could be a name.
 * @param typos also names one letter away, for stretches that are no name as they stand
 */
export function findHits(words: readonly Word[], names: Names, typos: boolean): Hits {
  const hits: Hits = { provinces: [], districts: [], communes: [] };
  for (let start = 0; start < words.length; start++) {
    const marker = markerBefore(words, start);
    let key = "";
    for (let to = start + 1; to <= Math.min(words.length, start + MOST_WORDS); to++) {
      const word = words[to - 1];
      if (word === undefined || (word.opens && to > start + 1)) break;
      key += word.key;
      const plain: Span = { words, start, to, ignored: marker?.size ?? 0, typo: false };
      const marked: Span | undefined = marker && marker.level !== "hamlet" ? { ...plain, marker, ignored: 0 } : undefined;
      for (const span of marked ? [marked, plain] : [plain]) {
        if (names.byKey.has(key)) addHits(hits, span, names, key);
        else if (typos) for (const near of names.typos(key)) addHits(hits, { ...span, typo: true }, names, near);
      }
    }
  }
  return hits;
}

interface Span {
  words: readonly Word[];
  start: number;
  to: number;
  marker?: Marker;
  ignored: number;
  typo: boolean;
}

function addHits(hits: Hits, span: Span, names: Names, key: string): void {
  const meanings = names.byKey.get(key);
  if (meanings === undefined) return;
  const level = span.marker?.level;
  const takes = (...levels: (Marker["level"] | undefined)[]): boolean =>
    level === undefined || levels.includes(level);
  const number = /^\d+$/.test(key);
  if (takes("province", "city")) {
    for (const province of meanings.provinces ?? []) hits.provinces.push(hit(span, province, [province]));
  }
  if (number ? level === "district" : takes("district", "city")) {
    for (const district of meanings.districts ?? []) {
      const kind = span.marker?.kind;
      if (district.kind !== undefined && kind !== undefined && kind !== district.kind) continue;
      hits.districts.push(hit(span, district, [district]));
    }
  }
  if (meanings.communes && (number ? level === "commune" : takes("commune"))) {
    const fit = bestAccents(span, meanings.communes);
    hits.communes.push(hit(span, fit, fit));
  }
}

/**
 * Accents that were typed decide between names that differ in nothing else. A stretch without any decides only
 * when the rest has them: "xã Thanh An, thành phố Hồ Chí Minh" is not Thạnh An.
 */
function bestAccents<T extends { name: string }>(span: Span, found: T[]): T[] {
  const raws = rawWords(span);
  if (span.typo || found.length < 2) return found;
  if (!raws.some(hasAccents) && span.words.filter((word) => hasAccents(word.raw)).length < 2) return found;
  const graded = found.map((meaning) => ({ meaning, distance: accentDistance(raws, meaning.name) }));
  const best = Math.min(...graded.map((one) => one.distance));
  return graded.filter((one) => one.distance === best).map((one) => one.meaning);
}

function rawWords(span: Span): string[] {
  return span.words.slice(span.start, span.to).map((word) => word.raw);
}

function hit<T>(span: Span, meaning: T, named: readonly { name: string }[]): Hit<T> {
  const from = span.start - (span.marker?.size ?? 0);
  const opens = (at: number): boolean => at >= span.words.length || span.words[at]?.opens === true;
  const raws = rawWords(span);
  const sameLetters = !span.typo && named.every((one) => !/^\d+$/.test(one.name));
  return {
    from,
    start: span.start,
    to: span.to,
    meaning,
    ...(span.marker && { marker: span.marker }),
    ignored: span.ignored,
    typo: span.typo,
    fills: opens(from) && opens(span.to),
    misaccented: sameLetters && named.every((one) => accentDistance(raws, one.name) === 2),
  };
}

import { clean } from "../lib/text.js";
import { squash } from "./gazetteer/accents.js";
import { answer, provinceFound } from "./gazetteer/answers.js";
import { createNames, type ProvinceName } from "./gazetteer/names.js";
import { readingsOf, runsOf, type Reading } from "./gazetteer/readings.js";
import { findHits, type Hits } from "./gazetteer/spans.js";
import { likeness } from "./gazetteer/typos.js";
import { isFiller, markerBefore, readWords, type Word } from "./gazetteer/words.js";
import type { Commune, Nearest, Place, PlaceMatch, Province, ProvinceFound, Units } from "./place.js";

export interface Gazetteer {
  /** Understands an address said in one breath, with today's names or those before 01/07/2025. Never throws. */
  match(text: string): PlaceMatch;
  /** Communes of one of today's provinces that the text could mean, best first, at most 20; empty when none is like it. */
  searchCommune(text: string, provinceCode: string): Place[];
  /** Provinces that the text could mean, former names too, best first, at most 5. */
  searchProvince(text: string): ProvinceFound[];
  province(code: string): Province | undefined;
  commune(code: string): { commune: Commune; province: Province } | undefined;
  /** All 34, by code. */
  provinces(): Province[];
}

/** An address stands at the end of what people write before it; the time to read it grows with the square of this. */
const MOST_WORDS = 28;
/** Readings with typos this close in score are offered, not decided. */
const TYPO_MARGIN = 6;
/** Below this, two names are not alike enough to be offered. */
const LEAST_LIKENESS = 0.55;
/** Letters; no name has half as many, and each name is compared with all that was typed. */
const LONGEST_ALIKE = 100;

/** Builds the index (about 0.1 s for the real data). Throws when a row names a unit that is not there. */
export function createGazetteer(units: Units): Gazetteer {
  const names = createNames(units);

  function match(typed: string): PlaceMatch {
    const text = clean(typed);
    const words = readWords(text).slice(-MOST_WORDS);
    const best = bestReadings(words, (hits) => hits);
    return best.length > 0 ? answer(text, words, best, names) : { kind: "unknown", nearest: nearest(text, words) };
  }

  function bestReadings(words: readonly Word[], limit: (hits: Hits) => Hits): Reading[] {
    const exact = readingsOf(words, limit(findHits(words, names, false)));
    const first = exact[0];
    if (first !== undefined && !leavesWords(words, first)) return equals(exact);
    return equals(readingsOf(words, limit(findHits(words, names, true))));
  }

  function searchCommune(typed: string, provinceCode: string): Place[] {
    const province = names.provinces.get(provinceCode);
    const text = clean(typed);
    const words = readWords(text).slice(-MOST_WORDS);
    if (province === undefined || words.length === 0) return [];
    const found = new Map<string, Place>();
    for (const place of [...within(text, words, province), ...alike(text, words, province)]) {
      if (!found.has(place.commune.code)) found.set(place.commune.code, place);
    }
    return [...found.values()].slice(0, 20);
  }

  function within(text: string, words: readonly Word[], province: Province): Place[] {
    const inside = (hits: Hits): Hits => ({
      provinces: hits.provinces.filter((hit) => hit.meaning.now.code === province.code),
      districts: hits.districts.filter((hit) => [...hit.meaning.communes].some((one) => one.province.code === province.code)),
      communes: hits.communes.map((hit) => ({
        ...hit,
        meaning: hit.meaning.filter((name) => name.now.some((one) => one.province.code === province.code)),
      })),
    });
    const readings = bestReadings(words, inside).filter((one) => one.commune ?? one.district);
    const result = answer(text, words, readings, names);
    if (result.kind === "place") return [result.place, ...result.others].filter((one) => one.province.code === province.code);
    if (result.kind !== "choose" || result.what !== "commune") return [];
    return result.candidates.filter((one) => one.province.code === province.code);
  }

  function alike(text: string, words: readonly Word[], province: Province): Place[] {
    const key = squash(nameOnly(words));
    const graded: { place: Place; grade: number }[] = [];
    for (const today of names.communes.values()) {
      if (today.province.code !== province.code) continue;
      const grade = resemblance(key, today.key);
      if (grade >= LEAST_LIKENESS) graded.push({ place: { commune: today.commune, province, text }, grade });
    }
    return graded.sort((a, b) => b.grade - a.grade).map((one) => one.place);
  }

  function searchProvince(typed: string): ProvinceFound[] {
    const words = readWords(clean(typed)).slice(-MOST_WORDS);
    const best = bestReadings(words, (hits) => ({ provinces: hits.provinces, districts: [], communes: [] }));
    const exact = best.flatMap((reading) => (reading.province ? [reading.province.meaning] : []));
    if (exact.length > 0) return unique(exact.map(provinceFound));
    const key = squash(nameOnly(words));
    const graded = provinceNames().map((name) => ({ name, grade: resemblance(key, squash(name.name)) }));
    const close = graded.filter((one) => one.grade >= LEAST_LIKENESS).sort((a, b) => b.grade - a.grade);
    return unique(close.map((one) => provinceFound(one.name))).slice(0, 5);
  }

  function provinceNames(): ProvinceName[] {
    return [...new Set([...names.byKey.values()].flatMap((meanings) => meanings.provinces ?? []))];
  }

  function nearest(text: string, words: readonly Word[]): Nearest[] {
    const key = squash(nameOnly(words));
    const graded: { near: Nearest; grade: number }[] = [];
    const add = (near: Nearest, name: string): void => {
      const grade = resemblance(key, name);
      if (grade >= LEAST_LIKENESS) graded.push({ near, grade });
    };
    for (const name of provinceNames()) add({ kind: "province", ...provinceFound(name) }, squash(name.name));
    for (const today of names.communes.values()) {
      add({ kind: "place", place: { commune: today.commune, province: today.province, text } }, today.key);
    }
    return graded.sort((a, b) => b.grade - a.grade).slice(0, 5).map((one) => one.near);
  }

  return {
    match,
    searchCommune,
    searchProvince,
    province: (code) => names.provinces.get(code),
    commune: (code) => {
      const found = names.communes.get(code);
      return found && { commune: found.commune, province: found.province };
    },
    provinces: () => [...names.provinces.values()],
  };
}

function leavesWords(words: readonly Word[], reading: Reading): boolean {
  if (reading.commune) return reading.unexplained > 0;
  return runsOf(words, reading.covered).some((run) => words.slice(run.from, run.to).some((word) => !isFiller(word)));
}

/** The best reading with those that are as good; when it rests on a typo, with those nearly as good. */
function equals(readings: readonly Reading[]): Reading[] {
  const first = readings[0];
  if (first === undefined) return [];
  const typos = (one: Reading): number => [one.province, one.district, one.commune].filter((hit) => hit?.typo === true).length;
  const level = (one: Reading): string => (one.commune ? "commune" : one.district ? "district" : "province");
  const margin = typos(first) > 0 ? TYPO_MARGIN : 0;
  return readings.filter(
    (one) => one.score >= first.score - margin && level(one) === level(first) && typos(one) <= typos(first),
  );
}

/** The words behind the last marker, without those that say nothing: "ấp 3 xã Cai Bee" is "Cai Bee". */
function nameOnly(words: readonly Word[]): string {
  let start = 0;
  for (let at = 1; at < words.length; at++) if (markerBefore(words, at)) start = at;
  return words
    .slice(start)
    .filter((word) => !isFiller(word))
    .map((word) => word.key)
    .join(" ");
}

function resemblance(typed: string, name: string): number {
  if (typed.length >= 2 && name.startsWith(typed)) return 1;
  return typed.length > LONGEST_ALIKE ? 0 : likeness(typed, name);
}

function unique(found: readonly ProvinceFound[]): ProvinceFound[] {
  const seen = new Map<string, ProvinceFound>();
  for (const one of found) {
    const key = `${one.province.code} ${one.former ?? ""}`;
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}

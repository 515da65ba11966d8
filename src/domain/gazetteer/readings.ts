import type { CommuneName, District, ProvinceName } from "./names.js";
import type { Hit, Hits } from "./spans.js";
import { isFiller, markerAt, type Word } from "./words.js";

/** One way to understand the words. */
export interface Reading {
  province?: Hit<ProvinceName>;
  district?: Hit<District>;
  commune?: Hit<CommuneName[]>;
  /** The commune's names that agree with province and district, the likeliest only. */
  likely: CommuneName[];
  /** Those that agree too, but less likely. */
  unlikely: CommuneName[];
  score: number;
  covered: boolean[];
  /** Words that nothing explains and that are no hamlet. */
  unexplained: number;
}

const POINTS = {
  nameWord: 10,
  markerWord: 6,
  commune: 2,
  sameProvinceAgain: -1,
  province: 3,
  formerProvince: 1,
  fills: 3,
  typo: -12,
  misaccented: -5,
  doubtful: -30,
  outOfOrder: -6,
  unexplained: -8,
};

/** Every reading that does not contradict itself, best first. */
export function readingsOf(words: readonly Word[], hits: Hits): Reading[] {
  const readings: Reading[] = [];
  for (const province of [undefined, ...hits.provinces]) {
    for (const district of [undefined, ...hits.districts]) {
      if (district && province && (overlap(province, district) || !holds(province.meaning, district.meaning))) continue;
      const near = { ...(province && { province }), ...(district && { district }) };
      for (const commune of hits.communes) {
        if ((province && overlap(province, commune)) || (district && overlap(district, commune))) continue;
        const ranked = agreeing(commune, province?.meaning, district?.meaning);
        if (ranked.likely.length > 0) readings.push(graded(words, hits, { ...near, commune, ...ranked }));
      }
      if (province ?? district) readings.push(graded(words, hits, { ...near, likely: [], unlikely: [] }));
    }
  }
  return readings.filter((one) => one.score > 0).sort((a, b) => b.score - a.score);
}

function overlap(a: Hit<unknown>, b: Hit<unknown>): boolean {
  return a.from < b.to && b.from < a.to;
}

function holds(province: ProvinceName, district: District): boolean {
  if (province.oldCode === district.oldProvinceCode) return true;
  return province.today && [...district.communes].some((one) => one.province.code === province.now.code);
}

/** Lower is likelier; `undefined` when the name contradicts what else was typed. */
function rank(name: CommuneName, kind: string | undefined, province?: ProvinceName, district?: District): number | undefined {
  const [first] = name.now;
  if (first === undefined) return undefined;
  const otherKind = kind !== undefined && kind !== name.kind;
  if (name.district === undefined) {
    if (district && !first.districts.includes(district)) return undefined;
    if (province?.today === true && first.province.code !== province.now.code) return undefined;
    if (province?.today === false && !first.oldProvinceCodes.includes(province.oldCode ?? "")) return undefined;
    return otherKind ? (kind === "thị trấn" ? 2 : 1) : 0;
  }
  const otherwise = otherKind ? 1 : 0;
  if (district) return name.district === district ? otherwise : undefined;
  if (province === undefined) return otherwise;
  if (name.district.oldProvinceCode === province.oldCode) return otherwise + (province.today ? 1 : 0);
  return province.today && name.now.some((one) => one.province.code === province.now.code) ? otherwise + 2 : undefined;
}

function agreeing(
  hit: Hit<CommuneName[]>,
  province?: ProvinceName,
  district?: District,
): { likely: CommuneName[]; unlikely: CommuneName[] } {
  const kind = hit.marker?.level === "commune" ? hit.marker.kind : undefined;
  const graded: { name: CommuneName; rank: number }[] = [];
  for (const name of hit.meaning) {
    const at = rank(name, kind, province, district);
    if (at !== undefined) graded.push({ name, rank: at });
  }
  graded.sort((a, b) => a.rank - b.rank);
  const best = graded[0]?.rank;
  return {
    likely: graded.filter((one) => one.rank === best).map((one) => one.name),
    unlikely: graded.filter((one) => one.rank !== best).map((one) => one.name),
  };
}

type Parts = Pick<Reading, "province" | "district" | "commune" | "likely" | "unlikely">;

function graded(words: readonly Word[], hits: Hits, parts: Parts): Reading {
  const { province, district, commune } = parts;
  const chosen: Hit<unknown>[] = [commune, district, province].filter((hit) => hit !== undefined);
  const covered = words.map(() => false);
  let score = 0;
  for (const hit of chosen) score += cover(hit, covered);
  if (province) {
    score += POINTS.province + (province.meaning.today ? 0 : POINTS.formerProvince);
    for (const again of hits.provinces) {
      const same = again.meaning.now.code === province.meaning.now.code && !again.typo;
      if (same && !covered.slice(again.from, again.to).includes(true)) score += cover(again, covered) + POINTS.sameProvinceAgain;
    }
  }
  if (commune) score += POINTS.commune;
  for (const [n, hit] of chosen.entries()) {
    const next = chosen[n + 1];
    if (next && next.from < hit.from) score += POINTS.outOfOrder;
    if (hit !== province && isDoubtful(hit, next)) score += POINTS.doubtful;
    if (covered.slice(hit.from - hit.ignored, hit.from).includes(false)) score += POINTS.doubtful;
  }
  if (commune && commune.marker === undefined && namesAnotherCommune(words, covered)) score += POINTS.doubtful;
  const unexplained = commune || district ? countUnexplained(words, covered, Math.min(...chosen.map((hit) => hit.from))) : 0;
  return { ...parts, covered, unexplained, score: score + unexplained * POINTS.unexplained };
}

function cover(hit: Hit<unknown>, covered: boolean[]): number {
  covered.fill(true, hit.from, hit.to);
  return (
    (hit.to - hit.start) * POINTS.nameWord +
    (hit.start - hit.from) * POINTS.markerWord +
    (hit.fills ? POINTS.fills : 0) +
    (hit.typo ? POINTS.typo : 0) +
    (hit.misaccented ? POINTS.misaccented : 0)
  );
}

/** A name of one word ("Kép", "Vinh") is too short to be taken out of the middle of others. */
function isDoubtful(hit: Hit<unknown>, next: Hit<unknown> | undefined): boolean {
  const alone = hit.to - hit.start === 1 && hit.start === hit.from && hit.marker === undefined;
  return alone && !hit.fills && next?.from !== hit.to;
}

/** "xã Lạ, Cái Bè": what was called a commune is not the one that was found. */
function namesAnotherCommune(words: readonly Word[], covered: readonly boolean[]): boolean {
  return runsOf(words, covered).some((run) => {
    const marker = markerAt(words, run.from);
    return marker?.level === "commune" && marker.text.length > 1 && marker.size < run.to - run.from;
  });
}

function countUnexplained(words: readonly Word[], covered: readonly boolean[], first: number): number {
  let count = 0;
  for (const run of runsOf(words, covered)) {
    if (run.from < first || markerAt(words, run.from)?.level === "hamlet") continue;
    count += words.slice(run.from, run.to).filter((word) => !isFiller(word)).length;
  }
  return count;
}

/** The stretches of words that no name covers, broken at commas. */
export function runsOf(words: readonly Word[], covered: readonly boolean[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const [n, word] of words.entries()) {
    if (covered[n] === true) continue;
    const last = runs.at(-1);
    if (last?.to === n && !word.opens) last.to = n + 1;
    else runs.push({ from: n, to: n + 1 });
  }
  return runs;
}

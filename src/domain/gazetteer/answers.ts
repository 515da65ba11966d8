import { communeLabel, type Place, type PlaceMatch, type ProvinceFound } from "../place.js";
import { leftovers } from "./hamlet.js";
import type { CommuneName, Names, ProvinceName, TodayCommune } from "./names.js";
import type { Reading } from "./readings.js";
import type { Word } from "./words.js";

export function provinceFound(name: ProvinceName): ProvinceFound {
  return { province: name.now, ...(!name.today && { former: name.name }) };
}

/** What the best readings, equal in rank, come to. */
export function answer(text: string, words: readonly Word[], best: readonly Reading[], names: Names): PlaceMatch {
  const [first] = best;
  if (first === undefined) return { kind: "unknown", nearest: [] };
  if (first.commune === undefined && first.district === undefined) return provinceAnswer(text, words, best);
  const places = new Map<string, Place>();
  for (const reading of best) for (const place of placesOf(text, words, reading, reading.likely, names)) keep(places, place);
  const candidates = [...places.values()];
  const settled = settledOn(best);
  const [place] = candidates;
  if (place === undefined) return { kind: "unknown", nearest: [] };
  if (candidates.length > 1 && settled !== place.commune.code) return { kind: "choose", what: "commune", candidates };
  for (const reading of best) for (const other of placesOf(text, words, reading, reading.unlikely, names)) keep(places, other);
  const { province, commune } = place.former ?? {};
  const wasFormer = { ...(province !== undefined && { province }), ...(commune !== undefined && { commune }) };
  return {
    kind: "place",
    place,
    wasFormer: Object.keys(wasFormer).length > 0 ? wasFormer : null,
    others: [...places.values()].slice(1),
  };
}

function keep(places: Map<string, Place>, place: Place): void {
  if (!places.has(place.commune.code)) places.set(place.commune.code, place);
}

/**
 * The commune that all likely names lead to: one of today's, with every former namesake's largest part in it.
 * A former commune alone settles nothing when it was split.
 */
function settledOn(best: readonly Reading[]): string | undefined {
  const likely = best.flatMap((reading) => reading.likely);
  const leads = new Set(likely.map((name) => name.now[0]?.commune.code));
  return leads.size === 1 && likely.some((name) => name.district === undefined) ? [...leads][0] : undefined;
}

function provinceAnswer(text: string, words: readonly Word[], best: readonly Reading[]): PlaceMatch {
  const found = new Map<string, { reading: Reading; name: ProvinceName }>();
  for (const reading of best) {
    const name = reading.province?.meaning;
    if (name && !found.has(name.name)) found.set(name.name, { reading, name });
  }
  const [only, ...more] = found.values();
  if (only === undefined) return { kind: "unknown", nearest: [] };
  if (more.length > 0) {
    return { kind: "choose", what: "province", candidates: [only, ...more].map((one) => provinceFound(one.name)) };
  }
  return { kind: "province", ...provinceFound(only.name), ...leftovers(text, words, only.reading) };
}

/** Today's names first, then the largest part of each former one, then their smaller parts. */
function placesOf(
  text: string,
  words: readonly Word[],
  reading: Reading,
  communeNames: readonly CommuneName[],
  names: Names,
): Place[] {
  const { hamlet } = leftovers(text, words, reading);
  const build = (today: TodayCommune, name?: CommuneName): Place => placeOf(today, { text, hamlet, reading, name, names });
  if (reading.commune === undefined) {
    const district = reading.district?.meaning;
    const namesake = (one: TodayCommune): number => (one.commune.name === district?.name ? 0 : 1);
    return [...(district?.communes ?? [])].sort((a, b) => namesake(a) - namesake(b)).map((today) => build(today));
  }
  const ordered = [...communeNames].sort((a, b) => Number(a.district !== undefined) - Number(b.district !== undefined));
  const code = reading.province?.meaning.today === true ? reading.province.meaning.now.code : undefined;
  const parts = (name: CommuneName): TodayCommune[] =>
    code === undefined ? name.now : name.now.filter((today) => today.province.code === code);
  return [
    ...ordered.flatMap((name) => parts(name).slice(0, 1).map((today) => build(today, name))),
    ...ordered.flatMap((name) => parts(name).slice(1).map((today) => build(today, name))),
  ];
}

interface Telling {
  text: string;
  hamlet: string | undefined;
  reading: Reading;
  name: CommuneName | undefined;
  names: Names;
}

function placeOf({ commune, province }: TodayCommune, { text, hamlet, reading, name, names }: Telling): Place {
  const typed = reading.province?.meaning;
  const district = name === undefined ? reading.district?.meaning : name.district;
  const oldName = names.oldProvinceNames.get(district?.oldProvinceCode ?? "");
  const oldProvince = typed && !typed.today ? typed.name : oldName;
  const oldCommune = name?.district && `${name.kind} ${name.name}`;
  const former = {
    ...(oldCommune !== undefined && oldCommune !== communeLabel(commune) && { commune: oldCommune }),
    ...((reading.district || district) && { district: (reading.district?.meaning ?? district)?.label ?? "" }),
    ...(oldProvince !== undefined && oldProvince !== province.name && { province: oldProvince }),
  };
  return {
    ...(hamlet !== undefined && { hamlet }),
    commune,
    province,
    ...(Object.keys(former).length > 0 && { former }),
    text,
  };
}

import type { Commune, Province, Units } from "../place.js";
import { squash } from "./accents.js";
import { createTypoIndex } from "./typos.js";

/** A name that means a province: `today` when it stands in today's list, `oldCode` when it stood in the list of 63. */
export interface ProvinceName {
  name: string;
  now: Province;
  today: boolean;
  oldCode?: string;
}

/** A district until 30/06/2025. */
export interface District {
  name: string;
  label: string;
  /** Known only where a town and the district around it shared a name. */
  kind?: string;
  oldProvinceCode: string;
  /** Today's communes that took any part of it. */
  communes: Set<TodayCommune>;
}

export interface TodayCommune {
  commune: Commune;
  province: Province;
  /** The name, squashed. */
  key: string;
  oldProvinceCodes: string[];
  districts: District[];
}

/** A name that means a commune: today's own when `district` is absent, otherwise a former one. */
export interface CommuneName {
  name: string;
  kind: string;
  now: TodayCommune[];
  district?: District;
}

export interface Meanings {
  provinces?: ProvinceName[];
  districts?: District[];
  communes?: CommuneName[];
}

export interface Names {
  provinces: Map<string, Province>;
  communes: Map<string, TodayCommune>;
  oldProvinceNames: Map<string, string>;
  byKey: Map<string, Meanings>;
  /** Keys one letter away from what was typed. */
  typos(typed: string): string[];
}

/** Other ways to write a province, by its name in the data. */
const ALIASES: Record<string, string[]> = {
  "Hồ Chí Minh": ["hcm", "hcmc", "tphcm", "saigon", "sg", "hochiminhcity", "hcmcity"],
  "Hà Nội": ["hn", "hnoi"],
  "Thừa Thiên Huế": ["tthue", "tth"],
  "Bà Rịa - Vũng Tàu": ["brvt", "bariavt"],
  "Đắk Lắk": ["daclac", "darlac", "dlak"],
  "Đắk Nông": ["dacnong"],
  "Bắc Kạn": ["baccan"],
  "Đồng Nai": ["dnai"],
};

export function createNames(units: Units): Names {
  const names: Names = {
    provinces: new Map(),
    communes: new Map(),
    oldProvinceNames: new Map(),
    byKey: new Map(),
    typos: () => [],
  };
  const squashed = new Map<string, string>();
  const keyOf = (name: string): string => {
    let key = squashed.get(name);
    if (key === undefined) squashed.set(name, (key = squash(name)));
    return key;
  };
  const meanings = (key: string): Meanings => {
    let held = names.byKey.get(key);
    if (held === undefined) names.byKey.set(key, (held = {}));
    return held;
  };
  addProvinces(units, names, meanings);
  for (const { provinceCode, ...commune } of units.communes) {
    const province = names.provinces.get(provinceCode);
    if (province === undefined) throw new Error(`commune ${commune.code} names an unknown province ${provinceCode}`);
    const key = keyOf(commune.name);
    const today: TodayCommune = { commune, province, key, oldProvinceCodes: [], districts: [] };
    names.communes.set(commune.code, today);
    (meanings(key).communes ??= []).push({ name: commune.name, kind: commune.kind, now: [today] });
  }
  addFormerCommunes(units, names, (name) => meanings(keyOf(name)));
  names.typos = createTypoIndex(names.byKey.keys());
  return names;
}

function addProvinces(units: Units, names: Names, meanings: (key: string) => Meanings): void {
  for (const { former, ...now } of units.provinces) {
    names.provinces.set(now.code, now);
    const add = (entry: ProvinceName): void => {
      for (const key of [squash(entry.name), ...(ALIASES[entry.name] ?? [])]) (meanings(key).provinces ??= []).push(entry);
    };
    for (const old of former) {
      names.oldProvinceNames.set(old.code, old.name);
      add({ name: old.name, now, today: old.name === now.name, oldCode: old.code });
      // Huế was "Thừa Thiên Huế" until 31/12/2024.
      if (old.name === "Huế") add({ name: "Thừa Thiên Huế", now, today: false, oldCode: old.code });
    }
    if (!former.some((old) => old.name === now.name)) add({ name: now.name, now, today: true });
  }
}

function addFormerCommunes(units: Units, names: Names, meanings: (name: string) => Meanings): void {
  const districts = new Map<string, District>();
  for (const row of units.formerCommunes) {
    const place = `${row.provinceCode} ${row.district}`;
    let district = districts.get(place);
    if (district === undefined) {
      district = readDistrict(row.district, row.provinceCode);
      districts.set(place, district);
      (meanings(bareNumber(district.name)).districts ??= []).push(district);
    }
    const now = row.nowCodes.map((code) => {
      const today = names.communes.get(code);
      if (today === undefined) throw new Error(`a former commune of ${row.district} went to an unknown commune ${code}`);
      return today;
    });
    for (const today of now) {
      if (!today.oldProvinceCodes.includes(row.provinceCode)) today.oldProvinceCodes.push(row.provinceCode);
      if (!today.districts.includes(district)) today.districts.push(district);
      district.communes.add(today);
    }
    if (row.name === undefined || row.kind === undefined) continue;
    const name = bareNumber(row.name);
    (meanings(name).communes ??= []).push({ name, kind: row.kind, now, district });
  }
}

/** "Phường 1", "Quận 3": the number is the name. */
function bareNumber(name: string): string {
  return name.replace(/^(?:Phường|Quận) (?=\d+$)/, "");
}

/** "Cai Lậy (Thị xã)" is the town, "Cai Lậy (Huyện)" the district around it. */
function readDistrict(text: string, oldProvinceCode: string): District {
  const [, name = text, kind] = /^(.*) \((.*)\)$/.exec(text) ?? [];
  const district: District = { name, label: name, oldProvinceCode, communes: new Set() };
  if (kind !== undefined) {
    district.kind = kind.toLowerCase();
    district.label = `${district.kind} ${name}`;
  }
  return district;
}

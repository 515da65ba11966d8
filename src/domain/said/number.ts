import { clean } from "../../lib/text.js";
import { accentDistance } from "../gazetteer/accents.js";
import { plain } from "./plain.js";

export type SaidNumber =
  | {
      ok: true;
      value: number;
      /** It could mean another number ("1.500", "1,500") or another word ("nam"): say it back with its unit. */
      ambiguous: boolean;
      /** What followed, as typed: "tháng" of "12 tháng". */
      rest?: string;
    }
  | { ok: false; why: "not_a_number" };

const NOT: SaidNumber = { ok: false, why: "not_a_number" };

/** Reads one number as people write it here: "5", "5,5", "1.500" (1500), "1 500", "35k", "2 triệu", "mười hai". */
export function parseNumber(text: string): SaidNumber {
  const typed = clean(text).replace(/\s+/g, " ");
  const about = /^(?:khoang|do|chung|tam|gan|hon)\s+(?=\d)/.exec(plain(typed))?.[0].length ?? 0;
  return inDigits(typed.slice(about)) ?? inWords(typed);
}

const SCALES: Record<string, number> = {
  k: 1e3,
  nghin: 1e3,
  ngan: 1e3,
  tr: 1e6,
  trieu: 1e6,
  ty: 1e9,
  ti: 1e9,
};

function inDigits(typed: string): SaidNumber | undefined {
  const [figures, digits] = /^([+-]?\d[\d., ]*)/.exec(typed)?.map((part) => part.replace(/[., ]+$/, "")) ?? [];
  if (figures === undefined || digits === undefined) return undefined;
  const read = readFigures(digits);
  if (read === undefined) return NOT;
  const tail = typed.slice(figures.length);
  const [said, scaleName = "", half] = /^ ?([a-z]+)( ruoi)?(?![a-z])/.exec(plain(tail)) ?? [];
  const scale = SCALES[scaleName];
  const rest = (scale === undefined ? tail : tail.slice(said?.length)).trim();
  if (/\d/.test(rest)) return NOT;
  const value = scale === undefined ? read.value : Math.round((read.value + (half === undefined ? 0 : 0.5)) * scale);
  return { ok: true, value, ambiguous: read.ambiguous && scale === undefined, ...(rest !== "" && { rest }) };
}

/** A point or space before three figures parts thousands, a comma decimals; where both could be, it says so. */
function readFigures(figures: string): { value: number; ambiguous: boolean } | undefined {
  const exact = (text: string, ambiguous = false): { value: number; ambiguous: boolean } => ({ value: Number(text), ambiguous });
  if (/^[+-]?\d+$/.test(figures)) return exact(figures);
  if (/^[+-]?[1-9]\d{0,2}\.\d{3}$/.test(figures)) return exact(figures.replace(".", ""), true);
  if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(figures)) return exact(figures.replace(",", "."), true);
  if (/^[+-]?[1-9]\d{0,2}([. ]\d{3})+(,\d+)?$/.test(figures)) return exact(figures.replace(/[. ]/g, "").replace(",", "."));
  if (/^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(figures)) return exact(figures.replaceAll(",", ""));
  if (/^[+-]?\d+[.,]\d+$/.test(figures)) return exact(figures.replace(",", "."));
  return undefined;
}

type WordKind = "unit" | "ten" | "tens" | "hundred" | "scale" | "and" | "half";

interface NumberWord {
  text: string;
  kind: WordKind;
  value: number;
}

const WORDS = new Map<string, NumberWord[]>();
const KINDS: [WordKind, string][] = [
  ["unit", "không:0 một:1 mốt:1 hai:2 ba:3 bốn:4 tư:4 năm:5 lăm:5 nhăm:5 sáu:6 bảy:7 bẩy:7 tám:8 chín:9"],
  ["ten", "mười:10"],
  ["tens", "mươi:10 chục:10"],
  ["hundred", "trăm:100"],
  ["scale", "nghìn:1e3 ngàn:1e3 triệu:1e6 tỷ:1e9 tỉ:1e9"],
  ["and", "linh:0 lẻ:0"],
  ["half", "rưỡi:0.5"],
];
for (const [kind, words] of KINDS) {
  for (const [text = "", value] of words.split(" ").map((pair) => pair.split(":"))) {
    WORDS.set(plain(text), [...(WORDS.get(plain(text)) ?? []), { text, kind, value: Number(value) }]);
  }
}

/** What was said so far: whole thousands, the part below them, and the value of the last word. */
interface Count {
  total: number;
  part: number;
  last: number;
}

function inWords(typed: string): SaidNumber {
  const said = typed.split(" ");
  let count: Count = { total: 0, part: 0, last: Number.NaN };
  let used = 0;
  let guessed = false;
  for (const raw of said) {
    const meanings = WORDS.get(plain(raw))?.filter((one) => accentDistance([raw], one.text) !== 2) ?? [];
    const meaning = (count.part % 10 > 0 && meanings.find((one) => one.kind === "tens")) || meanings[0];
    if (meaning === undefined) break;
    const next = add(count, meaning);
    if (next === undefined) return NOT;
    guessed ||= raw.toLowerCase() !== meaning.text || meaning.value === 0;
    count = next;
    used++;
  }
  const value = count.total + count.part;
  const rest = said.slice(used).join(" ");
  if (used === 0 || /\d/.test(rest) || (value === 0 && (rest !== "" || used > 1 || plain(typed) !== "khong"))) return NOT;
  return { ok: true, value, ambiguous: guessed && used === 1, ...(rest !== "" && { rest }) };
}

function add({ total, part, last }: Count, { kind, value }: NumberWord): Count | undefined {
  switch (kind) {
    case "unit":
      return last < 10 && last !== 0.1 ? undefined : { total, part: part + value, last: value };
    case "ten":
      return last <= 10 && last !== 0.1 ? undefined : { total, part: part + 10, last: 10 };
    case "tens":
    case "hundred":
      return last < 10 ? { total, part: part - (part % 10) + (part % 10) * value, last: value } : undefined;
    case "scale":
      return { total: total + part * value, part: 0, last: value };
    case "and":
      return last >= 100 ? { total, part, last: 0.1 } : undefined;
    case "half":
      if (last < 10) return { total, part: part + 0.5, last: 0.5 };
      if (last < 100 || Number.isNaN(last)) return undefined;
      return last === 100 ? { total, part: part + 50, last: 0.5 } : { total: total + last / 2, part, last: 0.5 };
  }
}

import { accentDistance } from "../gazetteer/accents.js";
import { units, type Quantity } from "../quantity.js";
import { fold } from "../../lib/text.js";
import { parseNumber } from "./number.js";
import { withoutParticles } from "./particles.js";
import { blank, plain } from "./plain.js";

export type SaidQuantity =
  | { ok: true; quantity: Quantity }
  | { ok: false; why: "not_a_number" }
  /** A number alone: `amount` is above 0. */
  | { ok: false; why: "no_unit"; amount: number };

const NOT: SaidQuantity = { ok: false, why: "not_a_number" };
const longest = 200;
const mostSkipped = 12;
const most = 1e12;

interface Spelled {
  name: string;
  unit: string;
  times: number;
}

const SPELLED = new Map<string, Spelled>();
for (const [unit, names, times = 1] of [
  ["kg", "kg,kgs,ký,kí,kilô,kilo,kilogram,kilogam,cân"],
  ["g", "g,gr,gam,gram,grams"],
  ["g", "lạng", 100],
  ["mg", "mg,miligam,miligram"],
  ["tấn", "tấn,t,ton,tons"],
  ["tạ", "tạ"],
  ["yến", "yến"],
  ["lít", "lít,l,liter,litre,liters,litres"],
  ["ml", "ml,cc,mililít"],
] as [string, string, number?][]) {
  for (const name of names.split(",")) SPELLED.set(fold(name), { name, unit, times });
}

/** Words for weights and volumes as `plain` writes them, longest first, for a pattern. */
export const unitWords: string = [...SPELLED.keys()].sort((a, b) => b.length - a.length).join("|");

/** "can" without its accent is a container, not "cân". */
function unitOf(word: string): Spelled | undefined {
  const spelled = SPELLED.get(fold(word));
  if (spelled === undefined) return undefined;
  const distance = accentDistance([word], spelled.name);
  return distance === 2 || (distance === 1 && spelled.name === "cân") ? undefined : spelled;
}

const EACH = /\/ ?(?:1 ?|mot )?(thang|th|nam|ngay|tuan|quy|vu|mua)(?![a-z])|(?<![a-z\d.,])(?:(?:moi|hang|trong|tren) (?:1 |mot )?|1 ?|mot )(thang|nam|ngay|tuan|quy|vu|mua)(?![a-z])/;
const PERIODS: Readonly<Record<string, string>> = { nam: "năm", ngay: "ngày", tuan: "tuần", quy: "quý", vu: "vụ", mua: "mùa" };

/**
 * Reads one amount with its unit: "5 tan", "nửa tấn", "1kg2", "1000 san pham". A month is dropped ("5 tấn/tháng");
 * any other period stays in the unit ("tấn/năm"), so that what is said back shows it.
 */
export function parseQuantity(text: string): SaidQuantity {
  const typed = withoutParticles(text);
  if (typed.length > longest) return NOT;
  const each = EACH.exec(plain(typed));
  const period = PERIODS[each?.[1] ?? each?.[2] ?? ""];
  const left = (each === null ? typed : blank(typed, each.index, each.index + each[0].length)).replace(/\s+/g, " ").trim();
  const said = readFrom(left);
  if (said === undefined || !(said.amount > 0) || said.amount > most) return NOT;
  const amount = Number(said.amount.toPrecision(12));
  if (said.unit === undefined) return { ok: false, why: "no_unit", amount };
  return { ok: true, quantity: { amount, unit: period === undefined ? said.unit : `${said.unit.slice(0, 30)}/${period}` } };
}

interface Read {
  amount: number;
  unit?: string;
}

/** The first number of the text, past words such as "được nhiều nhất". */
function readFrom(typed: string): Read | undefined {
  let left = typed;
  for (let skipped = 0; skipped <= mostSkipped && left !== ""; skipped++) {
    const read = readAt(left);
    if (read !== undefined) return read;
    if (/^[+-]?\d/.test(left)) return undefined;
    left = /^\S+ (.*)$/.exec(left)?.[1] ?? "";
  }
  return undefined;
}

function readAt(typed: string): Read | undefined {
  const half = /^nua (?=\S)/.exec(plain(typed));
  if (half !== null) return withUnit(0.5, typed.slice(half[0].length));
  if (/^\S+ ruoi(?![a-z])/.test(plain(typed)) && unitOf(typed.split(" ")[0] ?? "") !== undefined) return withUnit(1, typed);
  const two = inTwo(typed);
  if (two !== undefined) return two;
  const number = parseNumber(typed);
  return number.ok ? withUnit(number.value, number.rest ?? "") : undefined;
}

/** "1kg2" and "1 tấn 200 kg". */
function inTwo(typed: string): Read | undefined {
  const [, first = "", one = "", second = "", other] = /^(\d+(?:[.,]\d+)*) ?(\p{L}+) ?(\d+)(?: ?(\p{L}+))?$/u.exec(typed) ?? [];
  const unit = unitOf(one);
  const number = parseNumber(first);
  if (unit === undefined || unit.times !== 1 || !number.ok) return undefined;
  if (other === undefined) return second.length > 3 ? undefined : { amount: number.value + Number(second) / 10 ** second.length, unit: unit.unit };
  const smaller = unitOf(other);
  const [large, small] = [units[unit.unit], units[smaller?.unit ?? ""]];
  if (smaller === undefined || large === undefined || small === undefined || large.of !== small.of) return undefined;
  const more = (Number(second) * smaller.times * small.factor) / large.factor;
  return more < 1 ? { amount: number.value + more, unit: unit.unit } : undefined;
}

function withUnit(amount: number, rest: string): Read {
  const [first = "", second = ""] = rest.split(/[ ,.;()]+/);
  const known = unitOf(first);
  if (known !== undefined) return { amount: (plain(second) === "ruoi" ? amount + 0.5 : amount) * known.times, unit: known.unit };
  const noun = rest.replace(/^[^\p{L}]+|[^\p{L}\p{N})]+$/gu, "");
  let unit = "";
  for (const sign of noun) if ((unit + sign).length <= 40) unit += sign;
    else break;
  return /\p{L}/u.test(unit) ? { amount, unit: unit.trim() } : { amount };
}

import { accentDistance } from "../gazetteer/accents.js";
import { units, type Quantity } from "../quantity.js";
import { clean } from "../../lib/text.js";
import { parseMoney } from "./money.js";
import { withoutParticles } from "./particles.js";
import { plain } from "./plain.js";
import { parseQuantity, unitWords } from "./quantity.js";

export interface SaidPacking {
  /** "túi", "hộp giấy 12 gói": at most 60 characters. */
  packaging?: string;
  /** Of "hộp 12 gói x 20g" one gói's, 20 g; of "12 x 20g" alone the whole, 240 g. */
  netWeight?: Quantity;
  /** Whole đồng. */
  priceVnd?: number;
  /** With a price: false when it could be another sum. */
  priceSure?: boolean;
}

const longest = 300;
const mostPackaging = 60;

const CONTAINERS = new Map<string, string>();
for (const word of "túi hộp chai lọ gói bịch hũ thùng can bao vỉ lon khay ống bình chum vại vò cuộn bó giỏ rổ xô tuýp thỏi ly cốc bọc bag box bottle jar can pack pouch tin carton tube".split(" ")) CONTAINERS.set(plain(word), word);
const MATERIALS = new Map<string, string>();
for (const word of "giấy nhựa thiếc gỗ gốm nhôm".split(" ")) MATERIALS.set(plain(word), word);
const PHRASES: readonly [RegExp, string][] = [
  [/(?<![a-z])thuy tinh(?![a-z])/, "thủy tinh"],
  [/(?<![a-z])hut chan khong(?![a-z])/, "hút chân không"],
];

const NUMBER_WORDS = "(?:(?:nua|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|lam|tram|ruoi) ){1,5}";
const WEIGHT = new RegExp(`(?<![a-wyz\\d])(?<!\\d[.,])(?:\\d+(?:[.,]\\d+)* ?|${NUMBER_WORDS})(?:${unitWords})(?![a-z])(?:\\d{1,3}(?!\\d)| ruoi(?![a-z]))?`, "g");
const MARK = "(?:nghin|ngan|trieu|thousand|million|vnd|dong|tr|k|d|₫)(?![a-z])";
const FIGURES = "\\d+(?:[.,]\\d+)*(?: \\d{3}(?!\\d))*";
const PRICE = new RegExp(
  `(?<![a-z\\d])(?<!\\d[.,])(?:(?:${FIGURES}|${NUMBER_WORDS}) ?${MARK}(?:\\d{1,3}(?!\\d)| ruoi(?![a-z])| \\d{3}(?!\\d))?(?: ?${MARK})*|(?<=(?<![a-z])gia(?: ban| la)?:? ?)${FIGURES}|${FIGURES}(?=[\\s.]*$))(?: ?/ ?[a-z]+)?`,
  "g",
);

interface Stretch<T> {
  value: T;
  from: number;
  to: number;
}

/** Reads what people say of a pack in one breath: "tui 100g 35k". `asking` is the piece that was asked for. */
export function parsePacking(text: string, asking?: "packaging" | "netWeight" | "priceVnd"): SaidPacking {
  const typed = withoutParticles(text.slice(0, 2 * longest));
  if (typed.length > longest) return {};
  if (asking === "priceVnd") {
    const price = parseMoney(typed);
    if (price.ok) return { priceVnd: price.vnd, priceSure: price.sure };
  }
  if (asking === "netWeight") {
    const weight = parseQuantity(typed);
    if (weight.ok && priceIn(typed, false) === undefined) return { netWeight: weight.quantity };
  }
  const weight = weightIn(typed);
  const left = weight === undefined ? typed : cut(typed, weight);
  const price = priceIn(left, weight !== undefined || asking === "priceVnd");
  const packaging = packagingIn(price === undefined ? left : cut(left, price), asking === "packaging" || (asking === undefined && weight !== undefined));
  return {
    ...(packaging === undefined ? {} : { packaging }),
    ...(weight === undefined ? {} : { netWeight: weight.value }),
    ...(price === undefined ? {} : { priceVnd: price.value.vnd, priceSure: price.value.sure }),
  };
}

/** The text with a break where the stretch stood, as long as it was. */
function cut(text: string, { from, to }: Stretch<unknown>): string {
  return `${text.slice(0, from)}${";".repeat(to - from)}${text.slice(to)}`;
}

function weightIn(typed: string): Stretch<Quantity> | undefined {
  for (const match of plain(typed).matchAll(WEIGHT)) {
    const to = match.index + match[0].length;
    const said = parseQuantity(typed.slice(match.index, to));
    if (!said.ok || !Object.hasOwn(units, said.quantity.unit)) continue;
    const { amount, unit } = said.quantity;
    const times = /^(\d{1,3}) ?x ?$/.exec(typed.slice(0, match.index))?.[1];
    return { value: { amount: amount * Number(times ?? 1), unit }, from: times === undefined ? match.index : 0, to };
  }
  return undefined;
}

/** The last sum; a small number without a sign counts only where a price is looked for. */
function priceIn(typed: string, looked: boolean): Stretch<{ vnd: number; sure: boolean }> | undefined {
  let last: Stretch<{ vnd: number; sure: boolean }> | undefined;
  const said = plain(typed);
  for (const match of said.matchAll(PRICE)) {
    const marked = /[a-z₫]/.test(match[0]) || /gia(?: ban| la)?:? ?$/.test(said.slice(0, match.index));
    const read = parseMoney(typed.slice(match.index, match.index + match[0].length));
    if (read.ok && (marked || looked || (read.sure && startsWithContainer(typed)))) last = { value: { vnd: read.vnd, sure: read.sure }, from: match.index, to: match.index + match[0].length };
  }
  return last;
}

const BEFORE = /^(?:(?:dong goi bang|dong bang|dong trong|dung trong|dung bang|dong|bang|trong|moi|loai|quy cach|bao bi|nang|gia ban|gia la|gia|co|khoang|chung|tam)(?![a-z])|[^\p{L}\p{N}])+/u;
const AFTER = /(?:[^\p{L}\p{N})]+|(?<![a-z\d])(?:x|nang|gia ban|gia la|gia|khoi luong tinh|khoi luong|trong luong|net|loai|moi|mot|khoang|chung|tam|co|ban|trong|va|duoc|\d+(?:[.,]\d+)*))+$/u;

function packagingIn(left: string, anyWords: boolean): string | undefined {
  for (const chunk of left.split(/[;,\n]+/)) {
    const start = BEFORE.exec(plain(chunk))?.[0].length ?? 0;
    const inner = chunk.slice(start).trim();
    const said = inner.slice(0, AFTER.exec(plain(inner))?.index ?? inner.length);
    if (/\p{L}/u.test(said) && (anyWords || startsWithContainer(said))) return [...accented(said)].slice(0, mostPackaging).join("").trim();
  }
  return undefined;
}

function startsWithContainer(text: string): boolean {
  const [first = ""] = text.split(/[ ,]/);
  const name = CONTAINERS.get(plain(first));
  return name !== undefined && accentDistance([first], name) !== 2;
}

function accented(typed: string): string {
  let text = clean(typed);
  for (const [phrase, name] of PHRASES) {
    const match = phrase.exec(plain(text));
    if (match !== null) text = text.slice(0, match.index) + name + text.slice(match.index + match[0].length);
  }
  return text
    .split(" ")
    .map((word) => {
      const name = CONTAINERS.get(plain(word)) ?? MATERIALS.get(plain(word));
      return name !== undefined && accentDistance([word], name) !== 2 ? name : word;
    })
    .join(" ");
}

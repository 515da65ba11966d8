import { parseNumber } from "./number.js";
import { withoutParticles } from "./particles.js";
import { plain } from "./plain.js";

export type SaidMoney =
  | {
      ok: true;
      /** Whole đồng, at least 1. */
      vnd: number;
      /** False when it could be another sum ("35", "1.500") or stands for a kilogram or litre: say it back and ask. */
      sure: boolean;
    }
  | { ok: false; why: "not_money" };

const NOT: SaidMoney = { ok: false, why: "not_money" };
const longest = 120;
const mostVnd = 1e12;
/** Below this a sum without a sign is seldom a price in đồng. */
const seldomBelow = 10_000;

const SCALES: Readonly<Record<string, number>> = { k: 1e3, nghin: 1e3, ngan: 1e3, thousand: 1e3, million: 1e6, tr: 1e6, trieu: 1e6, ty: 1e9, ti: 1e9 };
const SCALE = /(?<![a-z])(?:k|nghin|ngan|thousand|million|trieu|tr|ty|ti)(?![a-z])/;
const NUMBER_WORD = "(?!(?:k|nghin|ngan|trieu|tr|ty|ti|tram|muoi|chuc|dong|d|ruoi|linh|le|ngoai)(?![a-z]))";
const LEAD = new RegExp(`^(?:(?:(?:gia|ban|le|si|la|tam|khoang|chung|gan|hon)(?![a-z])|(?:mot|moi|1) ${NUMBER_WORD}[a-z]+(?= )|[:=~,-](?!\\d))[ :]*)*`);
const PER = new RegExp(`(?<=.)(?: ?/ ?(?:1 ?)?| (?:cho )?(?:mot|moi|1) ?)${NUMBER_WORD}([a-z]+)(?: [a-z]+)?$`);
const CURRENCY = /[ .]?(?:dong|vnd|d|₫)$/;
const BY_MEASURE = /^(?:kg|ky|ki|kilo|can|g|gam|gram|lang|yen|ta|tan|l|lit|ml)$/;

/** Reads one sum as people write it here: "35k", "35.000đ", "1,2 triệu", "1tr2", "ba mươi lăm nghìn". Other currencies are not read. */
export function parseMoney(text: string): SaidMoney {
  const typed = withoutParticles(text);
  if (typed.length > longest || /[$€£]|usd|đô|do la|dollar|euro/i.test(typed)) return NOT;
  const inner = typed.slice(LEAD.exec(plain(typed))?.[0].length ?? 0);
  const per = PER.exec(plain(inner));
  const priced = (per === null ? inner : inner.slice(0, per.index)).replace(/[.,; ]+$/, "");
  const sign = CURRENCY.exec(plain(priced));
  const said = amountOf(sign === null ? priced : priced.slice(0, sign.index));
  if (said === undefined) return NOT;
  const inThousands = !said.scaled && said.value < 1_000;
  const vnd = Math.round(inThousands ? said.value * 1_000 : said.value);
  if (!(vnd >= 1 && vnd <= mostVnd)) return NOT;
  const sure = (said.scaled || (!inThousands && (sign !== null || vnd >= seldomBelow))) && !BY_MEASURE.test(per?.[1] ?? "");
  return { ok: true, vnd, sure };
}

interface Amount {
  value: number;
  /** A word such as "nghìn" said how large it is. */
  scaled: boolean;
}

function amountOf(typed: string): Amount | undefined {
  const said = plain(typed);
  const scale = SCALE.exec(said);
  if (scale === null) return bare(typed);
  const times = SCALES[scale[0]] ?? 1;
  const head = typed.slice(0, scale.index).trim();
  const whole = plain(head) === "nua" ? 0.5 : bare(head)?.value;
  const more = below(typed.slice(scale.index + scale[0].length).trim(), times);
  return whole === undefined || more === undefined ? undefined : { value: whole * times + more, scaled: true };
}

/** What follows a scale: "2" of "1tr2" is 200.000, "500" of "35 nghìn 500" is 500, "200 nghìn" of "1 triệu 200 nghìn" itself. */
function below(tail: string, times: number): number | undefined {
  if (tail === "") return 0;
  if (plain(tail) === "ruoi") return times / 2;
  const rest = amountOf(tail);
  if (rest === undefined || rest.value <= 0) return undefined;
  if (rest.scaled) return rest.value < times ? rest.value : undefined;
  const digits = /^\d+$/.test(tail) ? tail.length : String(rest.value).length;
  return digits > 3 || !Number.isInteger(rest.value) ? undefined : (rest.value * times) / 10 ** digits;
}

function bare(typed: string): Amount | undefined {
  if (/^[1-9]\d{0,2}(?:([., ])\d{3})(?:\1\d{3})*$/.test(typed)) return { value: Number(typed.replace(/\D/g, "")), scaled: false };
  if (/^[+-]?0\d/.test(typed)) return undefined;
  const read = parseNumber(typed);
  return read.ok && read.rest === undefined && read.value >= 0 ? { value: read.value, scaled: false } : undefined;
}

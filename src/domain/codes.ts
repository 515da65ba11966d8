import { createHmac } from "node:crypto";

/** Quasigroup of order 10 (Damm 2004): catches every single wrong digit and every swap of neighbours. */
const DAMM = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];

/** The check digit of a row of digits. Throws RangeError when there is anything else in it. */
export function checkDigit(digits: string): string {
  if (!/^\d+$/.test(digits)) throw new RangeError(`not digits: ${digits}`);
  let held = "0";
  for (const digit of digits) held = DAMM[Number(held)]?.[Number(digit)] ?? "0";
  return held;
}

const PREFIX = /^[A-Z][A-Z0-9]{1,7}$/;

/**
 * A code that can be read down a phone: "US26-104187-9"; ten digits in two groups, "PA-66204-81529-5".
 * @param prefix 2 to 8 letters and digits, a letter first
 * @param digits 6 or 10 digits
 * @throws RangeError when prefix or digits have another form
 */
export function makeCode(prefix: string, digits: string): string {
  if (!PREFIX.test(prefix)) throw new RangeError(`not a prefix: ${prefix}`);
  if (!/^(?:\d{6}|\d{10})$/.test(digits)) throw new RangeError(`not 6 or 10 digits: ${digits}`);
  const groups = digits.length === 6 ? [digits] : [digits.slice(0, 5), digits.slice(5)];
  return [prefix, ...groups, checkDigit(digits)].join("-");
}

/** Six digits drawn from a seed, so that the same seed gets the same code; the next draw when it is taken. */
export async function freeCode({ secret, seed, prefix }: { secret: string; seed: string; prefix: string }, isTaken: (code: string) => Promise<boolean>): Promise<string> {
  for (let n = 0; ; n++) {
    const digits = createHmac("sha256", secret).update(`${seed}#${n}`).digest().readUInt32BE(0) % 1_000_000;
    const code = makeCode(prefix, String(digits).padStart(6, "0"));
    if (!(await isTaken(code))) return code;
  }
}

export type ReadCode = { ok: true; code: string; prefix: string } | { ok: false; why: "check_digit" | "not_a_code" };

/** Reads a code whatever its case, spaces and dashes: "us26 1041879". Without dashes a prefix ends in no digits or in two. */
export function readCode(text: string): ReadCode {
  const typed = text.normalize("NFKC").trim().toUpperCase().replace(/[\s\-–—.]+/g, "-").replace(/^-|-$/g, "");
  const [, prefix, body] = split(typed) ?? [];
  if (prefix === undefined || body === undefined) return { ok: false, why: "not_a_code" };
  const digits = body.slice(0, -1);
  if (checkDigit(digits) !== body.slice(-1)) return { ok: false, why: "check_digit" };
  return { ok: true, code: makeCode(prefix, digits), prefix };
}

function split(typed: string): RegExpExecArray | null {
  const cut = typed.indexOf("-");
  const joined = typed.slice(cut + 1).replaceAll("-", "");
  if (cut > 0 && PREFIX.test(typed.slice(0, cut))) {
    const found = /^([^-]+)-(\d{7}|\d{11})$/.exec(`${typed.slice(0, cut)}-${joined}`);
    if (found) return found;
  }
  return /^([A-Z]{2,6}(?:\d\d)?)(\d{11}|\d{7})$/.exec(typed.replaceAll("-", ""));
}

import { parsePhoneNumberFromString, type PhoneNumber } from "libphonenumber-js/max";

export type ReadPhone =
  | { ok: true; e164: string; mobile: boolean }
  | { ok: false; why: "foreign"; country: string }
  /** 01xx with eleven digits: out of use since 2018. */
  | { ok: false; why: "old_eleven_digits" }
  | { ok: false; why: "not_a_phone" };

/** Signs that are looked at: a number stands near the start of what people write. */
const LONGEST = 1000;

/** Finds a Vietnamese number in a text, however it is spaced: "số của tôi là 0901.234.567 nhé". */
export function parsePhone(text: string): ReadPhone {
  let second: ReadPhone = { ok: false, why: "not_a_phone" };
  for (const candidate of candidates(text)) {
    const read = readOne(candidate);
    if (read.ok) return read;
    if (second.ok || second.why === "not_a_phone") second = read;
  }
  return second;
}

/** Stretches of digits and what people put between them, longest first; then parts of them, for "ấp 3 0901 234 567". */
function candidates(text: string): string[] {
  const found: string[] = [];
  for (const [stretch] of text.slice(0, LONGEST).normalize("NFKC").matchAll(/(?:\+|\(\+?)?\d[\d\s.\-–()]{5,40}\d/g)) {
    found.push(stretch);
    const starts = [...stretch.matchAll(/(?<!\d)[+\d]/g)].map((match) => match.index).filter((at) => at > 0);
    for (const start of starts.slice(0, 10)) found.push(stretch.slice(start));
  }
  return found;
}

function readOne(candidate: string): ReadPhone {
  const digits = candidate.replace(/\D/g, "");
  const international = /^\s*\(?\s*\+/.test(candidate) || digits.startsWith("00");
  const phone = parsePhoneNumberFromString(candidate, "VN");
  if (phone?.country === "VN" && phone.isValid()) return { ok: true, e164: phone.number, mobile: isMobile(phone) };
  if (/^(?:0|84|0084)1[2689]\d{8}$/.test(digits)) return { ok: false, why: "old_eleven_digits" };
  if (international && phone && phone.countryCallingCode !== "84" && phone.isPossible()) {
    return { ok: false, why: "foreign", country: `+${phone.countryCallingCode}` };
  }
  return { ok: false, why: "not_a_phone" };
}

function isMobile(phone: PhoneNumber): boolean {
  const type = phone.getType();
  return type === "MOBILE" || type === "FIXED_LINE_OR_MOBILE";
}

/** "0901 234 567" for a number kept as +84901234567; others as their own country writes them. */
export function showPhone(e164: string): string {
  const phone = parsePhoneNumberFromString(e164);
  if (phone === undefined) return e164;
  if (phone.countryCallingCode !== "84") return phone.formatInternational();
  return isMobile(phone) ? `0${phone.nationalNumber}`.replace(/^(\d{4})(\d{3})(\d{3})$/, "$1 $2 $3") : phone.formatNational();
}

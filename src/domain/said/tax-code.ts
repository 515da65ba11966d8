import { clean } from "../../lib/text.js";

export type SaidTaxCode =
  | {
      ok: true;
      /** Ten digits, "0314409058-002" for a branch, twelve for a person. */
      code: string;
      kind: "business" | "branch" | "personal";
      /** False when the tenth digit is not the one the others give. A personal code has none, and is true. */
      checksum: boolean;
    }
  | { ok: false; why: "not_a_tax_code" };

const NOT: SaidTaxCode = { ok: false, why: "not_a_tax_code" };
const longest = 300;
/** A branch's number, 001 to 999, stands after a business's ten digits. */
const BRANCH = /^(\d{10})(?!000)(\d{3})$/;

/**
 * Finds one tax code in a text. Since 01/07/2025 households and persons use the twelve digits of their identity
 * (Circular 86/2024/TT-BTC).
 */
export function readTaxCode(text: string): SaidTaxCode {
  for (const [found] of clean(text).slice(0, longest).matchAll(/(?<![\p{L}\d])\d(?:[ .-]{0,3}\d)*(?![\p{L}\d])/gu)) {
    const digits = found.replace(/\D/g, "");
    const [, business, branch] = BRANCH.exec(digits) ?? [];
    if (digits.length === 10) return { ok: true, code: digits, kind: "business", checksum: agrees(digits) };
    if (digits.length === 12) return { ok: true, code: digits, kind: "personal", checksum: true };
    if (business !== undefined && branch !== undefined) return { ok: true, code: `${business}-${branch}`, kind: "branch", checksum: agrees(business) };
  }
  return NOT;
}

const WEIGHTS = [31, 29, 23, 19, 17, 13, 7, 5, 3];

/** The tenth digit is 10 less the weighted sum modulo 11; a stem that gives 10 is never used. */
function agrees(ten: string): boolean {
  const sum = WEIGHTS.reduce((total, weight, n) => total + weight * Number(ten[n]), 0);
  return 10 - (sum % 11) === Number(ten[9]);
}

/** Twelve digits are a person's identity: the first three and the last two stay. Others are shown as they are. */
export function maskTaxCode(code: string): string {
  return /^\d{12}$/.test(code) ? `${code.slice(0, 3)}${"•".repeat(7)}${code.slice(-2)}` : code;
}

import { addMonths } from "../dates.js";

/** An OCOP recognition stands 36 months from its decision (Decision 26/2026/QĐ-TTg; before it 148/QĐ-TTg). */
const recognitionMonths = 36;
/** Fewer stars are no recognition (Decision 26/2026/QĐ-TTg, art. 4.3). */
export const leastStars = 3;

/** The last local date on which a recognition decided `on` stands: the same day of the last month, or that month's last day. */
export function recognisedUntil(on: string, months: number = recognitionMonths): string {
  return addMonths(on, months);
}

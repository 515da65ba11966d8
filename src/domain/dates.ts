/** Local dates are `YYYY-MM-DD` in Asia/Ho_Chi_Minh: UTC+7 all year, no daylight saving. Nothing here reads a clock. */

const DAY_MS = 86_400_000;
const OFFSET_MS = 7 * 3_600_000;

export interface DateParts {
  year: number;
  month: number;
  day: number;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Throws RangeError when `on` is not a day of the calendar. */
export function readDate(on: string): DateParts {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(on) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined || !isDay({ year, month, day })) {
    throw new RangeError(`not a date: ${on}`);
  }
  return { year, month, day };
}

export function writeDate({ year, month, day }: DateParts): string {
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

/** 28 to 31; 0 when there is no such month. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

export function isDay({ year, month, day }: DateParts): boolean {
  return Number.isInteger(day) && day >= 1 && day <= daysInMonth(year, month);
}

/** Days since 1970-01-01, by the calendar of today carried backwards. */
function dayNumber(on: string): number {
  const { year, month, day } = readDate(on);
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

function dateOfDay(number: number): string {
  const days = number + 719_468;
  const era = Math.floor(days / 146_097);
  const ofEra = days - era * 146_097;
  const year = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365);
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const from = Math.floor((5 * ofYear + 2) / 153);
  const month = from < 10 ? from + 3 : from - 9;
  return writeDate({
    year: year + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * from + 2) / 5) + 1,
  });
}

export function addDays(on: string, days: number): string {
  return dateOfDay(dayNumber(on) + days);
}

/** The same day of a later (or earlier) month, or that month's last day: 29/02/2024 + 12 is 28/02/2025. */
export function addMonths(on: string, months: number): string {
  const { year, month, day } = readDate(on);
  const count = year * 12 + month - 1 + months;
  const to = { year: Math.floor(count / 12), month: (((count % 12) + 12) % 12) + 1 };
  return writeDate({ ...to, day: Math.min(day, daysInMonth(to.year, to.month)) });
}

/** Days from `from` until `to`: 1 for the next day, below 0 when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** The day it is in Việt Nam at an instant. */
export function localDate(instant: Date): string {
  return dateOfDay(Math.floor((instant.getTime() + OFFSET_MS) / DAY_MS));
}

/** Midnight in Việt Nam, at the start of the day. */
export function startOfDay(on: string): Date {
  return new Date(dayNumber(on) * DAY_MS - OFFSET_MS);
}

/** The last instant before a day: for "trước ngày 11/11/2024", 2024-11-10T23:59:59.999+07:00. */
export function lastMomentBefore(on: string): Date {
  return new Date(startOfDay(on).getTime() - 1);
}

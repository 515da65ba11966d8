import { z } from "zod";
import { addDays, daysBetween } from "./dates.js";

const confidence = z.enum(["high", "medium", "low"]);

/** `resources/calendar/*.yaml`: days off by law, and what the yearly plans change. All days are local dates. */
export const CalendarFile = z.strictObject({
  /** Where a day was read, by the name that days give; how sure we are of it. */
  sources: z.record(z.string(), z.strictObject({ is: z.string().min(1), confidence })),
  holidays: z.array(z.strictObject({ on: z.iso.date(), name: z.string().min(1), source: z.string() })).default([]),
  /** `working`: a weekend or holiday on which offices work; `off`: a day that was swapped or given. */
  overrides: z.array(z.strictObject({ on: z.iso.date(), day: z.enum(["working", "off"]), name: z.string().min(1), source: z.string() })).default([]),
});
export type CalendarFile = z.infer<typeof CalendarFile>;

export interface WorkingCalendar {
  isWorkingDay(on: string): boolean;
  /** The n-th working day after `on`, which itself does not count. Throws RangeError unless `n` is a whole number from 1. */
  addWorkingDays(on: string, n: number): string;
  workingDayBefore(on: string): string;
  workingDayOnOrBefore(on: string): string;
  workingDayOnOrAfter(on: string): string;
}

/** Offices work from Monday to Friday, holidays excepted; an override has the last word. Local dates; a malformed one throws RangeError. */
export function createWorkingCalendar({ holidays, overrides }: { holidays: readonly string[]; overrides: readonly { on: string; day: "working" | "off" }[] }): WorkingCalendar {
  const off = new Set(holidays);
  const overridden = new Map(overrides.map(({ on, day }) => [on, day]));

  function isWorkingDay(on: string): boolean {
    const day = overridden.get(on);
    if (day !== undefined) return day === "working";
    return !isWeekend(on) && !off.has(on);
  }

  function nearest(on: string, step: 1 | -1): string {
    let day = on;
    while (!isWorkingDay(day)) day = addDays(day, step);
    return day;
  }

  return {
    isWorkingDay,
    addWorkingDays(on, n) {
      if (!Number.isInteger(n) || n < 1) throw new RangeError(`not a number of working days: ${n}`);
      let day = on;
      for (let left = n; left > 0; left--) day = nearest(addDays(day, 1), 1);
      return day;
    },
    workingDayBefore: (on) => nearest(addDays(on, -1), -1),
    workingDayOnOrBefore: (on) => nearest(on, -1),
    workingDayOnOrAfter: (on) => nearest(on, 1),
  };
}

/** 2024-01-01 was a Monday. */
function isWeekend(on: string): boolean {
  return ((daysBetween("2024-01-01", on) % 7) + 7) % 7 >= 5;
}

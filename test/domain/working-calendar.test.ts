import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { addDays, daysBetween } from "../../src/domain/dates.js";
import { createWorkingCalendar } from "../../src/domain/working-calendar.js";

/** Mon 2/3 and Thu 5/3/2026 are off, Sat 7/3 is worked instead of Fri 6/3, and Sun 15/3 although it is a holiday. */
const calendar = createWorkingCalendar({
  holidays: ["2026-03-02", "2026-03-05", "2026-03-15"],
  overrides: [{ on: "2026-03-06", day: "off" }, { on: "2026-03-07", day: "working" }, { on: "2026-03-15", day: "working" }],
});

describe("a working day", () => {
  test.each([
    ["2026-02-27", true, "a Friday"],
    ["2026-02-28", false, "a Saturday"],
    ["2026-03-01", false, "a Sunday"],
    ["2026-03-02", false, "a holiday on a Monday"],
    ["2026-03-06", false, "a Friday that was swapped away"],
    ["2026-03-07", true, "a Saturday worked instead"],
    ["2026-03-15", true, "a holiday that is worked: the override has the last word"],
    ["1999-12-31", true, "a Friday long before the table"],
    ["2040-01-01", false, "a Sunday long after it"],
  ])("%s: %s (%s)", (on, works) => {
    expect(calendar.isWorkingDay(on)).toBe(works);
  });

  test("is counted from the day after, over everything that is off", () => {
    expect([1, 2, 3, 4].map((n) => calendar.addWorkingDays("2026-02-27", n))).toEqual(["2026-03-03", "2026-03-04", "2026-03-07", "2026-03-09"]);
  });

  test("is counted from a day off just so", () => {
    expect(calendar.addWorkingDays("2026-03-01", 1)).toBe("2026-03-03");
  });

  test("next to a day off is found on both sides; a working day is its own", () => {
    const { workingDayBefore, workingDayOnOrBefore, workingDayOnOrAfter } = calendar;
    expect([workingDayBefore("2026-03-03"), workingDayOnOrBefore("2026-03-02"), workingDayOnOrAfter("2026-02-28")]).toEqual(["2026-02-27", "2026-02-27", "2026-03-03"]);
    expect([workingDayOnOrBefore("2026-03-07"), workingDayOnOrAfter("2026-03-07")]).toEqual(["2026-03-07", "2026-03-07"]);
  });

  test.each([0, -1, 1.5, Number.NaN])("%p working days are refused", (n) => {
    expect(() => calendar.addWorkingDays("2026-03-03", n)).toThrow(RangeError);
  });

  test("of no calendar is refused", () => {
    expect(() => calendar.isWorkingDay("2026-02-30")).toThrow(RangeError);
  });
});

test("between a day and the n-th working day after it lie exactly n working days, whatever the holidays", () => {
  const day = fc.integer({ min: 0, max: 400 }).map((n) => addDays("2026-01-01", n));
  fc.assert(
    fc.property(fc.array(day), fc.array(fc.record({ on: day, day: fc.constantFrom("working" as const, "off" as const) }), { maxLength: 50 }), day, fc.integer({ min: 1, max: 40 }), (holidays, overrides, on, n) => {
      const any = createWorkingCalendar({ holidays, overrides });
      const last = any.addWorkingDays(on, n);
      const between = Array.from({ length: daysBetween(on, last) }, (_, i) => addDays(on, i + 1));
      return any.isWorkingDay(last) && between.filter(any.isWorkingDay).length === n;
    }),
  );
});

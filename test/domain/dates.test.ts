import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  addDays,
  addMonths,
  daysBetween,
  lastMomentBefore,
  localDate,
  readDate,
  startOfDay,
} from "../../src/domain/dates.js";

describe("local dates", () => {
  it.each([
    ["2025-03-15", 36, "2028-03-15"],
    ["2024-02-29", 12, "2025-02-28"],
    ["2024-02-29", 48, "2028-02-29"],
    ["2025-01-31", 1, "2025-02-28"],
    ["2025-12-31", 2, "2026-02-28"],
    ["2025-03-31", -1, "2025-02-28"],
    ["2025-01-31", -14, "2023-11-30"],
  ])("%s plus %i months is %s", (on, months, expected) => {
    expect(addMonths(on, months)).toBe(expected);
  });

  it("counts days as the calendar does, leap years and all", () => {
    const days = fc.integer({ min: -25_000, max: 84_000 });
    fc.assert(
      fc.property(days, days, (a, b) => {
        const on = new Date(a * 86_400_000).toISOString().slice(0, 10);
        const to = new Date(b * 86_400_000).toISOString().slice(0, 10);
        expect(daysBetween(on, to)).toBe(b - a);
        expect(addDays(on, b - a)).toBe(to);
      }),
    );
  });

  it.each(["2025-02-29", "2025-13-01", "2025-1-1", "", "15/03/2025"])("refuses %s", (on) => {
    expect(() => readDate(on)).toThrow(RangeError);
  });
});

describe("instants in Việt Nam", () => {
  it.each([
    ["2026-11-22T17:05:00Z", "2026-11-23"],
    ["2026-11-22T16:59:59.999Z", "2026-11-22"],
    ["2026-11-23T02:12:00Z", "2026-11-23"],
    ["1969-12-31T16:00:00Z", "1969-12-31"],
  ])("%s is on %s", (instant, on) => {
    expect(localDate(new Date(instant))).toBe(on);
  });

  it("closes before 11/11/2024 with the last millisecond of 10/11", () => {
    expect(lastMomentBefore("2024-11-11")).toEqual(new Date("2024-11-10T23:59:59.999+07:00"));
    expect(startOfDay("2024-11-11")).toEqual(new Date("2024-11-11T00:00:00+07:00"));
  });
});

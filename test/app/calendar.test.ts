import { describe, expect, test } from "@jest/globals";
import Holidays from "date-holidays";
import { readCalendar } from "../../src/app/calendar.js";
import { readSources } from "../../src/app/resources.js";
import { addDays } from "../../src/domain/dates.js";
import { CalendarFile } from "../../src/domain/working-calendar.js";
import { readYaml } from "../../src/lib/yaml.js";

const files = await readSources("resources/calendar");
const { calendar, problems } = readCalendar(files);
const holidays = CalendarFile.parse(readYaml(files.find(({ name }) => name.endsWith("holidays.yaml"))!).value).holidays;
const years = [2024, 2025, 2026, 2027, 2028, 2029, 2030];

/** Public holidays of one year as the library has them now; the eve of Tết is five days there. */
function ofLibrary(year: number): string[] {
  const days = new Holidays("VN").getHolidays(year).filter(({ type }) => type === "public");
  return [...new Set(days.flatMap(({ date, start, end }) => Array.from({ length: Math.round((end.getTime() - start.getTime()) / 86_400_000) }, (_, n) => addDays(date.slice(0, 10), n))))].sort();
}

describe("the calendar that comes with the product", () => {
  test("holds together", () => {
    expect(problems).toEqual([]);
  });

  test.each(years)("%s: has the holidays that date-holidays has", (year) => {
    expect(holidays.filter(({ on, source }) => source === "library" && on.startsWith(String(year))).map(({ on }) => on)).toEqual(ofLibrary(year));
  });

  test.each(years)("%s: every holiday of the law costs a working day, those on a weekend the next one", (year) => {
    const lawful = holidays.filter(({ on, source }) => on.startsWith(String(year)) && source !== "compensation");
    const weekdaysOff = holidays.filter(({ on }) => on.startsWith(String(year)) && ![0, 6].includes(new Date(on).getUTCDay()));
    expect(lawful).toHaveLength(year < 2026 ? 11 : 12);
    expect(weekdaysOff).toHaveLength(lawful.length);
  });

  test("two working days from Monday 23/11/2026 end on Thursday: 24/11 is a holiday", () => {
    expect(calendar.addWorkingDays("2026-11-23", 2)).toBe("2026-11-26");
  });

  test.each([
    ["Tết 2026", ["2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20"], "2026-02-13", "2026-02-23"],
    ["Hùng Kings 2026, a Sunday, with its Monday", ["2026-04-25", "2026-04-26", "2026-04-27"], "2026-04-24", "2026-04-28"],
    ["30/4 and 1/5/2026", ["2026-04-30", "2026-05-01"], "2026-04-29", "2026-05-04"],
    ["National Day 2026 with the swapped Monday", ["2026-08-31", "2026-09-01", "2026-09-02"], "2026-08-28", "2026-09-03"],
    ["New Year 2026 with the swapped Friday", ["2026-01-01", "2026-01-02"], "2025-12-31", "2026-01-05"],
    ["Tết 2024 as planned", ["2024-02-08", "2024-02-14"], "2024-02-07", "2024-02-15"],
    ["Tết 2025 as planned", ["2025-01-27", "2025-01-31"], "2025-01-24", "2025-02-03"],
  ])("%s is off, between two working days", (_what, off, before, after) => {
    expect(off.filter(calendar.isWorkingDay)).toEqual([]);
    expect([calendar.workingDayBefore(off[0]!), calendar.workingDayOnOrAfter(off.at(-1)!)]).toEqual([before, after]);
  });

  test.each(["2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22"])("the Saturday %s is worked", (on) => {
    expect(calendar.isWorkingDay(on)).toBe(true);
  });

  test("24/11 is a working day before 2026", () => {
    expect(calendar.isWorkingDay("2025-11-24")).toBe(true);
  });
});

describe("a calendar file", () => {
  const sound = ["sources:", "  law: { is: Law, confidence: high }", "holidays:", "  - { on: 2027-01-01, name: New Year, source: law }", "overrides:", "  - { on: 2027-01-02, day: working, name: Swapped, source: law }"];
  const withLine = (n: number, ...lines: string[]) => readCalendar([{ name: "calendar/a.yaml", text: sound.toSpliced(n - 1, 1, ...lines).join("\n") }]);

  test("that is sound has no problems", () => {
    const read = withLine(1, "sources:");
    expect(read.problems).toEqual([]);
    expect([read.calendar.isWorkingDay("2027-01-01"), read.calendar.isWorkingDay("2027-01-02")]).toEqual([false, true]);
  });

  test.each<[string, number, string[], string]>([
    ["a day that is not in the calendar", 4, ["  - { on: 2027-02-30, name: None, source: law }"], "a.yaml:4: holidays.0.on: "],
    ["a source that is not there", 6, ["  - { on: 2027-01-02, day: working, name: Swapped, source: hearsay }"], "a.yaml:6: hearsay is not among the sources"],
    ["neither working nor off", 6, ["  - { on: 2027-01-02, day: half, name: Swapped, source: law }"], "a.yaml:6: overrides.0.day: "],
    ["a confidence nobody knows", 2, ["  law: { is: Law, confidence: sure }"], "a.yaml:2: sources.law.confidence: "],
    ["the same holiday twice", 4, ["  - { on: 2027-01-01, name: New Year, source: law }", "  - { on: 2027-01-01, name: Again, source: law }"], "a.yaml:5: 2027-01-01 is there twice (first in calendar/a.yaml:4)"],
    ["the same override twice", 6, ["  - { on: 2027-01-02, day: working, name: Swapped, source: law }", "  - { on: 2027-01-02, day: off, name: Again, source: law }"], "a.yaml:7: 2027-01-02 is there twice (first in calendar/a.yaml:6)"],
    ["a word that means nothing", 3, ["holiday:"], "Unrecognized key"],
    ["broken syntax", 6, ["  - { on: 2027-01-02, day: working"], "a.yaml:"],
  ])("with %s is told by file and line", (_what, n, lines, said) => {
    expect(withLine(n, ...lines).problems.join("\n")).toContain(said);
  });
});

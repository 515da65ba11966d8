import { CalendarFile, createWorkingCalendar, type WorkingCalendar } from "../domain/working-calendar.js";
import { readYaml, type SourceFile } from "../lib/yaml.js";

/** Reads `resources/calendar`: what is wrong is in `problems`, a line each with file and line. */
export function readCalendar(files: readonly SourceFile[]): { calendar: WorkingCalendar; problems: string[] } {
  const problems: string[] = [];
  const holidays = new Map<string, string>();
  const overrides = new Map<string, { place: string; day: "working" | "off" }>();
  for (const file of files) {
    const read = readYaml(file);
    problems.push(...read.problems);
    if (read.problems.length > 0) continue;
    const parsed = CalendarFile.safeParse(read.value);
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map((issue) => `${read.place(issue.path)}: ${issue.path.join(".")}: ${issue.message}`));
      continue;
    }
    const { data } = parsed;
    for (const list of ["holidays", "overrides"] as const) {
      data[list].forEach(({ source }, n) => {
        if (!Object.hasOwn(data.sources, source)) problems.push(`${read.place([list, n, "source"])}: ${source} is not among the sources of this file`);
      });
    }
    data.holidays.forEach(({ on }, n) => {
      const place = read.place(["holidays", n, "on"]);
      const before = holidays.get(on);
      if (before === undefined) holidays.set(on, place);
      else problems.push(`${place}: ${on} is there twice (first in ${before})`);
    });
    data.overrides.forEach(({ on, day }, n) => {
      const place = read.place(["overrides", n, "on"]);
      const before = overrides.get(on);
      if (before === undefined) overrides.set(on, { place, day });
      else problems.push(`${place}: ${on} is there twice (first in ${before.place})`);
    });
  }
  return { calendar: createWorkingCalendar({ holidays: [...holidays.keys()], overrides: [...overrides].map(([on, { day }]) => ({ on, day })) }), problems };
}

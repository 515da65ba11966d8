/**
 * Writes `resources/calendar/holidays.yaml` anew: `node tools/seed-calendar.mjs FROM TO` (years, both included).
 * Holidays come from date-holidays; what it lacks is added by rule (resources/calendar/SOURCE.md). What a year's plan has
 * otherwise goes into `overrides.yaml`, which this leaves alone.
 */
import { writeFileSync } from "node:fs";
import Holidays from "date-holidays";

const [from, to] = process.argv.slice(2).map(Number);
if (!(from <= to)) throw new Error("say from which year to which: node tools/seed-calendar.mjs 2024 2030");

const dayMs = 86_400_000;
const number = (on) => Date.parse(`${on}T00:00:00Z`) / dayMs;
const date = (n) => new Date(n * dayMs).toISOString().slice(0, 10);
/** 0 is a Sunday. */
const weekday = (on) => new Date(`${on}T00:00:00Z`).getUTCDay();
const after = (on, days) => date(number(on) + days);

/** The eve of Tết comes as five days at once: itself and the first four of the year. */
function ofLibrary(year) {
  return new Holidays("VN")
    .getHolidays(year, "vi")
    .filter(({ type }) => type === "public")
    .flatMap(({ date: begins, name, start, end }) =>
      Array.from({ length: Math.round((end - start) / dayMs) }, (_, n) => ({ on: after(begins.slice(0, 10), n), name: n === 0 ? name : `Tết Nguyên Đán, mùng ${n}`, source: "library" })),
    );
}

/** The government picks the day before 2/9 or the one after. From 2021 to 2026 it was the one after where 2/9 fell on a Monday or Thursday, else the one before. */
function secondNationalDay(year) {
  const day = `${year}-09-02`;
  return after(day, [0, 1, 4].includes(weekday(day)) ? 1 : -1);
}

const days = new Map();
const add = (day) => days.has(day.on) || days.set(day.on, day);
for (let year = from; year <= to; year++) {
  for (const day of ofLibrary(year)) add(day);
  add({ on: secondNationalDay(year), name: "Quốc khánh, ngày thứ hai", source: year <= 2026 ? "labour_code" : "expected" });
  if (year >= 2026) add({ on: `${year}-11-24`, name: "Ngày Văn hóa Việt Nam", source: "culture_day" });
}
for (const { on, name } of [...days.values()].sort((a, b) => (a.on < b.on ? -1 : 1))) {
  if (![0, 6].includes(weekday(on))) continue;
  let instead = after(on, 1);
  while ([0, 6].includes(weekday(instead)) || days.has(instead)) instead = after(instead, 1);
  add({ on: instead, name: `Nghỉ bù ${name}`, source: "compensation" });
}

const lines = [
  "# Written by tools/seed-calendar.mjs; edit overrides.yaml instead. SOURCE.md tells where the days come from.",
  "sources:",
  "  library: { is: \"date-holidays 3.37.0 (Bộ luật Lao động 2019, điều 112)\", confidence: high }",
  "  labour_code: { is: \"Bộ luật Lao động 2019, điều 112.1.đ: 2/9 và một ngày liền kề\", confidence: high }",
  "  culture_day: { is: Nghị quyết 28/2026/QH16, confidence: medium }",
  "  compensation: { is: \"Bộ luật Lao động 2019, điều 111.3: nghỉ bù vào ngày làm việc kế tiếp\", confidence: high }",
  "  expected: { is: \"Điều 112.1.đ: ngày liền kề 2/9 do Thủ tướng chọn từng năm, đây là dự kiến\", confidence: low }",
  "holidays:",
];
let year = "";
for (const { on, name, source } of [...days.values()].sort((a, b) => (a.on < b.on ? -1 : 1))) {
  if (on.slice(0, 4) !== year) lines.push(`  # ${(year = on.slice(0, 4))}`);
  lines.push(`  - { on: ${on}, name: "${name}", source: ${source} }`);
}
writeFileSync("resources/calendar/holidays.yaml", `${lines.join("\n")}\n`);

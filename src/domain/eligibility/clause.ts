import type { Shown } from "../shown.js";

const dashes = ["first", "second", "third", "fourth", "fifth", "sixth"];

/** A clause as call files write it ("1a second dash"), for people: "mục 1, điểm a, gạch đầu dòng thứ 2". */
export function clauseShown(clause: string): Shown {
  const [, item, point, dash] = /^(\d+)([a-z])?(?: (\w+) dash)?$/.exec(clause) ?? [];
  const n = dashes.indexOf(dash ?? "") + 1;
  if (item === undefined || (dash !== undefined && n === 0)) return { show: "words", key: "eligibility.clause", values: { clause } };
  if (point === undefined) return { show: "words", key: "eligibility.clause", values: { clause: item } };
  if (dash === undefined) return { show: "words", key: "eligibility.clause_point", values: { item, point } };
  return { show: "words", key: "eligibility.clause_dash", values: { item, point, n } };
}

import { z } from "zod";
import { Rule, ruleIds, rulesOn } from "../domain/rules.js";
import { readYaml, type SourceFile } from "../lib/yaml.js";

const RuleFile = z.strictObject({ rules: z.array(z.unknown()) });

export interface Rules {
  rules: Rule[];
  /** A line each, with file and line. */
  problems: string[];
}

/** Reads rule files (`resources/rules`); a rule that is wrong is left out and told. */
export function readRules(files: readonly SourceFile[]): Rules {
  const rules: Rule[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const read = readYaml(file);
    problems.push(...read.problems);
    if (read.problems.length > 0) continue;
    const listed = RuleFile.safeParse(read.value);
    if (!listed.success) {
      problems.push(...listed.error.issues.map((issue) => `${read.place(issue.path)}: ${[...issue.path, issue.message].join(": ")}`));
      continue;
    }
    listed.data.rules.forEach((entry, index) => {
      const rule = Rule.safeParse(entry);
      if (!rule.success) {
        problems.push(...rule.error.issues.map((issue) => `${read.place(["rules", index, ...issue.path])}: ${["rules", index, ...issue.path].join(".")}: ${issue.message}`));
        return;
      }
      const clash = rules.find((other) => other.id === rule.data.id && overlap(other, rule.data));
      if (clash === undefined) rules.push(rule.data);
      else problems.push(`${read.place(["rules", index])}: rules.${index}: two rules called ${clash.id} apply at once (${clash.source}; ${rule.data.source})`);
    });
  }
  const missing = ruleIds.filter((id) => !rules.some((rule) => rule.id === id));
  problems.push(...missing.map((id) => `resources/rules: ${id} is missing; the first check asks for it`));
  return { rules, problems };
}

/** Two periods overlap when both hold the later of their first days. */
function overlap(one: Rule, other: Rule): boolean {
  return rulesOn([one, other], one.from > other.from ? one.from : other.from).length === 2;
}

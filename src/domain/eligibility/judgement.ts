import { rulesOn, type Rule, type RuleId } from "../rules.js";
import type { Shown, ShownValues } from "../shown.js";

export type Verdict = "met" | "not_met" | "needs_person";

/** Why a verdict is what it is; `reason.<id>` in the locales. */
export const reasonIds = [
  "for_person", "no_rule",
  "processed", "not_processed", "processed_doubtful", "set_not_told",
  "recognised", "few_stars", "recognition_ends", "recognition_later", "recognition_not_told", "recognition_unread", "recognition_no_photo", "recognition_ahead",
  "papers_later", "papers_not_told", "paper_in_force", "paper_expires_early", "paper_no_expiry", "paper_files_later", "paper_expired",
  "quality_other_kind", "quality_none", "food_safety_exempt", "food_safety_commitment", "food_safety_no_food", "food_safety_none",
  "label_there", "label_rest_later", "label_later", "label_not_told",
  "commitment_given", "commitment_refused", "commitment_not_told",
] as const;
export type ReasonId = (typeof reasonIds)[number];

export type Answers = Readonly<Record<string, unknown>>;

/** When and by what is judged. Local dates. */
export interface Check {
  /** The last day on which the call takes registrations. */
  lastOn: string;
  today: string;
  rules: readonly Rule[];
}

export interface Judgement {
  verdict: Verdict;
  reason: ReasonId;
  values: ShownValues;
  /** Where the rules that it rests on stand. */
  sources: string[];
}

export type Judge = (answers: Answers, check: Check) => Judgement;

export function judged(verdict: Verdict, reason: ReasonId, values: ShownValues = {}, ...rules: readonly Rule[]): Judgement {
  return { verdict, reason, values, sources: rules.map(({ source }) => source) };
}

/** The rule as it stands today; none while it is suspended or after its time. */
export function ruleOf({ rules, today }: Pick<Check, "rules" | "today">, id: RuleId): Rule | undefined {
  return rulesOn(rules, today).find((rule) => rule.id === id);
}

export function date(on: string): Shown {
  return { show: "date", on };
}

import type { Call } from "./call.js";
import { addMonths } from "./dates.js";

/** An OCOP recognition stands 36 months from its decision (Decision 26/2026/QĐ-TTg; before it 148/QĐ-TTg). */
const recognitionMonths = 36;
/** Fewer stars are no recognition (Decision 26/2026/QĐ-TTg, art. 4.3). */
export const leastStars = 3;

/** The last local date on which a recognition decided `on` stands. */
export function recognisedUntil(on: string): string {
  return addMonths(on, recognitionMonths);
}

export type Verdict = "met" | "not_met" | "needs_person";

/** What one requirement of a call says of one registration; `clause` is where the call's document has it. */
export interface Finding {
  id: string;
  clause: string;
  verdict: Verdict;
}

type Answers = Readonly<Record<string, unknown>>;
type Rule = (answers: Answers, lastOn: string) => Verdict;

/** Rules by the name that calls use. One that is not here is for a person to judge. */
const rules: Readonly<Record<string, Rule>> = {
  "recognition.validOn(lastDay)": ({ decision }, lastOn) => {
    const { decisionOn, stars } = typeof decision === "object" && decision !== null ? (decision as Answers) : {};
    if (typeof stars === "number" && stars < leastStars) return "not_met";
    if (typeof decisionOn === "string" && recognisedUntil(decisionOn) < lastOn) return "not_met";
    return typeof decisionOn === "string" && typeof stars === "number" ? "met" : "needs_person";
  },
  "answers.commitment": ({ commitment }) => (typeof commitment !== "boolean" ? "needs_person" : commitment ? "met" : "not_met"),
};

/** Judges a registration by its call's requirements, in their order. `lastOn`: the last local date on which the call takes registrations. */
export function assess(call: Pick<Call, "requirements">, answers: Answers, lastOn: string): Finding[] {
  return call.requirements.map(({ id, clause, rule }) => {
    const judge = Object.hasOwn(rules, rule) ? rules[rule] : undefined;
    return { id, clause, verdict: judge?.(answers, lastOn) ?? "needs_person" };
  });
}

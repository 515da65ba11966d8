import { z } from "zod";
import type { Call } from "./call.js";
import { clauseShown } from "./eligibility/clause.js";
import { judged, type Answers, type Check, type Judge, type Verdict } from "./eligibility/judgement.js";
import { commitment, decisionOf, label, processed, recognitionOnLastDay } from "./eligibility/judges.js";
import { advancedQuality, foodSafety } from "./eligibility/papers.js";
import { leastStars } from "./eligibility/recognition.js";
import type { Part } from "./shown.js";

export { clauseShown } from "./eligibility/clause.js";
export { reasonIds, type Verdict } from "./eligibility/judgement.js";
export { exemptingKind } from "./eligibility/papers.js";
export { leastStars, recognisedUntil } from "./eligibility/recognition.js";

/** What one requirement of a call says of one registration, and why. */
export interface Finding {
  id: string;
  /** Where the call's document has the requirement. */
  clause: string;
  verdict: Verdict;
  /** A sentence for the owner, with the clause. */
  reason: Part;
  /** Where the rules that the verdict rests on stand: law and article. */
  sources: string[];
}

/** Rules by the name that calls use. One that is not here is for a person to judge. */
const judges: Readonly<Record<string, Judge>> = {
  "productSet.processed": processed,
  "recognition.validOn(lastDay)": recognitionOnLastDay,
  "certificates.advancedQuality": advancedQuality,
  "certificates.foodSafety": foodSafety,
  "answers.commitment": commitment,
};

/** Judges a registration by its call's requirements, in their order. Nobody is refused without a reason. */
export function assess(call: Pick<Call, "requirements">, answers: Answers, check: Check): Finding[] {
  return call.requirements.map(({ id, clause, rule }) => {
    const known = Object.hasOwn(judges, rule) ? judges[rule] : undefined;
    const { verdict, reason, values, sources } = known?.(answers, check) ?? (id === "label" ? label(answers) : judged("needs_person", "for_person"));
    return { id, clause, verdict, reason: { key: `reason.${reason}`, values: { ...values, clause: clauseShown(clause) } }, sources };
  });
}

const CentralAward = z.object({ level: z.literal("central") });

/** What puts a product first, by the name that calls use. */
const priorities: Readonly<Record<string, (answers: Answers) => boolean>> = {
  "stars = 5": (answers) => decisionOf(answers)?.stars === 5,
  "awards.central": ({ awards }) => Array.isArray(awards) && awards.some((award: unknown) => CentralAward.safeParse(award).success),
  recognised: (answers) => (decisionOf(answers)?.stars ?? 0) >= leastStars,
};

/** The first of a call's priorities that the answers have; null when they have none. It says nothing of the requirements. */
export function priorityOf(call: Pick<Call, "priority">, answers: Answers): { id: string } | null {
  const found = call.priority.find(({ rule }) => Object.hasOwn(priorities, rule) && priorities[rule]?.(answers) === true);
  return found === undefined ? null : { id: found.id };
}

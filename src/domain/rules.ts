import { z } from "zod";

/** What the first check asks of the law, and of our reading of a call; each stands in `resources/rules`. */
export const ruleIds = ["recognition_months", "least_stars", "processed_sets", "advanced_quality", "food_safety_paper", "food_safety_exemption"] as const;
export type RuleId = (typeof ruleIds)[number];

/** Rules that are a figure: months, stars. */
const figures: ReadonlySet<string> = new Set<RuleId>(["recognition_months", "least_stars"]);

/** A rule of law as it stands in one period. Local dates, both included. The same id may stand again for another period. */
export const Rule = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9_]*$/, "small letters, digits and _ only"),
    /** Law and article, or the document that is read. As it is shown to people. */
    source: z.string().min(1),
    from: z.iso.date(),
    to: z.iso.date().exactOptional(),
    /** A suspended rule applies at no time, whatever its dates; a replaced one until `to`. */
    status: z.enum(["in_force", "suspended", "replaced"]),
    /** How sure we are of it: the text read, a second hand's account, or hearsay. */
    confidence: z.enum(["high", "medium", "low"]),
    note: z.string().exactOptional(),
    value: z.number().positive().exactOptional(),
  })
  .superRefine((rule, ctx) => {
    if (rule.to !== undefined && rule.to < rule.from) ctx.addIssue({ code: "custom", path: ["to"], message: "is before from" });
    if (rule.status === "replaced" && rule.to === undefined) ctx.addIssue({ code: "custom", path: ["status"], message: "a replaced rule needs its last day: to" });
    if (figures.has(rule.id) && rule.value === undefined) ctx.addIssue({ code: "custom", path: ["id"], message: `${rule.id} needs a value` });
  });
export type Rule = z.infer<typeof Rule>;

/** What applies on a local date. */
export function rulesOn(rules: readonly Rule[], on: string): Rule[] {
  return rules.filter(({ from, to, status }) => status !== "suspended" && from <= on && (to === undefined || on <= to));
}

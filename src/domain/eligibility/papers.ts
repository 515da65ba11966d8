import { z } from "zod";
import { sentLater } from "../answers.js";
import { clean } from "../../lib/text.js";
import { certificateKind, type CertificateKind } from "../certificates.js";
import { productSetOf } from "../product-sets.js";
import type { Rule } from "../rules.js";
import type { Shown, ShownValues } from "../shown.js";
import { date, judged, ruleOf, type Check, type Judge, type Judgement, type ReasonId, type Verdict } from "./judgement.js";

const Said = z.object({
  kind: z.string(),
  name: z.string().optional().catch(undefined),
  expiresOn: z.iso.date().optional().catch(undefined),
  fileIds: z.array(z.string()).catch([]),
});

/** How far a paper goes, least first. */
const standings = ["expired", "files_later", "no_expiry", "expires_early", "in_force"] as const;
type Standing = (typeof standings)[number];

interface Paper {
  kind: CertificateKind;
  standing: Standing;
  values: ShownValues;
}

/** The letter says only "có chứng nhận": a paper that stands today counts, and one that ends before the call's last day is looked at. */
function standingOf({ expiresOn, fileIds }: z.infer<typeof Said>, { today, lastOn }: Pick<Check, "today" | "lastOn">): Standing {
  if (expiresOn !== undefined && expiresOn < today) return "expired";
  if (fileIds.length === 0) return "files_later";
  if (expiresOn === undefined) return "no_expiry";
  return expiresOn < lastOn ? "expires_early" : "in_force";
}

/** The papers told of, best first; null when there is no list of them yet. */
function papersOf(certificates: unknown, check: Pick<Check, "today" | "lastOn">): Paper[] | null {
  if (!Array.isArray(certificates)) return null;
  const papers = certificates.flatMap((each: unknown): Paper[] => {
    const said = Said.safeParse(each);
    if (!said.success) return [];
    const named = said.data.kind === "other" ? (said.data.name ?? "other") : said.data.kind;
    const kind = certificateKind(named);
    const { expiresOn } = said.data;
    return [{ kind, standing: standingOf(said.data, check), values: { paper: paperName(kind, named), lastOn: date(check.lastOn), until: expiresOn === undefined ? "" : date(expiresOn) } }];
  });
  return papers.sort((a, b) => standings.indexOf(b.standing) - standings.indexOf(a.standing));
}

function paperName(kind: CertificateKind, named: string): Shown {
  if (kind.id !== "other") return { show: "words", key: `certificate_kind.${kind.id}` };
  const told = clean(named).replace(/^giấy\s+/iu, "");
  return named === "other" || told === "" ? { show: "words", key: "eligibility.other_paper" } : [...told].slice(0, 60).join("");
}

const standingSays: Readonly<Record<Standing, readonly [Verdict, ReasonId]>> = {
  in_force: ["met", "paper_in_force"],
  expires_early: ["needs_person", "paper_expires_early"],
  no_expiry: ["needs_person", "paper_no_expiry"],
  files_later: ["needs_person", "paper_files_later"],
  expired: ["not_met", "paper_expired"],
};

function byStanding({ standing, values }: Paper, ...rules: Rule[]): Judgement {
  const [verdict, reason] = standingSays[standing];
  return judged(verdict, reason, values, ...rules);
}

function notThere(certificates: unknown): Judgement {
  return judged("needs_person", certificates === sentLater ? "papers_later" : "papers_not_told");
}

export const advancedQuality: Judge = ({ certificates }, check) => {
  const papers = papersOf(certificates, check);
  if (papers === null) return notThere(certificates);
  const rule = ruleOf(check, "advanced_quality");
  if (rule === undefined) return judged("needs_person", "no_rule");
  const best = papers.find(({ kind }) => kind.advancedQuality);
  if (best !== undefined && best.standing !== "expired") return byStanding(best, rule);
  const doubtful = papers.find(({ kind, standing }) => kind.mayBeQuality && standing !== "expired");
  if (doubtful !== undefined) return judged("needs_person", "quality_other_kind", doubtful.values, rule);
  return best === undefined ? judged("not_met", "quality_none", {}, rule) : byStanding(best, rule);
};

export const foodSafety: Judge = ({ certificates, productSet }, check) => {
  const papers = papersOf(certificates, check);
  if (papers === null) return notThere(certificates);
  const rule = ruleOf(check, "food_safety_paper");
  if (rule === undefined) return judged("needs_person", "no_rule");
  const exemption = ruleOf(check, "food_safety_exemption");
  const best = papers.find(({ kind }) => kind.foodSafety || (kind.exemptsFoodSafety && exemption !== undefined));
  if (best !== undefined && best.standing !== "expired") {
    const exempt = exemption !== undefined && best.kind.exemptsFoodSafety;
    const judgement = byStanding(best, exempt ? exemption : rule);
    return exempt && judgement.verdict === "met" ? { ...judgement, reason: "food_safety_exempt", values: { ...best.values, source: exemption.source } } : judgement;
  }
  const commitment = papers.find(({ kind, standing }) => kind.id === "food_safety_commitment" && standing !== "expired");
  if (commitment !== undefined) return judged("needs_person", "food_safety_commitment", {}, rule);
  const sector = productSetOf(productSet)?.sector;
  if (sector !== undefined && sector !== "food" && sector !== "beverages") return judged("needs_person", "food_safety_no_food");
  return best === undefined ? judged("not_met", "food_safety_none", {}, rule) : byStanding(best, rule);
};

/** The paper in force that takes the food-safety eligibility certificate's place (Decree 15/2018, art. 12), while that rule stands. */
export function exemptingKind(certificates: unknown, check: Pick<Check, "today" | "rules">): CertificateKind | null {
  if (ruleOf(check, "food_safety_exemption") === undefined) return null;
  return papersOf(certificates, { today: check.today, lastOn: check.today })?.find(({ kind, standing }) => kind.exemptsFoodSafety && standing === "in_force")?.kind ?? null;
}

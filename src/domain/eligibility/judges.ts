import { z } from "zod";
import { sentLater } from "../answers.js";
import { assertNever } from "../../lib/never.js";
import { recognisedUntil } from "./recognition.js";
import { productSetOf } from "../product-sets.js";
import { date, judged, ruleOf, type Answers, type Judge, type Judgement } from "./judgement.js";

const Decision = z.object({
  decisionOn: z.iso.date().optional().catch(undefined),
  stars: z.number().int().min(1).max(5).optional().catch(undefined),
  fileIds: z.array(z.string()).catch([]),
});

export function decisionOf({ decision }: Answers): z.infer<typeof Decision> | null {
  const read = Decision.safeParse(decision);
  return read.success ? read.data : null;
}

export const processed: Judge = ({ productSet }, check) => {
  const set = productSetOf(productSet);
  if (set === undefined) return judged("needs_person", "set_not_told");
  const rule = ruleOf(check, "processed_sets");
  if (rule === undefined) return judged("needs_person", "no_rule");
  const values = { set: { show: "words", key: `product_set.${set.id}` }, sector: { show: "words", key: `sector.${set.sector}` } } as const;
  switch (set.processed) {
    case "yes":
      return judged("met", "processed", values, rule);
    case "no":
      return judged("not_met", "not_processed", values, rule);
    case "person":
      return judged("needs_person", "processed_doubtful", values, rule);
    default:
      return assertNever(set.processed);
  }
};

export const recognitionOnLastDay: Judge = (answers, check) => {
  const said = decisionOf(answers);
  if (said === null) return judged("needs_person", answers["decision"] === sentLater ? "recognition_later" : "recognition_not_told");
  const { decisionOn, stars, fileIds } = said;
  const months = ruleOf(check, "recognition_months");
  const least = ruleOf(check, "least_stars");
  if (months?.value === undefined || least?.value === undefined) return judged("needs_person", "no_rule");
  const until = decisionOn === undefined ? undefined : recognisedUntil(decisionOn, months.value);
  const lastOn = date(check.lastOn);
  if (stars !== undefined && stars < least.value) return judged("not_met", "few_stars", { stars, least: least.value }, least);
  if (until !== undefined && until < check.lastOn) return judged("not_met", "recognition_ends", { until: date(until), lastOn }, months);
  if (decisionOn !== undefined && decisionOn > check.today) return judged("needs_person", "recognition_ahead", { on: date(decisionOn) });
  if (until === undefined || stars === undefined) return judged("needs_person", "recognition_unread");
  if (fileIds.length === 0) return judged("needs_person", "recognition_no_photo");
  return judged("met", "recognised", { stars, until: date(until), lastOn }, months, least);
};

const Photos = z.object({ fileIds: z.array(z.string()), restLater: z.boolean().optional().catch(undefined) });

/** No rule of ours reads a label: a person does, and is told what there is to look at. */
export function label({ labelPhotos }: Answers): Judgement {
  const photos = Photos.safeParse(labelPhotos);
  const count = photos.success ? photos.data.fileIds.length : 0;
  if (labelPhotos === sentLater || (count === 0 && photos.data?.restLater === true)) return judged("needs_person", "label_later");
  if (count === 0) return judged("needs_person", "label_not_told");
  return judged("needs_person", photos.data?.restLater === true ? "label_rest_later" : "label_there", { count });
}

export const commitment: Judge = ({ commitment: said }) => {
  if (typeof said !== "boolean") return judged("needs_person", "commitment_not_told");
  return said ? judged("met", "commitment_given") : judged("not_met", "commitment_refused");
};

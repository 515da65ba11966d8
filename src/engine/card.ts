import { z } from "zod";
import { CertificateAnswer } from "../domain/answers.js";
import type { Json, JsonObject } from "../domain/json.js";
import { words, type Shown } from "../domain/shown.js";
import { askTypeOf } from "./asks/index.js";
import { piecesOf } from "./asks/pieces.js";
import { capital, type AskSpec } from "./asks/ask.js";
import type { AskStep } from "./flow.js";
import { callOf, say, type Run } from "./run.js";
import { later, open } from "./question.js";
import { askedFields, fieldAt, headOf, specAt, stackFor } from "./specs.js";
import type { Talk } from "./session.js";

export interface Row {
  /** The answer it is of. */
  id: string;
  /** Which of its rows, where an answer has several. */
  row?: string;
  name: Shown;
  value: Shown;
}

/** The review card, and whether to send: after a correction the card is shown only when asked for. */
export function review(run: Run, talk: Talk, step: AskStep): void {
  const corrected = run.lead.some((part) => part.key === "edit.done");
  if (!corrected) showCard(run, talk, step);
  const labels = corrected ? ["send", "edit_more", "see_all", "later"] : ["send", "edit", "later"];
  const own = (key: string): string => (run.ctx.has(`${key}_${talk.flow}`) ? `${key}_${talk.flow}` : key);
  open(run, {
    parts: [{ key: own(corrected ? "review.send_now" : "review.send_or_edit") }],
    options: labels.map((name) => ({ value: `@${name}`, label: words(own(`review.${name}`)) })),
  });
}

export function showCard(run: Run, talk: Talk, step: AskStep): void {
  delete talk.section;
  const spec = specAt(run, talk);
  const head = step.section === undefined ? undefined : headOf(run, talk, { section: step.section });
  if (head !== undefined && step.section !== undefined) {
    talk.section = step.section;
    run.lead.push({ key: "ask.section", values: { ...head } });
  }
  if (run.lead.length === 0) run.lead.push(spec?.question ?? { key: step.say });
  say(run, { parts: [], rows: cardRows(run, talk, step.rows ?? []) });
}

/** Every answer by name, in the order of `names`; `form` stands for the call's fields. */
export function cardRows(run: Run, talk: Talk, names: readonly string[]): Row[] {
  return rowNames(run, talk, names).flatMap((id): Row[] => {
    const value = talk.answers[id];
    const position = stackFor(run, talk, talk.stack, id)?.at(-1);
    const spec = position === undefined ? undefined : specAt(run, talk, position);
    if (value === undefined || spec === undefined) return [];
    const rows = piecesOf(spec)?.rows;
    if (rows !== undefined && typeof value === "object" && value !== null && !Array.isArray(value)) {
      return rows.map((row) => ({ id, row: row.id, name: capital(words(`label.${row.id}`)), value: row.show(value) }));
    }
    return [{ id, name: capital(spec.label), value: showAnswer(run, spec, value) }];
  });
}

export function rowNames(run: Run, talk: Talk, names: readonly string[]): string[] {
  const call = callOf(run, talk);
  return names.flatMap((name) => (name === "form" ? (call === undefined ? [] : askedFields(call).map((field) => field.id)) : [name]));
}

/** An answer in the words of its choices. */
export function showAnswer(run: Run, spec: AskSpec, value: Json): Shown {
  if (value === later.value) return words("ask.later");
  if (Array.isArray(value) && spec.kind !== "choices") return showItems(run, spec, value);
  if (spec.kind === "yes_no" && run.ctx.has(`choice.${spec.name}_yes`)) return words(`choice.${spec.name}_${value === true ? "yes" : "no"}`);
  return askTypeOf(spec).show(value, spec);
}

const Award = z.looseObject({ awardName: z.string(), year: z.number().exactOptional() });

function showItems(run: Run, spec: AskSpec, items: readonly Json[]): Shown {
  if (items.length === 0) return words(run.ctx.has(`none.${spec.name}`) ? `none.${spec.name}` : "ask.none");
  const of = items.map((item): Shown => {
    const certificate = CertificateAnswer.safeParse(item);
    if (certificate.success) {
      const { kind, expiresOn, fileIds } = certificate.data;
      const name: Shown = run.ctx.has(`certificate_kind.${kind}`) ? words(`certificate_kind.${kind}`) : kind;
      if (fileIds.length === 0) return words("certificate.row_later", { kind: name });
      return expiresOn === undefined ? words("certificate.row", { kind: name, count: fileIds.length }) : words("certificate.row_until", { kind: name, until: { show: "date", on: expiresOn }, count: fileIds.length });
    }
    const award = Award.safeParse(item);
    return award.success ? [award.data.awardName, award.data.year].filter((each) => each !== undefined).join(" ") : "";
  });
  return { show: "list", of };
}

/** The answer a row shows, or the part of it that this row is about. */
export function showRow(run: Run, talk: Talk, spec: AskSpec, answers: JsonObject, row: string | undefined): Shown {
  const value = answers[spec.name];
  if (value === undefined) return words("ask.none");
  const own = piecesOf(spec)?.rows?.find((each) => each.id === row);
  if (own !== undefined && typeof value === "object" && value !== null && !Array.isArray(value)) return own.show(value);
  const field = fieldAt(run, talk, talk.stack.at(-1) ?? { flow: "", step: "" });
  return showAnswer(run, field?.repeat === undefined ? spec : { ...spec, name: field.id }, value);
}

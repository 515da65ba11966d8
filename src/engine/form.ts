import type { Call, Field } from "../domain/call.js";
import { lastMomentBefore, addDays } from "../domain/dates.js";
import { z } from "zod";
import { askTypeOf } from "./asks/index.js";
import { at, holds } from "./conditions.js";
import { ask } from "./question.js";
import { keepDraft } from "./drafts.js";
import { askContext, callOf, flowOf, say, type Run } from "./run.js";
import { askedFields, specAt } from "./specs.js";
import type { Option, Position, Talk } from "./session.js";
import type { Json } from "../domain/json.js";
import { words, type Shown } from "../domain/shown.js";

/** What a form does next. */
export type FormStep = "answered" | "asked" | "entered" | "closed" | { query: string; args: Record<string, Json> };

/** The first field without an answer: its question is opened, its sub-flow entered, or its choices are looked up first. */
export function form(run: Run, talk: Talk, position: Position): FormStep {
  renew(run, talk);
  const call = callOf(run, talk);
  if (call === undefined) throw new Error(`the call of ${talk.flow} is not known`);
  if (tellLate(run, talk, call) === "closed") return "closed";
  const unanswered = askedFields(call).filter((each) => !Object.hasOwn(talk.answers, each.id) && holds(each.when, talk.answers));
  const pending = Pending.safeParse(talk.answers["pendingFile"]).data;
  const wanted = position.field ?? (pending === undefined ? undefined : talk.answers["fileField"]);
  const field = unanswered.find((each) => each.id === wanted) ?? unanswered[0];
  if (field === undefined) return "answered";
  talk.stack[talk.stack.length - 1] = { ...position, field: field.id };
  if (field.repeat !== undefined) {
    talk.stack.push({ flow: field.repeat, step: flowOf(run, talk, field.repeat).start });
    return "entered";
  }
  if (field.options !== undefined && !Array.isArray(field.options)) {
    return { query: field.options.from, args: { like: field.prefill === undefined ? null : (at(talk.answers, field.prefill) ?? null) } };
  }
  const options = (field.options ?? []).map((option) => ({ value: option.value, label: { show: "either" as const, vi: option.label, ...(option.en === undefined ? {} : { en: option.en.label }) } }));
  if (pending !== undefined && (field.ask === "files" || field.ask === "photo")) takePending(run, talk, pending);
  else askField(run, talk, field, options);
  return "asked";
}

const Pending = z.object({ fileId: z.string(), caption: z.string().exactOptional() });

/** A file that came before it was asked for: it waits here, and its use is confirmed once it is kept. */
function takePending(run: Run, talk: Talk, pending: z.infer<typeof Pending>): void {
  delete talk.answers["pendingFile"];
  const spec = specAt(run, talk);
  if (spec === undefined) return;
  ask(run, talk, spec, [], undefined, true);
  const parsed = askTypeOf(spec).parse({ is: "file", media: "photo", ...pending }, spec, { unprompted: true }, askContext(run));
  if (run.session.question !== null && parsed.is === "waiting") run.session.question.partial = parsed.partial;
}

/** Opens a field's question with its choices; a likely one is offered by itself. */
export function askField(run: Run, talk: Talk, field: Field, options: Option[]): void {
  const spec = specAt(run, talk);
  if (spec === undefined) throw new Error(`field ${field.id} cannot be asked`);
  const known = field.prefill === undefined || field.ask === "choice" ? options.find((option) => option.likely === true)?.value : at(talk.answers, field.prefill);
  ask(run, talk, spec, options, known ?? undefined);
}

/** Said once: the call's last day passed while the form was being filled. */
function tellLate(run: Run, talk: Talk, call: Call): "open" | "closed" {
  if (talk.saidLate === true || run.ctx.now <= lastMomentBefore(call.closesBefore)) return "open";
  const lastDay: Shown = { show: "day", on: addDays(call.closesBefore, -1) };
  talk.saidLate = true;
  if (call.late === "marked") {
    run.lead.push({ key: "late.marked", values: { lastDay } });
    return "open";
  }
  delete talk.saidLate;
  keepDraft(run);
  say(run, { parts: [{ key: "late.refused", values: { lastDay, office: run.ctx.office } }] });
  return "closed";
}

/** Takes the newest revision of the call: what still fits is kept, the person is told what changed. */
export function renew(run: Run, talk: Talk): void {
  const before = callOf(run, talk);
  if (before === undefined) return;
  const revision = run.ctx.latest(before.code);
  const now = revision > Number(at(talk.answers, "call.revision")) ? run.ctx.form({ code: before.code, revision }) : undefined;
  const known = talk.answers["call"];
  // What was sent stays with the form it was sent by.
  if (at(talk.answers, "call.pinned") === true) return;
  if (now === undefined || typeof known !== "object" || known === null || Array.isArray(known)) return;
  const old = new Map(before.fields.map((field) => [field.id, field]));
  const added = now.fields.filter((field) => !old.has(field.id));
  const changed = now.fields.filter((field) => old.has(field.id) && askedFor(field) !== askedFor(old.get(field.id)));
  const gone = before.fields.filter((field) => !now.fields.some((each) => each.id === field.id));
  for (const field of [...changed, ...gone]) delete talk.answers[field.id];
  talk.answers["call"] = { ...known, revision, lastDay: { show: "day", on: addDays(now.closesBefore, -1) } };
  const told = (key: string, fields: readonly Field[]): void => {
    if (fields.length > 0) run.lead.push({ key, values: { names: { show: "list", of: fields.map((field) => nameOf(run, field)) } } });
  };
  if (added.length + changed.length + gone.length > 0) run.lead.push({ key: "revision.changed" });
  told("revision.added", added);
  told("revision.again", changed);
  told("revision.gone", gone);
}

/** What decides whether an answer to one revision's question answers another's. */
function askedFor(field: Field | undefined): string {
  const { ask, repeat, extract, options, many, min, max } = field ?? {};
  return JSON.stringify([ask, repeat, extract, options, many, min, max]);
}

function nameOf(run: Run, field: Field): Shown {
  if (run.ctx.has(`label.${field.id}`)) return words(`label.${field.id}`);
  return field.label === undefined ? field.id : { show: "either", vi: field.label, ...(field.en?.label === undefined ? {} : { en: field.en.label }) };
}

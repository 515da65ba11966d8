import { clone } from "../lib/clone.js";
import { z } from "zod";
import type { Json, JsonObject } from "../domain/json.js";
import type { Part, Shown } from "../domain/shown.js";
import { askTypes } from "./asks/index.js";
import { capital, words, type AskSpec } from "./asks/ask.js";
import { at, holds } from "./conditions.js";
import type { AskStep, Step } from "./flow.js";
import { ask, flush, later, open, park } from "./question.js";
import { args, callOf, flowOf, here, say, stepAt, top, values, type Run } from "./run.js";
import { askedFields, specAt, stackFor } from "./specs.js";
import { Option, type Position, type Say, type Talk } from "./session.js";

/** Steps without a question that may follow one another; a flow that goes round for ever is stopped here. */
const maxHops = 200;

/** Goes on from where the talk stands until a question is open, something must be looked up or done, or nothing is left. */
export function go(run: Run): void {
  run.session.question = null;
  for (;;) {
    if (++run.hops > maxHops) throw new Error("the flow goes round without asking anything");
    const talk = top(run);
    if (talk === undefined) return flush(run);
    if (!enter(run, talk, stepAt(run, talk, here(talk)))) return;
  }
}

/** Does one step; true when it went on to another. */
function enter(run: Run, talk: Talk, step: Step): boolean {
  const position = here(talk);
  if (!("branch" in step) && !("end" in step) && !holds(step.when, talk.answers)) return skip(run, talk, step);
  if ("end" in step) return end(run, talk, step);
  if ("call" in step) {
    talk.stack.push({ flow: step.call, step: flowOf(run, talk, step.call).start });
    return true;
  }
  if ("form" in step) return form(run, talk, position, step.next);
  if ("get" in step) return need(run, "query", step.get, args(talk.answers, step.args));
  if ("do" in step) return need(run, "action", step.do, args(talk.answers, step.args));
  if ("branch" in step) {
    goTo(talk, step.branch.find((arm) => holds(arm.when, talk.answers))?.next ?? step.else);
    return true;
  }
  if ("ask" in step) return enterAsk(run, talk, step);
  if (step.join === true) run.lead.push({ key: step.say, values: values(talk.answers, step.values) });
  else tell(run, talk, step);
  return leave(run, talk, step.next);
}

function skip(run: Run, talk: Talk, step: Exclude<Step, { branch: unknown } | { end: unknown }>): boolean {
  if ("do" in step) return leave(run, talk, Object.values(step.then)[0]);
  return leave(run, talk, "ask" in step ? (step.next ?? step.yes) : step.next);
}

export function goTo(talk: Talk, step: string): void {
  talk.stack[talk.stack.length - 1] = { flow: here(talk).flow, step };
}

/** Goes to the next step, or out of the flow where none follows. */
export function leave(run: Run, talk: Talk, next: string | undefined): boolean {
  if (next === undefined) return finish(run, talk);
  goTo(talk, next);
  return true;
}

/** Ends a sub-flow, which returns to its caller, or the whole talk. */
function finish(run: Run, talk: Talk): boolean {
  talk.stack.pop();
  const caller = talk.stack.at(-1);
  if (caller === undefined) {
    run.session.talks.pop();
    return resumeBelow(run);
  }
  const step = stepAt(run, talk, caller);
  if ("call" in step) goTo(talk, step.next);
  return true;
}

/** After a talk ends, the question of the one below it is asked again. */
export function resumeBelow(run: Run): boolean {
  const below = top(run);
  if (below === undefined) return true;
  delete below.section;
  flush(run);
  run.lead.push({ key: "talk.back_to" });
  return true;
}

function end(run: Run, talk: Talk, step: Extract<Step, { end: unknown }>): boolean {
  if (!holds(step.when, talk.answers)) return finish(run, talk);
  if (step.say !== undefined) tell(run, talk, { ...step, say: step.say });
  if (step.end === true) return finish(run, talk);
  if (step.end === "cancel") {
    const kept = keepDraft(run);
    if (step.say === undefined) run.lead.push(leftWith(run, talk.flow, kept));
    return resumeBelow(run);
  }
  if ("draft" in step.end) {
    goTo(talk, step.end.draft);
    keepDraft(run);
    return resumeBelow(run);
  }
  const flow = flowOf(run, talk, step.end.flow);
  run.session.talks = run.session.talks.filter((each) => each !== talk);
  const under = run.session.talks.findIndex((each) => each.flow === flow.id);
  if (under >= 0) {
    run.session.talks.push(...run.session.talks.splice(under, 1));
    return resumeBelow(run);
  }
  begin(run, flow.id, talk.answers);
  return run.session.question === null;
}

/** Begins a flow on top of what is under way; a draft of it is offered first. */
export function begin(run: Run, flowId: string, answers: JsonObject = {}): void {
  const flow = run.ctx.bundle.flows[flowId];
  if (flow === undefined) throw new Error(`no such flow: ${flowId}`);
  const drafts = draftsOf(run, flowId);
  const talk: Talk = { flow: flowId, bundle: run.ctx.bundle.hash, stack: [{ flow: flowId, step: flow.start }], answers, history: [] };
  const [draft] = drafts;
  if (draft === undefined || answers["fresh"] === true) {
    run.session.talks.push(talk);
    return;
  }
  run.session.talks.push({ ...talk, answers: { ...answers, fresh: true } });
  if (drafts.length === 1) offerDraft(run, draft);
  else offerDrafts(run, drafts);
}

/** What is kept of a flow, the newest first. */
export function draftsOf(run: Run, flowId: string): Talk[] {
  return run.session.drafts.filter((draft) => draft.flow === flowId).reverse();
}

/** With another product beside them that makes five choices. */
const draftsOffered = 4;

function titleOf(run: Run, draft: Talk): Shown | undefined {
  const { titled } = flowOf(run, draft, draft.flow);
  return titled === undefined ? undefined : (at(draft.answers, titled) as Shown | undefined);
}

function offerDrafts(run: Run, drafts: readonly Talk[]): void {
  open(run, {
    special: "resume",
    parts: [{ key: "resume.which", values: { count: drafts.length } }],
    options: [
      ...drafts.slice(0, draftsOffered).map((draft, n) => ({ value: n, label: titleOf(run, draft) ?? words("resume.no_title") })),
      { value: "another", label: words("resume.another") },
    ],
  });
}

function offerDraft(run: Run, draft: Talk): void {
  const title = titleOf(run, draft);
  const sections = callOf(run, draft)?.sections ?? [];
  const n = sections.findIndex((section) => section.id === draft.section) + 1;
  open(run, {
    special: "resume",
    parts: [
      title === undefined
        ? { key: "resume.untitled" }
        : n === 0
          ? { key: "resume.titled", values: { title } }
          : { key: "resume.at_section", values: { title, n, total: sections.length } },
    ],
    options: [
      { value: "go_on", label: words("resume.go_on") },
      { value: "look", label: words("resume.look") },
      { value: "another", label: words("resume.another") },
    ],
  });
}

/** Leaves the talk under way; what was answered is kept as a draft where the flow keeps drafts. Answers whether it was kept. */
export function keepDraft(run: Run): boolean {
  park(run);
  const talk = run.session.talks.pop();
  if (talk === undefined) return false;
  if (talk.edit !== undefined) undoEdit(talk);
  const keeps = flowOf(run, talk, talk.flow).keeps_draft && (talk.history.length > 0 || hasFilled(run, talk));
  run.session.question = null;
  if (!keeps) return false;
  const { fresh: _fresh, ...answers } = talk.answers;
  run.session.drafts = [...run.session.drafts, { ...talk, answers }];
  return true;
}

/** Whether the form is begun, though there is no way back in it any more (`back: false`). */
function hasFilled(run: Run, talk: Talk): boolean {
  if ("end" in stepAt(run, talk, here(talk))) return false;
  return (callOf(run, talk)?.fields ?? []).some((field) => Object.hasOwn(talk.answers, field.id));
}

/** What somebody who left a talk is told. */
export function leftWith(run: Run, flow: string, kept: boolean): Part {
  const key = `word.${flow}`;
  return { key: kept ? "cancel.kept" : "cancel.done", values: { word: words(run.ctx.has(key) ? key : "word.help") } };
}

export function undoEdit(talk: Talk): void {
  if (talk.edit === undefined) return;
  talk.answers[talk.edit.name] = talk.edit.before;
  talk.stack = clone(talk.edit.back);
  delete talk.edit;
}

function tell(run: Run, talk: Talk, step: { say: string; values?: Record<string, string>; rows?: string; qr?: string; after?: string }): void {
  const rows = step.rows === undefined ? undefined : (at(talk.answers, step.rows) as unknown as Say["rows"]);
  const qr = step.qr === undefined ? undefined : at(talk.answers, step.qr);
  const shown = values(talk.answers, step.values);
  say(run, {
    parts: [{ key: step.say, values: shown }],
    ...(rows === undefined || rows.length === 0 ? {} : { rows }),
    ...(step.after === undefined ? {} : { after: [{ key: step.after, values: shown }] }),
    ...(typeof qr === "string" ? { qr: { text: qr, alt: { key: "receipt.qr_alt", values: shown } } } : {}),
  });
}

function form(run: Run, talk: Talk, position: Position, next: string): boolean {
  const call = callOf(run, talk);
  if (call === undefined) throw new Error(`the call of ${talk.flow} is not known`);
  const fields = askedFields(call);
  const unanswered = fields.filter((each) => !Object.hasOwn(talk.answers, each.id) && holds(each.when, talk.answers));
  const field = unanswered.find((each) => each.id === position.field) ?? unanswered[0];
  if (field === undefined) return leave(run, talk, next);
  talk.stack[talk.stack.length - 1] = { ...position, field: field.id };
  const spec = specAt(run, talk);
  if (spec === undefined) throw new Error(`field ${field.id} cannot be asked`);
  const prefill = field.prefill === undefined ? undefined : at(talk.answers, field.prefill);
  const options = Array.isArray(field.options)
    ? field.options.map((option) => ({ value: option.value, label: { show: "either" as const, vi: option.label, ...(option.en === undefined ? {} : { en: option.en.label }) } }))
    : [];
  ask(run, talk, spec, options, field.ask === "choice" ? undefined : prefill);
  return false;
}

function enterAsk(run: Run, talk: Talk, step: AskStep): boolean {
  if (step.ask === "review") return review(run, talk, step);
  if (step.unless_known === true && step.save !== undefined && at(talk.answers, step.save) !== undefined) return leave(run, talk, step.next ?? step.yes);
  if (step.alone === true) flush(run);
  if (step.options !== undefined && !Array.isArray(step.options)) return need(run, "query", step.options.from, args(talk.answers, step.options.args));
  const options = (step.options ?? []).filter((option) => holds(option.when, talk.answers)).map((option) => ({ value: option.value, label: words(option.say) }));
  askStep(run, talk, step, options);
  return false;
}

function askStep(run: Run, talk: Talk, step: AskStep, options: Option[]): void {
  const spec = specAt(run, talk);
  if (spec === undefined) throw new Error(`step ${here(talk).step} cannot be asked`);
  const prefill = step.prefill === undefined ? undefined : at(talk.answers, step.prefill);
  ask(run, talk, spec, options, prefill === null || prefill === "" ? undefined : prefill);
}

/** The review card, and whether to send: after a correction the card is shown only when asked for. */
function review(run: Run, talk: Talk, step: AskStep): boolean {
  const spec = specAt(run, talk);
  if (spec === undefined) throw new Error("nothing to review");
  const corrected = run.lead.some((part) => part.key === "edit.done");
  if (!corrected) showCard(run, talk, step);
  const labels = corrected
    ? ["send", "edit_more", "see_all", "later"]
    : ["send", "edit", "later"];
  open(run, {
    parts: [{ key: corrected ? "review.send_now" : "review.send_or_edit" }],
    options: labels.map((name) => ({ value: `@${name}`, label: words(`review.${name}`) })),
  });
  return false;
}

export function showCard(run: Run, talk: Talk, step: AskStep): void {
  delete talk.section;
  const spec = specAt(run, talk);
  const section = step.section;
  if (section !== undefined) {
    const sections = callOf(run, talk)?.sections ?? [];
    const index = sections.findIndex((each) => each.id === section);
    const found = sections[index];
    if (found !== undefined) {
      talk.section = section;
      run.lead.push({ key: "ask.section", values: { n: index + 1, total: sections.length, title: { show: "either", vi: found.title, ...(found.en === undefined ? {} : { en: found.en.title }) } } });
    }
  }
  if (run.lead.length === 0) run.lead.push(spec?.question ?? { key: step.say });
  say(run, { parts: [], rows: cardRows(run, talk, step) });
}

/** Every answer by name, in the order of the step's `rows`. */
export function cardRows(run: Run, talk: Talk, step: AskStep): { name: Shown; value: Shown; id: string }[] {
  return reviewNames(run, talk, step).flatMap((name) => {
    const value = talk.answers[name];
    const position = stackFor(run, talk, talk.stack, name)?.at(-1);
    const spec = position === undefined ? undefined : specAt(run, talk, position);
    if (value === undefined || spec === undefined) return [];
    return [{ id: name, name: capital(spec.label), value: showAnswer(run, spec, value) }];
  });
}

/** An answer in the words of its choices. */
export function showAnswer(run: Run, spec: AskSpec, value: Json): Shown {
  if (value === later.value) return words("ask.later");
  if (spec.kind === "yes_no" && run.ctx.has(`choice.${spec.name}_yes`)) return words(`choice.${spec.name}_${value === true ? "yes" : "no"}`);
  return askTypes[spec.kind]?.show(value, spec) ?? "";
}

export function reviewNames(run: Run, talk: Talk, step: AskStep): string[] {
  const call = callOf(run, talk);
  return (step.rows ?? []).flatMap((name) => (name === "form" ? (call === undefined ? [] : askedFields(call).map((field) => field.id)) : [name]));
}

function need(run: Run, kind: "query" | "action", name: string, given: JsonObject): false {
  run.need = { id: `${run.session.asked}:${run.hops}:${name}`, kind, name, args: given };
  if (run.lead.length > 0) run.session.lead = run.lead.splice(0);
  return false;
}

/** Takes the result of what was looked up or done, and goes on. */
export function result(run: Run, value: Json, outcome: string | undefined): void {
  const talk = top(run);
  if (talk === undefined) return;
  const step = stepAt(run, talk, here(talk));
  if ("get" in step) {
    if (step.save !== undefined) talk.answers[step.save] = value;
    if (step.merge === true && typeof value === "object" && value !== null && !Array.isArray(value)) Object.assign(talk.answers, value);
    leave(run, talk, step.next);
  } else if ("do" in step) {
    if (step.save !== undefined) talk.answers[step.save] = value;
    const next = step.then[outcome ?? ""];
    if (next === undefined) throw new Error(`${step.do} ended in "${outcome ?? ""}", which ${here(talk).flow}.${here(talk).step} does not provide for`);
    talk.history = [];
    leave(run, talk, next);
  } else if ("ask" in step) {
    const options = z.array(Option).parse(value);
    if (options.length > 0 || step.none === undefined) return askStep(run, talk, step, options);
    leave(run, talk, step.none);
  }
  go(run);
}

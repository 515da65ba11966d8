import { words } from "../domain/shown.js";
import { z } from "zod";
import { clone } from "../lib/clone.js";
import type { Json, JsonObject } from "../domain/json.js";
import { cardRows, review } from "./card.js";
import { at, holds } from "./conditions.js";
import { begin, keepDraft, leftWith } from "./drafts.js";
import { closeEdit, firstMissing } from "./editing.js";
import type { AskStep, Step, Values } from "./flow.js";
import { askField, form, renew } from "./form.js";
import { ask, flush } from "./question.js";
import { args, callOf, flowOf, here, say, stepAt, top, values, type Run } from "./run.js";
import { fieldAt, specAt } from "./specs.js";
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
  if (!("branch" in step || "end" in step || "take" in step || "collect" in step) && !holds(step.when, talk.answers)) return skip(run, talk, step);
  if ("end" in step) return end(run, talk, step);
  if ("call" in step) {
    talk.stack.push({ flow: step.call, step: flowOf(run, talk, step.call).start });
    return true;
  }
  if ("form" in step) return enterForm(run, talk, position, step.next);
  if ("take" in step) return take(talk, step);
  if ("collect" in step) return collect(run, talk, step);
  if ("set" in step) {
    Object.assign(talk.answers, clone(step.set));
    return leave(run, talk, step.next);
  }
  if ("drop" in step) {
    run.session.drafts = [];
    run.session.talks = [talk];
    return leave(run, talk, step.next);
  }
  if ("get" in step) return need(run, "query", step.get, args(talk.answers, step.args));
  if ("do" in step) return need(run, "action", step.do, args(talk.answers, step.args));
  if ("branch" in step) {
    goTo(talk, step.branch.find((arm) => holds(arm.when, talk.answers))?.next ?? step.else);
    return true;
  }
  if ("ask" in step) return enterAsk(run, talk, step);
  if (step.join === true) run.lead.push({ key: step.say, values: values(run, talk.answers, step.values) });
  else tell(run, talk, step);
  return leave(run, talk, step.next);
}

/** Takes the first of a list under its new name. */
function take(talk: Talk, step: Extract<Step, { take: unknown }>): boolean {
  const list = at(talk.answers, step.take);
  const [first] = Array.isArray(list) ? list : [];
  if (!Array.isArray(list) || first === undefined) {
    delete talk.answers[step.as];
    goTo(talk, step.empty);
    return true;
  }
  list.shift();
  talk.answers[step.as] = first;
  goTo(talk, step.next);
  return true;
}

/** Makes an item of answers and adds it to its list. */
function collect(run: Run, talk: Talk, step: Extract<Step, { collect: unknown }>): boolean {
  const item: JsonObject = {};
  for (const path of step.spread ?? []) {
    const value = at(talk.answers, path);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) Object.assign(item, value);
  }
  for (const [name, path] of Object.entries(step.item)) item[name] = at(talk.answers, path) ?? null;
  for (const name of step.forget) delete talk.answers[name];
  const before = talk.answers[step.collect];
  const list = [...(Array.isArray(before) ? before : []), item];
  talk.answers[step.collect] = list;
  const most = callOf(run, talk)?.fields.find((field) => field.id === step.collect)?.many?.max;
  goTo(talk, step.full !== undefined && most !== undefined && list.length >= most ? step.full : step.next);
  return true;
}

function skip(run: Run, talk: Talk, step: Exclude<Step, { branch: unknown } | { end: unknown } | { take: unknown } | { collect: unknown }>): boolean {
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
  const field = "form" in step ? fieldAt(run, talk, caller) : undefined;
  if (field?.repeat !== undefined) {
    talk.answers[field.id] ??= [];
    if (talk.edit?.name === field.id) closeEdit(run, talk);
  }
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
  const taken = step.end.with.flatMap((name) => (talk.answers[name] === undefined ? [] : [[name, talk.answers[name]] as const]));
  begin(run, flow.id, Object.fromEntries(taken));
  return run.session.question === null;
}

function tell(run: Run, talk: Talk, step: { say: string; values?: Values; rows?: string; card?: string[]; qr?: string; after?: string }): void {
  const rows = step.card !== undefined ? cardRows(run, talk, step.card) : step.rows === undefined ? undefined : (at(talk.answers, step.rows) as unknown as Say["rows"]);
  const qr = step.qr === undefined ? undefined : at(talk.answers, step.qr);
  const shown = values(run, talk.answers, step.values);
  say(run, {
    parts: [{ key: step.say, values: shown }],
    ...(rows === undefined || rows.length === 0 ? {} : { rows }),
    ...(step.after === undefined ? {} : { after: [{ key: step.after, values: shown }] }),
    ...(typeof qr === "string" ? { qr: { text: qr, alt: { key: "receipt.qr_alt", values: shown } } } : {}),
  });
}

function enterForm(run: Run, talk: Talk, position: Position, next: string): boolean {
  const did = form(run, talk, position);
  if (did === "answered") return leave(run, talk, next);
  if (did === "closed") return resumeBelow(run);
  if (did === "entered") return true;
  return did === "asked" ? false : need(run, "query", did.query, did.args);
}

function enterAsk(run: Run, talk: Talk, step: AskStep): boolean {
  if (step.ask === "review") {
    renew(run, talk);
    const missing = firstMissing(run, talk);
    if (missing !== undefined) {
      talk.stack = missing;
      return true;
    }
    review(run, talk, step);
    return false;
  }
  if (step.unless_known === true && step.save !== undefined && at(talk.answers, step.save) !== undefined) return leave(run, talk, step.next ?? step.yes);
  if (step.alone === true) flush(run);
  if (step.options !== undefined && !Array.isArray(step.options)) return need(run, "query", step.options.from, args(talk.answers, step.options.args));
  const options = (step.options ?? []).filter((option) => holds(option.when, talk.answers)).map((option) => ({ value: option.value, label: words(option.say, values(run, talk.answers, step.values)) }));
  askStep(run, talk, step, options);
  return false;
}

function askStep(run: Run, talk: Talk, step: AskStep, options: Option[]): void {
  const spec = specAt(run, talk);
  if (spec === undefined) throw new Error(`step ${here(talk).step} cannot be asked`);
  const prefill = step.prefill === undefined ? undefined : at(talk.answers, step.prefill);
  ask(run, talk, spec, options, prefill === null || prefill === "" ? undefined : prefill);
  const { question } = run.session;
  if (question !== null && step.again !== undefined) question.parts = [{ key: step.again, values: values(run, talk.answers, step.values) }];
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
  } else if ("form" in step) {
    const field = fieldAt(run, talk, here(talk));
    if (field !== undefined) return askField(run, talk, field, z.array(Option).parse(value));
  }
  go(run);
}

import { isAsked, type Call, type Field } from "../domain/call.js";
import type { Shown } from "../domain/shown.js";
import { capital, type AskSpec } from "./asks/ask.js";
import type { AskStep, Flow } from "./flow.js";
import { callOf, flowOf, here, stepAt, values, type Run } from "./run.js";
import type { Position, Talk } from "./session.js";

/** The fields of a call's form that are asked today, in order. */
export function askedFields(call: Call): Field[] {
  const order = new Map(call.sections.map((section, index) => [section.id, index]));
  return call.fields.filter(isAsked).sort((a, b) => (order.get(a.section) ?? 0) - (order.get(b.section) ?? 0));
}

export function fieldAt(run: Run, talk: Talk, position: Position): Field | undefined {
  return position.field === undefined ? undefined : callOf(run, talk)?.fields.find((field) => field.id === position.field);
}

/** The question a talk stands at, whether a flow's step or a call's field. */
export function specAt(run: Run, talk: Talk, position: Position = here(talk)): AskSpec | undefined {
  const field = fieldAt(run, talk, position);
  if (field !== undefined) return fieldSpec(run, field);
  const step = stepAt(run, talk, position);
  return "ask" in step ? stepSpec(run, talk, step, position) : undefined;
}

function stepSpec(run: Run, talk: Talk, step: AskStep, position: Position): AskSpec {
  const name = step.save ?? `${position.flow}.${position.step}`;
  return {
    name,
    kind: step.ask,
    label: label(run, name),
    question: { key: step.say, values: values(talk.answers, step.values) },
    later: step.later ?? false,
    extract: step.extract ?? [],
    ...(step.section === undefined ? {} : { section: step.section }),
    ...(step.min === undefined ? {} : { min: step.min }),
    ...(step.max === undefined ? {} : { max: step.max }),
  };
}

function fieldSpec(run: Run, field: Field): AskSpec {
  const name = either(field.label, field.en?.label) ?? label(run, field.id);
  const own = either(field.say, field.en?.say);
  const key = `field.${field.id}`;
  const question =
    own !== undefined
      ? { key: "field_ask.own", values: { question: own } }
      : run.ctx.has(key)
        ? { key, values: {} }
        : { key: field.ask === "yes_no" ? "field_ask.yes_no" : field.ask === "photo" || field.ask === "files" ? "field_ask.photo" : "field_ask.text", values: { label: capital(name) } };
  return {
    name: field.id,
    kind: field.ask ?? "text",
    label: run.ctx.has(`label.${field.id}`) ? label(run, field.id) : name,
    question,
    section: field.section,
    later: field.later,
    extract: field.extract ?? [],
    ...(field.example === undefined ? {} : { example: field.example }),
    ...(field.min === undefined ? {} : { min: field.min }),
    ...(field.max === undefined ? {} : { max: field.max }),
  };
}

function either(vi: string | undefined, en: string | undefined): Shown | undefined {
  return vi === undefined ? undefined : { show: "either", vi, ...(en === undefined ? {} : { en }) };
}

function label(run: Run, name: string): Shown {
  const key = `label.${name}`;
  return run.ctx.has(key) ? { show: "words", key } : name;
}

/** Where an answer is asked for, as a stack to put in place of `base`: the flow's own steps, its form, or a sub-flow it calls. */
export function stackFor(run: Run, talk: Talk, base: readonly Position[], name: string): Position[] | undefined {
  const position = base.at(-1);
  if (position === undefined) return undefined;
  const under = base.slice(0, -1);
  const flow = flowOf(run, talk, position.flow);
  const own = findAsk(flow, name);
  if (own !== undefined) return [...under, { flow: flow.id, step: own }];
  for (const [id, step] of Object.entries(flow.steps)) {
    if ("form" in step && callOf(run, talk)?.fields.some((field) => field.id === name) === true) return [...under, { flow: flow.id, step: id, field: name }];
    if ("call" in step) {
      const inner = findAsk(flowOf(run, talk, step.call), name);
      if (inner !== undefined) return [...under, { flow: flow.id, step: id }, { flow: step.call, step: inner }];
    }
  }
  return undefined;
}

function findAsk(flow: Flow, name: string): string | undefined {
  return Object.entries(flow.steps).find(([, step]) => "ask" in step && step.ask !== "review" && step.save === name)?.[0];
}

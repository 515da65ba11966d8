import type { Call, Field } from "../domain/call.js";
import type { Json } from "../domain/json.js";
import { words, type Shown } from "../domain/shown.js";
import { capital, type AskSpec } from "./asks/ask.js";
import type { AskStep, Flow } from "./flow.js";
import { callOf, flowOf, here, stepAt, values, type Run } from "./run.js";
import type { Position, Talk } from "./session.js";

/** The fields of a call's form, in the order they are asked. */
export function askedFields(call: Call): Field[] {
  const order = new Map(call.sections.map((section, index) => [section.id, index]));
  return [...call.fields].sort((a, b) => (order.get(a.section) ?? 0) - (order.get(b.section) ?? 0));
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
  const shown = values(run, talk.answers, step.values);
  const fixed = Array.isArray(step.options) ? step.options : [];
  const source = Array.isArray(step.options) ? undefined : step.options?.from;
  // A step inside a repeated field stands in that field's section.
  const around = talk.stack.map((each) => fieldAt(run, talk, each)).find((each) => each?.repeat !== undefined);
  const section = step.section ?? around?.section;
  const heading = step.heading === undefined ? headingOf(around) : words(step.heading);
  return {
    name,
    kind: step.ask,
    label: label(run, name),
    question: { key: step.say, values: shown },
    later: step.later ?? false,
    pages: step.pages ?? false,
    free: step.free ?? false,
    extract: step.extract ?? [],
    values: shown,
    labelOf: (value) => {
      const own = fixed.find((option) => option.value === value);
      return own === undefined ? fromSource(run, source, value) : words(own.say);
    },
    ...(section === undefined ? {} : { section }),
    ...(heading === undefined ? {} : { heading }),
    ...(step.many === undefined ? {} : { many: step.many }),
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
  const fixed = Array.isArray(field.options) ? field.options : [];
  const source = Array.isArray(field.options) ? undefined : field.options?.from;
  const heading = headingOf(field);
  return {
    name: field.id,
    kind: field.ask ?? "text",
    label: run.ctx.has(`label.${field.id}`) ? label(run, field.id) : name,
    question,
    section: field.section,
    later: field.later,
    pages: false,
    free: false,
    extract: field.extract ?? [],
    values: {},
    labelOf: (value) => {
      const found = fixed.find((option) => option.value === value);
      return found === undefined ? fromSource(run, source, value) : (either(found.label, found.en?.label) ?? "");
    },
    ...(heading === undefined ? {} : { heading }),
    ...(field.example === undefined ? {} : { example: field.example }),
    ...(run.ctx.has(`unit.${field.id}`) ? { unit: `unit.${field.id}` } : {}),
    ...(field.first === undefined ? {} : { first: field.first }),
    ...(field.many === undefined ? {} : { many: field.many }),
    ...(field.min === undefined ? {} : { min: field.min }),
    ...(field.max === undefined ? {} : { max: field.max }),
  };
}

function headingOf(field: Field | undefined): Shown | undefined {
  return either(field?.heading, field?.en?.heading);
}

/** Lists that choices are made from, and where their members' names stand in the locales. */
const named: Readonly<Record<string, string>> = { "products.sets": "product_set", "certificates.kinds": "certificate_kind" };

function fromSource(run: Run, source: string | undefined, value: Json): Shown {
  const key = `${named[source ?? ""] ?? ""}.${String(value)}`;
  return run.ctx.has(key) ? words(key) : String(value);
}

function either(vi: string | undefined, en: string | undefined): Shown | undefined {
  return vi === undefined ? undefined : { show: "either", vi, ...(en === undefined ? {} : { en }) };
}

function label(run: Run, name: string): Shown {
  const key = `label.${name}`;
  return run.ctx.has(key) ? words(key) : name;
}

/** The heading over a question: its section's place among all, and what it is about. */
export function headOf(run: Run, talk: Talk, spec: Pick<AskSpec, "section" | "heading">): { n: number; total: number; title: Shown } | undefined {
  const sections = callOf(run, talk)?.sections ?? [];
  const index = sections.findIndex((section) => section.id === spec.section);
  const section = sections[index];
  if (section === undefined) return undefined;
  const title = spec.heading ?? either(section.title, section.en?.title) ?? "";
  return { n: index + 1, total: sections.length, title };
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


import { clone } from "../lib/clone.js";
import type { Json } from "../domain/json.js";
import type { Part, Shown } from "../domain/shown.js";
import { askTypes } from "./asks/index.js";
import { capital, words, type AskSpec } from "./asks/ask.js";
import { sentLater } from "./conditions.js";
import { callOf, samePlace, say, top, type Run } from "./run.js";
import type { Option, Question, Say, Talk } from "./session.js";

export const later: Option = { value: sentLater, label: words("ask.later") };
const prefillOptions: Option[] = [
  { value: "@right", label: words("ask.right") },
  { value: "@other", label: words("ask.other") },
];

interface Asked {
  parts: Part[];
  options?: Option[];
  wants?: Question["wants"];
  partial?: Json;
  prefill?: Json;
  special?: Question["special"];
  /** Shown with the question but not said again. */
  rows?: Say["rows"];
}

/** Opens a question: what is typed or pressed next answers it. */
export function open(run: Run, asked: Asked): void {
  const n = ++run.session.asked;
  const options = asked.options ?? [];
  run.session.question = {
    id: run.ctx.questionId(n),
    at: run.ctx.now,
    stack: clone(top(run)?.stack ?? []),
    parts: asked.parts,
    options,
    numbered: asked.wants !== "number",
    wants: asked.wants ?? "text",
    failures: 0,
    ...(asked.partial === undefined ? {} : { partial: asked.partial }),
    ...(asked.prefill === undefined ? {} : { prefill: asked.prefill }),
    ...(asked.special === undefined || asked.special === null ? {} : { special: asked.special }),
  };
  repeat(run, asked.rows);
}

/** Keeps a half answered question with its talk, when something else comes on top of it or it becomes a draft. */
export function park(run: Run): void {
  const { question } = run.session;
  const talk = top(run);
  if (talk !== undefined && question?.partial !== undefined && question.special === undefined) talk.parked = question;
}

/** Says the open question (again), with what leads up to it. */
export function repeat(run: Run, rows?: Say["rows"]): void {
  const question = run.session.question;
  if (question === null) return flush(run);
  say(run, { parts: question.parts, ...(rows === undefined ? {} : { rows }), ...attached(question) });
}

/** Says something else while the question stays open, its choices still at hand. */
export function aside(run: Run, parts: Part[]): void {
  const question = run.session.question;
  say(run, { parts, ...(question === null ? {} : attached(question)) });
}

function attached(question: Question): Partial<Say> {
  return {
    wants: question.wants,
    ...(question.options.length === 0 ? {} : { options: question.options, numbered: question.numbered, questionId: question.id }),
  };
}

export function flush(run: Run): void {
  if (run.lead.length > 0) say(run, { parts: [] });
}

/** Opens the question of a flow's step or a call's field, headed by its section when that has changed. */
export function ask(run: Run, talk: Talk, spec: AskSpec, options: Option[], prefill: Json | undefined): void {
  const type = askTypes[spec.kind];
  if (type === undefined) throw new Error(`questions of kind ${spec.kind} are not asked yet`);
  head(run, talk, spec);
  const { parked } = talk;
  delete talk.parked;
  if (parked !== undefined && samePlace(parked.stack, talk.stack)) {
    run.session.question = { ...parked, id: run.ctx.questionId(++run.session.asked), at: run.ctx.now, failures: 0 };
    return repeat(run);
  }
  if (prefill !== undefined) {
    return open(run, { parts: [{ key: "ask.prefill", values: { label: capital(spec.label), value: type.show(prefill, spec) } }], options: prefillOptions, prefill });
  }
  const parts = [spec.question];
  if (spec.example !== undefined) parts.push({ key: "ask.example", values: { example: spec.example } });
  const fixed = spec.kind === "yes_no" && options.length === 0 ? yesNo(run, spec) : options;
  open(run, { parts, options: spec.later ? [...fixed, later] : fixed, wants: type.wants });
}

function yesNo(run: Run, spec: AskSpec): Option[] {
  const own = (word: string): Shown => words(run.ctx.has(`choice.${spec.name}_${word}`) ? `choice.${spec.name}_${word}` : `ask.${word}`);
  return [
    { value: true, label: own("yes") },
    { value: false, label: own("no") },
  ];
}

function head(run: Run, talk: Talk, spec: AskSpec): void {
  if (spec.section === undefined || talk.section === spec.section || talk.edit !== undefined) return;
  const sections = callOf(run, talk)?.sections ?? [];
  const index = sections.findIndex((section) => section.id === spec.section);
  const section = sections[index];
  if (section === undefined) return;
  talk.section = spec.section;
  run.lead.push({
    key: "ask.section",
    values: { n: index + 1, total: sections.length, title: { show: "either", vi: section.title, ...(section.en === undefined ? {} : { en: section.en.title }) } },
  });
}

/** Which choice a text names: by number, by its words (without accents), or none. */
export function optionBy(run: Run, question: Question, folded: string, fold: (text: string) => string): Option | undefined {
  const number = /^\d{1,2}$/.test(folded) && question.numbered ? Number(folded) : undefined;
  if (number !== undefined) return question.options[number - 1];
  return question.options.find((option) => fold(run.ctx.shown(run.session.language, option.label)) === folded);
}

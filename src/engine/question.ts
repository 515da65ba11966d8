import { clone } from "../lib/clone.js";
import type { Json } from "../domain/json.js";
import { words, type Part, type Shown } from "../domain/shown.js";
import { askTypeOf } from "./asks/index.js";
import { capital, type AskSpec } from "./asks/ask.js";
import { sentLater } from "../domain/answers.js";
import { choose, chooseMany } from "../domain/said/choose.js";
import { fold } from "../lib/text.js";
import { samePlace, say, top, type Run } from "./run.js";
import { headOf } from "./specs.js";
import type { Option, Question, Say, Talk } from "./session.js";

export const later: Option = { value: sentLater, label: words("ask.later") };
/** Choices shown at once; a longer list is searched (UX, principle 5). */
const mostChoices = 5;

interface Asked {
  parts: Part[];
  options?: Option[];
  /** All there are, when they are searched. */
  list?: Option[];
  wants?: Question["wants"];
  partial?: Json;
  prefill?: Json;
  special?: Question["special"];
  /** Shown with the question but not said again. */
  rows?: Say["rows"];
  /** Opened without a word: its answer is there already. */
  quiet?: boolean;
}

/** Opens a question: what is typed or pressed next answers it. */
export function open(run: Run, asked: Asked): void {
  const n = ++run.session.asked;
  const options = asked.options ?? [];
  noteChanges(run);
  run.session.question = {
    id: run.ctx.questionId(n),
    at: run.ctx.now,
    stack: clone(top(run)?.stack ?? []),
    parts: asked.parts,
    options,
    ...(asked.list === undefined ? {} : { list: asked.list }),
    numbered: asked.wants !== "number",
    wants: asked.wants ?? "text",
    failures: 0,
    ...(asked.partial === undefined ? {} : { partial: asked.partial }),
    ...(asked.prefill === undefined ? {} : { prefill: asked.prefill }),
    ...(asked.special === undefined || asked.special === null ? {} : { special: asked.special }),
  };
  if (asked.quiet !== true) repeat(run, asked.rows);
}

/** Keeps with the last answered question what its answer changed, so that "back" can take it back. */
function noteChanges(run: Run): void {
  const talk = top(run);
  if (talk?.before === undefined) return;
  const { before } = talk;
  delete talk.before;
  const last = talk.history.at(-1);
  if (last === undefined) return;
  for (const name of new Set([...Object.keys(before), ...Object.keys(talk.answers)])) {
    const was = before[name];
    if (JSON.stringify(was) !== JSON.stringify(talk.answers[name])) last.undo[name] = was ?? null;
  }
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
export function ask(run: Run, talk: Talk, spec: AskSpec, options: Option[], prefill: Json | undefined, quiet = false): void {
  const type = askTypeOf(spec);
  head(run, talk, spec);
  const { parked } = talk;
  delete talk.parked;
  if (parked !== undefined && samePlace(parked.stack, talk.stack)) {
    noteChanges(run);
    run.session.question = { ...parked, id: run.ctx.questionId(++run.session.asked), at: run.ctx.now, failures: 0 };
    return repeat(run);
  }
  if (prefill !== undefined) {
    const own = (key: string, other: string): string => (run.ctx.has(key) ? key : other);
    return open(run, {
      parts: [{ key: own(`prefill.${spec.name}`, "ask.prefill"), values: { label: capital(spec.label), value: type.show(prefill, spec) } }],
      options: [
        { value: "@right", label: words("ask.right") },
        { value: "@other", label: words(own(`prefill.${spec.name}_other`, "ask.other")) },
      ],
      prefill,
      ...(options.length === 0 ? {} : { list: options }),
    });
  }
  openPlain(run, spec, options, quiet);
}

/** The question itself, without what is known. */
export function openPlain(run: Run, spec: AskSpec, options: Option[], quiet = false): void {
  const parts = [spec.question];
  if (spec.example !== undefined) parts.push({ key: "ask.example", values: { example: spec.example } });
  const fixed = spec.kind === "yes_no" && options.length === 0 ? yesNo(run, spec) : options;
  const more = spec.later ? [later] : [];
  const { wants } = askTypeOf(spec);
  if (fixed.length > mostChoices) return open(run, { parts, options: more, list: fixed, wants, quiet });
  open(run, { parts, options: fixed.length + more.length > mostChoices ? fixed : [...fixed, ...more], wants, quiet });
}

function yesNo(run: Run, spec: AskSpec): Option[] {
  const own = (word: string): Shown => words(run.ctx.has(`choice.${spec.name}_${word}`) ? `choice.${spec.name}_${word}` : `ask.${word}`);
  const both = [
    { value: true, label: own("yes") },
    { value: false, label: own("no") },
  ];
  return spec.first === "no" ? both.reverse() : both;
}

function head(run: Run, talk: Talk, spec: AskSpec): void {
  if (spec.section === undefined || talk.edit !== undefined) return;
  const found = headOf(run, talk, spec);
  if (found === undefined) return;
  const heading = run.ctx.shown("vi", found.title);
  // Inside one section a question without a heading of its own stands under the last one.
  if (talk.section === spec.section && (spec.heading === undefined || talk.heading === heading)) return;
  talk.section = spec.section;
  talk.heading = heading;
  run.lead.push({ key: "ask.section", values: { n: found.n, total: found.total, title: found.title } });
}

/** Which choice a text names: by its number, by its words (without accents), or none. */
export function optionBy(run: Run, question: Question, text: string): Option | undefined {
  const folded = fold(text);
  if (/^\d{1,2}$/.test(folded) && question.numbered) return question.options[Number(folded) - 1];
  return question.options.find((option) => fold(run.ctx.shown(run.session.language, option.label)) === folded);
}

/** Which choices a text could mean, forgiving a typo but never between two: one, several to choose from, or none. */
export function optionsLike(run: Run, question: Question, text: string): Option[] {
  const from = question.list ?? question.options;
  const found = choose(text, wordsOf(run, from));
  if (found.is === "none") return [];
  const indexes = found.is === "one" ? [found.index] : found.indexes;
  return indexes.flatMap((index) => from[index] ?? []).slice(0, mostChoices);
}

/** Several choices in one text, "1 2" or "ISO và HACCP"; null when anything in it is none of them. */
export function manyBy(run: Run, question: Question, text: string): Json[] | null {
  const options = question.options.filter(({ value }) => value !== later.value);
  const { indexes, rest } = chooseMany(text, wordsOf(run, options));
  if (indexes.length === 0 || rest.length > 0) return null;
  return indexes.flatMap((index) => options[index]?.value ?? []);
}

function wordsOf(run: Run, options: readonly Option[]): { label: string; also?: string[] }[] {
  return options.map(({ label, also }) => ({ label: run.ctx.shown(run.session.language, label), ...(also === undefined ? {} : { also }) }));
}

import { clone } from "../lib/clone.js";
import { clean, fold } from "../lib/text.js";
import { readCode } from "../domain/codes.js";
import type { JsonObject } from "../domain/json.js";
import type { Answer } from "./asks/ask.js";
import { go, result } from "./advance.js";
import { begin, keepDraft, undoEdit } from "./drafts.js";
import { edit, rowName, rowNamed, wantsEdit } from "./editing.js";
import { answerQuestion, leaveTalk } from "./answer.js";
import { aside, open, optionBy, park, repeat } from "./question.js";
import { askContext, here, samePlace, say, stepAt, top, type Input, type Run, type StepContext, type Stepped } from "./run.js";
import { specAt } from "./specs.js";
import { quoted, text as textAsk } from "./asks/simple.js";
import { files as filesAsk } from "./asks/files.js";
import type { EngineSession, Question, Talk } from "./session.js";

/**
 * Handles one input. Pure: the session given is not changed, time and ids come from `ctx`.
 * When `need` is set, do it and step again with its result before anything is said; at most 20 times an input.
 */
export function step(session: EngineSession, input: Input, ctx: StepContext): Stepped {
  const run: Run = { session: clone(session), ctx, out: [], lead: [], need: null, chosen: null, hops: 0 };
  run.lead = run.session.lead ?? [];
  delete run.session.lead;
  if (input.is === "result") result(run, input.value, input.outcome);
  else answered(run, input);
  return { session: run.session, say: run.out, need: run.need, chosen: run.chosen };
}

function answered(run: Run, input: Extract<Input, { is: "answer" }>): void {
  const { answer } = input;
  if (answer.is === "settled") return settled(run, answer);
  if (answer.is === "press") return pressed(run, answer.data, input.receivedAt);
  if (answer.is === "text") return said(run, clean(answer.text), input.receivedAt);
  if (tooLate(run, answer)) return;
  const question = run.session.question;
  if (question === null) return idle(run, answer);
  answerQuestion(run, question, answer);
}

function settled(run: Run, answer: Extract<Answer, { is: "settled" }>): void {
  for (const each of [...run.session.talks, ...run.session.drafts]) settleParked(run, each, answer);
  const question = run.session.question;
  const talk = top(run);
  if (question === null || talk === undefined || question.special !== undefined) return;
  const kind = specAt(run, talk)?.kind;
  if (kind === "photo" || kind === "files") answerQuestion(run, question, answer);
}

/** A photo that arrives for a question left half answered: nothing is said until that is taken up. */
function settleParked(run: Run, talk: Talk, answer: Extract<Answer, { is: "settled" }>): void {
  const { parked } = talk;
  const spec = parked === undefined ? undefined : specAt(run, talk, parked.stack.at(-1));
  if (parked === undefined || (spec?.kind !== "photo" && spec?.kind !== "files")) return;
  const parsed = filesAsk.parse(answer, spec, parked.partial, askContext(run, talk));
  if (parsed.is === "waiting") talk.parked = { ...parked, partial: parsed.partial, parts: [...(parsed.part === undefined ? [] : [parsed.part]), ...parked.parts] };
  if (parsed.is === "more") talk.parked = { ...parked, partial: parsed.partial, parts: [...(parsed.lead ?? []), ...parsed.parts], options: parsed.options ?? [], wants: parsed.wants ?? "text" };
  if (parsed.is === "value") {
    talk.answers[spec.name] = parsed.value;
    delete talk.parked;
  }
}

function pressed(run: Run, data: string, receivedAt: Date): void {
  if (data.startsWith("w:")) return said(run, clean(data.slice(2)), receivedAt);
  const question = run.session.question;
  const [id = "", index = ""] = data.split(".");
  const option = question !== null && question.id === id && /^\d{1,2}$/.test(index) ? question.options[Number(index)] : undefined;
  if (question === null || option === undefined) {
    if (question === null) return say(run, { parts: [{ key: "problem.old_button_idle" }] });
    return aside(run, [{ key: "problem.old_button" }, ...question.parts]);
  }
  run.chosen = run.ctx.shown(run.session.language, option.label);
  choose(run, question, option.value);
}

function choose(run: Run, question: Question, value: Question["options"][number]["value"]): void {
  if (question.special === "two_texts") return twoChosen(run, question, value);
  answerQuestion(run, question, { is: "option", value });
}

function said(run: Run, text: string, receivedAt: Date): void {
  const slash = text.startsWith("/");
  const asked = run.session.question;
  if (!slash && asked !== null && receivedAt >= asked.at && !isLate(run, asked)) {
    const option = optionBy(run, asked, text);
    if (option !== undefined) return choose(run, asked, option.value);
    if (asked.options.length > 0 && thumb.test(text)) return aside(run, [{ key: "problem.thumb", values: { emoji: [...text][0] ?? "" } }, ...asked.parts]);
  }
  if (command(run, text, slash)) return;
  if (tooLate(run)) return;
  if (editsAnother(run, text)) return;
  const { question } = run.session;
  if (question === null) return idle(run, { is: "text", text });
  if (receivedAt < question.at) return early(run, question, text);
  if (question.special === "two_texts") return twoChosen(run, question, text);
  answerQuestion(run, question, { is: "text", text });
}

/** "sửa giá" while another answer is being corrected: that one stays as it was. */
function editsAnother(run: Run, text: string): boolean {
  const talk = top(run);
  const wanted = wantsEdit(text);
  if (talk?.edit === undefined || wanted === null) return false;
  const there = { ...talk, stack: talk.edit.back, answers: talk.edit.before };
  const step = stepAt(run, there, here(there));
  const row = "ask" in step ? rowNamed(run, there, step, wanted) : null;
  if (row === null) return false;
  undoEdit(talk);
  if (edit(run, talk, rowName(row))) go(run);
  return true;
}

/** A yes to who knows what: the choices are asked for. */
const thumb = /^(👍|👌|✅|🆗)/u;

/** Words of the contract, at every step. A word is taken with a slash or as the whole text. */
function command(run: Run, text: string, slash: boolean): boolean {
  const [first = "", ...rest] = text.split(/\s+/);
  const whole = fold(text).replace(/ /g, "");
  const start = /^\/?start$/i.test(first) && rest.length > 0;
  const word = slash || start ? fold(first.replace(/^\//, "").replace(/@.*$/, "")).replace(/ /g, "") : whole;
  if (text === "" || word === "") return false;
  switch (word) {
    case "huy":
    case "cancel":
      cancel(run);
      return true;
    case "quaylai":
    case "back":
      back(run);
      return true;
    case "trogiup":
    case "help":
      say(run, { parts: [{ key: "help.all" }] });
      if (run.session.question !== null) repeat(run);
      return true;
    case "ngonngu":
    case "language":
    case "tiengviet":
    case "tienganh":
    case "english":
      language(run, word);
      return true;
  }
  const flow = Object.values(run.ctx.bundle.flows).find((each) => each.words.includes(word));
  if (flow !== undefined) {
    startFlow(run, flow.id, start || (slash && rest.length > 0) ? { startCode: [...rest.join(" ")].slice(0, 64).join("") } : {});
    return true;
  }
  if (run.ctx.unbuilt.includes(word)) {
    aside(run, [{ key: "problem.not_built", values: { word: text.replace(/^\//, ""), office: run.ctx.office } }, ...(run.session.question?.parts ?? [])]);
    return true;
  }
  if (!slash) return false;
  aside(run, [{ key: "problem.unknown_word", values: { text: quoted(first) } }, ...asked(run)]);
  return true;
}

function asked(run: Run): { key: string; values?: Record<string, never> }[] {
  const question = run.session.question;
  return question === null ? [] : [{ key: "problem.question_is" }, ...(question.parts as { key: string }[])];
}

function startFlow(run: Run, flowId: string, answers: JsonObject): void {
  park(run);
  const under = run.session.talks.findIndex((talk) => talk.flow === flowId);
  if (under >= 0 && answers["startCode"] === undefined) {
    const [talk] = run.session.talks.splice(under, 1);
    if (talk !== undefined && !untouched(talk) && (run.ctx.bundle.flows[flowId]?.keeps_draft ?? false)) {
      dropPassing(run);
      run.session.talks.push(talk);
      if (talk.edit !== undefined) undoEdit(talk);
      return go(run);
    }
  }
  dropPassing(run);
  run.session.question = null;
  begin(run, flowId, answers);
  if (run.session.question === null) go(run);
}

/** It was pushed beneath the offer of a draft, and nothing was answered in it. */
function untouched(talk: Talk): boolean {
  return talk.answers["fresh"] === true && talk.history.length === 0;
}

/** A talk that keeps no draft gives way to the next. */
function dropPassing(run: Run): void {
  run.session.talks = run.session.talks.filter((talk) => run.ctx.bundle.flows[talk.flow]?.keeps_draft ?? false);
}

function cancel(run: Run): void {
  if (top(run) === undefined) return say(run, { parts: [{ key: "cancel.nothing" }] });
  leaveTalk(run);
}

function language(run: Run, word: string): void {
  const { session } = run;
  session.language = word === "tiengviet" ? "vi" : word === "english" || word === "tienganh" ? "en" : session.language === "vi" ? "en" : "vi";
  run.lead.push({ key: "language.now" });
  if (session.question === null) return say(run, { parts: [] });
  repeat(run);
}

function back(run: Run): void {
  const talk = top(run);
  const { question } = run.session;
  if (talk === undefined || question === null) return say(run, { parts: [{ key: "back.nothing" }] });
  if (talk.edit !== undefined || question.special !== undefined) {
    undoEdit(talk);
    if (question.special === "resume") return leaveTalk(run);
    return go(run);
  }
  if (question.partial !== undefined) return go(run);
  const previous = talk.history.pop();
  if (previous === undefined) {
    run.lead.push({ key: "back.first" });
    return repeat(run);
  }
  takeBack(talk, previous);
  go(run);
}

/** Stands a talk at a question it had answered, as it was before the answer. */
function takeBack(talk: Talk, answered: Talk["history"][number]): void {
  talk.stack = clone(answered.stack);
  for (const [name, was] of Object.entries(answered.undo)) {
    if (was === null) delete talk.answers[name];
    else talk.answers[name] = was;
  }
  delete talk.section;
}

/** A question left open too long is not answered by whatever comes next: the person is asked whether to go on. */
function tooLate(run: Run, answer?: Answer): boolean {
  const { question } = run.session;
  if (question === null || !isLate(run, question)) return false;
  let kept: string | undefined;
  for (let talk = top(run); talk !== undefined; talk = top(run)) if (keepDraft(run)) kept ??= talk.flow;
  run.session.question = null;
  if (kept === undefined) return false;
  if (answer?.is === "file") run.lead.push({ key: "problem.file_too_late" });
  begin(run, kept);
  if (run.session.question === null) go(run);
  return true;
}

function isLate(run: Run, question: Question): boolean {
  return run.ctx.now.getTime() - question.at.getTime() > run.ctx.idleMs;
}

/** Sent before the open question went out: it cannot answer it. */
function early(run: Run, question: Question, text: string): void {
  const { lastText } = run.session;
  const talk = top(run);
  const before = talk?.history.at(-1);
  if (text === "" || lastText === undefined || talk === undefined || before === undefined || !samePlace(before.stack, lastText.stack) || question.special !== undefined) {
    return aside(run, [{ key: "problem.came_early", values: { text: quoted(text) } }, ...question.parts]);
  }
  delete run.session.lastText;
  talk.history.pop();
  takeBack(talk, before);
  const spec = specAt(run, talk);
  const both = `${lastText.text} ${text}`;
  open(run, {
    special: "two_texts",
    parts: [{ key: "two.which", values: { first: lastText.text, second: text, label: spec?.label ?? "" } }],
    options: [both, lastText.text, text].map((value) => ({ value, label: value })),
  });
}

function twoChosen(run: Run, question: Question, value: Question["options"][number]["value"]): void {
  const talk = top(run);
  const spec = talk === undefined ? undefined : specAt(run, talk);
  if (talk === undefined || spec === undefined) return go(run);
  const answer = { is: "text" as const, text: String(value) };
  const parsed = textAsk.parse(answer, spec, undefined, askContext(run));
  if (parsed.is !== "value") return aside(run, [...(parsed.is === "problem" ? [parsed.part] : []), ...question.parts]);
  const { special: _special, ...plain } = question;
  run.session.question = { ...plain, options: [] };
  answerQuestion(run, run.session.question, answer);
}

/** Nothing is open: a code is looked up, anything else leads to the menu. */
function idle(run: Run, answer: Answer): void {
  const code = answer.is === "text" ? readCode(answer.text) : null;
  if (answer.is === "text" && code !== null && (code.ok || code.why === "check_digit")) {
    const flow = Object.values(run.ctx.bundle.flows).find((each) => each.takes_codes);
    if (flow !== undefined) return startFlow(run, flow.id, { startCode: answer.text });
  }
  const known = run.session.asked > 0;
  if (known && answer.is === "text") run.lead.push({ key: "problem.idle_text", values: { text: quoted(answer.text) } });
  else if (known && answer.is === "other" && answer.what === "voice") run.lead.push({ key: "problem.voice", values: { office: run.ctx.office } });
  else if (known) run.lead.push({ key: "problem.idle_file" });
  startFlow(run, "start", {});
}

export type { Input, StepContext, Stepped };

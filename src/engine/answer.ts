import { clone } from "../lib/clone.js";
import type { Json } from "../domain/json.js";
import type { Part } from "../domain/shown.js";
import { addDays, localDate } from "../domain/dates.js";
import { remindLaterDays } from "../domain/registration.js";
import { fold } from "../lib/text.js";
import { askTypeOf } from "./asks/index.js";
import { quoted } from "./asks/simple.js";
import { agrees, type Answer, type AskSpec, type Parsed } from "./asks/ask.js";
import { go, goTo, leave } from "./advance.js";
import { cardRows, showCard } from "./card.js";
import { draftsOf, keepDraft, leftWith } from "./drafts.js";
import { askWhatToEdit, closeEdit, edit, editNamed, wantsEdit } from "./editing.js";
import type { AskStep } from "./flow.js";
import { aside, flush, later, manyBy, openPlain, optionsLike, repeat } from "./question.js";
import { askContext, callOf, flowOf, here, say, stepAt, top, type Run } from "./run.js";
import { specAt } from "./specs.js";
import type { Question, Say, Talk } from "./session.js";

/** Gives an answer to the open question. */
export function answerQuestion(run: Run, question: Question, answer: Answer): void {
  const talk = top(run);
  if (talk === undefined) return;
  if (question.special === "resume") return resume(run, talk, answer);
  if (question.special === "edit_what") return editWhat(run, talk, answer);
  const step = stepAt(run, talk, here(talk));
  if ("ask" in step && step.ask === "review") return reviewed(run, talk, step, question, answer);
  const spec = specAt(run, talk);
  if (spec === undefined) return go(run);
  if (question.prefill !== undefined) return prefilled(run, talk, spec, question, answer);
  if ("ask" in step && step.file !== undefined && answer.is === "file" && answer.media !== "video" && answer.media !== "audio") {
    talk.answers["pendingFile"] = { fileId: answer.fileId, ...(answer.caption === undefined ? {} : { caption: answer.caption }) };
    goTo(talk, step.file);
    return go(run);
  }
  if (answer.is === "option" && answer.value === later.value) return takeLater(run, talk, spec);
  if (answer.is === "text" && spec.later && ["gui sau", "later", "de sau"].includes(fold(answer.text))) return takeLater(run, talk, spec);
  if ("ask" in step && step.otherwise !== undefined && answer.is === "text") {
    talk.before ??= clone(talk.answers);
    if (step.save !== undefined) talk.answers[step.save] = answer.text;
    remember(run, talk);
    goTo(talk, step.otherwise);
    return go(run);
  }
  const meant = answer.is === "text" ? chosenIn(run, spec, question, answer.text) : null;
  if (meant?.is === "ask") return offerAmong(run, question, meant.options);
  take(run, talk, spec, question, parse(run, spec, question, meant?.answer ?? answer), meant?.answer ?? answer);
}

function parse(run: Run, spec: AskSpec, question: Question, answer: Answer): Parsed {
  return askTypeOf(spec).parse(answer, spec, question.partial, askContext(run));
}

/** What words mean among the choices of a question that has nothing but choices: one, or the few it could be. */
function chosenIn(run: Run, spec: AskSpec, question: Question, text: string): { is: "answer"; answer: Answer } | { is: "ask"; options: Question["options"] } | null {
  if (spec.kind === "choices") {
    const values = manyBy(run, question, text);
    if (values !== null) return { is: "answer", answer: { is: "option", value: values } };
  }
  const choosing = ["choice", "choices", "yes_no"].includes(spec.kind) || question.list !== undefined;
  const like = choosing ? optionsLike(run, question, text) : [];
  const [only] = like;
  if (only === undefined) return null;
  return like.length === 1 ? { is: "answer", answer: { is: "option", value: only.value } } : { is: "ask", options: like };
}

/** The few that were meant, to choose from; what is typed next is searched among all again. */
function offerAmong(run: Run, question: Question, options: Question["options"]): void {
  question.list ??= question.options;
  question.options = options;
  renewId(run, question);
  aside(run, [{ key: "problem.which_of" }]);
}

function take(run: Run, talk: Talk, spec: AskSpec, question: Question, parsed: Parsed, answer: Answer): void {
  switch (parsed.is) {
    case "value":
      if (parsed.echo !== null) run.lead.push(parsed.echo);
      return accept(run, talk, spec, parsed.value, answer);
    case "more":
      run.lead.push(...(parsed.lead ?? []));
      if (parsed.apart === true) flush(run);
      question.partial = parsed.partial;
      question.parts = parsed.parts;
      question.options = (parsed.options ?? []).map((option) => ({ ...option }));
      question.wants = parsed.wants ?? "text";
      question.failures = 0;
      question.at = run.ctx.now;
      renewId(run, question);
      return repeat(run);
    case "waiting":
      question.partial = parsed.partial;
      if (parsed.part !== undefined) say(run, { parts: [parsed.part] });
      return;
    case "problem":
      return mend(run, talk, question, parsed);
    case "cancel":
      return leaveTalk(run, parsed.part, parsed.remindOn);
  }
}

/** Buttons of the follow-up are not those of the question before it. */
function renewId(run: Run, question: Question): void {
  question.id = run.ctx.questionId(++run.session.asked);
}

/** Problems that say nothing of what is asked are followed by the question. */
const bare = new Set(["problem.want_words", "problem.choose", "problem.want_photo", "problem.file_not_here"]);

function mend(run: Run, talk: Talk, question: Question, parsed: Extract<Parsed, { is: "problem" }>): void {
  question.failures++;
  if (parsed.keep !== undefined) talk.kept = [...(talk.kept ?? []), parsed.keep].slice(-3);
  if (parsed.options !== undefined) {
    question.options = parsed.options;
    renewId(run, question);
  }
  const parts: Part[] = [parsed.part];
  if (question.failures >= 2) parts.push({ key: "problem.person", values: { office: run.ctx.office } });
  if (bare.has(parsed.part.key)) parts.push(...question.parts);
  aside(run, parts);
}

function takeLater(run: Run, talk: Talk, spec: AskSpec): void {
  talk.before ??= clone(talk.answers);
  run.lead.push(saidLater(run, talk, spec));
  accept(run, talk, spec, later.value, { is: "option", value: later.value });
}

function saidLater(run: Run, talk: Talk, spec: AskSpec): Part {
  if (callOf(run, talk)?.fields.some((field) => field.id === spec.name) !== true) return { key: "echo.later_plain", values: { label: spec.label } };
  const told = talk.answers["remindOn"];
  const on = typeof told === "string" && told > localDate(run.ctx.now) ? told : addDays(localDate(run.ctx.now), remindLaterDays);
  talk.answers["remindOn"] = on;
  return { key: "echo.later", values: { label: spec.label, remind: { show: "date", on } } };
}

function prefilled(run: Run, talk: Talk, spec: AskSpec, question: Question, answer: Answer): void {
  const said = answer.is === "text" ? fold(answer.text) : "";
  if ((answer.is === "option" && answer.value === "@right") || (answer.is === "text" && agrees(answer.text))) {
    run.lead.push({ key: "echo.noted" });
    return accept(run, talk, spec, question.prefill ?? null, answer);
  }
  if ((answer.is === "option" && answer.value === "@other") || ["khong", "sai", "no", "khac"].includes(said)) return openPlain(run, spec, question.list ?? []);
  const meant = answer.is === "text" && question.list !== undefined ? chosenIn(run, spec, question, answer.text) : null;
  if (meant?.is === "ask") {
    delete question.prefill;
    return offerAmong(run, question, meant.options);
  }
  take(run, talk, spec, question, parse(run, spec, question, meant?.answer ?? answer), meant?.answer ?? answer);
}

function remember(run: Run, talk: Talk): void {
  const stack = run.session.question?.stack;
  if (stack !== undefined) talk.history = [...talk.history, { stack: clone(stack), undo: {} }].slice(-60);
}

/** Keeps an answer and goes on: to the next question, or back to the review it was corrected from. */
export function accept(run: Run, talk: Talk, spec: AskSpec, value: Json, answer: Answer): void {
  const step = stepAt(run, talk, here(talk));
  talk.before ??= clone(talk.answers);
  talk.answers[spec.name] = value;
  if (talk.edit?.name === spec.name) {
    delete talk.before;
    closeEdit(run, talk);
    return go(run);
  }
  if ("ask" in step && step.back === false) talk.history = [];
  else remember(run, talk);
  if (answer.is === "text" && spec.kind === "text") run.session.lastText = { stack: clone(talk.stack), text: answer.text };
  if ("form" in step) {
    const after = step.after?.[spec.name];
    if (after !== undefined) talk.stack.push({ flow: after, step: flowOf(run, talk, after).start });
    return go(run);
  }
  if ("ask" in step) {
    const chosen = Array.isArray(step.options) ? step.options.find((option) => option.value === value)?.then : undefined;
    leave(run, talk, chosen ?? step.next ?? step.yes);
  }
  go(run);
}

function reviewed(run: Run, talk: Talk, step: AskStep, question: Question, answer: Answer): void {
  if (answer.is === "text") {
    const wanted = wantsEdit(answer.text);
    if (wanted !== null) return editNamed(run, talk, step, wanted) ? go(run) : undefined;
    if (["sua", "edit"].includes(fold(answer.text))) return askWhatToEdit(run, talk, step);
    const [only, ...more] = optionsLike(run, question, answer.text);
    if (only !== undefined && more.length === 0) return reviewed(run, talk, step, question, { is: "option", value: only.value });
    return aside(run, [{ key: "problem.choose", values: { text: quoted(answer.text) } }, ...question.parts]);
  }
  if (answer.is !== "option") return aside(run, [{ key: "problem.want_words" }, ...question.parts]);
  switch (answer.value) {
    case "@send":
      leave(run, talk, step.yes ?? step.next);
      return go(run);
    case "@edit":
    case "@edit_more":
      return askWhatToEdit(run, talk, step);
    case "@see_all":
      showCard(run, talk, step);
      return repeat(run);
    default:
      return leaveTalk(run);
  }
}

function editWhat(run: Run, talk: Talk, answer: Answer): void {
  const step = stepAt(run, talk, here(talk));
  if (!("ask" in step)) return go(run);
  if (answer.is === "option" && typeof answer.value === "string" && answer.value !== "@none") return edit(run, talk, answer.value) ? go(run) : undefined;
  if (answer.is === "text") return editNamed(run, talk, step, wantsEdit(answer.text) ?? answer.text) ? go(run) : undefined;
  go(run);
}

/** What /huy does: keeps the draft, says so, and takes up what was under way before. */
export function leaveTalk(run: Run, part?: Part, remindOn?: string): void {
  const flow = top(run)?.flow;
  const kept = keepDraft(run, remindOn);
  run.lead = [kept && part !== undefined ? part : leftWith(run, flow ?? "", kept)];
  if (top(run) !== undefined) say(run, { parts: [] });
  go(run);
}

function resume(run: Run, talk: Talk, answer: Answer): void {
  const drafts = draftsOf(run, talk.flow);
  const said = answer.is === "option" ? answer.value : null;
  const draft = typeof said === "number" ? drafts[said] : drafts[0];
  if (said === "another" || draft === undefined) {
    run.session.question = null;
    return go(run);
  }
  if (said === "look") {
    say(run, { parts: [{ key: "resume.answered" }], rows: draftRows(run, draft) });
    return repeat(run);
  }
  if (said === "go_on" || typeof said === "number" || (drafts.length === 1 && answer.is === "text" && ["co", "lam tiep", "tiep", "yes", "ok"].includes(fold(answer.text)))) {
    run.session.drafts = run.session.drafts.filter((each) => each !== draft);
    run.session.talks[run.session.talks.length - 1] = draft;
    delete draft.section;
    delete draft.keptAt;
    delete draft.remindOn;
    return go(run);
  }
  aside(run, [{ key: "problem.choose", values: { text: answer.is === "text" ? quoted(answer.text) : "" } }, ...(run.session.question?.parts ?? [])]);
}

/** What a draft holds, as its review would show it. */
function draftRows(run: Run, draft: Talk): NonNullable<Say["rows"]> {
  const review = Object.values(flowOf(run, draft, draft.flow).steps).find((step): step is AskStep => "ask" in step && step.ask === "review");
  return review === undefined ? [] : cardRows(run, { ...draft, stack: draft.stack.slice(0, 1) }, review.rows ?? []);
}

import { clone } from "../lib/clone.js";
import type { Json } from "../domain/json.js";
import type { Part } from "../domain/shown.js";
import { fold } from "../lib/text.js";
import { askTypes } from "./asks/index.js";
import { quoted } from "./asks/simple.js";
import { agrees, capital, words, type Answer, type AskSpec, type Parsed } from "./asks/ask.js";
import { cardRows, draftsOf, go, goTo, keepDraft, leave, leftWith, reviewNames, showAnswer, showCard } from "./advance.js";
import { holds } from "./conditions.js";
import type { AskStep } from "./flow.js";
import { aside, later, open, repeat } from "./question.js";
import { askContext, callOf, flowOf, here, say, stepAt, top, type Run } from "./run.js";
import { askedFields, specAt, stackFor } from "./specs.js";
import type { Question, Say, Talk } from "./session.js";

/** Gives an answer to the open question. */
export function answerQuestion(run: Run, question: Question, answer: Answer): void {
  const talk = top(run);
  if (talk === undefined) return;
  if (question.special === "resume") return resume(run, talk, answer);
  if (question.special === "edit_what") return editWhat(run, talk, answer);
  const step = stepAt(run, talk, here(talk));
  if ("ask" in step && step.ask === "review") return reviewed(run, talk, step, answer);
  const spec = specAt(run, talk);
  if (spec === undefined) return go(run);
  if (question.prefill !== undefined) return prefilled(run, talk, spec, question, answer);
  if (answer.is === "option" && answer.value === later.value) return sentLater(run, talk, spec);
  if (answer.is === "text" && spec.later && ["gui sau", "later", "de sau"].includes(fold(answer.text))) return sentLater(run, talk, spec);
  if ("ask" in step && step.otherwise !== undefined && answer.is === "text") {
    if (step.save !== undefined) talk.answers[step.save] = answer.text;
    remember(run, talk);
    goTo(talk, step.otherwise);
    return go(run);
  }
  take(run, talk, spec, question, askTypes[spec.kind]?.parse(answer, spec, question.partial, askContext(run)) ?? { is: "problem", part: { key: "problem.want_words" } }, answer);
}

function take(run: Run, talk: Talk, spec: AskSpec, question: Question, parsed: Parsed, answer: Answer): void {
  switch (parsed.is) {
    case "value":
      if (parsed.echo !== null) run.lead.push(parsed.echo);
      return accept(run, talk, spec, parsed.value, answer);
    case "more":
      run.lead.push(...(parsed.lead ?? []));
      question.partial = parsed.partial;
      question.parts = parsed.parts;
      question.options = (parsed.options ?? []).map((option) => ({ ...option }));
      question.wants = parsed.wants ?? "text";
      question.failures = 0;
      question.at = run.ctx.now;
      renew(run, question);
      return repeat(run);
    case "waiting":
      question.partial = parsed.partial;
      if (parsed.part !== undefined) say(run, { parts: [parsed.part] });
      return;
    case "problem":
      return mend(run, talk, question, parsed);
    case "cancel":
      return leaveTalk(run);
  }
}

/** Buttons of the follow-up are not those of the question before it. */
function renew(run: Run, question: Question): void {
  question.id = run.ctx.questionId(++run.session.asked);
}

/** Problems that say nothing of what is asked are followed by the question. */
const bare = new Set(["problem.want_words", "problem.choose", "problem.want_photo", "problem.file_not_here"]);

function mend(run: Run, talk: Talk, question: Question, parsed: Extract<Parsed, { is: "problem" }>): void {
  question.failures++;
  if (parsed.keep !== undefined) talk.kept = [...(talk.kept ?? []), parsed.keep].slice(-3);
  if (parsed.options !== undefined) {
    question.options = parsed.options;
    renew(run, question);
  }
  const parts: Part[] = [parsed.part];
  if (question.failures >= 2) parts.push({ key: "problem.person", values: { office: run.ctx.office } });
  if (bare.has(parsed.part.key)) parts.push(...question.parts);
  aside(run, parts);
}

function sentLater(run: Run, talk: Talk, spec: AskSpec): void {
  run.lead.push({ key: "echo.later", values: { label: spec.label } });
  accept(run, talk, spec, later.value, { is: "option", value: later.value });
}

function prefilled(run: Run, talk: Talk, spec: AskSpec, question: Question, answer: Answer): void {
  const said = answer.is === "text" ? fold(answer.text) : "";
  if ((answer.is === "option" && answer.value === "@right") || (answer.is === "text" && agrees(answer.text))) {
    run.lead.push({ key: "echo.noted" });
    return accept(run, talk, spec, question.prefill ?? null, answer);
  }
  if ((answer.is === "option" && answer.value === "@other") || ["khong", "sai", "no", "khac"].includes(said)) {
    const type = askTypes[spec.kind];
    return open(run, { parts: [spec.question], wants: type?.wants ?? "text" });
  }
  const { prefill: _prefill, ...plain } = question;
  take(run, talk, spec, question, askTypes[spec.kind]?.parse(answer, spec, plain.partial, askContext(run)) ?? { is: "problem", part: { key: "problem.want_words" } }, answer);
}

function remember(run: Run, talk: Talk): void {
  const stack = run.session.question?.stack;
  if (stack !== undefined) talk.history = [...talk.history, clone(stack)].slice(-60);
}

/** Keeps an answer and goes on: to the next question, or back to the review it was corrected from. */
export function accept(run: Run, talk: Talk, spec: AskSpec, value: Json, answer: Answer): void {
  const step = stepAt(run, talk, here(talk));
  talk.answers[spec.name] = value;
  if (talk.edit !== undefined) return endEdit(run, talk, spec);
  if ("ask" in step && step.back === false) talk.history = [];
  else remember(run, talk);
  if (answer.is === "text" && spec.kind === "text") run.session.lastText = { stack: clone(talk.stack), text: answer.text };
  if ("form" in step) {
    const after = step.after?.[spec.name];
    if (after !== undefined) talk.stack.push({ flow: after, step: run.ctx.bundle.flows[after]?.start ?? "" });
    return go(run);
  }
  if ("ask" in step) {
    const chosen = Array.isArray(step.options) ? step.options.find((option) => option.value === value)?.then : undefined;
    leave(run, talk, chosen ?? step.next ?? step.yes);
  }
  go(run);
}

function endEdit(run: Run, talk: Talk, spec: AskSpec): void {
  const { edit } = talk;
  if (edit === undefined) return;
  run.lead = [{ key: "edit.done", values: { label: spec.label, value: showAnswer(run, spec, talk.answers[spec.name] ?? null), before: showAnswer(run, spec, edit.before) } }];
  talk.stack = clone(edit.back);
  delete talk.edit;
  dropUnasked(run, talk);
  const call = callOf(run, talk);
  const missing = call === undefined ? undefined : askedFields(call).find((field) => !Object.hasOwn(talk.answers, field.id) && holds(field.when, talk.answers));
  talk.stack = (missing === undefined ? undefined : stackFor(run, talk, talk.stack, missing.id)) ?? talk.stack;
  go(run);
}

/** After a correction no answer stays whose condition no longer holds, nor those that hung on them. */
function dropUnasked(run: Run, talk: Talk): void {
  const gone = (callOf(run, talk)?.fields ?? []).filter((field) => Object.hasOwn(talk.answers, field.id) && !holds(field.when, talk.answers));
  for (const field of gone) delete talk.answers[field.id];
  if (gone.length > 0) dropUnasked(run, talk);
}

function reviewed(run: Run, talk: Talk, step: AskStep, answer: Answer): void {
  if (answer.is === "option") {
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
  if (answer.is === "text") {
    const wanted = /^(sua|doi|edit|change)\s+(.+)$/.exec(fold(answer.text))?.[2];
    if (wanted !== undefined) return editNamed(run, talk, step, answer.text.trim().replace(/^\S+\s+/, ""));
    if (["sua", "edit"].includes(fold(answer.text))) return askWhatToEdit(run, talk, step);
  }
  aside(run, [{ key: answer.is === "text" ? "problem.choose" : "problem.want_words", values: { text: answer.is === "text" ? quoted(answer.text) : "" } }, ...(run.session.question?.parts ?? [])]);
}

function askWhatToEdit(run: Run, talk: Talk, step: AskStep): void {
  const rows = cardRows(run, talk, step);
  open(run, {
    special: "edit_what",
    parts: [{ key: "edit.which" }],
    options: [...rows.map((row) => ({ value: row.id, label: row.name })), { value: "@none", label: words("edit.none") }],
  });
}

function editWhat(run: Run, talk: Talk, answer: Answer): void {
  const step = stepAt(run, talk, here(talk));
  if (!("ask" in step)) return go(run);
  if (answer.is === "option" && typeof answer.value === "string" && answer.value !== "@none") return edit(run, talk, answer.value);
  if (answer.is === "text") return editNamed(run, talk, step, answer.text.trim().replace(/^(sửa|sua|edit)\s+/i, ""));
  go(run);
}

function editNamed(run: Run, talk: Talk, step: AskStep, said: string): void {
  const wanted = fold(said);
  const rows = cardRows(run, talk, step);
  const named = rows.map((row) => ({ id: row.id, name: fold(run.ctx.shown(run.session.language, row.name)) }));
  const found = named.find((row) => row.name === wanted) ?? named.find((row) => wanted !== "" && (row.name.includes(wanted) || wanted.includes(row.name)));
  if (found !== undefined) return edit(run, talk, found.id);
  run.lead.push({ key: "edit.no_such", values: { text: quoted(said) } });
  askWhatToEdit(run, talk, step);
}

function edit(run: Run, talk: Talk, name: string): void {
  const stack = stackFor(run, talk, talk.stack, name);
  const step = stepAt(run, talk, here(talk));
  if (stack === undefined || !("ask" in step) || !reviewNames(run, talk, step).includes(name)) return go(run);
  talk.edit = { name, back: clone(talk.stack), before: talk.answers[name] ?? null };
  talk.stack = stack;
  const spec = specAt(run, talk);
  if (spec !== undefined && talk.edit.before !== later.value) {
    run.lead.push({ key: "edit.was", values: { label: capital(spec.label), value: showAnswer(run, spec, talk.edit.before) } });
  }
  delete talk.answers[name];
  go(run);
}

/** What /huy does: keeps the draft, says so, and takes up what was under way before. */
export function leaveTalk(run: Run): void {
  const flow = top(run)?.flow;
  const kept = keepDraft(run);
  run.lead = [leftWith(run, flow ?? "", kept)];
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
    return go(run);
  }
  aside(run, [{ key: "problem.choose", values: { text: answer.is === "text" ? quoted(answer.text) : "" } }, ...(run.session.question?.parts ?? [])]);
}

/** What a draft holds, as its review would show it. */
function draftRows(run: Run, draft: Talk): NonNullable<Say["rows"]> {
  const review = Object.values(flowOf(run, draft, draft.flow).steps).find((step): step is AskStep => "ask" in step && step.ask === "review");
  return review === undefined ? [] : cardRows(run, { ...draft, stack: draft.stack.slice(0, 1) }, review);
}

import { clone } from "../lib/clone.js";
import type { JsonObject } from "../domain/json.js";
import { words, type Part, type Shown } from "../domain/shown.js";
import { at } from "./conditions.js";
import { open, park } from "./question.js";
import { callOf, flowOf, here, stepAt, type Run } from "./run.js";
import type { Talk } from "./session.js";

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
export function keepDraft(run: Run, remindOn?: string): boolean {
  park(run);
  const talk = run.session.talks.pop();
  if (talk === undefined) return false;
  if (talk.edit !== undefined) undoEdit(talk);
  const keeps = flowOf(run, talk, talk.flow).keeps_draft && (talk.history.length > 0 || hasFilled(run, talk));
  run.session.question = null;
  if (!keeps) return false;
  const { fresh: _fresh, ...answers } = talk.answers;
  run.session.drafts = [...run.session.drafts, { ...talk, answers, keptAt: run.ctx.now, ...(remindOn === undefined ? {} : { remindOn }) }];
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
  talk.answers = clone(talk.edit.before);
  talk.stack = clone(talk.edit.back);
  delete talk.edit;
}

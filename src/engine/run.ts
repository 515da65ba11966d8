import { Call } from "../domain/call.js";
import { addDays, localDate } from "../domain/dates.js";
import type { Json, JsonObject } from "../domain/json.js";
import type { Gazetteer } from "../domain/gazetteer.js";
import type { Language, Part, Shown } from "../domain/shown.js";
import type { Answer, AskContext } from "./asks/ask.js";
import { at } from "./conditions.js";
import type { Bundle, Flow, Step, Values } from "./flow.js";
import type { EngineSession, Need, Position, Say, Talk } from "./session.js";

/** What a step may look at; nothing in it changes while an input is handled. */
export interface StepContext {
  now: Date;
  /** The flows of today, and those that older talks began with. */
  bundle: Bundle;
  bundleOf(hash: string): Bundle | undefined;
  form(ref: { code: string; revision: number }): Call | undefined;
  /** The newest revision of a call; 0 when there is none. */
  latest(code: string): number;
  text(language: Language, part: Part): string;
  shown(language: Language, value: Shown): string;
  has(key: string): boolean;
  places: Gazetteer;
  office: Shown;
  /** An id for this person's n-th question that nobody else's button can carry. */
  questionId(n: number): string;
  /** Words of the contract whose flow is not built yet, folded. */
  unbuilt: readonly string[];
  /** An open question older than this is taken up again by a resume prompt instead of being answered. */
  idleMs: number;
}

export type Input =
  | { is: "answer"; answer: Exclude<Answer, { is: "option" }> | { is: "press"; data: string }; receivedAt: Date }
  | { is: "result"; id: string; value: Json; outcome?: string };

export interface Stepped {
  session: EngineSession;
  say: Say[];
  need: Need | null;
  /** The label of the choice that a press made, to be shown in place of its buttons. */
  chosen: string | null;
}

/** One input being handled: the session is our own copy. */
export interface Run {
  session: EngineSession;
  ctx: StepContext;
  out: Say[];
  /** Parts that go before the next thing said, in the same message. */
  lead: Part[];
  need: Need | null;
  chosen: string | null;
  hops: number;
}

export function top(run: Run): Talk | undefined {
  return run.session.talks.at(-1);
}

export function flowOf(run: Run, talk: Talk, id: string): Flow {
  const bundle = run.ctx.bundleOf(talk.bundle) ?? run.ctx.bundle;
  const flow = bundle.flows[id] ?? run.ctx.bundle.flows[id];
  if (flow === undefined) throw new Error(`no such flow: ${id}`);
  return flow;
}

export function here(talk: Talk): Position {
  const position = talk.stack.at(-1);
  if (position === undefined) throw new Error(`talk of ${talk.flow} stands nowhere`);
  return position;
}

export function stepAt(run: Run, talk: Talk, position: Position): Step {
  const step = flowOf(run, talk, position.flow).steps[position.step];
  if (step === undefined) throw new Error(`no such step: ${position.flow}.${position.step}`);
  return step;
}

/** The call whose form this talk fills, once it is known. */
export function callOf(run: Run, talk: Talk): Call | undefined {
  const code = at(talk.answers, "call.code");
  const revision = at(talk.answers, "call.revision");
  return typeof code === "string" && typeof revision === "number" ? run.ctx.form({ code, revision }) : undefined;
}

export function values(run: Run, answers: JsonObject, given: Values | undefined): Record<string, Shown> {
  const found: Record<string, Shown> = {};
  for (const [name, source] of Object.entries(given ?? {})) {
    const value = at(answers, typeof source === "string" ? source : source.path) ?? "";
    const key = typeof source === "string" ? "" : `${source.as}.${String(value)}`;
    found[name] = run.ctx.has(key) ? { show: "words", key } : (value as Shown);
  }
  return found;
}

export function args(answers: JsonObject, paths: Record<string, string> | undefined): JsonObject {
  const found: JsonObject = {};
  for (const [name, path] of Object.entries(paths ?? {})) found[name] = path === "*" ? answers : (at(answers, path) ?? null);
  return found;
}

export function askContext(run: Run, talk: Talk | undefined = top(run)): AskContext {
  const call = talk === undefined ? undefined : callOf(run, talk);
  const lastOn = call === undefined ? undefined : addDays(call.closesBefore, -1);
  return {
    today: localDate(run.ctx.now),
    answers: talk?.answers ?? {},
    remindBefore: call?.reminders?.before ?? [],
    has: run.ctx.has,
    language: run.session.language,
    places: run.ctx.places,
    office: run.ctx.office,
    ...(lastOn === undefined ? {} : { lastOn }),
  };
}

/** Says something, with what led up to it in front. */
export function say(run: Run, message: Say): void {
  run.out.push({ ...message, parts: [...run.lead, ...message.parts] });
  run.lead = [];
}

export function samePlace(a: readonly Position[], b: readonly Position[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

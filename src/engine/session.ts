import { z } from "zod";
import type { Json, JsonObject } from "../domain/json.js";
import { Language, type Part, type Shown } from "../domain/shown.js";

/** Our own plain data: its shape is the question's affair, checked where it is used. */
const JsonValue = z.unknown() as z.ZodType<Json>;
const Answers = z.record(z.string(), JsonValue) as unknown as z.ZodType<JsonObject>;

/** A place in a flow; `field` when the step is a form. A stack of these is where a talk stands. */
export const Position = z.object({ flow: z.string(), step: z.string(), field: z.string().exactOptional() });
export type Position = z.infer<typeof Position>;

const ShownValue = z.unknown() as z.ZodType<Shown>;
const PartValue = z.object({ key: z.string(), values: z.record(z.string(), ShownValue).exactOptional() }) as z.ZodType<Part>;

/** `also`: other words for it; `likely`: the one to offer first, by itself. */
export const Option = z.object({ value: JsonValue, label: ShownValue, also: z.array(z.string()).exactOptional(), likely: z.boolean().exactOptional() });
export type Option = z.infer<typeof Option>;

export const Question = z.object({
  id: z.string(),
  at: z.date(),
  stack: z.array(Position),
  /** What was asked, without what led up to it: said again when something came between. */
  parts: z.array(PartValue),
  options: z.array(Option),
  /** All there are, when they are too many to show: they are searched by what is typed. */
  list: z.array(Option).exactOptional(),
  numbered: z.boolean(),
  wants: z.enum(["text", "phone", "photo", "number"]),
  /** What part of the answer is understood so far. */
  partial: JsonValue.exactOptional(),
  /** The answer we know already and ask to confirm. */
  prefill: JsonValue.exactOptional(),
  failures: z.number().int(),
  /** Not a step: what the engine itself asks. */
  special: z.enum(["resume", "edit_what", "two_texts"]).exactOptional(),
});
export type Question = z.infer<typeof Question>;

/** A question that was answered: where it stood, and what its answer changed, as it was before (`null`: was not there). */
const Answered = z.object({ stack: z.array(Position), undo: z.record(z.string(), JsonValue) });

/** One flow under way, with its sub-flows. All its answers are in one place. */
export const Talk = z.object({
  flow: z.string(),
  /** The hash of the flows it began with. */
  bundle: z.string(),
  stack: z.array(Position),
  answers: Answers,
  /** Questions answered so far, for "back". */
  history: z.array(Answered),
  /** The answers as they were when the question now answered was open; only while an input is handled. */
  before: Answers.exactOptional(),
  /** The section last named ("Bước 3/9"), and under which heading. */
  section: z.string().exactOptional(),
  heading: z.string().exactOptional(),
  /** Correcting one answer of the review: where to return, what is corrected (one row of several an answer has: `row`), and all answers as they were. */
  edit: z.object({ name: z.string(), row: z.string().exactOptional(), back: z.array(Position), before: Answers }).exactOptional(),
  /** The question left half answered for something else; it is taken up as it stood. */
  parked: Question.exactOptional(),
  /** Texts that were too long for their question, kept with the draft. */
  kept: z.array(z.string()).exactOptional(),
  /** The person was told that the call's last day has passed. */
  saidLate: z.boolean().exactOptional(),
  /** Local date on which the owner of the draft is reminded of it. */
  remindOn: z.string().exactOptional(),
  /** Set when it became a draft. */
  keptAt: z.date().exactOptional(),
});
export type Talk = z.infer<typeof Talk>;

/** What the engine keeps for one person between messages. */
export const EngineSession = z.object({
  language: Language,
  /** The last is the one under way. */
  talks: z.array(Talk),
  question: Question.nullable(),
  drafts: z.array(Talk),
  /** How many questions were asked ever; makes question ids. */
  asked: z.number().int(),
  /** The text just answered, in case a second one was sent before the next question went out. */
  lastText: z.object({ stack: z.array(Position), text: z.string() }).exactOptional(),
  /** What goes before the next thing said, while something is looked up or done in between. */
  lead: z.array(PartValue).exactOptional(),
});
export type EngineSession = z.infer<typeof EngineSession>;

export function newSession(language: Language): EngineSession {
  return { language, talks: [], question: null, drafts: [], asked: 0 };
}

/** One message to be worded: parts are joined by a space. */
export interface Say {
  parts: Part[];
  rows?: { name: Shown; value: Shown }[];
  after?: Part[];
  options?: Option[];
  numbered?: boolean;
  questionId?: string;
  wants?: "text" | "phone" | "photo" | "number";
  qr?: { text: string; alt: Part };
}

/** A query or an action the engine waits for; `conversation/` does it and steps again with the result. */
export interface Need {
  id: string;
  kind: "query" | "action";
  name: string;
  args: JsonObject;
}

import type { AskKind } from "../../domain/call.js";
import type { Json, JsonObject } from "../../domain/json.js";
import type { FileProblem } from "../../domain/message.js";
import type { Language, Part, Shown } from "../../domain/shown.js";
import type { Gazetteer } from "../../domain/gazetteer.js";
import { fold } from "../../lib/text.js";
import type { Option } from "../session.js";

/** One question, from a flow's step or a call's field alike. */
export interface AskSpec {
  name: string;
  kind: AskKind | "review";
  /** What it is about, within a sentence: "tên sản phẩm". */
  label: Shown;
  question: Part;
  example?: Shown;
  section?: string;
  /** What the section's heading says for this question, where it is not the section's own title. */
  heading?: Shown;
  later: boolean;
  min?: number;
  max?: number;
  /** How many files, or choices. */
  many?: { min: number; max: number };
  /** Several files may be the pages of one paper or several papers: ask which. */
  pages: boolean;
  /** Which answer of a yes-or-no question stands first. */
  first?: "yes" | "no";
  /** A choice may be answered in words that are none of its options. */
  free: boolean;
  extract: readonly string[];
  /** What the question was worded with: a certificate's kind. */
  values: Record<string, Shown>;
  /** The sentence that puts a unit to the value: "{value} tháng". */
  unit?: string;
  /** A choice's value as people read it. */
  labelOf(value: Json): Shown;
}

/** What a person did, after commands and choices were taken out. */
export type Answer =
  | { is: "text"; text: string }
  | { is: "option"; value: Json }
  | { is: "file"; fileId: string; media: "photo" | "document" | "video" | "audio"; name?: string; caption?: string }
  | { is: "contact"; phone: string; own: boolean }
  | { is: "location"; latitude: number; longitude: number }
  | { is: "other"; what: "voice" | "sticker" | "unknown" }
  | { is: "settled"; fileId: string; problem?: FileProblem; values?: Record<string, string | number>; slow?: boolean };

export interface AskContext {
  /** Local date, Asia/Ho_Chi_Minh. */
  today: string;
  language: Language;
  places: Gazetteer;
  /** Last local date on which the call takes registrations; papers must be valid on it. */
  lastOn?: string;
  /** The office a person can ask. */
  office: Shown;
  /** Days before the last one on which a draft's owner is reminded, the first first. */
  remindBefore: readonly number[];
  /** Everything answered so far. */
  answers: JsonObject;
  has(key: string): boolean;
}

export type Parsed =
  | { is: "value"; value: Json; echo: Part | null }
  /** Part of the answer is there; ask this next, the question stays open. */
  | { is: "more"; partial: Json; /** Said once, before it. */ lead?: Part[]; /** What was said goes in a message of its own. */ apart?: true; parts: Part[]; options?: { value: Json; label: Shown }[]; wants?: Wants }
  | { is: "problem"; part: Part; options?: { value: Json; label: Shown }[]; keep?: string }
  /** A file is on its way; nothing is said unless it is slow. */
  | { is: "waiting"; partial: Json; part?: Part }
  /** Leave the flow as /huy does, the draft kept; `part` in place of the usual words, and a reminder on that local date. */
  | { is: "cancel"; part?: Part; remindOn?: string };

export type Wants = "text" | "phone" | "photo" | "number";

export interface AskType {
  wants: Wants;
  parse(answer: Answer, spec: AskSpec, partial: Json | undefined, ctx: AskContext): Parsed;
  /** The value as a person reads it, in a card or an echo. */
  show(value: Json, spec: AskSpec): Shown;
}

export function problem(key: string, values: Record<string, Shown> = {}): Parsed {
  return { is: "problem", part: { key, values } };
}

export function capital(of: Shown): Shown {
  return { show: "capital", of };
}

const yes = new Set(["dung", "dung roi", "co", "ok", "oke", "phai", "vang", "u", "uh", "yes", "right"]);

/** Whether a text says yes to "is this right?". */
export function agrees(text: string): boolean {
  return yes.has(fold(text));
}

/** What a question that takes words answers to anything else. */
export function notText(answer: Exclude<Answer, { is: "text" }>, ctx: AskContext): Parsed {
  switch (answer.is) {
    case "file":
      return problem(answer.media === "audio" ? "problem.voice" : "problem.file_not_here", { office: ctx.office });
    case "other":
      return answer.what === "voice" ? problem("problem.voice", { office: ctx.office }) : problem("problem.want_words");
    case "contact":
    case "location":
    case "option":
    case "settled":
      return problem("problem.want_words");
  }
}

export type { Option };

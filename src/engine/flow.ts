import { z } from "zod";
import { AskKind, Condition } from "../domain/call.js";

const Name = z.string().regex(/^[a-z][a-z0-9_]*$/, "lower case letters, digits and _");
const Key = z.string().regex(/^[a-z_]+(\.[a-zA-Z0-9_]+)+$/, "a locale key such as register.review");
/** A path into the answers: `call.title`. */
const Path = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$/, "a path into the answers");
/** Values for a sentence: an answer, or the words `as.<answer>` of the locale where there are such. */
const Values = z.record(z.string(), z.union([Path, z.strictObject({ path: Path, as: z.string() })]));
export type Values = z.infer<typeof Values>;
/** What a query or an action is given: paths into the answers, or `*` for all of them. */
const Args = z.record(z.string(), z.union([Path, z.literal("*")]));
const Words = z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]), say: Key, when: Condition.exactOptional(), then: Name.exactOptional() });

const common = { when: Condition.exactOptional(), say: Key.exactOptional(), values: Values.exactOptional() };

/** Says something and goes on or ends. */
/** `join`: said in front of what follows, in the same message. */
const SayStep = z.strictObject({ ...common, say: Key, join: z.boolean().exactOptional(), rows: Path.exactOptional(), qr: Path.exactOptional(), after: Key.exactOptional(), /** Answers shown as a card, as on the review. */ card: z.array(z.string()).exactOptional(), next: Name.exactOptional() });
const EndStep = z.strictObject({
  ...common,
  rows: Path.exactOptional(),
  qr: Path.exactOptional(),
  after: Key.exactOptional(),
  /** `true`: done; `cancel`: keep the draft, as /huy does; `draft`: keep it, standing at that step; `flow`: go on in another flow, taking the answers `with` names along. */
  end: z.union([z.literal(true), z.literal("cancel"), z.strictObject({ draft: Name }), z.strictObject({ flow: Name, with: z.array(z.string()).default([]) })]),
});
const CallStep = z.strictObject({ call: Name, when: Condition.exactOptional(), next: Name });
const AskStep = z.strictObject({
  ...common,
  ask: z.union([AskKind, z.literal("review")]),
  say: Key,
  save: z.string().exactOptional(),
  /** Which of the call's sections this question belongs to, for "Bước n/N". */
  section: z.string().exactOptional(),
  /** What the section's heading says for this question, in place of the section's title. */
  heading: Key.exactOptional(),
  options: z.union([z.strictObject({ from: z.string(), args: Args.exactOptional() }), z.array(Words).min(1)]).exactOptional(),
  /** Where to go when a query gives no options. */
  none: Name.exactOptional(),
  prefill: Path.exactOptional(),
  /** A shorter question, said again after something that was not understood. */
  again: Key.exactOptional(),
  /** Words that are none of the choices are an answer too. */
  free: z.boolean().exactOptional(),
  /** Several files may be several papers. */
  pages: z.boolean().exactOptional(),
  many: z.strictObject({ min: z.number().int().min(0), max: z.number().int().min(1) }).exactOptional(),
  /** Where a file leads that is sent in place of a choice; it is kept under `pendingFile`. */
  file: Name.exactOptional(),
  /** In a message of its own: what leads up to it goes out before. */
  alone: z.boolean().exactOptional(),
  /** Skipped when the answer is there already. */
  unless_known: z.boolean().exactOptional(),
  extract: z.array(z.string()).exactOptional(),
  later: z.boolean().exactOptional(),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
  /** Answers shown on the review card, in order; `form` stands for the call's fields. */
  rows: z.array(z.string()).exactOptional(),
  /** What typing something other than a choice leads to: the text is saved under `save`. */
  otherwise: Name.exactOptional(),
  yes: Name.exactOptional(),
  next: Name.exactOptional(),
  /** Whether "back" may return to this question; false after something has been done. */
  back: z.boolean().exactOptional(),
});
const FormStep = z.strictObject({
  /** A path to `{ code, revision }`. */
  form: Path,
  /** A sub-flow to run after one field is answered. */
  after: z.record(z.string(), Name).exactOptional(),
  when: Condition.exactOptional(),
  next: Name,
});
const GetStep = z.strictObject({
  get: z.string(),
  args: Args.exactOptional(),
  /** Under which name the result is kept; `merge` keeps each of its keys as an answer of its own. */
  save: z.string().exactOptional(),
  merge: z.boolean().exactOptional(),
  when: Condition.exactOptional(),
  next: Name,
});
const DoStep = z.strictObject({ do: z.string(), args: Args.exactOptional(), save: z.string().exactOptional(), when: Condition.exactOptional(), then: z.record(z.string(), Name) });
/** Takes the first of a list of answers away and keeps it under `as`. */
const TakeStep = z.strictObject({ take: Path, as: z.string(), next: Name, empty: Name });
/** Adds an item made of answers to a list: `item` by name, `spread` whole; then forgets them. `full`: where to go when the form's field takes no more. */
const CollectStep = z.strictObject({ collect: z.string(), item: z.record(z.string(), Path), spread: z.array(Path).exactOptional(), forget: z.array(z.string()), full: Name.exactOptional(), next: Name });
const SetStep = z.strictObject({ set: z.record(z.string(), z.json()), when: Condition.exactOptional(), next: Name });
/** Forgets everything begun and not sent, what is open beneath included. */
const DropStep = z.strictObject({ drop: z.literal("drafts"), when: Condition.exactOptional(), next: Name });
const BranchStep = z.strictObject({ branch: z.array(z.strictObject({ when: Condition, next: Name })).min(1), else: Name });

export const Step = z.union([EndStep, CallStep, AskStep, FormStep, GetStep, DoStep, TakeStep, CollectStep, SetStep, DropStep, BranchStep, SayStep]);
export type Step = z.infer<typeof Step>;
export type AskStep = z.infer<typeof AskStep>;

export const Flow = z.strictObject({
  id: Name,
  /** Words that begin this flow, folded and without spaces: `dangky`. */
  words: z.array(z.string().regex(/^[a-z0-9]+$/)).default([]),
  /** A draft of this flow is kept when it is left, and resumed. */
  keeps_draft: z.boolean().default(false),
  /** Runs when the idle person's text is a code (`US26-104187-9`), which it finds in the answer `startCode`. */
  takes_codes: z.boolean().default(false),
  /** Answers that name the draft when it is resumed. */
  titled: Path.exactOptional(),
  start: Name,
  steps: z.record(z.string(), Step),
});
export type Flow = z.infer<typeof Flow>;

/** All flows as loaded together; a talk ends on the hash it began with. */
export interface Bundle {
  hash: string;
  flows: Record<string, Flow>;
}

import { z } from "zod";
import { AskKind, Condition } from "../domain/call.js";

const Name = z.string().regex(/^[a-z][a-z0-9_]*$/, "lower case letters, digits and _");
const Key = z.string().regex(/^[a-z_]+(\.[a-zA-Z0-9_]+)+$/, "a locale key such as register.review");
/** A path into the answers: `call.title`. */
const Path = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$/, "a path into the answers");
const Values = z.record(z.string(), Path);
/** What a query or an action is given: paths into the answers, or `*` for all of them. */
const Args = z.record(z.string(), z.union([Path, z.literal("*")]));
const Words = z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]), say: Key, when: Condition.exactOptional(), then: Name.exactOptional() });

const common = { when: Condition.exactOptional(), say: Key.exactOptional(), values: Values.exactOptional() };

/** Says something and goes on or ends. */
/** `join`: said in front of what follows, in the same message. */
const SayStep = z.strictObject({ ...common, say: Key, join: z.boolean().exactOptional(), rows: Path.exactOptional(), qr: Path.exactOptional(), after: Key.exactOptional(), next: Name.exactOptional() });
const EndStep = z.strictObject({
  ...common,
  rows: Path.exactOptional(),
  qr: Path.exactOptional(),
  after: Key.exactOptional(),
  /** `true`: done; `cancel`: keep the draft, as /huy does; `draft`: keep it, standing at that step; `flow`: go on in another flow. */
  end: z.union([z.literal(true), z.literal("cancel"), z.strictObject({ draft: Name }), z.strictObject({ flow: Name })]),
});
const CallStep = z.strictObject({ call: Name, when: Condition.exactOptional(), next: Name });
const AskStep = z.strictObject({
  ...common,
  ask: z.union([AskKind, z.literal("review")]),
  say: Key,
  save: z.string().exactOptional(),
  /** Which of the call's sections this question belongs to, for "Bước n/N". */
  section: z.string().exactOptional(),
  options: z.union([z.strictObject({ from: z.string(), args: Args.exactOptional() }), z.array(Words).min(1)]).exactOptional(),
  /** Where to go when a query gives no options. */
  none: Name.exactOptional(),
  prefill: Path.exactOptional(),
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
const BranchStep = z.strictObject({ branch: z.array(z.strictObject({ when: Condition, next: Name })).min(1), else: Name });

export const Step = z.union([EndStep, CallStep, AskStep, FormStep, GetStep, DoStep, BranchStep, SayStep]);
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

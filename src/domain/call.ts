import { z } from "zod";

const Id = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, "letters, digits and _ only, beginning with a letter");
const On = z.iso.date();

/** A text an official writes: Vietnamese, with English where there is one. */
export const Titled = z.object({ title: z.string().min(1), en: z.object({ title: z.string() }).exactOptional() });

export const askKinds = ["text", "number", "date", "choice", "choices", "yes_no", "business_name", "phone", "email", "tax_code", "place", "photo", "files", "money", "weight", "location"] as const;
export const AskKind = z.enum(askKinds);
export type AskKind = z.infer<typeof AskKind>;

/** A condition in closed form: no expressions, no code. `field` is a path into the answers. */
export type Condition =
  | { field: string; is: string | number | boolean | null }
  | { field: string; in: (string | number)[] }
  | { field: string; before: string }
  | { field: string; after: string }
  | { field: string; empty: boolean }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition };

export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ field: z.string(), is: z.union([z.string(), z.number(), z.boolean(), z.null()]) }),
    z.strictObject({ field: z.string(), in: z.array(z.union([z.string(), z.number()])) }),
    z.strictObject({ field: z.string(), before: z.string() }),
    z.strictObject({ field: z.string(), after: z.string() }),
    z.strictObject({ field: z.string(), empty: z.boolean() }),
    z.strictObject({ all: z.array(Condition) }),
    z.strictObject({ any: z.array(Condition) }),
    z.strictObject({ not: Condition }),
  ]),
);

/** Sub-flows that a field can repeat, lists a choice can be made from, and pieces a text can hold: each is a file in `flows/` or code. */
export const repeatFlows = ["certificate", "award"] as const;
export const optionSources = ["products.sets", "certificates.kinds"] as const;
export const extractNames = ["decisionNumber", "decisionOn", "stars", "packaging", "netWeight", "priceVnd", "certificateNumber", "issuer", "expiresOn", "awardName", "organiser", "year"] as const;

/** Answers that conversations keep beside a form's own. */
const reserved = new Set(["again", "call", "consent", "fileField", "fresh", "found", "had", "keptOwner", "me", "ownerId", "pendingFile", "registration", "remindOn", "sent", "startCode"]);

const Many = z.object({ min: z.number().int().min(0), max: z.number().int().min(1).max(50) });

/** One question of a call's form. */
export const Field = z.strictObject({
  id: Id,
  section: Id,
  ask: AskKind.exactOptional(),
  /** A sub-flow that asks for one after another and collects them under the field's id; such a field has no `ask`. */
  repeat: z.enum(repeatFlows).exactOptional(),
  label: z.string().min(1).exactOptional(),
  say: z.string().exactOptional(),
  /** In place of the section's title above this question: "Bước 5/9 – Đóng gói". */
  heading: z.string().exactOptional(),
  en: z.strictObject({ label: z.string().exactOptional(), say: z.string().exactOptional(), heading: z.string().exactOptional() }).exactOptional(),
  example: z.string().exactOptional(),
  required: z.boolean().default(false),
  /** May be sent after the registration itself. */
  later: z.boolean().default(false),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
  many: Many.exactOptional(),
  options: z
    .union([
      z.strictObject({ from: z.enum(optionSources) }),
      z.array(z.strictObject({ value: z.string(), label: z.string(), en: z.strictObject({ label: z.string() }).exactOptional() })),
    ])
    .exactOptional(),
  /** Which answer of a yes-or-no question is offered first; `yes` unless said. */
  first: z.enum(["yes", "no"]).exactOptional(),
  prefill: z.string().exactOptional(),
  /** Pieces read from one text or caption; asked again only for what is missing. */
  extract: z.array(z.enum(extractNames)).exactOptional(),
  when: Condition.exactOptional(),
});
export type Field = z.infer<typeof Field>;

/** A call as its file has it (`call import`). Dates are local, Asia/Ho_Chi_Minh. */
export const Call = z
  .strictObject({
    code: z.string().regex(/^[A-Z]{1,6}[0-9]{0,4}$/, "capital letters, then digits, as in US24"),
    ...Titled.shape,
    source: z.strictObject({ document: z.string(), issuer: z.string() }).exactOptional(),
    opensOn: On,
    /** Strictly before this day: the last moment is 23:59:59 of the day before. */
    closesBefore: On,
    late: z.enum(["refused", "marked"]),
    answerWithinDays: z.number().int().positive().exactOptional(),
      /** The same after something was added or corrected. */
    answerAgainWithinDays: z.number().int().positive().exactOptional(),
    /** A trial: its messages are headed [CHẠY THỬ]. */
    trial: z.boolean().default(false),
    contact: z.strictObject({ office: z.string(), address: z.string().exactOptional(), name: z.string().exactOptional(), phone: z.string().exactOptional() }),
    requirements: z.array(z.strictObject({ id: Id, clause: z.string(), rule: z.string() })).default([]),
    priority: z.array(z.strictObject({ id: Id, rule: z.string() })).default([]),
    sections: z.array(z.strictObject({ id: Id, ...Titled.shape })).min(1),
    fields: z.array(Field).min(1),
    reminders: z.strictObject({ before: z.array(z.number().int()), after: z.array(z.number().int()) }).exactOptional(),
  })
  .superRefine((call, ctx) => {
    if (call.opensOn >= call.closesBefore) ctx.addIssue({ code: "custom", path: ["closesBefore"], message: "must be after opensOn" });
    const sections = new Set(call.sections.map((section) => section.id));
    const seen = new Set<string>();
    call.fields.forEach((field, index) => {
      const problem = (key: string, message: string): void => ctx.addIssue({ code: "custom", path: ["fields", index, key], message });
      if (reserved.has(field.id)) problem("id", `${field.id} is a name that conversations use themselves`);
      if (seen.has(field.id)) problem("id", `${field.id} is there twice`);
      seen.add(field.id);
      if (!sections.has(field.section)) problem("section", `no such section: ${field.section}`);
      if ((field.ask === undefined) === (field.repeat === undefined)) problem("ask", "needs either ask or repeat");
      if (field.ask === "choice" && field.options === undefined) problem("options", "a choice needs options");
    });
  });
export type Call = z.infer<typeof Call>;

/** An immutable revision of a call's form and terms. A draft pins its revision. */
export const CallRevision = z.object({ call: Call, revision: z.number().int().positive(), hash: z.string(), importedAt: z.date() });
export type CallRevision = z.infer<typeof CallRevision>;

import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { readYaml } from "../../src/lib/yaml.js";
import { registrationStates } from "../../src/domain/registration.js";
import { roles } from "../../src/domain/person.js";

/** A conversation as data: what a person does, what the service must answer, what must stand in the database afterwards. */
export const channelKinds = ["telegram", "web-chat"] as const;
export type ChannelKind = (typeof channelKinds)[number];

const OneOrMany = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => [value].flat());
const File = z.string();

/** Exactly one verb a step. A bare string is typed text; `$code` and the like are filled in when the step is done. */
const Acts = {
  text: z.string(),
  /** The same text so often that it has this many characters. */
  long_text: z.strictObject({ of: z.string(), characters: z.number().int().positive() }),
  /** A choice of the newest message that has some: its label, or its number from 1. */
  press: z.union([z.string(), z.number().int()]),
  /** A choice of an earlier message, whose button may stand on the screen still. */
  old_press: z.string(),
  photo: File,
  document: File,
  /** Photos sent in one go; a caption goes with the first. */
  album: z.array(File).min(2),
  /** A photo sent as a file that claims so many megabytes. */
  big_photo: z.number(),
  video: z.literal(true),
  voice: z.literal(true),
  sticker: z.literal(true),
  /** The channel's own button where it has one, else the number is typed. */
  share_phone: z.string(),
  /** A card of somebody else's. */
  others_contact: z.string(),
  /** Both are on their way before anything is answered. */
  send_twice_at_once: z.tuple([z.string(), z.string()]),
  /** The same event delivered once more. */
  repeat: z.literal("last"),
} as const;
export type Act = { [K in keyof typeof Acts]: { verb: K; value: z.infer<(typeof Acts)[K]> } }[keyof typeof Acts] & { caption?: string };

const Me = z
  .union([z.string().transform((text) => ({ text })), z.strictObject({ ...(z.object(Acts).partial().shape), caption: z.string().exactOptional() })])
  .transform((given, ctx): Act => {
    const { caption, ...verbs } = given as Record<string, unknown> & { caption?: string };
    const [entry, ...more] = Object.entries(verbs);
    if (entry === undefined || more.length > 0) {
      ctx.addIssue({ code: "custom", message: "one verb a step" });
      return z.NEVER;
    }
    return { verb: entry[0], value: entry[1], ...(caption === undefined ? {} : { caption }) } as Act;
  });

const Bot = z.strictObject({
  /** Locale keys: the literal parts of each text must stand in the message, in order. */
  key: OneOrMany.exactOptional(),
  contains: OneOrMany.exactOptional(),
  not: OneOrMany.exactOptional(),
  /** How many, or their labels in order. */
  choices: z.union([z.number().int(), z.array(z.string())]).exactOptional(),
  /** Rows of a card: name and (part of) its value. */
  rows: z.record(z.string(), z.string()).exactOptional(),
  /** What stands in bold. */
  bold: OneOrMany.exactOptional(),
  nothing_more: z.literal(true).exactOptional(),
});
export type Bot = z.infer<typeof Bot>;

const Run = z.union([
  z.strictObject({ move: z.strictObject({ to: z.enum(registrationStates), as: z.string(), reason: z.string().exactOptional(), fields: z.array(z.string()).exactOptional(), until: z.string().exactOptional() }) }),
  /** What the scheduler does once a day. */
  z.strictObject({ daily_job: z.literal(true) }),
  /** Its code is `$invitation` from then on. */
  z.strictObject({ invite: z.strictObject({ role: z.enum(roles), province: z.string().exactOptional(), name: z.string().exactOptional() }) }),
]);
export type RunVerb = z.infer<typeof Run>;

const Duration = z
  .string()
  .regex(/^\d+[mhd]$/, "such as 10m, 25h, 3d")
  .transform((text) => Number(text.slice(0, -1)) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1) as "m" | "h" | "d"]);

const Step = z.union([z.strictObject({ me: Me }), z.strictObject({ bot: Bot }), z.strictObject({ wait: Duration }), z.strictObject({ run: Run })]);
export type Step = z.infer<typeof Step>;

const Then = z.strictObject({
  /** Of this person's newest registration; `null`: there is none. Answers are compared as far as named. */
  registration: z.record(z.string(), z.unknown()).nullable().exactOptional(),
  registrations: z.number().int().exactOptional(),
  drafts: z.number().int().exactOptional(),
  /** `null` for what must not be there. */
  contact: z.record(z.string(), z.unknown()).exactOptional(),
  owner: z.record(z.string(), z.unknown()).nullable().exactOptional(),
  files: z.strictObject({ kept: z.number().int() }).exactOptional(),
  consents: z.number().int().exactOptional(),
  /** No transcript of this person holds any of these. */
  transcripts_without: z.array(z.string()).exactOptional(),
  /** How many things the person did, at most. */
  turns: z.strictObject({ max: z.number().int() }).exactOptional(),
});
export type Then = z.infer<typeof Then>;

export const Scenario = z.strictObject({
  title: z.string().min(1),
  /** When the service's clock begins; a service of its own then. */
  clock: z.string().exactOptional(),
  /** What stands before the talk: names in `scenario-given.ts`, or talks under `test/scenarios/given/`. */
  given: z.array(z.string()).default([]),
  /** `en`: the web page stands in English; elsewhere "English" is typed first. */
  language: z.enum(["vi", "en"]).default("vi"),
  /** Which form the open call has: all that an owner of the real call is asked, or three questions that most things can be shown with. */
  form: z.enum(["whole", "thin"]).default("thin"),
  /** Changes what everybody sees, so it has a service of its own. */
  alone: z.boolean().default(false),
  /** Channels it makes no sense on, and why. */
  not_on: z.partialRecord(z.enum(channelKinds), z.string()).default({}),
  talk: z.array(Step).min(1),
  then: Then.default({}),
});
export type Scenario = z.infer<typeof Scenario> & { file: string };

export const scenarioFolder = join(process.cwd(), "test/scenarios");

/** Every `.yaml` file of a folder, a file holding one scenario or several. */
export async function loadScenarios(folder: string): Promise<Scenario[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const all = await Promise.all(names.map(async (name) => read(name, await readFile(join(folder, name), "utf8"))));
  return all.flat();
}

function read(name: string, text: string): Scenario[] {
  const source = readYaml({ name, text });
  if (source.problems.length > 0) throw new Error(source.problems.join("\n"));
  const parsed = z.union([z.array(Scenario), Scenario.transform((one) => [one])]).safeParse(source.value);
  if (!parsed.success) {
    const each = (Array.isArray(source.value) ? source.value : [source.value]).map((value) => Scenario.safeParse(value));
    const wrong = each.flatMap((result, index) => (result.success ? [] : result.error.issues.map((issue) => `${source.place([...(Array.isArray(source.value) ? [index] : []), ...issue.path])}: ${issue.path.join(".")}: ${issue.message}`)));
    throw new Error(wrong.join("\n") || parsed.error.message);
  }
  return parsed.data.map((scenario) => ({ ...scenario, file: basename(name, ".yaml") }));
}

import { beforeAll, describe, expect, test } from "@jest/globals";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadLocales, readSources, root } from "../../src/app/resources.js";
import { actionOutcomes, queryNames } from "../../src/app/registered.js";
import { registrationStates } from "../../src/domain/registration.js";
import { roles } from "../../src/domain/person.js";
import { fileProblems } from "../../src/domain/message.js";

/** Keys that code puts together: what stands before the part it fills in, and where. Keep it short. */
const dynamic: Record<string, string> = {
  "state.": "http/verify.ts, registrations/registrations.ts",
  "role.": "people/invitations.ts, people/my-data.ts",
  "moved.": "registrations/registrations.ts",
  "label.": "engine/specs.ts",
  "field.": "engine/specs.ts",
  "choice.": "engine/question.ts, engine/card.ts",
  "file.": "engine/asks/files.ts",
  "decision.ask_": "engine/asks/pieces/decision.ts",
  "packing.ask_": "engine/asks/pieces/packing.ts",
  "certificate.ask_": "engine/asks/pieces/certificate.ts",
  "certificate.piece_": "engine/asks/pieces/certificate.ts",
  "award.ask_": "engine/asks/pieces/award.ts",
  "photo.": "engine/asks/files.ts",
  "also.": "engine/editing.ts",
  "edit.ask_": "engine/editing.ts",
  "none.": "engine/card.ts",
  "prefill.": "engine/question.ts",
  "unit.": "engine/specs.ts",
  "status.": "registrations/status.ts",
  "word.": "engine/drafts.ts",
  "review.": "engine/card.ts",
  "lookup.": "registrations/registrations.ts",
  "my_data.": "people/my-data.ts, people/copy-page.ts, people/data-requests.ts",
  "copy.": "people/copy-page.ts",
  "profile.": "people/owners.ts",
  "owner_type.": "people/copy-page.ts",
  "chat.": "app/chat-words.ts",
  "ask.": "engine/question.ts",
  "requirement.": "registrations/registrations.ts",
  "reason.": "domain/eligibility.ts",
  "product_set.": "domain/eligibility/judges.ts, registrations/catalogues.ts",
  "sector.": "domain/eligibility/judges.ts",
  "certificate_kind.": "domain/eligibility/papers.ts, registrations/catalogues.ts",
};

/** Dotted names in code that share a first word with the locales and are no locale keys. */
const noKeys = new Set(["call.code", "call.title", "file.name", "people.invite", "people.erase", "chat.css", "chat.js"]);

/** Worded and said nowhere yet. Strike a key here once it is used or taken out of the locales; add none. */
const unused: string[] = [];

let locale: Record<string, string>;
let sources: { name: string; text: string }[];
let flows: string;
beforeAll(async () => {
  locale = (await loadLocales()).locales.vi;
  const names = (await readdir(join(root, "src"), { recursive: true })).filter((name) => name.endsWith(".ts"));
  sources = await Promise.all(names.map(async (name) => ({ name, text: await readFile(join(root, "src", name), "utf8") })));
  flows = (await readSources("flows")).map(({ text }) => text).join("\n");
});

const escaped = (text: string): string => text.replaceAll(".", "\\.");

describe("locale keys", () => {
  test("each is used by a flow, by code as it stands, or by a prefix that code fills in", () => {
    const literals = new Set(sources.flatMap(({ text }) => [...text.matchAll(/["'`]([a-z_]+(?:\.[A-Za-z0-9_]+)+)["'`]/g)].map((match) => match[1])));
    const used = (key: string): boolean =>
      literals.has(key) || new RegExp(`(?:say|after|again|heading): *"?${escaped(key)}"?(?![\\w.])`).test(flows) || Object.keys(dynamic).some((prefix) => key.startsWith(prefix));
    expect(Object.keys(locale).length).toBeGreaterThan(150);
    expect(Object.keys(locale).filter((key) => !used(key)).sort()).toEqual(unused);
  });

  test("each prefix in the list is one that code fills in, and has keys", () => {
    const filled = (prefix: string): boolean => sources.some(({ text }) => text.includes(`\`${prefix}\${`) || new RegExp(`\`${escaped(prefix)}\\$\\{`).test(text));
    expect(Object.keys(dynamic).filter((prefix) => !filled(prefix) || !Object.keys(locale).some((key) => key.startsWith(prefix)))).toEqual([]);
  });

  test("each that code names as it stands is there", () => {
    const first = new Set(Object.keys(locale).map((key) => key.split(".")[0]));
    const missing = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/["']([a-z_]+(?:\.[A-Za-z0-9_]+)+)["']/g)]
        .map((match) => match[1] ?? "")
        .filter((key) => first.has(key.split(".")[0]) && locale[key] === undefined && !noKeys.has(key) && !queryNames.has(key) && !actionOutcomes.has(key))
        .filter((key) => !(name.startsWith("store/") || (name === "app/chat-words.ts" && locale[`chat.${key}`] !== undefined)))
        .map((key) => `${name}: ${key}`),
    );
    expect(missing).toEqual([]);
  });

  test("each state, role and trouble with a file has its words", () => {
    const wanted = [...registrationStates.flatMap((state) => [`state.${state}`, `moved.${state}`]), ...roles.map((role) => `role.${role}`), ...fileProblems.map((problem) => `file.${problem}`)];
    expect(wanted.filter((key) => locale[key] === undefined)).toEqual([]);
  });

  test("the chat page asks for every word of `chat.*`, and each is there", () => {
    const text = sources.find(({ name }) => name === "app/chat-words.ts")?.text ?? "";
    const asked = [...text.matchAll(/w\("([^"]+)"\)/g)].map((match) => `chat.${match[1]}`);
    expect(asked.sort()).toEqual(Object.keys(locale).filter((key) => key.startsWith("chat.")).sort());
  });
});

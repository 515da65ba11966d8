import { describe, expect, test } from "@jest/globals";
import { callProblems, loadLocales } from "../../src/app/resources.js";

/** What is wrong with locales of one or more files a language. */
async function problems(files: Record<string, string>): Promise<string[]> {
  const sources = (folder: string) => Promise.resolve(Object.entries(files).flatMap(([name, text]) => (name.startsWith(`${folder}/`) ? [{ name, text }] : [])));
  return (await loadLocales(sources)).problems;
}

describe("what is wrong with the locales is told by file and line", () => {
  test("nothing, in those that come with the product", async () => {
    const { locales, problems } = await loadLocales();
    expect(problems).toEqual([]);
    expect(Object.keys(locales.en)).toContain("consent.agree");
  });

  test("a key that one language lacks: where the other has it", async () => {
    const vi = "# Words.\nconsent:\n  what: x\n  agree: x\n";
    expect(await problems({ "locales/vi/flows.yaml": vi, "locales/en/flows.yaml": "consent:\n  what: x\n" })).toEqual(["locales/en: consent.agree is missing (locales/vi/flows.yaml:4 has it)"]);
  });

  test("placeholders that differ: both places, each in its own file", async () => {
    expect(await problems({ "locales/vi/a.yaml": 'a:\n  b: "{x}"\n', "locales/en/other.yaml": '\n\na:\n  c: y\n  b: "{y}"\n', "locales/vi/c.yaml": "a: { c: y }" })).toEqual([
      "locales/vi/a.yaml:2, locales/en/other.yaml:5: a.b: placeholders differ: x | y",
    ]);
  });

  test("a message that is no ICU message", async () => {
    const found = await problems({ "locales/vi/a.yaml": "a:\n  b: x\n", "locales/en/a.yaml": 'a:\n\n  b: "{x"\n' });
    expect(found).toEqual([expect.stringMatching(/^locales\/en\/a\.yaml:3: a\.b: ./)]);
  });

  test("a key in two files: both places", async () => {
    const en = { "locales/en/a.yaml": "a: { b: x }\n" };
    expect(await problems({ "locales/vi/a.yaml": "a:\n  b: x\n", "locales/vi/b.yaml": "# Words.\n\na: { b: y }\n", ...en })).toEqual(["locales/vi/b.yaml:3: a.b is there twice (first in locales/vi/a.yaml:2)"]);
  });

  test("a value that is no text", async () => {
    expect(await problems({ "locales/vi/a.yaml": "a:\n  b: x\n  c:\n    d: yes it is\n    e: [x]\n", "locales/en/a.yaml": "{}" })).toEqual(["locales/vi/a.yaml:5: a.c.e: must be a text"]);
  });

  test("a file that is no YAML", async () => {
    expect(await problems({ "locales/vi/a.yaml": "a: x\nb: 'x\n", "locales/en/a.yaml": "{}" })).toEqual([expect.stringMatching(/^locales\/vi\/a\.yaml:\d+: ./)]);
  });
});

test("a call that comes with the product and is broken is told by file, line and key", () => {
  const text = "code: us26x\ntitle: T\nopensOn: 2026-11-23\nclosesBefore: 2026-12-24\nlate: marked\ncontact: { office: O }\nsections: [{ id: a, title: A }]\nfields:\n  - { id: x, section: b, ask: maybe }\n";
  const found = callProblems([{ name: "resources/calls/x.yaml", text }]);
  expect(found).toEqual(expect.arrayContaining([expect.stringMatching(/^resources\/calls\/x\.yaml:1: code: /), expect.stringMatching(/^resources\/calls\/x\.yaml:9: fields\.0\.ask: /)]));
});

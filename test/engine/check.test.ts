import { describe, expect, test } from "@jest/globals";
import { optionSources } from "../../src/domain/call.js";
import { actionOutcomes, queryNames } from "../../src/app/registered.js";
import { loadConversations } from "../../src/app/resources.js";
import { checkFlows, type Known } from "../../src/engine/check.js";
import { loadFlows } from "../../src/engine/load.js";

const locale: Record<string, string[]> = { "a.hello": [], "a.named": ["name"], "a.bold": ["b"], "a.choice": [] };
const known: Known = {
  key: (key) => (locale[key] === undefined ? undefined : new Set(locale[key])),
  queries: new Set(["things.all"]),
  actions: new Map([["things.keep", ["kept", "gone"]]]),
};

/** What is wrong with these flow files; each text begins with its first line, so that line numbers can be counted. */
function problems(...texts: string[]): string[] {
  return checkFlows(loadFlows(texts.map((text, index) => ({ name: `flows/f${index + 1}.yaml`, text: text.trimStart() }))), known);
}

const sound = `
id: sound
words: [hello]
start: ask
steps:
  ask:
    ask: choice
    say: a.hello
    options:
      - { value: one, say: a.choice, then: get }
      - { value: two, say: a.choice, then: keep }
  get: { get: things.all, save: all, next: done }
  keep: { do: things.keep, then: { kept: done, gone: bold } }
  bold: { say: a.bold, next: done }
  done: { say: a.named, values: { name: all.name }, end: true }
`;

describe("a flow that holds together", () => {
  test("has no problems", () => {
    expect(problems(sound)).toEqual([]);
  });
});

describe("a broken flow is told with file, line and step", () => {
  const table: [string, string, RegExp][] = [
    ["a syntax error", "id: x\nstart: a\nsteps:\n  a: { end: true\n", /^flows\/f1\.yaml:[45]: /],
    ["a key that stands twice", "id: x\nstart: a\nsteps:\n  a: { end: true }\n  a: { end: true }\n", /^flows\/f1\.yaml:5: .*unique/i],
    ["an unknown key of a flow", "id: x\nstart: a\ncolour: red\nsteps:\n  a: { end: true }\n", /^flows\/f1\.yaml:\d: .*colour/],
    ["an unknown key of an end", "id: x\nstart: a\nsteps:\n  a: { end: true, colour: red }\n", /^flows\/f1\.yaml:4: step a: .*colour/],
    ["an unknown key of a question", "id: x\nstart: a\nsteps:\n  a:\n    ask: text\n    say: a.hello\n    saev: b\n    next: b\n  b: { end: true }\n", /^flows\/f1\.yaml:4: step a: .*saev/],
    ["an unknown key of a branch's arm", "id: x\nstart: a\nsteps:\n  a: { branch: [{ when: { field: b, is: 1 }, nxt: b }], else: b }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: step a: .*branch\.0.*nxt/],
    ["a step of no kind", "id: x\nstart: a\nsteps:\n  a: { next: b }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: step a: a step needs one of: .*end.*say/],
    ["a step that is no mapping", "id: x\nstart: a\nsteps:\n  a: hello\n", /^flows\/f1\.yaml:4: step a: a step must be a mapping$/],
    ["a name in capitals", "id: Big\nstart: a\nsteps:\n  a: { end: true }\n", /^flows\/f1\.yaml:1: id: lower case letters/],
    ["a word that is not folded", "id: x\nwords: [Đăng ký]\nstart: a\nsteps:\n  a: { end: true }\n", /^flows\/f1\.yaml:2: words\.0: /],
    ["a start that is no step", "id: x\nstart: b\nsteps:\n  a: { end: true }\n", /^flows\/f1\.yaml:1: x: start: no such step: b$/],
    ["an unknown step", "id: x\nstart: a\nsteps:\n  a: { say: a.hello, next: c }\n", /^flows\/f1\.yaml:4: x\.a: no such step: c$/],
    ["an unknown step behind a branch", "id: x\nstart: a\nsteps:\n  a: { branch: [{ when: { field: b, is: 1 }, next: c }], else: b }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: no such step: c$/],
    ["an unknown step behind an outcome", "id: x\nstart: a\nsteps:\n  a: { do: things.keep, then: { kept: b, gone: c } }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: no such step: c$/],
    ["a step that nothing leads to", "id: x\nstart: a\nsteps:\n  a: { end: true }\n  b: { end: true }\n", /^flows\/f1\.yaml:5: x\.b: no step leads here$/],
    ["steps that never come to an end", "id: x\nstart: a\nsteps:\n  a: { say: a.hello, next: b }\n  b: { say: a.hello, next: a }\n", /^flows\/f1\.yaml:4: x\.a: no way from here to an end$/],
    ["an unknown sub-flow", "id: x\nstart: a\nsteps:\n  a: { call: nobody, next: b }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: no such flow: nobody$/],
    ["an unknown flow to go on in", "id: x\nstart: a\nsteps:\n  a: { end: { flow: nobody } }\n", /^flows\/f1\.yaml:4: x\.a: no such flow: nobody$/],
    ["an unknown flow after a form's field", "id: x\nstart: a\nsteps:\n  a: { form: call, after: { name: nobody }, next: b }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: no such flow: nobody$/],
    ["an unknown query", "id: x\nstart: a\nsteps:\n  a: { get: things.none, next: b }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: no such query: things\.none$/],
    ["an unknown query of choices", "id: x\nstart: a\nsteps:\n  a: { ask: choice, say: a.hello, options: { from: things.none }, next: b }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: no such query: things\.none$/],
    ["an unknown action", "id: x\nstart: a\nsteps:\n  a: { do: things.lose, then: { kept: b } }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: no such action: things\.lose$/],
    ["an outcome that leads nowhere", "id: x\nstart: a\nsteps:\n  a: { do: things.keep, then: { kept: b } }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: then: things\.keep can end in gone$/],
    ["an outcome that never comes", "id: x\nstart: a\nsteps:\n  a: { do: things.keep, then: { kept: b, gone: b, sold: b } }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: then: things\.keep never ends in sold$/],
    ["a locale key that a language lacks", "id: x\nstart: a\nsteps:\n  a: { say: a.none, end: true }\n", /^flows\/f1\.yaml:4: x\.a: locale key a\.none is missing in a language$/],
    ["a choice's locale key that a language lacks", "id: x\nstart: a\nsteps:\n  a:\n    ask: choice\n    say: a.hello\n    options: [{ value: 1, say: a.none, then: b }]\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: locale key a\.none is missing in a language$/],
    ["a value that the sentence needs", "id: x\nstart: a\nsteps:\n  a: { say: a.named, values: { nmae: b }, end: true }\n", /^flows\/f1\.yaml:4: x\.a: a\.named needs the value name$/],
    ["a choice that leads nowhere", "id: x\nstart: a\nsteps:\n  a:\n    ask: choice\n    say: a.hello\n    options:\n      - { value: one, say: a.choice, then: b }\n      - { value: two, say: a.choice }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: the choice two leads nowhere$/],
    ["a question that leads nowhere", "id: x\nstart: a\nsteps:\n  a: { ask: text, say: a.hello, save: b }\n", /^flows\/f1\.yaml:4: x\.a: leads nowhere: needs next or yes$/],
    ["a choice between nothing", "id: x\nstart: a\nsteps:\n  a: { ask: choice, say: a.hello, next: b }\n  b: { end: true }\n", /^flows\/f1\.yaml:4: x\.a: a choice needs options$/],
    ["more than five choices", `id: x\nstart: a\nsteps:\n  a:\n    ask: choice\n    say: a.hello\n    next: b\n    options: [${[1, 2, 3, 4, 5, 6].map((value) => `{ value: ${value}, say: a.choice }`).join(", ")}]\n  b: { end: true }\n`, /^flows\/f1\.yaml:4: x\.a: more than five choices$/],
  ];
  test.each(table)("%s", (_what, text, line) => {
    const found = problems(text);
    expect(found.filter((each) => line.test(each))).toHaveLength(1);
  });

  test("and nothing else is told about it", () => {
    expect(problems("id: x\nstart: a\nsteps:\n  a: { get: things.none, next: b }\n  b: { end: true }\n")).toHaveLength(1);
  });

  test("five choices are not too many", () => {
    const options = [1, 2, 3, 4, 5].map((value) => `{ value: ${value}, say: a.choice }`).join(", ");
    expect(problems(`id: x\nstart: a\nsteps:\n  a: { ask: choice, say: a.hello, next: b, options: [${options}] }\n  b: { end: true }\n`)).toEqual([]);
  });

  test("two flows with one word, naming both", () => {
    const flow = (id: string): string => `id: ${id}\nwords: [hello]\nstart: a\nsteps:\n  a: { end: true }\n`;
    expect(problems(flow("one"), flow("two"))).toEqual(["flows/f2.yaml:1: two: the word hello also begins one"]);
  });

  test("two flows with one id", () => {
    const flow = "id: one\nstart: a\nsteps:\n  a: { end: true }\n";
    expect(problems(flow, flow)).toEqual(["flows/f2.yaml:1: the flow one is there twice"]);
  });

  test("each in its own file, the sound ones unharmed", () => {
    const found = problems("id: x\nstart: a\nsteps:\n  a: { end: maybe }\n", sound);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^flows\/f1\.yaml:4: step a: end/);
  });
});

describe("the bundle's hash", () => {
  test("is the same for the same flows and another after any change", () => {
    const hash = (text: string): string => loadFlows([{ name: "flows/f.yaml", text }]).bundle.hash;
    expect(hash(sound)).toBe(hash(`# a comment\n${sound}`));
    expect(hash(sound)).not.toBe(hash(sound.replace("a.bold", "a.hello")));
  });
});

describe("the flows and locales of this service", () => {
  test("have no problems", async () => {
    const { loaded, problems: found } = await loadConversations({ queries: queryNames, actions: actionOutcomes });
    expect(found).toEqual([]);
    expect(Object.keys(loaded.bundle.flows)).toEqual(expect.arrayContaining(["start", "register", "lookup", "status", "consent"]));
  });

  test("name no query or action in vain: each that is known is used", async () => {
    const { loaded } = await loadConversations({ queries: queryNames, actions: actionOutcomes });
    const text = JSON.stringify(loaded.bundle.flows);
    const named = (name: string): boolean => text.includes(`"${name}"`) || (optionSources as readonly string[]).includes(name);
    expect([...queryNames, ...actionOutcomes.keys()].filter((name) => !named(name))).toEqual([]);
  });
});

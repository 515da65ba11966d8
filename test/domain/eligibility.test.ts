import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { assess, recognisedUntil, type Verdict } from "../../src/domain/eligibility.js";

const requirements = [
  { id: "processed", clause: "1a", rule: "productSet.processed" },
  { id: "recognised", clause: "1a", rule: "recognition.validOn(lastDay)" },
  { id: "voluntary", clause: "1b", rule: "answers.commitment" },
];
const lastOn = "2026-12-23";
const judged = (answers: Record<string, unknown>): Record<string, Verdict> => Object.fromEntries(assess({ requirements }, answers, lastOn).map(({ id, verdict }) => [id, verdict]));
const decision = (decisionOn: string | undefined, stars: number | undefined): Record<string, unknown> => ({ decision: { fileIds: ["f"], ...(decisionOn === undefined ? {} : { decisionOn }), ...(stars === undefined ? {} : { stars }) } });

describe("a recognition", () => {
  test.each<[string, string | undefined, number | undefined, Verdict]>([
    ["a decision in force", "2025-03-15", 4, "met"],
    ["one that ends on the last day", "2023-12-23", 3, "met"],
    ["one that ends the day before it", "2023-12-22", 3, "not_met"],
    ["one whose 36th month has no such day", "2024-02-29", 5, "met"],
    ["one long over", "2020-03-15", 5, "not_met"],
    ["two stars", "2025-03-15", 2, "not_met"],
    ["no date told", undefined, 4, "needs_person"],
    ["no stars told", "2025-03-15", undefined, "needs_person"],
    ["over, though no stars are told", "2020-03-15", undefined, "not_met"],
    ["only a photo", undefined, undefined, "needs_person"],
  ])("%s", (_, on, stars, verdict) => {
    expect(judged(decision(on, stars))["recognised"]).toBe(verdict);
  });

  test.each([[{}], [{ decision: "@later" }], [{ decision: null }], [{ decision: 5 }]])("that is not there yet waits for a person: %j", (answers) => {
    expect(judged(answers)["recognised"]).toBe("needs_person");
  });

  test("stands for 36 months, to the day or the month's last", () => {
    expect([recognisedUntil("2025-03-15"), recognisedUntil("2024-02-29"), recognisedUntil("2023-11-30")]).toEqual(["2028-03-15", "2027-02-28", "2026-11-30"]);
  });
});

test.each([
  [true, "met"],
  [false, "not_met"],
  [undefined, "needs_person"],
  ["yes", "needs_person"],
])("the commitment %p is %s", (commitment, verdict) => {
  expect(judged({ commitment })["voluntary"]).toBe(verdict);
});

test("a rule that no code knows is for a person, and keeps its place and clause", () => {
  const findings = assess({ requirements: [{ id: "label", clause: "1a second dash", rule: "needs_person" }, { id: "x", clause: "2", rule: "constructor" }] }, {}, lastOn);
  expect(findings).toEqual([
    { id: "label", clause: "1a second dash", verdict: "needs_person" },
    { id: "x", clause: "2", verdict: "needs_person" },
  ]);
});

test("whatever the answers are, each requirement has one verdict", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("decision", "commitment", "productSet"), fc.anything()), (answers) => {
      expect(assess({ requirements }, answers, lastOn).map(({ id }) => id)).toEqual(["processed", "recognised", "voluntary"]);
    }),
    { seed: 20_261_125 },
  );
});

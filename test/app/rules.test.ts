import { describe, expect, test } from "@jest/globals";
import { readSources } from "../../src/app/resources.js";
import { readRules } from "../../src/app/rules.js";
import { ruleIds, rulesOn, type Rule } from "../../src/domain/rules.js";

const rule = (change: Partial<Record<keyof Rule, unknown>> = {}): string =>
  `  - ${JSON.stringify({ id: "least_stars", source: "Luật Mẫu, điều 1", from: "2025-01-01", status: "in_force", confidence: "low", value: 3, ...change })}\n`;
/** What is wrong, but for the rules that the file does not have. */
const problems = (text: string): string[] => readRules([{ name: "resources/rules/x.yaml", text }]).problems.filter((problem) => !problem.includes("is missing"));

describe("the rules that come with the product", () => {
  test("are whole", async () => {
    const { rules, problems: found } = readRules(await readSources("resources/rules"));
    expect(found).toEqual([]);
    expect(ruleIds.filter((id) => !rulesOn(rules, "2026-11-25").some((each) => each.id === id))).toEqual([]);
  });

  test("change with the day: Decision 26/2026 follows 148, Decree 46/2026 is suspended", async () => {
    const { rules } = readRules(await readSources("resources/rules"));
    const source = (on: string): string[] => rulesOn(rules, on).filter(({ id }) => id === "recognition_months").map((each) => each.source);
    expect([source("2023-02-23"), source("2023-02-24"), source("2026-05-21"), source("2026-05-22")]).toEqual([[], ["Quyết định 148/QĐ-TTg ngày 24/02/2023"], ["Quyết định 148/QĐ-TTg ngày 24/02/2023"], ["Quyết định 26/2026/QĐ-TTg"]]);
    expect(rules.some(({ id }) => id === "decree_46_2026")).toBe(true);
    expect(rulesOn(rules, "2026-11-25").some(({ id }) => id === "decree_46_2026")).toBe(false);
  });
});

describe("a rule file that is wrong is told by file and line", () => {
  test.each<[string, string, RegExp]>([
    ["no YAML", "rules: 'x\n", /^resources\/rules\/x\.yaml:\d+: ./],
    ["another shape", "rules: {}\n", /^resources\/rules\/x\.yaml:1: ./],
    ["an unknown status", `rules:\n${rule()}${rule({ id: "b", status: "asleep" })}`, /^resources\/rules\/x\.yaml:3: rules\.1\.status: ./],
    ["a day that is none", `rules:\n${rule({ from: "2025-02-30" })}`, /^resources\/rules\/x\.yaml:2: rules\.0\.from: ./],
    ["an end before the beginning", `rules:\n${rule({ to: "2024-12-31" })}`, /^resources\/rules\/x\.yaml:2: rules\.0\.to: is before from$/],
    ["a replaced rule without an end", `rules:\n${rule({ status: "replaced" })}`, /^resources\/rules\/x\.yaml:2: rules\.0\.status: a replaced rule needs its last day: to$/],
    ["a figure without a value", `rules:\n${rule({ value: undefined })}`, /^resources\/rules\/x\.yaml:2: rules\.0\.id: least_stars needs a value$/],
    ["a key that is none", `rules:\n  - { id: a, source: S, from: 2025-01-01, status: in_force, confidence: low, until: 2026-01-01 }\n`, /^resources\/rules\/x\.yaml:2: rules\.0: ./],
    ["two at once", `rules:\n${rule()}${rule({ from: "2026-01-01" })}`, /^resources\/rules\/x\.yaml:3: rules\.1: two rules called least_stars apply at once /],
    ["two at once, on one day", `rules:\n${rule({ to: "2026-01-01" })}${rule({ from: "2026-01-01" })}`, /^resources\/rules\/x\.yaml:3: rules\.1: two rules called least_stars apply at once /],
  ])("%s", (_, text, problem) => {
    expect(problems(text)).toEqual([expect.stringMatching(problem)]);
  });

  test("one after the other, or beside a suspended one, is right", () => {
    expect(problems(`rules:\n${rule({ to: "2025-12-31" })}${rule({ from: "2026-01-01" })}${rule({ status: "suspended" })}`)).toEqual([]);
  });

  test("a rule that the first check asks for and no file has", () => {
    expect(readRules([{ name: "resources/rules/x.yaml", text: `rules:\n${rule()}` }]).problems).toContain("resources/rules: recognition_months is missing; the first check asks for it");
  });
});

import { describe, expect, test } from "@jest/globals";
import { askKinds, Call, Condition, Field } from "../../src/domain/call.js";

const least = {
  code: "TH26",
  title: "Đợt thử",
  opensOn: "2026-01-01",
  closesBefore: "2026-02-01",
  late: "refused",
  contact: { office: "Mẫu" },
  sections: [{ id: "one", title: "Một" }],
  fields: [{ id: "productName", section: "one", ask: "text" }],
};
/** Where and what is wrong with a call that is changed so. */
function wrong(change: object): string[] {
  const parsed = Call.safeParse({ ...least, ...change });
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}
const field = (change: object): object => ({ fields: [{ ...least.fields[0], ...change }] });

describe("a call", () => {
  test("needs no more than this, and what it leaves out has its default", () => {
    expect(Call.parse(least)).toMatchObject({ trial: false, requirements: [], priority: [], fields: [{ required: false, later: false }] });
  });

  test.each<[string, object, string]>([
    ["a code in small letters", { code: "us26" }, "code: capital letters, then digits"],
    ["a code that is too long", { code: "ABCDEFG26" }, "code: "],
    ["a day that is not", { opensOn: "2026-02-30" }, "opensOn: "],
    ["an instant for a day", { opensOn: "2026-01-01T00:00:00Z" }, "opensOn: "],
    ["an end before its beginning", { closesBefore: "2025-12-31" }, "closesBefore: must be after opensOn"],
    ["no day at all to register", { closesBefore: "2026-01-01" }, "closesBefore: must be after opensOn"],
    ["another way with late ones", { late: "ignored" }, "late: "],
    ["no sections", { sections: [] }, "sections: "],
    ["no fields", { fields: [] }, "fields: "],
    ["a key nobody knows", { colour: "red" }, "colour"],
    ["half a day to answer in", { answerWithinDays: 1.5 }, "answerWithinDays: "],
    ["two fields of one id", { fields: [least.fields[0], least.fields[0]] }, "fields.1.id: productName is there twice"],
    ["a field in no section", field({ section: "two" }), "fields.0.section: no such section: two"],
    ["a field neither asked nor repeated", field({ ask: undefined }), "fields.0"],
    ["a field both asked and repeated", field({ repeat: "award" }), "fields.0.ask: needs either ask or repeat"],
    ["a choice without options", field({ ask: "choice" }), "fields.0.options: a choice needs options"],
    ["a kind of question nobody knows", field({ ask: "essay" }), "fields.0.ask: "],
    ["an id that is no id", field({ id: "tên sản phẩm" }), "fields.0.id: letters, digits and _ only"],
    ["an id that reaches into objects", field({ id: "__proto__" }), "fields.0.id: "],
    ["a condition of no form", field({ when: { field: "a", like: "b" } }), "fields.0.when"],
  ])("with %s is refused", (_what, change, said) => {
    expect(wrong(change)).toContainEqual(expect.stringContaining(said));
  });

  test("with several mistakes names each", () => {
    expect(wrong({ late: "x", ...field({ section: "two" }) }).length).toBeGreaterThanOrEqual(1);
    expect(wrong({ code: "x", late: "x", title: "" })).toHaveLength(3);
  });
});

describe("a condition", () => {
  test.each([
    { field: "a", is: null },
    { field: "a", is: true },
    { field: "a", in: ["x", 1] },
    { field: "a", before: "2026-01-01" },
    { field: "a", after: "2026-01-01" },
    { field: "a.b", empty: false },
    { all: [{ field: "a", is: 1 }, { not: { any: [{ field: "b", empty: true }] } }] },
  ])("%j is one", (condition) => {
    expect(Condition.parse(condition)).toEqual(condition);
  });
  test.each([{}, { field: "a" }, { field: "a", is: 1, in: [1] }, { all: "x" }, { not: [] }, { field: 1, is: 1 }, "a = 1", null])("%j is none", (condition) => {
    expect(Condition.safeParse(condition).success).toBe(false);
  });
});

describe("a field", () => {
  const field = (change: object): boolean => Field.safeParse({ id: "x", section: "one", ...change }).success;
  test.each(askKinds)("may ask for %s", (ask) => {
    expect(field({ ask })).toBe(true);
  });
  test("names only sub-flows, lists and pieces that there are", () => {
    expect([field({ repeat: "award" }), field({ ask: "choice", options: { from: "products.sets" } }), field({ ask: "text", extract: ["priceVnd"] })]).toEqual([true, true, true]);
    expect([field({ repeat: "anything" }), field({ ask: "choice", options: { from: "anything" } }), field({ ask: "text", extract: ["anything"] })]).toEqual([false, false, false]);
  });
});

import { expect, test } from "@jest/globals";
import { clone } from "../../src/lib/clone.js";

test("copies deeply: a change in the copy leaves the original", () => {
  const original = { a: [{ b: 1 }], at: new Date(5), none: null, gone: undefined, text: "x" };
  const copy = clone(original);
  expect(copy).toEqual(original);
  copy.a[0]!.b = 2;
  copy.at.setTime(9);
  expect([original.a[0]?.b, original.at.getTime()]).toEqual([1, 5]);
});

test.each([null, undefined, 0, "", "x", false])("gives %p as it is", (value) => {
  expect(clone(value)).toBe(value);
});

test("changes nobody's prototype, whatever the keys are called", () => {
  const copy = clone(JSON.parse('{"__proto__": {"admin": true}, "b": 1}') as Record<string, unknown>);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
  expect(copy["b"]).toBe(1);
});

import { expect, test } from "@jest/globals";
import { readYaml } from "../../src/lib/yaml.js";

const read = (text: string) => readYaml({ name: "calls/x.yaml", text });

test("names the line of a value, within mappings and lists", () => {
  const { value, place, problems } = read("code: US24\nfields:\n  - { id: a }\n  -\n    id: b\n    max: 5\n");
  expect(problems).toEqual([]);
  expect(value).toEqual({ code: "US24", fields: [{ id: "a" }, { id: "b", max: 5 }] });
  expect([place(["code"]), place(["fields", 0, "id"]), place(["fields", 1, "max"])]).toEqual(["calls/x.yaml:1", "calls/x.yaml:3", "calls/x.yaml:6"]);
});

test("names the nearest parent's line for what is not there", () => {
  const { place } = read("a: 1\nb:\n  c: 2\n");
  expect([place(["b", "missing"]), place(["b", "c", "deeper", 3]), place(["nothing"]), place([])]).toEqual(["calls/x.yaml:2", "calls/x.yaml:3", "calls/x.yaml:1", "calls/x.yaml:1"]);
});

test("tells a key that stands twice, at its second place, and gives no value", () => {
  const { value, problems } = read("a: 1\nb: 2\na: 3\n");
  expect(value).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^calls\/x\.yaml:3: .*unique/i);
});

test("tells a syntax error with its line", () => {
  const { value, problems } = read('a: 1\nb: "x\n');
  expect(value).toBeUndefined();
  expect(problems[0]).toMatch(/^calls\/x\.yaml:[23]: ./);
});

test("runs nothing and makes no odd objects: tags stay plain data", () => {
  const { value } = read("__proto__: { admin: true }\na: !!js/function 'function () { return 1 }'\n");
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
  expect(typeof (value as Record<string, unknown> | undefined)?.["a"]).not.toBe("function");
});

import { sentLater } from "../domain/answers.js";
import type { Condition } from "../domain/call.js";
import type { Json, JsonObject } from "../domain/json.js";

/** Reads `a.b.c`; own keys only, so a prototype is out of reach. */
export function at(answers: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = answers;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

export function holds(condition: Condition | undefined, answers: JsonObject): boolean {
  if (condition === undefined) return true;
  if ("all" in condition) return condition.all.every((each) => holds(each, answers));
  if ("any" in condition) return condition.any.some((each) => holds(each, answers));
  if ("not" in condition) return !holds(condition.not, answers);
  const said = at(answers, condition.field);
  const value = said === sentLater ? undefined : said;
  if ("is" in condition) return (value ?? null) === condition.is;
  if ("in" in condition) return (typeof value === "string" || typeof value === "number") && condition.in.includes(value);
  if ("empty" in condition) return isEmpty(value) === condition.empty;
  if (typeof value !== "string") return false;
  return "before" in condition ? value < condition.before : value > condition.after;
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  return Array.isArray(value) ? value.length === 0 : typeof value === "object" && Object.keys(value).length === 0;
}

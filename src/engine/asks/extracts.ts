import { leastStars, recognisedUntil } from "../../domain/eligibility.js";
import type { Json, JsonObject } from "../../domain/json.js";
import { parseDate } from "../../domain/said/date.js";
import { parseDecision } from "../../domain/said/decision.js";
import type { Part, Shown } from "../../domain/shown.js";
import { clean } from "../../lib/text.js";
import { words, type AskContext } from "./ask.js";

/** A named group of pieces that one text can hold, such as a decision's number, date and stars. */
export interface Extract {
  names: readonly string[];
  /** The piece whose date can be mended by itself. */
  dateName: string;
  example: Shown;
  /** Reads what it can. `asking` names the one piece that was asked for, so that a bare number can be it. */
  read(text: string, asking: string | undefined, ctx: AskContext): { said: JsonObject; problem?: { part: Part; asking: string } };
  /** Asks for the missing pieces (all when empty). */
  ask(missing: readonly string[]): Part;
  noted(said: JsonObject): Part;
  show(said: JsonObject): Shown;
  /** All pieces are there: what they mean for this call, and the choices. */
  verdict(said: JsonObject, ctx: AskContext): { parts: Part[]; options: { value: Json; label: Shown }[] };
}

const decision: Extract = {
  names: ["decisionNumber", "decisionOn", "stars"],
  dateName: "decisionOn",
  example: words("decision.example"),
  read(text, asking, ctx) {
    const found = parseDecision(text, { today: ctx.today });
    const said: JsonObject = {};
    if (found.number !== undefined) said["decisionNumber"] = found.number;
    if (found.stars !== undefined) said["stars"] = found.stars;
    if (asking === "stars" && said["stars"] === undefined && /^\s*[1-5]\s*$/.test(text)) said["stars"] = Number(text.trim());
    if (asking === "decisionNumber" && said["decisionNumber"] === undefined && found.on === undefined && /\d/.test(text)) said["decisionNumber"] = [...clean(text)].slice(0, 60).join("");
    const on = found.on ?? (asking === "decisionOn" ? dateOf(text, ctx) : undefined);
    const bad = found.problems.find((each) => each.why === "no_such_day");
    if (on === undefined && bad !== undefined && bad.why === "no_such_day") {
      return { said, problem: { part: { key: "problem.no_such_day", values: { day: bad.day, month: bad.month } }, asking: "decisionOn" } };
    }
    if (on !== undefined && on > ctx.today) {
      return { said, problem: { part: { key: "decision.not_yet", values: { date: { show: "date", on } } }, asking: "decisionOn" } };
    }
    if (on !== undefined) said["decisionOn"] = on;
    return { said };
  },
  ask(missing) {
    const key = missing.length === 1 ? `decision.ask_${missing[0] ?? ""}` : "decision.ask_all";
    return { key, values: { example: words("decision.example") } };
  },
  noted: (said) => ({ key: "decision.noted", values: { said: decision.show(said) } }),
  show: (said) =>
    words("decision.show", {
      number: typeof said["decisionNumber"] === "string" ? said["decisionNumber"] : "…",
      stars: typeof said["stars"] === "number" ? said["stars"] : 0,
      until: typeof said["decisionOn"] === "string" ? { show: "date", on: recognisedUntil(said["decisionOn"]) } : "…",
    }),
  verdict(said, ctx) {
    const on = String(said["decisionOn"]);
    const until = recognisedUntil(on);
    const values: Record<string, Shown> = {
      number: String(said["decisionNumber"]),
      date: { show: "date", on },
      stars: Number(said["stars"]),
      until: { show: "date", on: until },
      lastOn: { show: "date", on: ctx.lastOn ?? ctx.today },
    };
    const options = (keys: [Json, string][]): { value: Json; label: Shown }[] => keys.map(([value, key]) => ({ value, label: words(key) }));
    if (Number(said["stars"]) < leastStars) {
      return { parts: [{ key: "decision.few_stars", values }], options: options([["mend", "decision.mend"], ["new_photo", "decision.new_paper"], ["send_anyway", "decision.send_anyway"], ["keep_draft", "decision.keep_draft"]]) };
    }
    if (until < (ctx.lastOn ?? ctx.today)) {
      const key = until < ctx.today ? "decision.expired" : "decision.expires_early";
      return { parts: [{ key, values }], options: options([["new_photo", "decision.new_paper"], ["mend_date", "decision.mend_date"], ["keep_draft", "decision.keep_draft"], ["send_anyway", "decision.send_anyway"]]) };
    }
    return { parts: [{ key: "decision.right", values }], options: options([["right", "decision.yes"], ["mend", "decision.mend"], ["more_photos", "decision.more_photos"]]) };
  },
};

function dateOf(text: string, ctx: AskContext): string | undefined {
  const parsed = parseDate(text, { today: ctx.today });
  return parsed.ok ? parsed.on : undefined;
}

export const extracts: readonly Extract[] = [decision];

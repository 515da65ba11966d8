import { addDays } from "../../../domain/dates.js";
import { leastStars, recognisedUntil } from "../../../domain/eligibility.js";
import type { Json, JsonObject } from "../../../domain/json.js";
import { Place, communeLabel } from "../../../domain/place.js";
import { parseDate } from "../../../domain/said/date.js";
import { parseDecision } from "../../../domain/said/decision.js";
import { words, type Part, type Shown } from "../../../domain/shown.js";
import { clean } from "../../../lib/text.js";
import type { AskContext } from "../ask.js";
import type { Pieces } from "./piece.js";

/** An OCOP decision's number, the day it was signed, and its stars. */
export const decision: Pieces = {
  names: ["decisionNumber", "decisionOn", "stars"],
  dateName: "decisionOn",
  optional: false,
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
  verdict(said, _spec, ctx) {
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
    const part = (key: string): Part => ({ key, values });
    if (Number(said["stars"]) < leastStars) {
      return { before: [part("decision.few_stars")], parts: [part("decision.what_next")], options: options([["mend", "decision.mend"], ["new_photo", "decision.new_paper"], ["keep_draft", "decision.keep_draft"], ["send_anyway", "decision.send_anyway"], ["ask_office", "decision.ask_office"]]) };
    }
    if (until < (ctx.lastOn ?? ctx.today)) {
      const key = until < ctx.today ? "decision.expired" : "decision.expires_early";
      return { before: [part(key)], parts: [part("decision.what_next")], options: options([["new_photo", "decision.new_paper"], ["mend_date", "decision.mend_date"], ["keep_draft", "decision.keep_draft"], ["send_anyway", "decision.send_anyway"], ["ask_office", "decision.ask_office"]]) };
    }
    return { parts: [part("decision.right")], options: options([["right", "decision.yes"], ["mend", "decision.mend"], ["more_photos", "decision.more_photos"]]) };
  },
};

function dateOf(text: string, ctx: AskContext): string | undefined {
  const parsed = parseDate(text, { today: ctx.today });
  return parsed.ok ? parsed.on : undefined;
}

/** What a draft with a recognition that does not stand waits for, and when its owner is reminded: the first reminder that is still to come. */
export function keptUntilRenewed(ctx: AskContext): { part: Part; remindOn?: string } {
  const place = Place.safeParse(ctx.answers["place"]);
  const commune: Shown = place.success ? communeLabel(place.data.commune) : words("decision.your_commune");
  const lastOn = ctx.lastOn;
  if (lastOn === undefined) return { part: { key: "decision.kept", values: { commune } } };
  const remindOn = [...ctx.remindBefore].sort((a, b) => b - a).map((days) => addDays(lastOn, -days)).find((on) => on > ctx.today);
  const values: Record<string, Shown> = { commune, lastDay: { show: "date", on: lastOn } };
  if (remindOn === undefined) return { part: { key: "decision.kept_until", values } };
  return { part: { key: "decision.kept_reminded", values: { ...values, remind: { show: "date", on: remindOn } } }, remindOn };
}

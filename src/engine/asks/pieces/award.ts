import type { JsonObject } from "../../../domain/json.js";
import { parseAward } from "../../../domain/said/award.js";
import { words, type Shown } from "../../../domain/shown.js";
import type { Pieces } from "./piece.js";

const names = ["awardName", "organiser", "year"] as const;

/** An award's name, who gave it and in which year. */
export const award: Pieces = {
  names,
  optional: false,
  example: words("award.example"),
  read(text, asking, ctx) {
    const one = names.find((name) => name === asking);
    const said: JsonObject = { ...parseAward(text, { thisYear: Number(ctx.today.slice(0, 4)), ...(one === undefined ? {} : { asking: one }) }) };
    return { said: one === undefined || said[one] === undefined ? said : { [one]: said[one] } };
  },
  ask(missing) {
    const key = missing.length === 1 ? `award.ask_${missing[0] ?? ""}` : "award.ask_all";
    return { key, values: { example: words("award.example") } };
  },
  noted: (said) => ({ key: "echo.saved", values: { value: award.show(said) } }),
  show: (said) => ({ show: "list", of: names.flatMap((name): Shown[] => (said[name] === undefined ? [] : [String(said[name])])) }),
  verdict: () => null,
};

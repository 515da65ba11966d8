import { parseMoney } from "../../domain/said/money.js";
import { parseQuantity } from "../../domain/said/quantity.js";
import { readCoordinates } from "../../domain/said/coordinates.js";
import { maskTaxCode, readTaxCode } from "../../domain/said/tax-code.js";
import { grams, Quantity } from "../../domain/quantity.js";
import type { Json } from "../../domain/json.js";
import { words, type Shown } from "../../domain/shown.js";
import { notText, problem, type AskType } from "./ask.js";
import { quoted, withUnit } from "./simple.js";

/** Whole đồng. */
export const money: AskType = {
  wants: "text",
  parse(answer, _spec, _partial, ctx) {
    if (answer.is !== "text") return notText(answer, ctx);
    const said = parseMoney(answer.text);
    if (!said.ok) return problem("problem.not_money", { text: quoted(answer.text) });
    return { is: "value", value: said.vnd, echo: { key: "echo.saved", values: { value: { show: "money", vnd: said.vnd } } } };
  },
  show: (value) => ({ show: "money", vnd: Number(value) }),
};

/** "100 g"; a weight in tấn, tạ or yến with its kilograms: "5 tấn (5.000 kg)". */
export function shownQuantity(value: Json | undefined): Shown {
  const parsed = Quantity.safeParse(value);
  if (!parsed.success) return "";
  const { amount, unit } = parsed.data;
  const plain: Shown = words("measure.quantity", { amount: { show: "figure", value: amount }, unit });
  const weight = grams(parsed.data);
  if (weight === null || !["yến", "tạ", "tấn"].includes(unit)) return plain;
  return words("measure.with_kg", { quantity: plain, kg: { show: "figure", value: weight / 1_000 } });
}

/** A weight, a volume or a count. Value: `Quantity`. */
export const weight: AskType = {
  wants: "text",
  parse(answer, spec, partial, ctx) {
    if (answer.is !== "text") return notText(answer, ctx);
    const unitless = typeof partial === "number" && !/\d/.test(answer.text) ? parseQuantity(`${partial} ${answer.text}`) : undefined;
    const said = unitless?.ok === true ? unitless : parseQuantity(answer.text);
    if (said.ok) {
      return { is: "value", value: { ...said.quantity }, echo: { key: "echo.saved", values: { value: withUnit(shownQuantity({ ...said.quantity }), spec) } } };
    }
    if (said.why === "no_unit") return { is: "more", partial: said.amount, parts: [{ key: "problem.no_unit", values: { amount: { show: "figure", value: said.amount } } }] };
    return problem("problem.not_a_quantity", { text: quoted(answer.text) });
  },
  show: (value, spec) => withUnit(shownQuantity(value), spec),
};

/** Ten digits, thirteen for a branch, twelve for a person. A wrong check digit is asked about, not refused. */
export const taxCode: AskType = {
  wants: "text",
  parse(answer, _spec, partial, ctx) {
    if (answer.is === "option" && answer.value === "@keep" && typeof partial === "string") return { is: "value", value: partial, echo: { key: "echo.noted" } };
    if (answer.is === "option" && answer.value === "@mend") return { is: "more", partial: null, parts: [{ key: "tax_code.again" }] };
    if (answer.is !== "text") return notText(answer, ctx);
    const said = readTaxCode(answer.text);
    if (!said.ok) return problem("problem.not_a_tax_code", { text: quoted(answer.text) });
    if (said.checksum || said.code === partial) return { is: "value", value: said.code, echo: { key: "echo.noted" } };
    return {
      is: "more",
      partial: said.code,
      parts: [{ key: "tax_code.doubtful", values: { code: said.code } }],
      options: [
        { value: "@mend", label: words("tax_code.mend") },
        { value: "@keep", label: words("tax_code.keep") },
      ],
    };
  },
  show: (value) => maskTaxCode(String(value)),
};

/** A point on the map, shared or typed. Value: `{ latitude, longitude }`. */
export const location: AskType = {
  wants: "text",
  parse(answer, _spec, _partial, ctx) {
    const at = answer.is === "location" ? { latitude: answer.latitude, longitude: answer.longitude } : answer.is === "text" ? readCoordinates(answer.text) : undefined;
    if (at === undefined && answer.is !== "text" && answer.is !== "location") return notText(answer, ctx);
    if (at === undefined || at === null) return problem("problem.not_a_location");
    return { is: "value", value: { ...at }, echo: { key: "echo.noted" } };
  },
  show(value) {
    const { latitude, longitude } = (value ?? {}) as { latitude?: number; longitude?: number };
    return `${String(latitude)}, ${String(longitude)}`;
  },
};

import { findDate, parseDate } from "../../domain/said/date.js";
import { readOwnerName } from "../../domain/owner-name.js";
import { words, type Shown } from "../../domain/shown.js";
import { readEmail } from "../../domain/said/email.js";
import { parseNumber } from "../../domain/said/number.js";
import type { Json } from "../../domain/json.js";
import { parsePhone } from "../../lib/phone.js";
import { characters, clean, fold, hasLetter } from "../../lib/text.js";
import { capital, notText, problem, type AskSpec, type AskType } from "./ask.js";

const saved = (value: Json): { key: string; values: { value: string | number } } => ({
  key: "echo.saved",
  values: { value: typeof value === "number" ? value : String(value) },
});

export const text: AskType = {
  wants: "text",
  parse(answer, spec, _partial, ctx) {
    if (answer.is === "option" && typeof answer.value === "string") return { is: "value", value: answer.value, echo: saved(answer.value) };
    if (answer.is !== "text") return notText(answer, ctx);
    const value = clean(answer.text).replace(/\s+/g, " ");
    const max = spec.max ?? 500;
    const length = characters(value);
    if (length > max) return { is: "problem", part: { key: "problem.too_long", values: { length, max } }, keep: value };
    if (!hasLetter(value)) return problem("problem.needs_letters", { label: capital(spec.label) });
    if (length < (spec.min ?? 1)) return problem("problem.too_short", { label: capital(spec.label), min: spec.min ?? 1 });
    return { is: "value", value, echo: saved(value) };
  },
  show: (value) => String(value),
};

/** The name on the business registration, with "HTX" and the like written out. */
export const businessName: AskType = {
  ...text,
  parse(answer, spec, partial, ctx) {
    const parsed = text.parse(answer, spec, partial, ctx);
    if (parsed.is !== "value") return parsed;
    const { name } = readOwnerName(String(parsed.value));
    return { is: "value", value: name, echo: saved(name) };
  },
};

/** A value with its unit, where the question has one: "12 tháng". */
export function withUnit(value: Shown, spec: AskSpec): Shown {
  return spec.unit === undefined ? value : words(spec.unit, { value });
}

export const number: AskType = {
  wants: "number",
  parse(answer, spec, _partial, ctx) {
    if (answer.is !== "text") return notText(answer, ctx);
    const parsed = parseNumber(answer.text);
    if (!parsed.ok) return problem("problem.not_a_number", { text: quoted(answer.text) });
    if (spec.min !== undefined && parsed.value < spec.min) return problem("problem.number_low", { value: parsed.value, min: spec.min });
    if (spec.max !== undefined && parsed.value > spec.max) return problem("problem.number_high", { value: parsed.value, max: spec.max });
    return { is: "value", value: parsed.value, echo: { key: "echo.saved", values: { value: withUnit({ show: "figure", value: parsed.value }, spec) } } };
  },
  show: (value, spec) => withUnit(typeof value === "number" ? { show: "figure", value } : String(value), spec),
};

export const date: AskType = {
  wants: "text",
  parse(answer, _spec, _partial, ctx) {
    if (answer.is !== "text") return notText(answer, ctx);
    const found = findDate(answer.text, { today: ctx.today });
    const parsed = found?.result ?? parseDate(answer.text, { today: ctx.today });
    if (parsed.ok) return { is: "value", value: parsed.on, echo: { key: "echo.saved", values: { value: { show: "date", on: parsed.on } } } };
    if (parsed.why === "no_such_day") return problem("problem.no_such_day", { day: parsed.day, month: parsed.month });
    return problem(parsed.why === "no_year" ? "problem.no_year" : "problem.not_a_date", { text: quoted(answer.text) });
  },
  show: (value) => ({ show: "date", on: String(value) }),
};

export const choice: AskType = {
  wants: "text",
  parse(answer, spec, _partial, ctx) {
    if (answer.is === "option") return { is: "value", value: answer.value, echo: null };
    if (answer.is !== "text") return notText(answer, ctx);
    if (spec.free) return text.parse(answer, spec, undefined, ctx);
    return problem("problem.choose", { text: quoted(answer.text) });
  },
  show: (value, spec) => spec.labelOf(value),
};

/** Several at once: by their numbers or their words (`step.ts` reads them), or one pressed. */
export const choices: AskType = {
  wants: "text",
  parse(answer, _spec, _partial, ctx) {
    if (answer.is === "option") return { is: "value", value: Array.isArray(answer.value) ? answer.value : [answer.value], echo: null };
    if (answer.is !== "text") return notText(answer, ctx);
    return problem("problem.choose", { text: quoted(answer.text) });
  },
  show: (value, spec) => ({ show: "list", of: Array.isArray(value) ? value.map((each) => spec.labelOf(each)) : [] }),
};

export const email: AskType = {
  wants: "text",
  parse(answer, _spec, _partial, ctx) {
    if (answer.is !== "text") return notText(answer, ctx);
    const read = readEmail(answer.text);
    return read.ok ? { is: "value", value: read.email, echo: saved(read.email) } : problem("problem.not_an_email", { text: quoted(answer.text) });
  },
  show: (value) => String(value),
};

const yes = new Set(["co", "dung", "dung roi", "u", "uh", "ok", "oke", "dong y", "duoc", "vang", "da", "phai", "san sang", "yes", "y", "agree"]);
const no = new Set(["khong", "ko", "k", "sai", "chua", "khong dong y", "khong phai", "chua san sang", "no", "n", "disagree"]);

export const yesNo: AskType = {
  wants: "text",
  parse(answer, _spec, _partial, ctx) {
    if (answer.is === "option") return { is: "value", value: answer.value, echo: { key: "echo.noted" } };
    if (answer.is !== "text") return notText(answer, ctx);
    const said = fold(answer.text);
    if (yes.has(said)) return { is: "value", value: true, echo: { key: "echo.noted" } };
    if (no.has(said)) return { is: "value", value: false, echo: { key: "echo.noted" } };
    return problem("problem.choose", { text: quoted(answer.text) });
  },
  show: (value) => words(value === true ? "ask.yes" : "ask.no"),
};

export const phone: AskType = {
  wants: "phone",
  parse(answer, _spec, _partial, ctx) {
    if (answer.is === "contact" && !answer.own) return problem("problem.not_own_phone");
    if (answer.is !== "text" && answer.is !== "contact") return notText(answer, ctx);
    const parsed = parsePhone(answer.is === "text" ? answer.text : answer.phone);
    if (parsed.ok) return { is: "value", value: parsed.e164, echo: { key: "echo.saved_bare", values: { value: { show: "phone", e164: parsed.e164 } } } };
    if (parsed.why === "foreign") return problem("problem.foreign_phone", { country: parsed.country });
    if (parsed.why === "old_eleven_digits") return problem("problem.old_phone");
    return problem("problem.not_a_phone", { text: answer.is === "text" ? quoted(answer.text) : answer.phone });
  },
  show: (value) => ({ show: "phone", e164: String(value) }),
};

/** As much of what was typed as an error message repeats. */
export function quoted(text: string): string {
  const said = clean(text).replace(/\s+/g, " ");
  return characters(said) > 40 ? `${[...said].slice(0, 40).join("")}…` : said;
}

import { sentLater } from "../domain/answers.js";
import type { Call } from "../domain/call.js";
import { Place, placeLabel } from "../domain/place.js";
import { Quantity } from "../domain/quantity.js";
import { words, type Language, type Shown } from "../domain/shown.js";
import type { I18n } from "../i18n/i18n.js";

/** Where the names of an answer's values stand in the locales. */
const named: Readonly<Record<string, string>> = { productSet: "product_set", kind: "certificate_kind", kinds: "certificate_kind", ownerType: "owner_type" };

/** What an answer is called: by the call's own label, else by the locale's, else by its id. */
export function answerName(i18n: Pick<I18n, "has">, id: string, call: Call | undefined): Shown {
  const field = call?.fields.find((each) => each.id === id);
  if (field?.label !== undefined) return { show: "either", vi: field.label, ...(field.en?.label === undefined ? {} : { en: field.en.label }) };
  return i18n.has("vi", `label.${id}`) ? { show: "capital", of: words(`label.${id}`) } : id;
}

/** An answer in full, whatever its kind. */
export function answerShown(i18n: Pick<I18n, "has" | "text">, language: Language, id: string, value: unknown): string {
  const text = (shown: Shown): string => i18n.text(language, { key: "ask.shown", values: { value: shown } });
  if (typeof value === "boolean") return text(words(value ? "ask.yes" : "ask.no"));
  if (typeof value === "number") return text({ show: "figure", value });
  if (typeof value === "string") return text(stringShown(i18n, id, value));
  if (Array.isArray(value)) return id === "fileIds" ? text(words("copy.file_count", { count: value.length })) : value.map((each) => answerShown(i18n, language, id, each)).join("\n");
  if (typeof value !== "object" || value === null) return "–";
  const place = Place.safeParse(value);
  if (place.success) return placeLabel(place.data);
  const quantity = Quantity.safeParse(value);
  if (quantity.success) return `${text({ show: "figure", value: quantity.data.amount })} ${quantity.data.unit}`;
  return Object.entries(value).map(([name, each]) => `${text(answerName(i18n, name, undefined))}: ${answerShown(i18n, language, name, each)}`).join("; ");
}

function stringShown(i18n: Pick<I18n, "has">, id: string, value: string): Shown {
  if (value === sentLater) return words("copy.later");
  const key = `${named[id] ?? ""}.${value}`;
  if (i18n.has("vi", key)) return words(key);
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return { show: "date", on: value };
  return /^\+84\d{9,10}$/.test(value) ? { show: "phone", e164: value } : value;
}

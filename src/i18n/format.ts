import type { Language, Shown, ShownValues } from "../domain/shown.js";
import { showPhone } from "../lib/phone.js";
import { assertNever } from "../lib/never.js";

const days = {
  vi: ["Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
} as const;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Words one value. `say` words a nested key. */
export function format(language: Language, value: Shown, say: (key: string, values: ShownValues) => string): string | number {
  if (typeof value !== "object") return value;
  switch (value.show) {
    case "date":
      return date(language, value.on);
    case "day": {
      const name = days[language][new Date(`${value.on}T00:00:00Z`).getUTCDay()] ?? "";
      return language === "vi" ? `${date(language, value.on)} (${name})` : `${name} ${date(language, value.on)}`;
    }
    case "instant": {
      const local = new Date(new Date(value.at).getTime() + 7 * 3_600_000).toISOString();
      const time = local.slice(11, 16);
      return language === "vi" ? `${time} ngày ${date(language, local.slice(0, 10))}` : `${time} on ${date(language, local.slice(0, 10))}`;
    }
    case "phone":
      return showPhone(value.e164);
    case "money":
      return `${figure(language, value.vnd)} ${language === "vi" ? "đồng" : "VND"}`;
    case "figure":
      return figure(language, value.value);
    case "list":
      return value.of.map((each) => String(format(language, each, say))).join(", ");
    case "words":
      return say(value.key, value.values ?? {});
    case "either":
      return language === "vi" ? value.vi : (value.en ?? value.vi);
    case "capital": {
      const inner = String(format(language, value.of, say));
      return inner.charAt(0).toLocaleUpperCase(language) + inner.slice(1);
    }
    default:
      return assertNever(value);
  }
}

function figure(language: Language, value: number): string {
  return new Intl.NumberFormat(language === "vi" ? "vi-VN" : "en", { maximumFractionDigits: 6 }).format(value);
}

function date(language: Language, on: string): string {
  const [year = "", month = "", day = ""] = on.split("-");
  return language === "vi" ? `${day}/${month}/${year}` : `${Number(day)} ${months[Number(month) - 1] ?? ""} ${year}`;
}

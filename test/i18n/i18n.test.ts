import { describe, expect, test } from "@jest/globals";
import type { Language, Shown } from "../../src/domain/shown.js";
import { checkLocales } from "../../src/i18n/check.js";
import { concat, createI18n, flatten, UnknownKey } from "../../src/i18n/i18n.js";

const i18n = createI18n({
  vi: {
    shown: "{value}",
    bold: "Mã: <b>{code}</b>, hạn <b>mai</b>.",
    count: "{n, plural, =0 {không có} other {# hồ sơ}}",
    money: "{n, number} đồng",
    inner: "tỉnh {province}",
    only_vi: "chỉ tiếng Việt",
  },
  en: { shown: "{value}", bold: "Code: <b>{code}</b>.", count: "{n, plural, =0 {none} one {# file} other {# files}}", money: "{n, number} dong", inner: "{province} province" },
});
const show = (language: Language, value: Shown): string => i18n.text(language, { key: "shown", values: { value } });

describe("values", () => {
  const table: [string, Shown, string, string][] = [
    ["a text", "Trà Mẫu", "Trà Mẫu", "Trà Mẫu"],
    ["a number", 7, "7", "7"],
    ["a date", { show: "date", on: "2026-03-05" }, "05/03/2026", "5 Mar 2026"],
    ["a day", { show: "day", on: "2026-12-23" }, "23/12/2026 (thứ Tư)", "Wed 23 Dec 2026"],
    ["a Sunday", { show: "day", on: "2026-11-29" }, "29/11/2026 (Chủ nhật)", "Sun 29 Nov 2026"],
    ["an instant", { show: "instant", at: "2026-11-23T02:12:00.000Z" }, "09:12 ngày 23/11/2026", "09:12 on 23 Nov 2026"],
    ["an instant after midnight here, before it in UTC", { show: "instant", at: "2026-11-30T17:05:00.000Z" }, "00:05 ngày 01/12/2026", "00:05 on 1 Dec 2026"],
    ["a phone number", { show: "phone", e164: "+84901234567" }, "0901 234 567", "0901 234 567"],
    ["words of another key", { show: "words", key: "inner", values: { province: "Đồng Tháp" } }, "tỉnh Đồng Tháp", "Đồng Tháp province"],
    ["words with words in them", { show: "words", key: "shown", values: { value: { show: "date", on: "2026-03-05" } } }, "05/03/2026", "5 Mar 2026"],
    ["either language", { show: "either", vi: "Đợt mẫu", en: "Sample call" }, "Đợt mẫu", "Sample call"],
    ["Vietnamese where the English is missing", { show: "either", vi: "Đợt mẫu" }, "Đợt mẫu", "Đợt mẫu"],
    ["a capital", { show: "capital", of: { show: "words", key: "inner", values: { province: "Huế" } } }, "Tỉnh Huế", "Huế province"],
    ["a capital of đ", { show: "capital", of: "địa chỉ" }, "Địa chỉ", "Địa chỉ"],
  ];
  test.each(table)("%s", (_what, value, vi, en) => {
    expect([show("vi", value), show("en", value)]).toEqual([vi, en]);
  });

  test("numbers are grouped as each language does", () => {
    expect(i18n.text("vi", { key: "money", values: { n: 1_250_000 } })).toBe("1.250.000 đồng");
    expect(i18n.text("en", { key: "money", values: { n: 1_250_000 } })).toBe("1,250,000 dong");
  });

  test("plurals follow the language", () => {
    const both = (n: number): string[] => (["vi", "en"] as const).map((language) => i18n.text(language, { key: "count", values: { n } }));
    expect([both(0), both(1), both(2)]).toEqual([["không có", "none"], ["1 hồ sơ", "1 file"], ["2 hồ sơ", "2 files"]]);
  });
});

describe("bold", () => {
  test("names spans of the worded text", () => {
    const worded = i18n.say("vi", { key: "bold", values: { code: "US26-104187-9" } });
    expect(worded.text).toBe("Mã: US26-104187-9, hạn mai.");
    expect(worded.bold.map(({ at, length }) => worded.text.slice(at, at + length))).toEqual(["US26-104187-9", "mai"]);
  });

  test("counts in UTF-16 units, as channels do", () => {
    const worded = i18n.say("vi", { key: "bold", values: { code: "🍵🍵" } });
    expect(worded.bold).toEqual([{ at: 4, length: 4 }, { at: 14, length: 3 }]);
  });

  test("moves along when texts are joined, and empty texts leave no separator", () => {
    const part = { text: "ab", bold: [{ at: 1, length: 1 }] };
    expect(concat([{ text: "", bold: [] }, part, { text: "", bold: [] }, part], "\n")).toEqual({ text: "ab\nab", bold: [{ at: 1, length: 1 }, { at: 4, length: 1 }] });
  });
});

describe("values are never markup", () => {
  test.each(["<b>x</b>", "{value}", "<script>alert(1)</script>", "'{", "&lt;", "{n, plural, other {#}}"])("%s stays text", (value) => {
    expect(i18n.say("vi", { key: "shown", values: { value } })).toEqual({ text: value, bold: [] });
    const worded = i18n.say("en", { key: "bold", values: { code: value } });
    expect(worded).toEqual({ text: `Code: ${value}.`, bold: [{ at: 6, length: value.length }] });
  });

  test("nor in words within words", () => {
    const value: Shown = { show: "words", key: "inner", values: { province: "<b>{x}</b>" } };
    expect(i18n.say("vi", { key: "shown", values: { value } })).toEqual({ text: "tỉnh <b>{x}</b>", bold: [] });
  });
});

describe("keys", () => {
  test("one that a language lacks is an error naming both", () => {
    expect(() => i18n.text("en", { key: "only_vi" })).toThrow(UnknownKey);
    expect(() => i18n.text("en", { key: "only_vi" })).toThrow("locales/en: no such key: only_vi");
    expect(i18n.text("vi", { key: "only_vi" })).toBe("chỉ tiếng Việt");
  });

  test("`has` looks at the locale's own keys only", () => {
    expect([i18n.has("vi", "only_vi"), i18n.has("en", "only_vi"), i18n.has("vi", "constructor")]).toEqual([true, false, false]);
  });

  test("come from nested files, and what is no text is told by its path", () => {
    expect(flatten({ a: { b: "x", c: { d: "y" } }, e: "z" })).toEqual({ "a.b": "x", "a.c.d": "y", e: "z" });
    expect(() => flatten({ a: { b: true } })).toThrow("a.b: must be a text");
    expect(() => flatten({ a: { b: ["x"] } })).toThrow("a.b: must be a text");
  });
});

describe("checkLocales", () => {
  const check = (vi: Record<string, string>, en: Record<string, string>): string[] => checkLocales({ vi, en }, (language, key) => `${language}.yaml:${key === "a" ? 1 : 2}`);

  test("is content with the same keys and placeholders", () => {
    expect(check({ a: "{x} <b>{y}</b> {n, plural, other {{z}}}" }, { a: "<b>{y}</b> {n, plural, one {{z}} other {}} {x}" })).toEqual([]);
  });

  test("finds keys that a language lacks, either way, and says where the other has them", () => {
    expect(check({ a: "x" }, { b: "x" })).toEqual(["locales/en: a is missing (vi.yaml:1 has it)", "locales/vi: b is missing (en.yaml:2 has it)"]);
  });

  test("finds placeholders that differ, also inside bold and plurals, naming both places", () => {
    expect(check({ a: "{x}" }, { a: "{y}" })).toEqual(["vi.yaml:1, en.yaml:1: a: placeholders differ: x | y"]);
    expect(check({ a: "<b>{x}</b>" }, { a: "x" })).toEqual(["vi.yaml:1, en.yaml:1: a: placeholders differ: x | "]);
    expect(check({ a: "{n, plural, other {{x}}}" }, { a: "{n, plural, other {}}" })).toEqual(["vi.yaml:1, en.yaml:1: a: placeholders differ: n, x | n"]);
  });

  test("finds syntax errors, naming place and key", () => {
    const found = check({ b: "{x" }, { b: "<b>x" });
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/^vi\.yaml:2: b: ./);
    expect(found[1]).toMatch(/^en\.yaml:2: b: ./);
  });
});

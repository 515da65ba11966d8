import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { findDate, parseDate } from "../../src/domain/said/date.js";
import { parseDecision } from "../../src/domain/said/decision.js";
import { parseNumber } from "../../src/domain/said/number.js";

const today = "2026-11-23";

describe("a date that was said", () => {
  it.each([
    ["15/3/2025", "2025-03-15"],
    ["15/03/2025", "2025-03-15"],
    ["15-03-2025", "2025-03-15"],
    ["15-3-2025", "2025-03-15"],
    ["15–3–2025", "2025-03-15"],
    ["15.3.2025", "2025-03-15"],
    ["15 / 3 / 2025", "2025-03-15"],
    ["15 3 2025", "2025-03-15"],
    ["15 3 25", "2025-03-15"],
    ["15/3/25", "2025-03-15"],
    ["15.3.25", "2025-03-15"],
    ["15032025", "2025-03-15"],
    ["2025-03-15", "2025-03-15"],
    ["2025/3/15", "2025-03-15"],
    ["15/3 năm 2025", "2025-03-15"],
    ["15 thang 3 nam 2025", "2025-03-15"],
    ["ngày 15 tháng 3 năm 2025", "2025-03-15"],
    ["Ngày 15 Tháng 3 Năm 2025".normalize("NFD"), "2025-03-15"],
    ["NGAY 15 THANG 3 NAM 2025", "2025-03-15"],
    ["15 tháng 3, 2025", "2025-03-15"],
    ["15 tháng 3/2025", "2025-03-15"],
    ["15 tháng 3 năm 25", "2025-03-15"],
    ["15 tháng ba năm 2025", "2025-03-15"],
    ["mồng 5 tháng giêng năm 2026", "2026-01-05"],
    ["mùng 1 tháng chạp năm 2026", "2026-12-01"],
    ["5 tháng năm năm 2025", "2025-05-05"],
    ["5 tháng mười hai năm 2025", "2025-12-05"],
    ["29/2/2024", "2024-02-29"],
    ["hôm nay", "2026-11-23"],
    ["hom qua", "2026-11-22"],
    ["Hôm kia", "2026-11-21"],
    ["ngày mai", "2026-11-24"],
    ["hết hạn 30/6/2028.", "2028-06-30"],
  ])("%s is %s", (text, on) => {
    expect(parseDate(text, { today })).toEqual({ ok: true, on });
  });

  it.each([
    ["31/02", { day: 31, month: 2 }],
    ["31/2/2025", { day: 31, month: 2, year: 2025 }],
    ["29/2/2025", { day: 29, month: 2, year: 2025 }],
    ["31 tháng 4 năm 2025", { day: 31, month: 4, year: 2025 }],
    ["32/1/2025", { day: 32, month: 1, year: 2025 }],
  ])("%s names a day that does not exist", (text, said) => {
    expect(parseDate(text, { today })).toEqual({ ok: false, why: "no_such_day", ...said });
  });

  it.each([
    ["15/3", 15, 3],
    ["29/2", 29, 2],
    ["ngày 15 tháng 3", 15, 3],
    ["15-3", 15, 3],
  ])("%s lacks its year", (text, day, month) => {
    expect(parseDate(text, { today })).toEqual({ ok: false, why: "no_year", day, month });
  });

  it.each(["", "abc", "3/15/2025", "0/1/2025", "15/0/2025", "1/1/0025", "15/3/202", "45/3/2025", "20.3", "0901234567", "15/3/2025 hay 16/3/2025", "1187/QĐ-UBND"])(
    "does not understand %j",
    (text) => {
      expect(parseDate(text, { today })).toEqual({ ok: false, why: "not_understood" });
    },
  );

  it.each([
    ["cấp ngày 15/3/2025 tại Huế", "ngày 15/3/2025"],
    ["FSMS-0426, het han 30/6/2028", "30/6/2028"],
    ["từ 15/3 đến 20/3/2025", "20/3/2025"],
    ["gọi 0901.23.45.67 hôm qua", "hôm qua"],
  ])("finds the date in %s", (text, stretch) => {
    const found = findDate(text, { today });
    expect(found && text.slice(found.from, found.to).trim()).toBe(stretch);
    expect(found?.result.ok).toBe(true);
  });

  it("finds none where there is none", () => {
    expect(findDate("gọi 0901.23.45.67", { today })).toBeUndefined();
    expect(findDate("túi 100 g, 35 nghìn", { today })).toBeUndefined();
  });

  it("reads back every day as people write it", () => {
    const days = fc.date({ min: new Date("1900-01-01"), max: new Date("2199-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.constantFrom("/", "-", ".", " "), (date, sign) => {
        const on = date.toISOString().slice(0, 10);
        const text = `${date.getUTCDate()}${sign}${date.getUTCMonth() + 1}${sign}${date.getUTCFullYear()}`;
        expect(parseDate(text, { today })).toEqual({ ok: true, on });
      }),
    );
  });
});

describe("a number that was said", () => {
  it.each([
    ["5", 5],
    ["5,5", 5.5],
    ["5.5", 5.5],
    ["0,5", 0.5],
    ["0.500", 0.5],
    ["-5", -5],
    ["1 500", 1500],
    ["1500", 1500],
    ["1.500.000", 1_500_000],
    ["1.500,5", 1500.5],
    ["1,500,000", 1_500_000],
    ["35k", 35_000],
    ["35 nghìn", 35_000],
    ["1,5 triệu", 1_500_000],
    ["2 triệu rưỡi", 2_500_000],
    ["khoảng 12", 12],
    ["năm", 5],
    ["mười hai", 12],
    ["muoi hai", 12],
    ["mười lăm", 15],
    ["hai mươi", 20],
    ["hai mươi mốt", 21],
    ["ba mươi tư", 34],
    ["hai chục", 20],
    ["một trăm hai mươi", 120],
    ["ba trăm linh năm", 305],
    ["hai trăm rưỡi", 250],
    ["một nghìn không trăm linh năm", 1005],
    ["ba mươi lăm nghìn", 35_000],
    ["một triệu hai trăm nghìn", 1_200_000],
    ["bảy rưỡi", 7.5],
  ])("%s is %d", (text, value) => {
    expect(parseNumber(text)).toEqual({ ok: true, value, ambiguous: false });
  });

  it.each([
    ["1.500", 1500],
    ["1,500", 1.5],
    ["nam", 5],
    ["không", 0],
  ])("%s is taken as %d, and could be something else", (text, value) => {
    expect(parseNumber(text)).toEqual({ ok: true, value, ambiguous: true });
  });

  it("keeps what follows the number", () => {
    expect(parseNumber("12 tháng")).toEqual({ ok: true, value: 12, ambiguous: false, rest: "tháng" });
    expect(parseNumber("1.500 kg")).toEqual({ ok: true, value: 1500, ambiguous: true, rest: "kg" });
    expect(parseNumber("năm tấn")).toEqual({ ok: true, value: 5, ambiguous: false, rest: "tấn" });
  });

  it.each(["", "abc", "không có", "không biết", "12.34.56", "5 - 7", "100g 35k", "nấm", "ba ba", "rưỡi", "trăm", "1.50.000"])("%j is not one number", (text) => {
    expect(parseNumber(text)).toEqual({ ok: false, why: "not_a_number" });
  });
});

describe("a decision in a caption", () => {
  const whole = { number: "1187/QĐ-UBND", on: "2025-03-15", stars: 4, problems: [] };
  it.each([
    ["1187/QD-UBND 15-3-2025 4 sao"],
    ["“1187/QD-UBND 15-3-2025 4 sao”"],
    ["QĐ số 1187/QĐ-UBND ngày 15/3/2025, đạt 4 sao"],
    ["1187/qđ-ubnd, 15/3/2025, 4 SAO"],
    ["4 sao, 15/3/2025, 1187/QD-UBND"],
    ["quyết định 1187 QD UBND ngày 15 tháng 3 năm 2025 bốn sao"],
    ["1187/QDUBND 15.3.25 4*"],
    ["1187/QĐ-UBND-15/3/2025 ⭐⭐⭐⭐"],
    ["1187 / QĐ - UBND 15 3 2025 4 stars"],
    ["1187/QĐ–UBND ngày 15/3/2025 hạng 4/5 sao".normalize("NFD")],
  ])("%s", (text) => {
    expect(parseDecision(text, { today })).toEqual(whole);
  });

  it.each([
    ["1187/QD-UBND", { number: "1187/QĐ-UBND" }],
    ["26/2026/QD-TTG", { number: "26/2026/QĐ-TTg" }],
    ["5277/qd-bnnmt", { number: "5277/QĐ-BNNMT" }],
    ["12/QD-HDND", { number: "12/QĐ-HĐND" }],
    ["12/QĐ-SNN-OCOP", { number: "12/QĐ-SNN-OCOP" }],
    ["1187/QĐ", { number: "1187/QĐ" }],
    ["quyết định số 1187", { number: "1187" }],
    ["1187, 15/3/2025, 4 sao", { number: "1187", on: "2025-03-15", stars: 4 }],
    ["15/3/2025", { on: "2025-03-15" }],
    ["hôm qua", { on: "2026-11-22" }],
    ["4*", { stars: 4 }],
    ["bốn sao", { stars: 4 }],
    ["năm sao", { stars: 5 }],
    ["3sao", { stars: 3 }],
    ["2 sao", { stars: 2 }],
    ["một sao", { stars: 1 }],
    ["★★★", { stars: 3 }],
    ["4,5 sao", {}],
    ["giấy chứng nhận", {}],
    ["1187", {}],
    ["", {}],
  ])("%s says only that much", (text, said) => {
    expect(parseDecision(text, { today })).toEqual({ ...said, problems: [] });
  });

  it("names what cannot be", () => {
    expect(parseDecision("1187/QD-UBND 31/02/2025 4 sao", { today })).toEqual({
      number: "1187/QĐ-UBND",
      stars: 4,
      problems: [{ ok: false, why: "no_such_day", day: 31, month: 2, year: 2025 }],
    });
    expect(parseDecision("6 sao", { today }).problems).toEqual([{ ok: false, why: "stars_out_of_range", stars: 6 }]);
    expect(parseDecision("0 sao", { today }).problems).toEqual([{ ok: false, why: "stars_out_of_range", stars: 0 }]);
    expect(parseDecision("15/3 4 sao", { today })).toEqual({ stars: 4, problems: [{ ok: false, why: "no_year", day: 15, month: 3 }] });
  });
});

it("no parser throws, whatever is said", () => {
  const pieces = fc.constantFrom("15", "/", "3", "2025", "tháng", "năm", "mười", "trăm", "rưỡi", "sao", "QĐ", "-", "UBND", ".", ",", "k", "⭐", "́", " ");
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.array(pieces).map((parts) => parts.join(""))), (text) => {
      const number = parseNumber(text);
      if (number.ok) expect(Number.isFinite(number.value)).toBe(true);
      const date = parseDate(text, { today });
      if (date.ok) expect(date.on).toMatch(/^\d{4}-\d\d-\d\d$/);
      const found = findDate(text, { today });
      if (found) expect(found.to).toBeGreaterThan(found.from);
      expect(parseDecision(text, { today }).problems.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 500 },
  );
});

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseMoney } from "../../../src/domain/said/money.js";

describe("a sum that was said", () => {
  it.each([
    ["35k", 35_000],
    ["35K", 35_000],
    ["35 nghìn", 35_000],
    ["35 nghin", 35_000],
    ["35 ngàn đồng", 35_000],
    ["35.000", 35_000],
    ["35 000", 35_000],
    ["35000", 35_000],
    ["35.000đ", 35_000],
    ["35.000 ₫", 35_000],
    ["35,000 vnd", 35_000],
    ["35K VNĐ", 35_000],
    ["1.500đ", 1_500],
    ["35,5k", 35_500],
    ["35k5", 35_500],
    ["35 nghìn 500", 35_500],
    ["1,2 triệu", 1_200_000],
    ["1tr2", 1_200_000],
    ["1tr25", 1_250_000],
    ["1 triệu 200 nghìn", 1_200_000],
    ["1.200.000", 1_200_000],
    ["một triệu hai", 1_200_000],
    ["2 trieu ruoi", 2_500_000],
    ["nửa triệu", 500_000],
    ["ba mươi lăm nghìn", 35_000],
    ["ba mươi mốt nghìn", 31_000],
    ["nam muoi nghin", 50_000],
    ["năm mươi nghìn một gói", 50_000],
    ["35 thousand dong", 35_000],
    ["giá 35k nha", 35_000],
    ["dạ 35k ạ", 35_000],
    ["gia ban: 35.000 d / goi", 35_000],
    ["35k/túi", 35_000],
    ["35k một túi", 35_000],
    ["1 túi 35k", 35_000],
    ["khoảng 35k", 35_000],
    ["35 nghìn".normalize("NFD"), 35_000],
  ])("%s is %d đồng", (text, vnd) => {
    expect(parseMoney(text)).toEqual({ ok: true, vnd, sure: true });
  });

  it.each([
    ["35", 35_000],
    ["5", 5_000],
    ["35 đồng", 35_000],
    ["1.500", 1_500],
    ["1500", 1_500],
    ["hai trăm", 200_000],
    ["85k/kg", 85_000],
  ])("%s is taken as %d đồng, and could be another sum", (text, vnd) => {
    expect(parseMoney(text)).toEqual({ ok: true, vnd, sure: false });
  });

  it.each(["", "abc", "không", "0", "0k", "-35k", "−35", "35-40k", "100g", "35 túi", "35 usd", "$35", "10 đô", "0901234567", "15/3/2025", "k", "triệu", "9".repeat(400)])("%j is no sum", (text) => {
    expect(parseMoney(text)).toEqual({ ok: false, why: "not_money" });
  });

  it("reads back every price as people write it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 999_999 }), fc.constantFrom(".", ",", " "), fc.constantFrom("", "đ", " đồng", " vnd"), (thousands, sign, currency) => {
        const figures = String(thousands * 1_000).replace(/\B(?=(\d{3})+$)/g, sign);
        expect(parseMoney(figures + currency)).toEqual({ ok: true, vnd: thousands * 1_000, sure: true });
        expect(parseMoney(`${thousands}k`)).toEqual({ ok: true, vnd: thousands * 1_000, sure: true });
      }),
    );
  });
});

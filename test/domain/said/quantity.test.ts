import { describe, expect, it } from "@jest/globals";
import { parseQuantity } from "../../../src/domain/said/quantity.js";

describe("an amount that was said", () => {
  it.each([
    ["500kg", 500, "kg"],
    ["500 KG", 500, "kg"],
    ["1,5 kg", 1.5, "kg"],
    ["1.500 kg", 1_500, "kg"],
    ["2 ký", 2, "kg"],
    ["2 ki", 2, "kg"],
    ["5 cân", 5, "kg"],
    ["3 kilogram", 3, "kg"],
    ["100 g", 100, "g"],
    ["100gr", 100, "g"],
    ["100 gam", 100, "g"],
    ["2 lạng", 200, "g"],
    ["3 mg", 3, "mg"],
    ["5 tan", 5, "tấn"],
    ["năm tấn", 5, "tấn"],
    ["nam tan", 5, "tấn"],
    ["nửa tấn", 0.5, "tấn"],
    ["nua ky", 0.5, "kg"],
    ["1 tấn rưỡi", 1.5, "tấn"],
    ["tấn rưỡi", 1.5, "tấn"],
    ["1 tan 2", 1.2, "tấn"],
    ["1 tấn 200 kg", 1.2, "tấn"],
    ["1kg2", 1.2, "kg"],
    ["2 ta", 2, "tạ"],
    ["5 yến", 5, "yến"],
    ["2 lít", 2, "lít"],
    ["2l", 2, "lít"],
    ["500ml", 500, "ml"],
    ["10 cc", 10, "ml"],
    ["khoảng 2 tấn", 2, "tấn"],
    ["tối đa năm trăm ký", 500, "kg"],
    ["5 tan gao", 5, "tấn"],
    ["5 tấn ạ", 5, "tấn"],
    ["5 tấn".normalize("NFD"), 5, "tấn"],
    ["5 tấn/tháng", 5, "tấn"],
    ["5 tan 1 thang", 5, "tấn"],
    ["mỗi tháng 5 tấn", 5, "tấn"],
    ["1 thang duoc 5 tan", 5, "tấn"],
    ["60 tấn/năm", 60, "tấn/năm"],
    ["một ngày 50 kg", 50, "kg/ngày"],
    ["500 hộp", 500, "hộp"],
    ["1000 san pham", 1_000, "san pham"],
    ["1 000 hộp", 1_000, "hộp"],
    ["10 chai.", 10, "chai"],
    ["20 viên", 20, "viên"],
    ["2 tá", 2, "tá"],
    ["5 can", 5, "can"],
    ["12 tháng", 12, "tháng"],
  ])("%s is %d %s", (text, amount, unit) => {
    expect(parseQuantity(text)).toEqual({ ok: true, quantity: { amount, unit } });
  });

  it.each([
    ["5", 5],
    ["khoảng 12", 12],
    ["5 !!!", 5],
    ["năm trăm", 500],
  ])("%s lacks its unit", (text, amount) => {
    expect(parseQuantity(text)).toEqual({ ok: false, why: "no_unit", amount });
  });

  it.each(["", "abc", "0 kg", "-5 kg", "2-3 tấn", "không biết", "1 tháng", `${"9".repeat(150)} kg`, "12 gói x 20g"])("%j is not one amount", (text) => {
    expect(parseQuantity(text)).toEqual({ ok: false, why: "not_a_number" });
  });

  it("keeps forty signs of a noun at most", () => {
    const said = parseQuantity(`3 ${"hộp ".repeat(30)}`);
    expect(said.ok && said.quantity.unit).toBe("hộp ".repeat(10).trim());
  });
});

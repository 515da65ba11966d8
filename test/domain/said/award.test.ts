import { describe, expect, it } from "@jest/globals";
import { parseAward } from "../../../src/domain/said/award.js";

const thisYear = 2026;

describe("an award that was said", () => {
  it.each([
    ["Giải nhất hội thi sản phẩm OCOP, Bộ Nông nghiệp, 2024"],
    ["Bộ Nông nghiệp, Giải nhất hội thi sản phẩm OCOP, 2024"],
    ["2024, Giải nhất hội thi sản phẩm OCOP, Bộ Nông nghiệp"],
    ["Giải nhất hội thi sản phẩm OCOP năm 2024 do Bộ Nông nghiệp tổ chức"],
    ["Giải nhất hội thi sản phẩm OCOP 2024 Bộ Nông nghiệp trao"],
    ["Giải nhất hội thi sản phẩm OCOP (Bộ Nông nghiệp), năm 24"],
    ["Giải nhất hội thi sản phẩm OCOP - Bộ Nông nghiệp - 2024"],
    ["Giải nhất hội thi sản phẩm OCOP\nđơn vị tổ chức: Bộ Nông nghiệp\n2024"],
  ])("%s", (text) => {
    expect(parseAward(text, { thisYear })).toEqual({ awardName: "Giải nhất hội thi sản phẩm OCOP", organiser: "Bộ Nông nghiệp", year: 2024 });
  });

  it.each([
    ["Bông lúa vàng 2023 do Bộ NN tổ chức", { awardName: "Bông lúa vàng", organiser: "Bộ NN", year: 2023 }],
    ["giai nhat 2024 bo nong nghiep to chuc", { awardName: "giai nhat", organiser: "bo nong nghiep", year: 2024 }],
    ["Top 100 hàng Việt Nam chất lượng cao 2022", { awardName: "Top 100 hàng Việt Nam chất lượng cao", year: 2022 }],
    ["Hội thi lần thứ 5, Hội Nông dân Việt Nam, năm ngoái", { awardName: "Hội thi lần thứ 5", organiser: "Hội Nông dân Việt Nam", year: 2025 }],
    ["Giải nhì 2030", { awardName: "Giải nhì 2030" }],
    ["2024", { year: 2024 }],
    ["khong nho", {}],
    ["", {}],
  ])("%s says only that much", (text, said) => {
    expect(parseAward(text, { thisYear })).toEqual(said);
  });

  it.each([
    ["23", "year", { year: 2023 }],
    ["năm 2023", "year", { year: 2023 }],
    ["2030", "year", {}],
    ["Bộ Công Thương", "organiser", { organiser: "Bộ Công Thương" }],
    ["do Bộ Công Thương tổ chức", "organiser", { organiser: "Bộ Công Thương" }],
    ["Bông lúa vàng", "awardName", { awardName: "Bông lúa vàng" }],
  ] as const)("%s, asked for %s", (text, asking, said) => {
    expect(parseAward(text, { thisYear, asking })).toEqual(said);
  });
});

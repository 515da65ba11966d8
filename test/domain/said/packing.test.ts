import { describe, expect, it } from "@jest/globals";
import { parsePacking } from "../../../src/domain/said/packing.js";

const g100 = { amount: 100, unit: "g" };
const sure = (priceVnd: number): { priceVnd: number; priceSure: boolean } => ({ priceVnd, priceSure: true });
const unsure = (priceVnd: number): { priceVnd: number; priceSure: boolean } => ({ priceVnd, priceSure: false });

describe("a pack in one breath", () => {
  it.each([
    ["túi 100 g, 35 nghìn"],
    ["tui 100g 35k"],
    ["Túi 100g - 35.000đ"],
    ["tui 100g,35k"],
    ["tui 100 gr gia 35.000 dong/tui"],
    ["35k túi 100g"],
    ["100g/túi 35k"],
    ["đóng túi, nặng 100g, giá là 35 ngàn"],
    ["dạ túi 100g 35k ạ"],
    ["túi 100 g, 35 nghìn".normalize("NFD")],
  ])("%s", (text) => {
    expect(parsePacking(text)).toEqual({ packaging: "túi", netWeight: g100, ...sure(35_000) });
  });

  it.each([
    ["hộp giấy 12 gói x 20g, giá 120.000đ", { packaging: "hộp giấy 12 gói", netWeight: { amount: 20, unit: "g" }, ...sure(120_000) }],
    ["chai thủy tinh 500ml 85 nghin", { packaging: "chai thủy tinh", netWeight: { amount: 500, unit: "ml" }, ...sure(85_000) }],
    ["chai thuy tinh 1 lít 1tr2", { packaging: "chai thủy tinh", netWeight: { amount: 1, unit: "lít" }, ...sure(1_200_000) }],
    ["tui hut chan khong nua ky 85k", { packaging: "túi hút chân không", netWeight: { amount: 0.5, unit: "kg" }, ...sure(85_000) }],
    ["hũ 1kg2 giá 250 nghìn", { packaging: "hũ", netWeight: { amount: 1.2, unit: "kg" }, ...sure(250_000) }],
    ["gói nặng 100g giá 35 nghìn 500", { packaging: "gói", netWeight: g100, ...sure(35_500) }],
    ["bich 1 kg ba muoi lam nghin", { packaging: "bịch", netWeight: { amount: 1, unit: "kg" }, ...sure(35_000) }],
    ["thung 24 lon 330ml 240k", { packaging: "thùng 24 lon", netWeight: { amount: 330, unit: "ml" }, ...sure(240_000) }],
    ["can 5 lít 200 ngàn", { packaging: "can", netWeight: { amount: 5, unit: "lít" }, ...sure(200_000) }],
    ["bag 100 g, 35 thousand dong", { packaging: "bag", netWeight: g100, ...sure(35_000) }],
    ["ruột bầu khô 100g 35k", { packaging: "ruột bầu khô", netWeight: g100, ...sure(35_000) }],
    ["tui 100 g, 35", { packaging: "túi", netWeight: g100, ...unsure(35_000) }],
    ["túi 100g giá 85k/kg", { packaging: "túi", netWeight: g100, ...unsure(85_000) }],
    ["12x20g", { netWeight: { amount: 240, unit: "g" } }],
    ["tui 35k", { packaging: "túi", ...sure(35_000) }],
    ["hộp 20 viên 35k", { packaging: "hộp 20 viên", ...sure(35_000) }],
    ["túi 100", { packaging: "túi" }],
    ["mỗi gói 100g", { packaging: "gói", netWeight: g100 }],
    ["100g", { netWeight: g100 }],
    ["35k", sure(35_000)],
    ["hop", { packaging: "hộp" }],
    ["35", {}],
    ["khong biet", {}],
    ["", {}],
  ])("%s says only that much", (text, said) => {
    expect(parsePacking(text)).toEqual(said);
  });

  it.each([
    ["35", "priceVnd", unsure(35_000)],
    ["38 nghin", "priceVnd", sure(38_000)],
    ["giá 38k nha", "priceVnd", sure(38_000)],
    ["200g 40k", "priceVnd", { netWeight: { amount: 200, unit: "g" }, ...sure(40_000) }],
    ["abc", "priceVnd", {}],
    ["hop", "packaging", { packaging: "hộp" }],
    ["lá chuối", "packaging", { packaging: "lá chuối" }],
    ["100g", "netWeight", { netWeight: g100 }],
    ["túi 100g", "netWeight", { netWeight: g100 }],
    ["20 viên", "netWeight", { netWeight: { amount: 20, unit: "viên" } }],
    ["100g 35k", "netWeight", { netWeight: g100, ...sure(35_000) }],
    ["100", "netWeight", {}],
  ] as const)("%s, asked for %s", (text, asking, said) => {
    expect(parsePacking(text, asking)).toEqual(said);
  });
});

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Quantity } from "../../../src/domain/quantity.js";
import { ownerTypes, readOwnerName } from "../../../src/domain/owner-name.js";
import { parseAward } from "../../../src/domain/said/award.js";
import { parseCertificate } from "../../../src/domain/said/certificate.js";
import { choose, chooseMany } from "../../../src/domain/said/choose.js";
import { readCoordinates } from "../../../src/domain/said/coordinates.js";
import { readEmail } from "../../../src/domain/said/email.js";
import { parseMoney } from "../../../src/domain/said/money.js";
import { parsePacking } from "../../../src/domain/said/packing.js";
import { parseQuantity } from "../../../src/domain/said/quantity.js";
import { readTaxCode } from "../../../src/domain/said/tax-code.js";

const today = "2026-11-23";
const words = "túi tui hộp 100 g 35 k nghìn triệu tr rưỡi đồng đ nửa ký tấn /tháng mỗi một x giá số cấp hạn hết do tổ chức 30/6/2028 31/02/2028 06/2028 2024 năm FSMS-0426 ISO 22000 , . - ( ) / @ .vn 10.33 106.03 ° ' N E 0314409058 002 HTX Cty không ́ ☃ 𝔘".split(" ");
const said = fc.array(fc.constantFrom(...words), { maxLength: 25 }).chain((parts) => fc.constantFrom("", " ").map((between) => parts.join(between)));
const texts = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), said);
const options = { seed: 2026, numRuns: 700 };

const isMoney = (vnd: number | undefined): void => {
  expect(Number.isSafeInteger(vnd) && Number(vnd) >= 1).toBe(true);
};

describe("whatever is said, no parser throws and what it reads is well formed", () => {
  it("money, amounts and packs", () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(undefined, "packaging", "netWeight", "priceVnd"), (text, asking) => {
        const money = parseMoney(text);
        if (money.ok) isMoney(money.vnd);
        const quantity = parseQuantity(text);
        if (quantity.ok) expect(Quantity.safeParse(quantity.quantity).success).toBe(true);
        else if (quantity.why === "no_unit") expect(quantity.amount).toBeGreaterThan(0);
        const pack = parsePacking(text, asking);
        if (pack.packaging !== undefined) expect(pack.packaging).toMatch(/^\S(?:.{0,118}\S)?$/u);
        if (pack.netWeight !== undefined) expect(Quantity.safeParse(pack.netWeight).success).toBe(true);
        expect(pack.priceSure === undefined).toBe(pack.priceVnd === undefined);
        if (pack.priceVnd !== undefined) isMoney(pack.priceVnd);
      }),
      options,
    );
  });

  it("papers, awards and names", () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(undefined, 0, 1, 2), (text, nth) => {
        const paper = parseCertificate(text, { today, ...(nth === undefined ? {} : { asking: (["certificateNumber", "issuer", "expiresOn"] as const)[nth] ?? "issuer" }) });
        if (paper.certificateNumber !== undefined) expect([...paper.certificateNumber].length).toBeLessThanOrEqual(60);
        if (paper.issuer !== undefined) expect([...paper.issuer].length).toBeLessThanOrEqual(120);
        if (paper.expiresOn !== undefined) expect(paper.expiresOn).toMatch(/^\d{4}-\d\d-\d\d$/);
        expect([paper.certificateNumber, paper.issuer]).not.toContain("");
        const award = parseAward(text, { thisYear: 2026, ...(nth === undefined ? {} : { asking: (["awardName", "organiser", "year"] as const)[nth] ?? "year" }) });
        expect([award.awardName, award.organiser]).not.toContain("");
        if (award.year !== undefined) expect(award.year <= 2026 && award.year >= 1975).toBe(true);
        const { type } = readOwnerName(text);
        if (type !== undefined) expect(ownerTypes).toContain(type);
      }),
      options,
    );
  });

  it("codes, addresses and points", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const tax = readTaxCode(text);
        if (tax.ok) expect(tax.code).toMatch(/^(?:\d{10}|\d{10}-\d{3}|\d{12})$/);
        const email = readEmail(text);
        if (email.ok) expect(email.email).toMatch(/^[!-~]{1,64}@[a-z0-9.-]+$/);
        const point = readCoordinates(text);
        if (point !== null) expect(Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180).toBe(true);
      }),
      options,
    );
  });
});

it.each(["a", "1", "1.", "1 ", "tui 100g 35k ", "a@", "một ", "số ", "do ", ",", "(", "°", "10.33,", "không ", "30/6/2028 ", "- ", "\u0301", "x", "35k một "])("ten thousand characters of %j give no answer made of all of them", (piece) => {
  const text = piece.repeat(Math.ceil(10_000 / piece.length));
  const short = (...all: (string | undefined)[]): void => {
    for (const each of all) expect((each ?? "").length).toBeLessThanOrEqual(300);
  };
  const quantity = parseQuantity(text);
  const pack = parsePacking(text);
  const paper = parseCertificate(text, { today });
  const award = parseAward(text, { thisYear: 2026 });
  const email = readEmail(text);
  const many = chooseMany(text, [{ label: "ISO 22000" }]);
  short(pack.packaging, paper.certificateNumber, paper.issuer, award.awardName, award.organiser, ...many.rest);
  short(quantity.ok ? quantity.quantity.unit : "", email.ok ? email.email : "");
  expect(choose(text, [{ label: "ISO 22000" }])).toEqual({ is: "none" });
  expect(parseMoney(text).ok).toBe(false);
  expect(readTaxCode(text).ok).toBe(false);
});

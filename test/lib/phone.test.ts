import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parsePhone, showPhone } from "../../src/lib/phone.js";

describe("phone numbers", () => {
  it.each([
    ["0901 234 567", "+84901234567"],
    ["0901234567", "+84901234567"],
    ["số của tôi là 0901.234.567 nhé", "+84901234567"],
    ["0901-234-567", "+84901234567"],
    ["0913.886.834", "+84913886834"],
    ["84 913 886 834", "+84913886834"],
    ["+84 913 886 834", "+84913886834"],
    ["0084913886834", "+84913886834"],
    ["+84(0)901234567", "+84901234567"],
    ["901234567", "+84901234567"],
    ["０９０１２３４５６７", "+84901234567"],
    ["ấp 3 0901 234 567", "+84901234567"],
    ["0901 234 567 hoặc 0902 345 678", "+84901234567"],
  ])("%s is a mobile number", (text, e164) => {
    expect(parsePhone(text)).toEqual({ ok: true, e164, mobile: true });
  });

  it.each(["0243.7738668", "(024) 3773 8668"])("%s is a fixed line", (text) => {
    expect(parsePhone(text)).toEqual({ ok: true, e164: "+842437738668", mobile: false });
  });

  it.each([
    ["+1 555 010 0199", "+1"],
    ["+86 138 0013 8000", "+86"],
    ["gọi +856 20 2222 3333", "+856"],
  ])("%s is foreign", (text, country) => {
    expect(parsePhone(text)).toEqual({ ok: false, why: "foreign", country });
  });

  it.each(["01234567890", "0168 123 4567", "84 168 123 4567", "+84 168 123 4567"])("%s has the eleven digits of before 2018", (text) => {
    expect(parsePhone(text)).toEqual({ ok: false, why: "old_eleven_digits" });
  });

  it.each(["", "abc", "0912", "15/3/2025", "2025-03-15", "1200123459", "0111 222 333"])("%j is no phone number", (text) => {
    expect(parsePhone(text)).toEqual({ ok: false, why: "not_a_phone" });
  });

  it.each([
    ["+84901234567", "0901 234 567"],
    ["+842437738668", "024 3773 8668"],
    ["+15550100199", "+1 555 010 0199"],
    ["nonsense", "nonsense"],
  ])("shows %s as %s", (e164, shown) => {
    expect(showPhone(e164)).toBe(shown);
  });

  it("reads back every mobile number it shows", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(90|91|98|86|70|32|39)\d{7}$/), (national) => {
        expect(parsePhone(showPhone(`+84${national}`))).toEqual({ ok: true, e164: `+84${national}`, mobile: true });
      }),
    );
  });

  it("never throws", () => {
    const pieces = fc.constantFrom("0", "9", "12", "+", "(", ")", ".", "-", " ", "84", "a");
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(pieces).map((parts) => parts.join(""))), (text) => {
        const read = parsePhone(text);
        if (read.ok) expect(read.e164).toMatch(/^\+84\d+$/);
        showPhone(text);
      }),
    );
  });
});

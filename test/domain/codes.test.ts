import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { checkDigit, makeCode, readCode } from "../../src/domain/codes.js";

const digits = fc.stringMatching(/^(\d{6}|\d{10})$/);

describe("codes", () => {
  it.each([
    ["US26", "104187", "US26-104187-9"],
    ["PA", "6620481529", "PA-66204-81529-5"],
    ["DL", "303071", "DL-303071-9"],
  ])("makes the code of %s %s", (prefix, body, code) => {
    expect(makeCode(prefix, body)).toBe(code);
  });

  it.each([
    ["US26-104187-9", "US26-104187-9"],
    ["us26 104187 9", "US26-104187-9"],
    ["US261041879", "US26-104187-9"],
    ["us 26-104187-9", "US26-104187-9"],
    [" us26–104187–9 ", "US26-104187-9"],
    ["US26-1041879", "US26-104187-9"],
    ["pa66204815295", "PA-66204-81529-5"],
    ["PA 66204 81529 5", "PA-66204-81529-5"],
    ["dl 3030719", "DL-303071-9"],
  ])("reads %j", (text, code) => {
    expect(readCode(text)).toEqual({ ok: true, code, prefix: code.split("-")[0] });
  });

  it("tells a wrong digit from something else", () => {
    expect(readCode("US26-104187-8")).toEqual({ ok: false, why: "check_digit" });
    for (const text of ["", "xyz", "104187-9", "US26-10418-9", "ABCDEFGHI-104187-9", "1187/QĐ-UBND"]) {
      expect(readCode(text)).toEqual({ ok: false, why: "not_a_code" });
    }
  });

  it("refuses to make what it could not read", () => {
    expect(() => makeCode("us", "104187")).toThrow(RangeError);
    expect(() => makeCode("U", "104187")).toThrow(RangeError);
    expect(() => makeCode("US26", "1041879")).toThrow(RangeError);
    expect(() => checkDigit("12a")).toThrow(RangeError);
  });

  it("catches every single wrong digit", () => {
    fc.assert(
      fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (body, where, by) => {
        const whole = body + checkDigit(body);
        const at = where % whole.length;
        const wrong = whole.slice(0, at) + String((Number(whole[at]) + by) % 10) + whole.slice(at + 1);
        expect(checkDigit(wrong.slice(0, -1))).not.toBe(wrong.slice(-1));
      }),
    );
  });

  it("catches every swap of neighbours", () => {
    fc.assert(
      fc.property(digits, fc.nat(), (body, where) => {
        const whole = body + checkDigit(body);
        const at = where % (whole.length - 1);
        fc.pre(whole[at] !== whole[at + 1]);
        const wrong = whole.slice(0, at) + (whole[at + 1] ?? "") + (whole[at] ?? "") + whole.slice(at + 2);
        expect(checkDigit(wrong.slice(0, -1))).not.toBe(wrong.slice(-1));
      }),
    );
  });

  it("reads back every code it makes, dashes or not", () => {
    fc.assert(
      fc.property(fc.constantFrom("US26", "PA", "DL", "THU24"), digits, fc.boolean(), (prefix, body, dashes) => {
        const code = makeCode(prefix, body);
        expect(readCode(dashes ? code : code.replaceAll("-", "").toLowerCase())).toEqual({ ok: true, code, prefix });
      }),
    );
  });
});

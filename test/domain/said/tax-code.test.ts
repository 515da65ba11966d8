import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { maskTaxCode, readTaxCode } from "../../../src/domain/said/tax-code.js";

describe("a tax code that was said", () => {
  it.each([
    ["0100233488", "0100233488", "business", true],
    ["MST: 0100.233.488", "0100233488", "business", true],
    ["mst 0100233488, dt 0913886834", "0100233488", "business", true],
    ["0100233489", "0100233489", "business", false],
    ["0314409058-002", "0314409058-002", "branch", true],
    ["0314409058002", "0314409058-002", "branch", true],
    ["0314409058 - 002", "0314409058-002", "branch", true],
    ["0314409059-002", "0314409059-002", "branch", false],
    ["079203001234", "079203001234", "personal", true],
    ["079 203 001 234", "079203001234", "personal", true],
  ] as const)("%s", (text, code, kind, checksum) => {
    expect(readTaxCode(text)).toEqual({ ok: true, code, kind, checksum });
  });

  it.each(["", "123", "abc", "0314409058-000", "01002334881111111", "A0100233488", "gửi sau"])("%j is none", (text) => {
    expect(readTaxCode(text)).toEqual({ ok: false, why: "not_a_tax_code" });
  });

  it("finds every single wrong digit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 }), (at, more) => {
        const right = "0314409058";
        const wrong = right.slice(0, at) + String((Number(right[at]) + more) % 10) + right.slice(at + 1);
        expect(readTaxCode(wrong)).toEqual({ ok: true, code: wrong, kind: "business", checksum: false });
      }),
    );
  });

  it("hides a person's digits and no others", () => {
    expect(maskTaxCode("079203001234")).toBe("079•••••••34");
    expect(maskTaxCode("0100233488")).toBe("0100233488");
    expect(maskTaxCode("0314409058-002")).toBe("0314409058-002");
  });
});

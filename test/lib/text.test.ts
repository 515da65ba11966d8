import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { characters, clean, fold, hasLetter } from "../../src/lib/text.js";

describe("folding", () => {
  test.each([
    ["Hoà", "hoa"],
    ["Hòa", "hoa"],
    ["ĐỒNG THÁP", "dong thap"],
    ["đồng-tháp", "dong thap"],
    ["  Đồng   Tháp. ", "dong thap"],
    ["quay lại!", "quay lai"],
    ["“Gửi sau”", "gui sau"],
    ["Mi\u0301t sa\u0302\u0301y", "mit say"],
    ["35k", "35k"],
    ["👍", ""],
    ["", ""],
  ])("%j folds to %j", (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  test("is the same for both ways to write an accent", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => expect(fold(text.normalize("NFD"))).toBe(fold(text.normalize("NFC")))));
  });

  test("of what is folded changes nothing", () => {
    for (const text of ["Đồng Tháp", "Hợp tác xã số 1", "Ấp 3, xã Cái Bè"]) expect(fold(fold(text))).toBe(fold(text));
  });
});

describe("cleaning", () => {
  test.each([
    ["  Mít  ", "Mít"],
    ["Mi\u0301t", "Mít"],
    ["a\r\nb\rc\nd", "a\nb\nc\nd"],
    ["a\u0000b\u0007c\td", "abcd"],
    ["a\u202eb\u200bc\ufeff", "abc"],
    ["\u200b", ""],
    ["👩‍🌾", "👩‍🌾"],
  ])("%j becomes %j", (text, cleaned) => {
    expect(clean(text)).toBe(cleaned);
  });

  test("of what is clean changes nothing", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => expect(clean(clean(text))).toBe(clean(text))));
  });
});

test("characters are counted as code points", () => {
  expect([characters("Mít"), characters("𝒜𝒜"), characters("👍"), characters("")]).toEqual([3, 2, 1, 0]);
});

test("letters are letters of any script, digits and signs are none", () => {
  expect(["m", "Đ", "漢", "1a"].map(hasLetter)).toEqual([true, true, true, true]);
  expect(["", "123", "😀", "_-!", "½"].map(hasLetter)).toEqual([false, false, false, false, false]);
});

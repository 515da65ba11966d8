import { expect, it } from "@jest/globals";
import { readEmail } from "../../../src/domain/said/email.js";

it.each([
  ["htx.mau@Vidu.VN", "htx.mau@vidu.vn"],
  ["thư: htx@vidu.vn nhé", "htx@vidu.vn"],
  ["<A.B+c@Sub.Vidu.vn>,", "A.B+c@sub.vidu.vn"],
  ["htx@vidu.vn.", "htx@vidu.vn"],
  ["htx\u0000@vidu.vn", "htx@vidu.vn"],
])("finds the address in %j", (text, email) => {
  expect(readEmail(text)).toEqual({ ok: true, email });
});

it.each(["", "htx", "htx@vidu", "@vidu.vn", "nguyễn@vidu.vn", "a..b@vidu.vn", "a@-vidu.vn", "a@b@vidu.vn", `${"x".repeat(65)}@vidu.vn`, "htx @vidu.vn", `a@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.${"e".repeat(60)}.${"f".repeat(20)}.vn`])(
  "finds none in %j",
  (text) => {
    expect(readEmail(text)).toEqual({ ok: false });
  },
);

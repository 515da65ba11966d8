import { describe, expect, it } from "@jest/globals";
import { createLinks } from "../../src/files/links.js";
import { randomIds } from "../../src/lib/ids.js";

const start = Date.parse("2026-11-23T09:00:00+07:00");

describe("links", () => {
  let now = start;
  const links = createLinks({ secret: "s".repeat(32), clock: { now: () => new Date(now), sleep: async () => undefined } });

  it("opens one file until its time, and not after", () => {
    now = start;
    const id = randomIds.id();
    const token = links.sign(id, start + 60_000);
    expect(token.length).toBeLessThan(100);
    now = start + 59_999;
    expect(links.verify(token)).toEqual({ fileId: id });
    now = start + 60_000;
    expect(links.verify(token)).toBe("expired");
  });

  it("refuses a token changed anywhere", () => {
    now = start;
    const token = links.sign("abc_-9", start + 60_000);
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === "A" ? "B" : "A";
      expect(links.verify(token.slice(0, at) + other + token.slice(at + 1))).toBe("wrong");
    }
  });

  it("refuses another file's, another time's and another secret's seal", () => {
    now = start;
    const token = Buffer.from(links.sign("mine", start + 60_000), "base64url").toString();
    const [, until, seal] = token.split(".");
    const pack = (text: string): string => Buffer.from(text).toString("base64url");
    expect(links.verify(pack(token))).toEqual({ fileId: "mine" });
    expect(links.verify(pack(`yours.${until}.${seal}`))).toBe("wrong");
    expect(links.verify(pack(`mine.${(start + 99_999_999).toString(36)}.${seal}`))).toBe("wrong");
    const stranger = createLinks({ secret: "t".repeat(32), clock: { now: () => new Date(now), sleep: async () => undefined } });
    expect(links.verify(stranger.sign("mine", start + 60_000))).toBe("wrong");
  });

  it.each(["", ".", "..", "a.b.c", "../../etc/passwd", "%00", "é".repeat(50), "A".repeat(100_000)])("refuses %.20s", (token) => {
    expect(links.verify(token)).toBe("wrong");
    expect(links.verify(Buffer.from(token).toString("base64url"))).toBe("wrong");
  });
});

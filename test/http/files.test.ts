import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import Fastify, { type FastifyInstance } from "fastify";
import { Readable } from "node:stream";
import type { StoredFile } from "../../src/domain/file.js";
import { createLinks } from "../../src/files/links.js";
import { fileRoutes } from "../../src/http/files.js";

const start = Date.parse("2026-11-23T09:00:00+07:00");
let now = start;
const links = createLinks({ secret: "s".repeat(32), clock: { now: () => new Date(now), sleep: async () => undefined } });
const bytes = Buffer.from("not really a picture");

function file(id: string, change: Partial<StoredFile>): StoredFile {
  const at = new Date(start);
  const source = { ref: "r", name: "../../etc/passwd\r\nSet-Cookie: a=b.html", mime: "text/html" };
  return { _id: id, contactId: "c", channel: "telegram", account: "b", user: "1", chat: "1", source, state: "kept", attempts: 1, createdAt: at, bytes: bytes.length, ...change };
}

const files = new Map(
  [
    file("jpegjpegjpeg", { mime: "image/jpeg" }),
    file("pdfpdfpdfpdf", { mime: "application/pdf" }),
    file("heicheicheic", { mime: "image/heic" }),
    file("htmlhtmlhtml", { mime: "text/html" }),
    file("protoprotopr", { mime: "constructor" }),
    file("refusedrefus", { state: "refused", problem: "wrong_type" }),
    file("lostlostlost", { mime: "image/png" }),
  ].map((row) => [row._id, row]),
);

let app: FastifyInstance;
beforeAll(async () => {
  app = Fastify();
  const store = { has: async (id: string) => id !== "lostlostlost", read: () => Readable.from([bytes]) };
  fileRoutes({ links, rows: { get: async (id) => files.get(id) ?? null }, store })(app);
  await app.ready();
});
afterAll(() => app.close());

const get = (token: string, query = "") => app.inject(`/files/${token}${query}`);
const sign = (id: string): string => links.sign(id, start + 60_000);

describe("GET /files/:token", () => {
  it.each([
    ["jpegjpegjpeg", "image/jpeg", "ocop-jpegjpeg.jpg"],
    ["pdfpdfpdfpdf", "application/pdf", "ocop-pdfpdfpd.pdf"],
    ["heicheicheic", "image/heic", "ocop-heicheic.heic"],
  ])("gives %s as an attachment under our name and type", async (id, type, name) => {
    const answer = await get(sign(id));
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.equals(bytes)).toBe(true);
    expect(answer.headers).toMatchObject({
      "content-type": type,
      "content-length": String(bytes.length),
      "content-disposition": `attachment; filename="${name}"`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
      "cache-control": "private",
    });
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it("shows pictures in the page when asked, and nothing else", async () => {
    const picture = await get(sign("jpegjpegjpeg"), "?show=1");
    expect(picture.headers["content-disposition"]).toBe('inline; filename="ocop-jpegjpeg.jpg"');
    expect(picture.headers).toMatchObject({ "x-content-type-options": "nosniff", "content-security-policy": "sandbox; default-src 'none'" });
    for (const id of ["pdfpdfpdfpdf", "heicheicheic"]) expect((await get(sign(id), "?show=1")).headers["content-disposition"]).toMatch(/^attachment/);
    expect((await get(sign("jpegjpegjpeg"), "?show=1&show=1")).headers["content-disposition"]).toMatch(/^attachment/);
  });

  it("answers HEAD without the bytes", async () => {
    const answer = await app.inject({ method: "HEAD", url: `/files/${sign("jpegjpegjpeg")}` });
    expect([answer.statusCode, answer.payload, answer.headers["content-length"]]).toEqual([200, "", String(bytes.length)]);
  });

  it("knows nothing of expired, forged, refused, lost and odd ones", async () => {
    const [, until = "", seal = ""] = Buffer.from(sign("jpegjpegjpeg"), "base64url").toString().split(".");
    now = start + 60_000;
    const expired = await get(sign("jpegjpegjpeg"));
    now = start;
    const answers = [expired];
    const tokens = [
      Buffer.from(`pdfpdfpdfpdf.${until}.${seal}`).toString("base64url"),
      ...["refusedrefus", "lostlostlost", "htmlhtmlhtml", "protoprotopr", "unknownunkno"].map(sign),
      ...["jpegjpegjpeg", "..%2f..%2fetc%2fpasswd", "x".repeat(99)],
    ];
    for (const token of tokens) answers.push(await get(token));
    for (const answer of answers) {
      expect(answer.statusCode).toBe(404);
      expect(answer.headers).toMatchObject({ "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" });
      expect(answer.payload).toBe(expired.payload);
    }
  });
});

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
    file("copy-firstfirst", { mime: "text/html" }),
    file("copy-goneagain", { mime: "application/json" }),
  ].map((row) => [row._id, row]),
);

const written = new Set<string>();
let app: FastifyInstance;
beforeAll(async () => {
  app = Fastify();
  const store = { has: async (id: string) => written.has(id) || !/^(lost|copy)/.test(id), read: () => Readable.from([bytes]) };
  // One is made when it is first opened; the other's person is there no more.
  const writeCopy = async ({ _id }: StoredFile): Promise<void> => void (_id === "copy-goneagain" ? undefined : written.add(_id));
  fileRoutes({ links, rows: { get: async (id) => files.get(id) ?? null }, store, writeCopy, words: { wrong: "Đường dẫn này không đúng.\n", expired: "Đường dẫn này đã hết hạn.\n" } })(app);
  await app.ready();
});
afterAll(() => app.close());

const get = (token: string) => app.inject(`/files/${token}`);
const sign = (id: string): string => links.sign(id, start + 60_000);

describe("GET /files/:token", () => {
  it.each([
    ["jpegjpegjpeg", "image/jpeg", "ocop-jpegjpeg.jpg"],
    ["pdfpdfpdfpdf", "application/pdf", "ocop-pdfpdfpd.pdf"],
    ["heicheicheic", "image/heic", "ocop-heicheic.heic"],
    ["copy-firstfirst", "text/html", "ocop-copy-fir.html"],
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

  it("answers HEAD without the bytes", async () => {
    const answer = await app.inject({ method: "HEAD", url: `/files/${sign("jpegjpegjpeg")}` });
    expect([answer.statusCode, answer.payload, answer.headers["content-length"]]).toEqual([200, "", String(bytes.length)]);
  });

  const tellsInWords = (answer: Awaited<ReturnType<typeof get>>, status: number, words: string): void => {
    expect([answer.statusCode, answer.payload]).toEqual([status, words]);
    expect(answer.headers).toMatchObject({ "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", "content-security-policy": "sandbox; default-src 'none'" });
  };

  it("says that a link has expired, and gives nothing", async () => {
    const token = sign("jpegjpegjpeg");
    now = start + 60_000;
    tellsInWords(await get(token), 410, "Đường dẫn này đã hết hạn.\n");
    now = start;
  });

  it("knows nothing of forged, refused, lost and odd ones", async () => {
    const [, until = "", seal = ""] = Buffer.from(sign("jpegjpegjpeg"), "base64url").toString().split(".");
    const tokens = [
      Buffer.from(`pdfpdfpdfpdf.${until}.${seal}`).toString("base64url"),
      ...["refusedrefus", "lostlostlost", "htmlhtmlhtml", "protoprotopr", "unknownunkno", "copy-goneagain"].map(sign),
      ...["jpegjpegjpeg", "..%2f..%2fetc%2fpasswd", "x".repeat(99)],
    ];
    for (const token of tokens) tellsInWords(await get(token), 404, "Đường dẫn này không đúng.\n");
  });
});

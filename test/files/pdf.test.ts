import { deflateSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { inspect } from "../../src/files/inspect.js";
import { defaultLimits } from "../../src/files/limits.js";
import { inChunks, pdfOf, pdfPages, samples, type PdfObject } from "./samples.js";

async function stored(bytes: Buffer, size: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of inspect(inChunks(bytes, size)).bytes) parts.push(part);
  return Buffer.concat(parts);
}

async function refuses(bytes: Buffer, problem: string, sizes = [1, 13, 65_536]): Promise<void> {
  for (const size of sizes) await expect(stored(bytes, size)).rejects.toMatchObject({ name: "FileRefused", problem });
}

const flate = (text: string | Buffer, dictionary = ""): PdfObject => ({ dictionary: `${dictionary}/Filter/FlateDecode`, stream: deflateSync(text) });
/** An object stream: numbers and places, then dictionaries without `obj` around them. */
const packed = (...dictionaries: string[]): PdfObject => flate(`${dictionaries.map((_, n) => `${n + 50} ${n * 40}`).join(" ")} ${dictionaries.join(" ")}`, "/Type/ObjStm/N 1/First 5");
const withPages = (...objects: PdfObject[]): Buffer => pdfOf([...pdfPages(1), ...objects]);

describe("a PDF", () => {
  it.each<[string, Buffer]>([
    ["a page", samples.pdf()],
    ["fifty pages", pdfOf(pdfPages(50))],
    ["pages in an object stream", withPages(packed(...Array.from({ length: 49 }, () => "<</Type/Page>>")))],
    ["a scanned photo", withPages({ dictionary: "/Subtype/Image/Filter/DCTDecode", stream: samples.jpeg() })],
    ["a photo that is deflated as well", withPages({ dictionary: "/Subtype/Image/Filter[/FlateDecode/DCTDecode]", stream: deflateSync(samples.jpeg()) })],
    ["a stream whose length stands elsewhere", withPages({ ...flate("q Q"), length: "9 0 R" }, { dictionary: "" })],
    ["an empty stream", withPages({ dictionary: "/Filter/FlateDecode", stream: Buffer.alloc(0) })],
    ["a stream that is not deflated and holds the word that ends one", withPages({ dictionary: "", stream: Buffer.from("BT (endstream) Tj ET") })],
    ["words that only look alike", pdfOf([...pdfPages(1), { dictionary: "/Launcher 1/PageLayout/OneColumn/Type/Pages/EncryptMetadata true/JSON 1" }])],
    ["a comment before a stream", Buffer.from(samples.pdf().toString("latin1").replace(">>\nstream", ">> % here\nstream"), "latin1")],
  ])("with %s is kept as it is, however it is cut", async (_, bytes) => {
    for (const size of [1, 13, 65_536]) expect((await stored(bytes, size)).equals(bytes)).toBe(true);
  });

  it.each<[string, Buffer]>([
    ["51 pages", pdfOf(pdfPages(51))],
    ["51 pages, some of them packed", pdfOf([...pdfPages(25), packed(...Array.from({ length: 26 }, () => "<</Type /Page>>"))])],
    ["51 pages with other letters for the same", Buffer.from(pdfOf(pdfPages(51)).toString("latin1").replaceAll("/Type /Page/", "/T#79pe /P#61ge/"), "latin1")],
  ])("with %s has too many", (_, bytes) => refuses(bytes, "too_many_pages"));

  it.each<[string, Buffer]>([
    ["JavaScript", withPages({ dictionary: "/S/JavaScript/JS(app.alert\\(1\\))" })],
    ["JavaScript spelt otherwise", withPages({ dictionary: "/S/J#61vaScr#69pt/JS(1)" })],
    ["JavaScript in an object stream", withPages(packed("<</S/JavaScript/JS(1)>>"))],
    ["JavaScript in an object stream that is called something else", withPages(flate("50 0 <</S/JavaScript/JS(1)>>", "/Subtype/Image"))],
    ["JavaScript in bytes that pass for a photo", withPages({ dictionary: "/Filter/DCTDecode", stream: Buffer.from("\xff\xd8 7 0 obj <</S/JavaScript>> endobj", "latin1") })],
    ["a program to launch", withPages({ dictionary: "/S/Launch/F(cmd.exe)" })],
    ["another file inside", withPages({ ...flate("PK"), dictionary: "/Type/EmbeddedFile/Filter/FlateDecode" })],
    ["a list of files inside", withPages({ dictionary: "/Names<</EmbeddedFiles 9 0 R>>" })],
    ["rich media", withPages({ dictionary: "/Subtype/RichMedia" })],
    ["a lock", pdfOf(pdfPages(1), "/Encrypt 9 0 R")],
  ])("with %s is active", (_, bytes) => refuses(bytes, "active_content"));

  it.each<[string, Buffer]>([
    ["a stream cut off by the next object", withPages({ dictionary: "/Filter/FlateDecode", stream: deflateSync(Buffer.alloc(4_000, "abc")).subarray(0, -20) })],
    ["a stream that says it is deflated and is not", withPages({ dictionary: "/Filter/FlateDecode", stream: Buffer.from("q Q q Q") })],
    ["a stream longer than it says", withPages({ ...flate(Buffer.alloc(99, "q Q ")), length: "5" })],
    ["deflated twice", withPages({ dictionary: "/Filter[/FlateDecode %\n/FlateDecode]", stream: deflateSync(deflateSync("q Q")) })],
    ["LZW", withPages({ dictionary: "/Filter/LZWDecode", stream: Buffer.from("x") })],
    ["a coding that stands elsewhere", withPages({ dictionary: "/Filter 9 0 R", stream: deflateSync("q Q") })],
    ["an object stream behind a predictor", withPages(flate("50 0 <<>>", "/Type/ObjStm/DecodeParms<</Predictor 12>>"))],
    ["20,001 streams", Buffer.from(`%PDF-1.4\n${"1 0 obj<<>>stream\nendstream\n".repeat(20_001)}%%EOF`)],
    ["no end", Buffer.from("%PDF-1.4\n1 0 obj<<>>endobj\n")],
  ])("with %s cannot be read", (_, bytes) => refuses(bytes, "not_readable", [13, 65_536]));

  it("that is a bomb is refused before it has gone off, and takes no memory", async () => {
    const zeros = deflateSync(Buffer.alloc(150 * 1024 * 1024), { level: 9 });
    const slow = deflateSync(Buffer.concat(Array.from({ length: 128 }, (_, n) => Buffer.alloc(16_384, `${n} `)).flatMap((part) => [part, Buffer.from(Array.from({ length: 160 }, (__, n) => (n * 7919) % 251))])));
    const bombs: [string, Buffer][] = [
      ["one stream that grows a thousandfold", withPages({ dictionary: "/Filter/FlateDecode", stream: zeros })],
      ["a stream that is not called deflated", withPages({ dictionary: "/Subtype/Image", stream: zeros })],
      ["many streams that grow less each", withPages(...Array.from({ length: 120 }, () => ({ dictionary: "/Filter/FlateDecode", stream: slow })))],
    ];
    for (const [name, bytes] of bombs) {
      expect([name, bytes.length < defaultLimits.bytes]).toEqual([name, true]);
      global.gc?.();
      const before = process.memoryUsage().rss;
      let most = 0;
      const read = async (): Promise<void> => {
        for await (const _ of inspect(inChunks(bytes, 16_384)).bytes) most = Math.max(most, process.memoryUsage().rss - before);
      };
      await expect(read()).rejects.toMatchObject({ problem: "not_readable", message: "not_readable: too much is packed inside" });
      expect([name, most < 100 * 1024 * 1024]).toEqual([name, true]);
    }
  });

  it("takes what a scan of fifty pages holds", async () => {
    const page = deflateSync(Buffer.alloc(2_400_000, 0xfe).map((byte, n) => (n % 97 === 0 ? (n * 7919) % 256 : byte)));
    const bytes = pdfOf([...pdfPages(50), ...Array.from({ length: 50 }, () => ({ dictionary: "/Subtype/Image/Filter/FlateDecode", stream: page }))]);
    expect((await stored(bytes, 65_536)).equals(bytes)).toBe(true);
  });
});

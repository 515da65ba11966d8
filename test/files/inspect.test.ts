import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { inspect, type Inspected } from "../../src/files/inspect.js";
import type { FileLimits } from "../../src/files/limits.js";
import { app1, inChunks, jpeg, samples } from "./samples.js";

async function look(bytes: Buffer, size = 65_536, limits?: FileLimits): Promise<Inspected & { passed: Buffer }> {
  const checked = inspect(inChunks(bytes, size), limits);
  const passed: Uint8Array[] = [];
  for await (const chunk of checked.bytes) passed.push(chunk);
  return { ...checked.found(), passed: Buffer.concat(passed) };
}

const refuses = (bytes: Buffer, problem: string, size?: number): Promise<void> =>
  expect(look(bytes, size)).rejects.toMatchObject({ name: "FileRefused", problem });

describe("inspect", () => {
  const kinds: [string, Buffer, string, number | undefined, number | undefined][] = [
    ["JPEG", samples.jpeg(), "image/jpeg", 4, 3],
    ["PNG", samples.png(), "image/png", 4, 3],
    ["WebP, lossy", samples.webpLossy(640, 480), "image/webp", 640, 480],
    ["WebP, lossless", samples.webpLossless(9_000, 5_000), "image/webp", 9_000, 5_000],
    ["WebP, extended", samples.webpExtended(1_000, 2_000), "image/webp", 1_000, 2_000],
    ["HEIC", samples.heic(), "image/heic", 4_032, 3_024],
    ["HEIF", samples.heic(4_000, 3_000, ["mif1", "mif1", "heic"]), "image/heif", 4_000, 3_000],
    ["PDF", samples.pdf(), "application/pdf", undefined, undefined],
  ];

  it.each(kinds)("knows %s by its bytes, however they are cut", async (_, bytes, mime, width, height) => {
    for (const size of [1, 7, 65_536]) {
      const found = await look(bytes, size);
      expect(found).toMatchObject({ mime, bytes: found.passed.length, sha256: createHash("sha256").update(found.passed).digest("hex") });
      expect([found.width, found.height]).toEqual([width, height]);
      if (!mime.startsWith("image/hei")) expect(found.passed.equals(bytes)).toBe(true);
    }
  });

  it.each(kinds)("refuses %s cut off anywhere", async (_, bytes) => {
    const end = bytes.length - (bytes.at(-1) === 0x0a ? 1 : 0);
    for (let length = 12; length < end; length++) await refuses(bytes.subarray(0, length), "not_readable");
  });

  it.each(kinds.filter(([name]) => name !== "PDF"))("cuts what follows the end of %s", async (_, bytes) => {
    const { passed } = await look(bytes);
    for (const size of [1, 65_536]) expect((await look(Buffer.concat([bytes, Buffer.from("<script>alert(1)</script>")]), size)).passed.equals(passed)).toBe(true);
  });

  it.each([
    ["SVG", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"],
    ["SVG after an XML line", "<?xml version='1.0'?><svg/>"],
    ["HTML", "<!doctype html><script>alert(1)</script>"],
    ["a program", "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"],
    ["a ZIP or DOCX", "PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00\x21\x00"],
    ["GIF", "GIF89a\x01\x00\x01\x00\x80\x00\x00"],
    ["a film", "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"],
    ["AVIF", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1"],
    ["AVIF under a HEIF name", "\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf"],
    ["a line before a PDF", "\n\n%PDF-1.4\n%%EOF\n"],
    ["three letters", "abc"],
  ])("refuses %s as a wrong type", async (_, text) => {
    await refuses(Buffer.from(text, "latin1"), "wrong_type");
    await refuses(Buffer.from(text, "latin1"), "wrong_type", 1);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["a picture without height", jpeg(10, 0)],
    ["a JPEG of noise", Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 2]), Buffer.alloc(400, 7)])],
    ["a PNG that begins with another chunk", Buffer.concat([samples.png().subarray(0, 8), samples.png().subarray(33)])],
    ["a HEIC box larger than the one around it", Buffer.from(samples.heic()).fill(0xff, samples.heic().indexOf("ispe") - 4, samples.heic().indexOf("ispe"))],
  ])("cannot read %s", async (_, bytes) => refuses(bytes, "not_readable"));

  it("finds the size behind megabytes of camera data, with end marks in it", async () => {
    const bytes = jpeg(4_000, 3_000, Array.from({ length: 40 }, () => app1(65_000)));
    expect(await look(bytes)).toMatchObject({ width: 4_000, height: 3_000, bytes: samples.jpeg().length });
    await refuses(bytes.subarray(0, -2), "not_readable");
  });

  it.each([
    ["JPEG", samples.jpeg(20_001, 10)],
    ["PNG", samples.png(20_001, 10)],
    ["WebP", samples.webpExtended(20_001, 10)],
    ["HEIC", samples.heic(20_001, 10)],
    ["50 million pixels and one row", samples.png(10_000, 5_001)],
  ])("refuses too many pixels from the header: %s", async (_, bytes) => {
    let passed = 0;
    async function* slowly(): AsyncGenerator<Uint8Array> {
      for await (const chunk of inChunks(Buffer.concat([bytes, Buffer.alloc(1_000_000)]), 512)) {
        passed += chunk.length;
        yield chunk;
      }
    }
    const read = async (): Promise<void> => {
      for await (const chunk of inspect(slowly()).bytes) expect(chunk.length).toBeLessThanOrEqual(512);
    };
    await expect(read()).rejects.toMatchObject({ problem: "too_many_pixels" });
    expect(passed).toBeLessThanOrEqual(1_024);
  });

  it("takes 50 million pixels and 20 MB exactly", async () => {
    expect(await look(samples.png(10_000, 5_000))).toMatchObject({ width: 10_000 });
    const full = Buffer.concat([samples.jpeg(), Buffer.alloc(20 * 1024 * 1024 - samples.jpeg().length)]);
    expect(await look(full)).toMatchObject({ bytes: samples.jpeg().length });
    await refuses(Buffer.concat([full, Buffer.alloc(1)]), "too_big");
  });

  it("stops an endless file at the cap, closes its source and keeps memory flat", async () => {
    let given = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (let first = true; ; first = false) {
          const chunk = first ? samples.jpeg().subarray(0, -2) : Buffer.alloc(64 * 1024);
          given += chunk.length;
          yield chunk;
        }
      } finally {
        closed = true;
      }
    }
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    const read = async (): Promise<void> => {
      for await (const _ of inspect(endless()).bytes) most = Math.max(most, process.memoryUsage().heapUsed - before);
    };
    await expect(read()).rejects.toMatchObject({ problem: "too_big" });
    expect(closed).toBe(true);
    expect(given).toBeLessThan(20 * 1024 * 1024 + 65 * 1024);
    expect(most).toBeLessThan(8 * 1024 * 1024);
  });

  it("does not answer before all has passed", () => {
    expect(() => inspect(inChunks(samples.png())).found()).toThrow("not all bytes");
  });
});

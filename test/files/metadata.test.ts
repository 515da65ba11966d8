import { beforeAll, describe, expect, it } from "@jest/globals";
import sharp, { type Sharp } from "sharp";
import { inspect } from "../../src/files/inspect.js";
import { exifWithGps, inChunks, pngChunk, samples, webpChunk, whereabouts, xmpWithPlace } from "./samples.js";

async function stored(bytes: Buffer, size = 65_536): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of inspect(inChunks(bytes, size)).bytes) parts.push(part);
  return Buffer.concat(parts);
}

const segment = (marker: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]), body]);
const exifSegment = (orientation: number): Buffer => segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), exifWithGps(orientation)]));
const pixels = (bytes: Buffer): Promise<Buffer> => sharp(bytes).raw().toBuffer();

/** What no stored picture may hold: the canary itself, and the names of the blocks that would. */
function expectNothingLeft(bytes: Buffer): void {
  for (const text of [whereabouts, "xmpmeta", "MAU-PHONE", "a comment", "photoshop"]) expect([text, bytes.indexOf(text)]).toEqual([text, -1]);
  expect(bytes.indexOf(Buffer.from([0x88, 0x25]))).toBe(-1);
}

/** Left and right differ, top and bottom too, and it is no square: turned or cut, it would be another picture. */
const plain = (): Sharp => {
  const [width, height] = [48, 32];
  const raw = Buffer.from(Array.from({ length: width * height }, (_, n) => [(n % width) * 5, Math.floor(n / width) * 7, n % 256]).flat());
  return sharp(raw, { raw: { width, height, channels: 3 } });
};

describe("what cameras write about a picture", () => {
  let [baseline, progressive, png, webp] = [Buffer.alloc(0), Buffer.alloc(0), Buffer.alloc(0), Buffer.alloc(0)];
  beforeAll(async () => {
    baseline = await plain().withIccProfile("p3").jpeg().toBuffer();
    progressive = await plain().jpeg({ progressive: true }).toBuffer();
    png = await plain().withIccProfile("p3").png().toBuffer();
    webp = await plain().webp().toBuffer();
  });

  it.each([["baseline", () => baseline], ["progressive", () => progressive]])("leaves a %s JPEG, whose pixels, colours and orientation stay", async (_, picture) => {
    const more = [segment(0xe1, Buffer.concat([Buffer.from("http://ns.adobe.com/xap/1.0/\0"), xmpWithPlace])), segment(0xed, Buffer.from(`photoshop 3.0\0${whereabouts}`)), segment(0xfe, Buffer.from("a comment")), segment(0xe2, Buffer.from(`MPF\0${whereabouts}`)), segment(0xe5, Buffer.from(whereabouts))];
    const from = Buffer.concat([picture().subarray(0, 2), exifSegment(6), ...more, picture().subarray(2)]);
    const kept = await stored(from);
    expectNothingLeft(kept);
    expect((await stored(from, 1)).equals(kept)).toBe(true);
    expect((await pixels(kept)).equals(await pixels(picture()))).toBe(true);
    const [now, before] = [await sharp(kept).metadata(), await sharp(from).metadata()];
    expect(now).toMatchObject({ orientation: 6, width: 48, height: 32 });
    expect(now.icc?.equals(before.icc ?? Buffer.alloc(0)) ?? before.icc === undefined).toBe(true);
    expect(now.xmp).toBeUndefined();
    expect((await stored(kept)).equals(kept)).toBe(true);
  });

  it("leaves between the scans of a JPEG too", async () => {
    const scan = progressive.lastIndexOf(Buffer.from([0xff, 0xda]));
    const kept = await stored(Buffer.concat([progressive.subarray(0, scan), segment(0xfe, Buffer.from("a comment")), exifSegment(1), progressive.subarray(scan)]));
    expect(kept.equals(await stored(progressive))).toBe(true);
    expectNothingLeft(kept);
  });

  it("is not put in place of what was not there: an upright JPEG has no Exif at all", async () => {
    const kept = await stored(Buffer.concat([baseline.subarray(0, 2), exifSegment(1), baseline.subarray(2)]));
    expect(kept.equals(await stored(baseline))).toBe(true);
    expect(kept.includes("Exif")).toBe(false);
  });

  it.each([
    ["is cut short", exifWithGps(6).subarray(0, 14)],
    ["points behind its end", Buffer.concat([Buffer.from("MM\0*"), Buffer.from([0x7f, 0xff, 0xff, 0xff])])],
    ["claims 65,535 entries", Buffer.concat([Buffer.from("II*\0"), Buffer.from([8, 0, 0, 0, 255, 255])])],
    ["is noise", Buffer.alloc(300, 0xa5)],
    ["turns nine ways", exifWithGps(9)],
  ])("leaves when the Exif %s", async (_, tiff) => {
    const kept = await stored(Buffer.concat([baseline.subarray(0, 2), segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), tiff])), baseline.subarray(2)]));
    expect(kept.equals(await stored(baseline))).toBe(true);
  });

  it("leaves a PNG, whose pixels, colours and orientation stay", async () => {
    const text = (kind: string): Buffer => pngChunk(kind, Buffer.from(`Comment\0\0\0\0\0${whereabouts}`));
    const from = Buffer.concat([png.subarray(0, 33), ...["tEXt", "zTXt", "iTXt", "caBX"].map(text), pngChunk("tIME", Buffer.alloc(7, 1)), pngChunk("eXIf", exifWithGps(8)), png.subarray(33)]);
    const kept = await stored(from);
    expectNothingLeft(kept);
    expect((await stored(from, 1)).equals(kept)).toBe(true);
    expect((await pixels(kept)).equals(await pixels(png))).toBe(true);
    expect(await sharp(kept).metadata()).toMatchObject({ orientation: 8, icc: (await sharp(from).metadata()).icc });
    for (const kind of ["tEXt", "zTXt", "iTXt", "tIME", "caBX"]) expect(kept.includes(kind)).toBe(false);
    expect((await stored(kept)).equals(kept)).toBe(true);
  });

  it.each([[3, 3], [1, undefined]])("leaves a WebP, whose size on record, pixels and orientation (%s) stay", async (orientation, said) => {
    const more = { flags: 0x0c, chunks: [webpChunk("EXIF", exifWithGps(orientation)), webpChunk("XMP ", xmpWithPlace), webpChunk("mine", Buffer.from(whereabouts))] };
    const from = samples.webpExtended(48, 32, more, webp.subarray(12));
    expect((await sharp(from).metadata()).xmp).toBeDefined();
    const kept = await stored(from);
    expectNothingLeft(kept);
    expect((await stored(from, 1)).equals(kept)).toBe(true);
    expect([kept.length, kept.readUInt32LE(4)]).toEqual([from.length, from.length - 8]);
    expect((await pixels(kept)).equals(await pixels(webp))).toBe(true);
    const now = await sharp(kept).metadata();
    expect([now.orientation, now.xmp]).toEqual([said, undefined]);
    expect((await stored(kept)).equals(kept)).toBe(true);
  });

  it.each(["mdat", "idat"] as const)("leaves a HEIC, wherever it lay (%s), and the tiles stay where they were", async (exifIn) => {
    const from = samples.heic(4_032, 3_024, undefined, exifIn);
    expect(from.toString("latin1").split(whereabouts)).toHaveLength(4);
    const kept = await stored(from);
    expectNothingLeft(kept);
    expect((await stored(from, 1)).equals(kept)).toBe(true);
    const tiles = Buffer.alloc(200, 0x5a);
    expect([kept.length, kept.indexOf(tiles)]).toEqual([from.length, from.indexOf(tiles)]);
    for (const kind of ["ftyp", "pitm", "iloc", "iinf", "hvcC", "ispe", "ipma", "mdat"]) expect([kind, kept.indexOf(kind)]).toEqual([kind, from.indexOf(kind)]);
    expect((await stored(kept)).equals(kept)).toBe(true);
  });

  it("cannot be hidden in a HEIC before the box that says where it is", async () => {
    const whole = samples.heic();
    const [ftypEnd, mdat] = [whole.indexOf("meta") - 4, whole.lastIndexOf("mdat") - 4];
    const moved = Buffer.from(whole);
    const exifOffset = moved.readUInt32BE(moved.indexOf("iloc") + 4 + 4 + 4 + 16 * 2 + 8);
    expect(whole.subarray(exifOffset + 4, exifOffset + 8).toString()).toBe("Exif");
    moved.writeUInt32BE(ftypEnd, moved.indexOf("iloc") + 4 + 4 + 4 + 16 * 2 + 8);
    await expect(stored(moved)).rejects.toMatchObject({ problem: "not_readable" });
    expect(mdat).toBeGreaterThan(ftypEnd);
  });
});

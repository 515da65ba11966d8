import { crc32, deflateSync } from "node:zlib";

/** Whole files, small but true to their format; sizes may be claimed at will. */
export const samples = { jpeg, png, webpLossy, webpLossless, webpExtended, heic, pdf };

export function jpeg(width = 4, height = 3, before: Buffer[] = []): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x2a, 0xff, 0x00, 0x2a]);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...before, frame, scan, Buffer.from([0xff, 0xd9])]);
}

/** An application segment, as cameras put before the frame; its thumbnail carries an end mark of its own. */
export function app1(bytes: number): Buffer {
  const segment = Buffer.alloc(bytes + 4, 0xd9);
  segment.writeUInt32BE(0xffe10000, 0);
  segment.writeUInt16BE(bytes + 2, 2);
  segment.fill(Buffer.from([0xff, 0xd9]), 4);
  return segment;
}

function png(width = 4, height = 3): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(width < 100 ? (width + 1) * height : 8));
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), pngChunk("IHDR", header), pngChunk("IDAT", rows), pngChunk("IEND", Buffer.alloc(0))]);
}

export function pngChunk(kind: string, body: Buffer): Buffer {
  const inner = Buffer.concat([Buffer.from(kind, "latin1"), body]);
  const edge = Buffer.alloc(8);
  edge.writeUInt32BE(body.length, 0);
  edge.writeUInt32BE(crc32(inner), 4);
  return Buffer.concat([edge.subarray(0, 4), inner, edge.subarray(4)]);
}

function riff(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(12 + body.length, 4);
  head.write("WEBP" + kind, 8, "latin1");
  head.writeUInt32LE(body.length, 16);
  return Buffer.concat([head, body]);
}

function webpLossy(width = 4, height = 3): Buffer {
  const body = Buffer.alloc(30);
  body.set([0x10, 0, 0, 0x9d, 0x01, 0x2a]);
  body.writeUInt16LE(width, 6);
  body.writeUInt16LE(height, 8);
  return riff("VP8 ", body);
}

function webpLossless(width = 4, height = 3): Buffer {
  const body = Buffer.alloc(20);
  body[0] = 0x2f;
  body.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 1);
  return riff("VP8L", body);
}

/** `more` come after the picture, as Exif and XMP do; `flags` say that they are there. */
function webpExtended(width = 4, height = 3, more: { flags: number; chunks: Buffer[] } = { flags: 0, chunks: [] }, picture = webpLossy().subarray(12)): Buffer {
  const body = Buffer.alloc(10);
  body[0] = more.flags;
  body.writeUIntLE(width - 1, 4, 3);
  body.writeUIntLE(height - 1, 7, 3);
  const whole = Buffer.concat([riff("VP8X", body), picture, ...more.chunks]);
  whole.writeUInt32LE(whole.length - 8, 4);
  return whole;
}

export function webpChunk(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(kind, "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
}

function box(kind: string, ...inner: Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + inner.reduce((sum, part) => sum + part.length, 0), 0);
  head.write(kind, 4, "latin1");
  return Buffer.concat([head, ...inner]);
}

function ispe(width: number, height: number): Buffer {
  const body = Buffer.alloc(12);
  body.writeUInt32BE(width, 4);
  body.writeUInt32BE(height, 8);
  return box("ispe", body);
}

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const u32 = (value: number): Buffer => Buffer.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]);

/** What cameras write: the maker, which way the phone was held, and where it was. */
export const whereabouts = "MAU-PHONE at 10.3541N";
export function exifWithGps(orientation = 6): Buffer {
  const maker = Buffer.from(`${whereabouts}\0`);
  const entry = (tag: number, type: number, count: number, value: Buffer): Buffer => Buffer.concat([u16(tag), u16(type), u32(count), Buffer.concat([value, Buffer.alloc(4)], 4)]);
  const gpsAt = 8 + 2 + 3 * 12 + 4;
  const textAt = gpsAt + 2 + 2 * 12 + 4;
  const latitudeAt = textAt + maker.length;
  return Buffer.concat([
    ...[Buffer.from("MM\0*"), u32(8), u16(3), entry(0x010f, 2, maker.length, u32(textAt)), entry(0x0112, 3, 1, u16(orientation)), entry(0x8825, 4, 1, u32(gpsAt)), u32(0)],
    ...[u16(2), entry(1, 2, 2, Buffer.from("N\0")), entry(2, 5, 3, u32(latitudeAt)), u32(0), maker],
    ...[10, 1, 21, 1, 15, 1].map(u32),
  ]);
}
export const xmpWithPlace = Buffer.from(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><place>${whereabouts}</place></x:xmpmeta>`);

/**
 * As iPhones write it: tiles of 512 × 512, a grid that is the picture, and behind the tiles Exif and XMP, which `iloc` points to.
 * `exif` may lie in `idat` instead.
 */
function heic(width = 4_032, height = 3_024, brands = ["heic", "mif1", "heic"], exifIn: "mdat" | "idat" = "mdat"): Buffer {
  const [major = "", ...compatible] = brands;
  const ftyp = box("ftyp", Buffer.from(major), Buffer.alloc(4), Buffer.from(compatible.join("")));
  const properties = box("iprp", box("ipco", box("hvcC", Buffer.alloc(30)), ispe(512, 512), ispe(width, height), box("udes", Buffer.from(whereabouts))), box("ipma", Buffer.alloc(9)));
  const exif = Buffer.concat([u32(6), Buffer.from("Exif\0\0"), exifWithGps()]);
  const tile = Buffer.alloc(200, 0x5a);
  const grid = Buffer.alloc(8, 1);
  const infe = (id: number, type: string, more = ""): Buffer => box("infe", Buffer.from([2, 0, 0, 0]), u16(id), u16(0), Buffer.from(`${type}\0${more}`));
  const iinf = box("iinf", u32(0), u16(4), infe(1, "hvc1"), infe(2, "grid"), infe(3, "Exif"), infe(4, "mime", "application/rdf+xml\0"));
  const metaWith = (tileAt: number): Buffer => {
    const at = (id: number, method: number, offset: number, length: number): Buffer => Buffer.concat([u16(id), u16(method), u16(0), u16(1), u32(offset), u32(length)]);
    const exifAt = exifIn === "idat" ? at(3, 1, grid.length, exif.length) : at(3, 0, tileAt + tile.length, exif.length);
    const xmpAt = at(4, 0, tileAt + tile.length + (exifIn === "idat" ? 0 : exif.length), xmpWithPlace.length);
    const iloc = box("iloc", u32(0x01000000), Buffer.from([0x44, 0]), u16(4), at(1, 0, tileAt, tile.length), at(2, 1, 0, grid.length), exifAt, xmpAt);
    const idat = box("idat", grid, ...(exifIn === "idat" ? [exif] : []));
    return box("meta", Buffer.alloc(4), box("hdlr", Buffer.alloc(25)), box("pitm", u32(0), u16(2)), iinf, iloc, properties, idat);
  };
  const meta = metaWith(ftyp.length + metaWith(0).length + 8);
  return Buffer.concat([ftyp, meta, box("mdat", tile, ...(exifIn === "idat" ? [] : [exif]), xmpWithPlace)]);
}

export interface PdfObject {
  dictionary: string;
  stream?: Buffer;
  /** Instead of the stream's own. */
  length?: string;
}

/** A PDF of such objects, numbered from 1; the first is the catalogue. */
export function pdfOf(objects: PdfObject[], trailer = ""): Buffer {
  const parts = objects.map(({ dictionary, stream, length }, index) => {
    if (stream === undefined) return Buffer.from(`${index + 1} 0 obj\n<<${dictionary}>>\nendobj\n`);
    return Buffer.concat([Buffer.from(`${index + 1} 0 obj\n<<${dictionary}/Length ${length ?? stream.length}>>\nstream\n`), stream, Buffer.from("\nendstream\nendobj\n")]);
  });
  return Buffer.concat([Buffer.from("%PDF-1.7\n%\xe2\xe3\n", "latin1"), ...parts, Buffer.from(`trailer<</Root 1 0 R${trailer}>>\n%%EOF\n`)]);
}

export const pdfPages = (count: number): PdfObject[] => [
  { dictionary: "/Type/Catalog/Pages 2 0 R" },
  { dictionary: `/Type /Pages/Kids[${Array.from({ length: count }, (_, n) => `${n + 3} 0 R`).join(" ")}]/Count ${count}` },
  ...Array.from({ length: count }, () => ({ dictionary: "/Type /Page/Parent 2 0 R/MediaBox[0 0 595 842]" })),
];

function pdf(): Buffer {
  return pdfOf([...pdfPages(1), { dictionary: "/Filter/FlateDecode", stream: deflateSync(Buffer.from("q 0 0 595 842 re S Q")) }]);
}

/** The bytes in chunks of a size. */
export async function* inChunks(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

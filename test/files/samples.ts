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
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(kind: string, body: Buffer): Buffer {
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

function webpExtended(width = 4, height = 3): Buffer {
  const body = Buffer.alloc(10);
  body.writeUIntLE(width - 1, 4, 3);
  body.writeUIntLE(height - 1, 7, 3);
  return riff("VP8X", body);
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

/** As iPhones write it: tiles of 512 × 512 and a grid that is the picture. */
function heic(width = 4_032, height = 3_024, brands = ["heic", "mif1", "heic"]): Buffer {
  const [major = "", ...compatible] = brands;
  const ftyp = box("ftyp", Buffer.from(major), Buffer.alloc(4), Buffer.from(compatible.join("")));
  const properties = box("iprp", box("ipco", box("hvcC", Buffer.alloc(30)), ispe(512, 512), ispe(width, height)), box("ipma", Buffer.alloc(9)));
  return Buffer.concat([ftyp, box("meta", Buffer.alloc(4), box("hdlr", Buffer.alloc(25)), properties), box("mdat", Buffer.alloc(200))]);
}

function pdf(): Buffer {
  return Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
}

/** The bytes in chunks of a size. */
export async function* inChunks(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

import type { KeptType } from "../domain/file.js";
import type { FileProblem } from "../domain/message.js";

/** The file is not one that is kept; trying again changes nothing. */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
  constructor(readonly problem: FileProblem, why: string) {
    super(`${problem}: ${why}`);
  }
}

/** What a parser asks for next: bytes to look at, bytes to pass over, or to pass over all up to and with a mark. */
export type Want = { take: number } | { skip: number } | { find: Buffer };
export type Parser = Generator<Want, void, Buffer>;
export type OnSize = (width: number, height: number) => void;

/** Reads a file from its first byte; ends when the file is whole. Reports the sizes of the pictures in it. Takes at most 1 KB at a time. */
type Format = (onSize: OnSize) => Parser;

/** How many bytes tell the type. */
export const signatureBytes = 12;

const hevcBrands = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]);
const heifBrands = new Set(["mif1", "msf1"]);

export function typeOf(signature: Buffer): KeptType | null {
  const ascii = signature.toString("latin1");
  if (ascii.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (ascii.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (ascii.startsWith("RIFF") && ascii.slice(8) === "WEBP") return "image/webp";
  if (ascii.startsWith("%PDF-")) return "application/pdf";
  if (ascii.slice(4, 8) !== "ftyp") return null;
  if (hevcBrands.has(ascii.slice(8))) return "image/heic";
  return heifBrands.has(ascii.slice(8)) ? "image/heif" : null;
}

export const formats: Record<KeptType, Format> = {
  "image/jpeg": jpeg,
  "image/png": png,
  "image/webp": webp,
  "image/heic": heif,
  "image/heif": heif,
  "application/pdf": pdf,
};

const unreadable = (why: string): FileRefused => new FileRefused("not_readable", why);

/** ITU T.81 annex B: segments up to the first scan, then the end mark, which entropy-coded bytes cannot hold. */
function* jpeg(onSize: OnSize): Parser {
  yield { skip: 2 };
  for (let sized = false; ; ) {
    const start: Buffer = yield { take: 2 };
    let marker = start[1] ?? 0;
    while (marker === 0xff) marker = (yield { take: 1 })[0] ?? 0;
    if (start[0] !== 0xff || marker < 0xc0) throw unreadable("no segment");
    if (marker === 0xda && sized) return void (yield { find: Buffer.from([0xff, 0xd9]) });
    let left = (yield { take: 2 }).readUInt16BE() - 2;
    if (marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const frame: Buffer = yield { take: 5 };
      onSize(frame.readUInt16BE(3), frame.readUInt16BE(1));
      sized = true;
      left -= 5;
    }
    if (left < 0) throw unreadable("short segment");
    yield { skip: left };
  }
}

/** RFC 2083: IHDR comes first, IEND last. */
function* png(onSize: OnSize): Parser {
  const start: Buffer = yield { take: 24 };
  if (start.readUInt32BE(8) !== 13 || start.toString("latin1", 12, 16) !== "IHDR") throw unreadable("no IHDR");
  onSize(start.readUInt32BE(16), start.readUInt32BE(20));
  yield { skip: 9 };
  for (let kind = ""; kind !== "IEND"; ) {
    const head: Buffer = yield { take: 8 };
    kind = head.toString("latin1", 4, 8);
    yield { skip: head.readUInt32BE(0) + 4 };
  }
}

/** RFC 9649. */
function* webp(onSize: OnSize): Parser {
  const start: Buffer = yield { take: 30 };
  const body = start.subarray(20);
  const kind = start.toString("latin1", 12, 16);
  if (kind === "VP8X") onSize(body.readUIntLE(4, 3) + 1, body.readUIntLE(7, 3) + 1);
  else if (kind === "VP8L" && body[0] === 0x2f) {
    const bits = body.readUInt32LE(1);
    onSize((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  } else if (kind === "VP8 " && body.readUIntBE(3, 3) === 0x9d012a) {
    onSize(body.readUInt16LE(6) & 0x3fff, body.readUInt16LE(8) & 0x3fff);
  } else throw unreadable("no picture");
  yield { skip: Math.max(0, start.readUInt32LE(4) + 8 - 30) };
}

/** Boxes that are looked into, with the bytes before their first inner box. */
const openedBoxes: ReadonlyMap<string, number> = new Map([["meta", 4], ["iprp", 0], ["ipco", 0]]);

/** ISO/IEC 23008-12: an `ispe` for the whole picture, and for tiles and previews. What follows `meta` is not looked at. */
function* heif(onSize: OnSize): Parser {
  const ftypBytes = (yield { take: 8 }).readUInt32BE();
  if (ftypBytes < 16 || ftypBytes > 1_024) throw unreadable("bad ftyp");
  const brands = (yield { take: ftypBytes - 8 }).toString("latin1").match(/.{4}/gs) ?? [];
  if (!brands.some((brand) => hevcBrands.has(brand))) throw new FileRefused("wrong_type", "no HEVC brand");
  let sized = false;
  const ends: number[] = [];
  for (let at = ftypBytes; ; ) {
    while (ends.length > 0 && at >= (ends.at(-1) ?? 0)) ends.pop();
    if (ends.length === 0 && sized) return;
    const head: Buffer = yield { take: 8 };
    const kind = head.toString("latin1", 4, 8);
    const long = head.readUInt32BE() === 1;
    const size = long ? Number((yield { take: 8 }).readBigUInt64BE()) : head.readUInt32BE();
    const body = at + (long ? 16 : 8);
    const end = at + size;
    if (end < body || end > (ends.at(-1) ?? Number.MAX_SAFE_INTEGER)) throw unreadable("bad box");
    const inner = openedBoxes.get(kind);
    if (inner !== undefined && body + inner <= end) {
      yield { skip: inner };
      ends.push(end);
      at = body + inner;
      continue;
    }
    if (kind === "ispe" && end - body === 12) {
      const box: Buffer = yield { take: 12 };
      onSize(box.readUInt32BE(4), box.readUInt32BE(8));
      sized = true;
    } else yield { skip: end - body };
    at = end;
  }
}

/** ISO 32000: the version follows `%PDF-`; a whole file has an end mark. */
function* pdf(): Parser {
  if (!/^%PDF-\d\.\d/.test((yield { take: 8 }).toString("latin1"))) throw unreadable("no version");
  yield { find: Buffer.from("%%EOF") };
}

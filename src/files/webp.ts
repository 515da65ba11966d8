import { orientationIn, tiffOf } from "./exif.js";
import type { OnSize, Parser } from "./reader.js";
import { unreadable } from "./refused.js";

const kept = new Set(["ICCP", "ANIM", "ALPH"]);
/** Chunks with a picture, and how many of their first bytes tell its size; a frame's size is inside the canvas. */
const pictures: ReadonlyMap<string, number> = new Map([["VP8 ", 10], ["VP8L", 5], ["ANMF", 0]]);
const [exifFlag, xmpFlag] = [0x08, 0x04];
const mostExifBytes = 65_536;

/**
 * RFC 9649. The file's size stands before its chunks, so what leaves is blanked and renamed, which readers pass over; an Exif chunk
 * whose picture does not stand upright is kept for its orientation alone.
 */
export function* webp(onSize: OnSize): Parser {
  const riff: Buffer = yield { take: 12 };
  yield { put: riff };
  let left = riff.readUInt32LE(4) - 4;
  let hasExif = false;
  let pictured = false;
  for (let first = true; left >= 8; first = false) {
    const head: Buffer = yield { take: 8 };
    const kind = head.toString("latin1", 0, 4);
    const size = head.readUInt32LE(4);
    left -= 8;
    if (size > left) throw unreadable("a chunk beyond the end");
    const body = Math.min(size + (size & 1), left);
    left -= body;
    if (first && kind !== "VP8X" && !pictures.has(kind)) throw unreadable("no picture");
    const seen = kind === "VP8X" && first ? 10 : pictures.get(kind);
    if (seen !== undefined) {
      if (size < seen) throw unreadable("a short chunk");
      const start: Buffer = yield { take: seen };
      sizeOf(kind, start, onSize);
      if (kind === "VP8X") {
        hasExif = ((start[0] ?? 0) & exifFlag) !== 0;
        start.writeUInt8((start[0] ?? 0) & ~xmpFlag, 0);
      } else pictured = true;
      yield { put: Buffer.concat([head, start]) };
      yield { pass: body - seen };
    } else if (kept.has(kind)) {
      yield { put: head };
      yield { pass: body };
    } else {
      const exif: Buffer = yield { take: hasExif && kind === "EXIF" ? Math.min(body, mostExifBytes) : 0 };
      const orientation = orientationIn(exif.toString("latin1", 0, 6) === "Exif\0\0" ? exif.subarray(6) : exif);
      const instead = orientation === 1 ? Buffer.alloc(exif.length) : Buffer.concat([tiffOf(orientation), Buffer.alloc(exif.length)], exif.length);
      yield { put: Buffer.concat([orientation === 1 ? Buffer.from("JUNK") : head.subarray(0, 4), head.subarray(4), instead]) };
      yield { blank: body - exif.length };
    }
  }
  if (!pictured) throw unreadable("no picture");
  yield { blank: Math.max(0, left) };
}

function sizeOf(kind: string, start: Buffer, onSize: OnSize): void {
  if (kind === "VP8X") onSize(start.readUIntLE(4, 3) + 1, start.readUIntLE(7, 3) + 1);
  else if (kind === "VP8L") {
    if (start[0] !== 0x2f) throw unreadable("no lossless picture");
    const bits = start.readUInt32LE(1);
    onSize((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  } else if (kind === "VP8 ") {
    if (start.readUIntBE(3, 3) !== 0x9d012a) throw unreadable("no key frame");
    onSize(start.readUInt16LE(6) & 0x3fff, start.readUInt16LE(8) & 0x3fff);
  }
}

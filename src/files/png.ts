import { crc32 } from "node:zlib";
import { orientationIn, tiffOf } from "./exif.js";
import type { OnSize, Parser } from "./reader.js";
import { unreadable } from "./refused.js";

/** Chunks that a picture needs to look right (PNG, third edition, 5.6); texts, times, Exif and what others invented leave. */
const kept = new Set(["PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD", "hIST", "pHYs", "acTL", "fcTL", "fdAT"]);
const mostExifBytes = 65_536;

/** IHDR comes first, IEND last. In place of Exif comes a block with the orientation alone, unless the picture stands upright. */
export function* png(onSize: OnSize): Parser {
  const start: Buffer = yield { take: 24 };
  if (start.readUInt32BE(8) !== 13 || start.toString("latin1", 12, 16) !== "IHDR") throw unreadable("no IHDR");
  onSize(start.readUInt32BE(16), start.readUInt32BE(20));
  yield { put: start };
  yield { pass: 9 };
  for (let kind = ""; kind !== "IEND"; ) {
    const head: Buffer = yield { take: 8 };
    const length = head.readUInt32BE(0);
    kind = head.toString("latin1", 4, 8);
    if (kept.has(kind)) {
      yield { put: head };
      yield { pass: length + 4 };
    } else if (kind === "eXIf") {
      const tiff: Buffer = yield { take: Math.min(length, mostExifBytes) };
      yield { drop: length - tiff.length + 4 };
      const orientation = orientationIn(tiff);
      if (orientation !== 1) yield { put: chunkOf("eXIf", tiffOf(orientation)) };
    } else if (/^[a-z][a-zA-Z]{3}$/.test(kind)) yield { drop: length + 4 };
    else throw unreadable("a chunk that no decoder knows");
  }
}

function chunkOf(kind: string, body: Buffer): Buffer {
  const inner = Buffer.concat([Buffer.from(kind, "latin1"), body]);
  const chunk = Buffer.alloc(inner.length + 8);
  chunk.writeUInt32BE(body.length, 0);
  inner.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(inner), inner.length + 4);
  return chunk;
}

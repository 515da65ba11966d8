import { cleanMeta, type Range } from "./heif-meta.js";
import type { OnSize, Parser, Want } from "./reader.js";
import { FileRefused, unreadable } from "./refused.js";

const hevcBrands = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]);
const heifBrands = new Set(["mif1", "msf1"]);
const mostMetaBytes = 1_048_576;

/** By the main brand, the four letters after `ftyp`. */
export function heifType(brand: string): "image/heic" | "image/heif" | null {
  if (hevcBrands.has(brand)) return "image/heic";
  return heifBrands.has(brand) ? "image/heif" : null;
}

/**
 * ISO/IEC 23008-12: `meta` says where pictures and metadata lie. Metadata is blanked, so that nothing moves; so is every box but
 * `meta` and `mdat`. Ends with the box that holds the last picture.
 */
export function* heif(onSize: OnSize): Parser {
  const start: Buffer = yield { take: 8 };
  const ftypBytes = start.readUInt32BE();
  if (ftypBytes < 16 || ftypBytes > 1_024) throw unreadable("bad ftyp");
  const rest: Buffer = yield { take: ftypBytes - 8 };
  if (!(rest.toString("latin1").match(/.{4}/gs) ?? []).some((brand) => hevcBrands.has(brand))) throw new FileRefused("wrong_type", "no HEVC brand");
  yield { put: Buffer.concat([start, rest]) };

  let found: { blank: Range[]; picturesEnd: number } | null = null;
  let sized = false;
  for (let at = ftypBytes; found === null || at < found.picturesEnd; ) {
    const first: Buffer = yield { take: 8 };
    const long = first.readUInt32BE() === 1;
    const head = long ? Buffer.concat([first, yield { take: 8 }]) : first;
    const kind = head.toString("latin1", 4, 8);
    const size = long ? Number(head.readBigUInt64BE(8)) : head.readUInt32BE();
    // Size 0: to the file's end.
    const body = (size === 0 && kind === "mdat" && found !== null ? found.picturesEnd - at : size) - head.length;
    if (body < 0 || !Number.isSafeInteger(body)) throw unreadable("bad box");
    if (kind === "meta" && found === null) {
      if (body > mostMetaBytes) throw unreadable("a large meta box");
      const meta = Buffer.concat([head, yield { take: body }]);
      found = cleanMeta(meta, head.length, (width, height) => {
        onSize(width, height);
        sized = true;
      });
      if (!sized) throw unreadable("no size");
      if (found.blank.some(({ from }) => from < at + meta.length)) throw unreadable("metadata before its index");
      yield { put: meta };
    } else {
      const kept = kind === "mdat";
      if (!kept) head.write("free", 4, "latin1");
      yield { put: head };
      yield* passing(kept ? (found?.blank ?? []) : [{ from: 0, to: Infinity }], at + head.length, at + head.length + body);
    }
    at += head.length + body;
  }
}

/** Bytes from `from` to `to` pass, but for the blanks, which are in order. */
function* passing(blanks: readonly Range[], from: number, to: number): Generator<Want, void, Buffer> {
  let at = from;
  for (const blank of blanks) {
    if (blank.to <= at || blank.from >= to) continue;
    yield { pass: Math.max(0, blank.from - at) };
    at = Math.max(at, blank.from);
    const end = Math.min(to, blank.to);
    yield { blank: end - at };
    at = end;
  }
  yield { pass: to - at };
}

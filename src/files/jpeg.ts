import { orientationIn, tiffOf } from "./exif.js";
import type { OnSize, Parser, Want } from "./reader.js";
import { unreadable } from "./refused.js";

const exifMark = "Exif\0\0";

/** Application segments that a picture needs to look right, by how they begin: JFIF, colour profile, Adobe's colour transform. */
const keptApps: ReadonlyMap<number, string> = new Map([[0xe0, "JFIF\0"], [0xe2, "ICC_PROFILE\0"], [0xee, "Adobe"]]);

const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/**
 * ITU T.81 annex B: segments and scans up to the end mark. Comments and application data leave, in place of Exif comes a block
 * with the orientation alone, unless the picture stands upright.
 */
export function* jpeg(onSize: OnSize): Parser {
  yield { pass: 2 };
  let sized = false;
  let scanned = false;
  let turned = false;
  for (let marker = yield* markerOf(); ; marker = marker === 0xda ? yield* entropy() : yield* markerOf()) {
    if (marker === 0xd9 && scanned) return void (yield { put: Buffer.from([0xff, 0xd9]) });
    if (marker < 0xc0 || isRestart(marker) || marker === 0xd8 || marker === 0xd9) throw unreadable("no segment");
    const length: Buffer = yield { take: 2 };
    const left = length.readUInt16BE() - 2;
    if (left < 0) throw unreadable("short segment");
    const head = Buffer.concat([Buffer.from([0xff, marker]), length]);
    if (marker === 0xe1) {
      const block: Buffer = yield { take: left };
      const orientation = block.toString("latin1", 0, 6) === exifMark ? orientationIn(block.subarray(6)) : 1;
      if (orientation !== 1 && !turned) yield { put: exifOf(orientation) };
      turned ||= orientation !== 1;
    } else if (marker >= 0xe0) {
      const begins = keptApps.get(marker) ?? "";
      const start: Buffer = yield { take: Math.min(left, begins.length) };
      if (begins === "" || start.toString("latin1") !== begins) yield { drop: left - start.length };
      else {
        yield { put: Buffer.concat([head, start]) };
        yield { pass: left - start.length };
      }
    } else if (isFrame(marker)) {
      if (left < 5) throw unreadable("short frame");
      const frame: Buffer = yield { take: 5 };
      onSize(frame.readUInt16BE(3), frame.readUInt16BE(1));
      sized = true;
      yield { put: Buffer.concat([head, frame]) };
      yield { pass: left - 5 };
    } else {
      if (marker === 0xda && !sized) throw unreadable("a scan before the frame");
      scanned ||= marker === 0xda;
      yield { put: head };
      yield { pass: left };
    }
  }
}

function* markerOf(): Generator<Want, number, Buffer> {
  const start: Buffer = yield { take: 2 };
  if (start[0] !== 0xff) throw unreadable("no segment");
  return yield* afterFill(start[1] ?? 0);
}

/** Any number of 0xff may stand before a marker. */
function* afterFill(first: number): Generator<Want, number, Buffer> {
  let marker = first;
  while (marker === 0xff) marker = (yield { take: 1 })[0] ?? 0;
  return marker;
}

/** Entropy-coded bytes pass, with their stuffed zeros and restart marks; answers the marker that ends them. */
function* entropy(): Generator<Want, number, Buffer> {
  for (;;) {
    yield { passTo: 0xff };
    const marker = yield* afterFill((yield { take: 2 })[1] ?? 0);
    if (marker !== 0 && !isRestart(marker)) return marker;
    yield { put: Buffer.from([0xff, marker]) };
  }
}

function exifOf(orientation: number): Buffer {
  const body = Buffer.concat([Buffer.from(exifMark, "latin1"), tiffOf(orientation)]);
  const head = Buffer.from([0xff, 0xe1, 0, body.length + 2]);
  return Buffer.concat([head, body]);
}

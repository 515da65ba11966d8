import type { OnSize } from "./reader.js";
import { unreadable } from "./refused.js";

/** From the file's first byte; the end is not in it. */
export interface Range {
  from: number;
  to: number;
}

/** What of `meta` is needed to show a picture; all else there is blanked. */
const kept = new Set(["hdlr", "dinf", "pitm", "iinf", "iloc", "iref", "iprp", "idat", "grpl", "ipro"]);
/** Item types that hold metadata: Exif, XMP and anything else that is named by a MIME type or an address. */
const metadataTypes = new Set(["Exif", "mime", "uri "]);

/**
 * Blanks what is metadata in a whole `meta` box (ISO/IEC 14496-12, 8.11), in place. Answers where else metadata lies, and where the
 * last byte of a picture is.
 */
export function cleanMeta(meta: Buffer, bodyAt: number, onSize: OnSize): { blank: Range[]; picturesEnd: number } {
  try {
    return clean(meta, bodyAt, onSize);
  } catch (error) {
    if (error instanceof RangeError) throw unreadable("a box in meta is short");
    throw error;
  }
}

function clean(meta: Buffer, bodyAt: number, onSize: OnSize): { blank: Range[]; picturesEnd: number } {
  const boxes = new Map<string, Box>();
  for (const box of boxesIn(meta, bodyAt + 4, meta.length)) {
    if (kept.has(box.kind)) boxes.set(box.kind, box);
    else free(meta, box);
  }
  for (const box of boxesIn(meta, boxes.get("iprp"))) {
    if (box.kind !== "ipco") continue;
    for (const property of boxesIn(meta, box)) {
      if (property.kind === "udes" || property.kind === "uuid") free(meta, property);
      if (property.kind === "ispe" && property.end - property.body === 12) onSize(meta.readUInt32BE(property.body + 4), meta.readUInt32BE(property.body + 8));
    }
  }
  const metadata = metadataItems(meta, boxes.get("iinf"));
  const blank: Range[] = [];
  let picturesEnd = 0;
  for (const { item, method, from, to } of extents(meta, boxes.get("iloc"))) {
    if (method === 0 && !metadata.has(item)) picturesEnd = Math.max(picturesEnd, to);
    else if (method === 0) blank.push({ from, to });
    else if (metadata.has(item)) {
      const idat = boxes.get("idat");
      if (method !== 1 || idat === undefined || idat.body + to > idat.end) throw unreadable("metadata in an odd place");
      meta.fill(0, idat.body + from, idat.body + to);
    }
  }
  if (picturesEnd === 0) throw unreadable("no picture");
  return { blank: blank.sort((a, b) => a.from - b.from), picturesEnd };
}

interface Box {
  kind: string;
  start: number;
  body: number;
  end: number;
}

function boxesIn(bytes: Buffer, box: Box | undefined): Iterable<Box>;
function boxesIn(bytes: Buffer, from: number, to: number): Iterable<Box>;
function* boxesIn(bytes: Buffer, within: Box | number | undefined, to = 0): Iterable<Box> {
  if (within === undefined) return;
  const [from, end] = typeof within === "number" ? [within, to] : [within.body, within.end];
  for (let start = from; start < end; ) {
    const size = bytes.readUInt32BE(start);
    const long = size === 1;
    const box = { kind: bytes.toString("latin1", start + 4, start + 8), start, body: start + (long ? 16 : 8), end: start + (long ? Number(bytes.readBigUInt64BE(start + 8)) : size) };
    if (box.end < box.body || box.end > end) throw unreadable("bad box");
    yield box;
    start = box.end;
  }
}

function free(bytes: Buffer, box: Box): void {
  bytes.write("free", box.start + 4, "latin1");
  bytes.fill(0, box.body, box.end);
}

/** `iinf`: ids of items that are no pictures. Entries older than version 2 name no type, and HEIF has none for pictures. */
function metadataItems(meta: Buffer, iinf: Box | undefined): Set<number> {
  const found = new Set<number>();
  if (iinf === undefined) return found;
  const entries = iinf.body + (meta.readUInt8(iinf.body) === 0 ? 6 : 8);
  for (const { kind, body } of boxesIn(meta, entries, iinf.end)) {
    if (kind !== "infe") continue;
    const version = meta.readUInt8(body);
    const id = version === 3 ? meta.readUInt32BE(body + 4) : meta.readUInt16BE(body + 4);
    const typeAt = body + (version === 3 ? 10 : 8);
    if (version < 2 || metadataTypes.has(meta.toString("latin1", typeAt, typeAt + 4))) found.add(id);
  }
  return found;
}

/** `iloc`: where each item's bytes are; method 0 counts from the file's first byte, 1 inside `idat`. */
function* extents(meta: Buffer, iloc: Box | undefined): Iterable<{ item: number; method: number } & Range> {
  if (iloc === undefined) return;
  let at = iloc.body;
  const read = (bytes: number): number => {
    at += bytes;
    if (at > iloc.end) throw unreadable("iloc is short");
    if (bytes === 0) return 0;
    return bytes === 8 ? Number(meta.readBigUInt64BE(at - 8)) : meta.readUIntBE(at - bytes, bytes);
  };
  const version = read(1);
  read(3);
  const [sizes, more] = [read(1), read(1)];
  const [offsetBytes, lengthBytes, baseBytes, indexBytes] = [sizes >> 4, sizes & 15, more >> 4, version === 0 ? 0 : more & 15];
  if ([offsetBytes, lengthBytes, baseBytes, indexBytes].some((bytes) => ![0, 4, 8].includes(bytes))) throw unreadable("odd iloc");
  for (let items = read(version < 2 ? 2 : 4); items > 0; items--) {
    const item = read(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : read(2) & 15;
    read(2);
    const base = read(baseBytes);
    for (let count = read(2); count > 0; count--) {
      read(indexBytes);
      const from = base + read(offsetBytes);
      const length = read(lengthBytes);
      if (length === 0) throw unreadable("an item without length");
      yield { item, method, from, to: from + length };
    }
  }
}

import { createHash } from "node:crypto";
import type { KeptType } from "../domain/file.js";
import { FileRefused, formats, signatureBytes, typeOf } from "./formats.js";
import { createReader } from "./reader.js";

export { FileRefused } from "./formats.js";

export interface FileLimits {
  bytes: number;
  /** Width times height. */
  pixels: number;
  /** The longer side. */
  side: number;
}

export const defaultLimits: FileLimits = { bytes: 20 * 1024 * 1024, pixels: 50_000_000, side: 20_000 };

export interface Inspected {
  mime: KeptType;
  bytes: number;
  sha256: string;
  /** Of the largest picture in the file. */
  width?: number;
  height?: number;
}

/**
 * Checks bytes as they pass. `bytes` throws a `FileRefused` as soon as one is certain, and reads no further;
 * `found` answers once all have passed, and throws before. Keeps about 1 KB, whatever the file's size.
 */
export function inspect(
  source: AsyncIterable<Uint8Array>,
  limits: FileLimits = defaultLimits,
): { bytes: AsyncIterable<Uint8Array>; found(): Inspected } {
  let found: Inspected | null = null;

  async function* pass(): AsyncGenerator<Uint8Array> {
    const hash = createHash("sha256");
    const check = createCheck(limits);
    let total = 0;
    for await (const chunk of source) {
      total += chunk.length;
      if (total > limits.bytes) throw new FileRefused("too_big", `over ${limits.bytes} bytes`);
      hash.update(chunk);
      check.feed(chunk);
      yield chunk;
    }
    found = { ...check.end(), bytes: total, sha256: hash.digest("hex") };
  }

  return {
    bytes: pass(),
    found() {
      if (found === null) throw new Error("not all bytes have passed");
      return found;
    },
  };
}

type Reader = ReturnType<typeof createReader>;

function createCheck(limits: FileLimits): { feed(chunk: Uint8Array): void; end(): Omit<Inspected, "bytes" | "sha256"> } {
  let first = Buffer.alloc(0);
  let known: { mime: KeptType; reader: Reader } | null = null;
  let size: { width: number; height: number } | null = null;

  function onSize(width: number, height: number): void {
    if (width === 0 || height === 0) throw new FileRefused("not_readable", "no width or height");
    if (width > limits.side || height > limits.side || width * height > limits.pixels) {
      throw new FileRefused("too_many_pixels", `${width} × ${height}`);
    }
    if (size === null || width * height > size.width * size.height) size = { width, height };
  }

  function recognise(): { mime: KeptType; reader: Reader } {
    const mime = typeOf(first);
    if (mime === null) throw new FileRefused("wrong_type", "unknown first bytes");
    const reader = createReader(formats[mime](onSize));
    reader.feed(first);
    return { mime, reader };
  }

  return {
    feed(chunk) {
      if (known !== null) return known.reader.feed(chunk);
      const missing = signatureBytes - first.length;
      first = Buffer.concat([first, chunk.subarray(0, missing)]);
      if (first.length < signatureBytes) return;
      known = recognise();
      known.reader.feed(chunk.subarray(missing));
    },
    end() {
      if (known === null && first.length > 0) known = recognise();
      if (known?.reader.ended() !== true) throw new FileRefused("not_readable", "ends too early");
      return { mime: known.mime, ...size };
    },
  };
}

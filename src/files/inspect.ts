import { createHash } from "node:crypto";
import type { KeptType } from "../domain/file.js";
import { pictures, signatureBytes, typeOf } from "./formats.js";
import { defaultLimits, type FileLimits } from "./limits.js";
import { createPdfCheck } from "./pdf.js";
import { createReader, type OnSize } from "./reader.js";
import { FileRefused, unreadable } from "./refused.js";

/** What is stored: `bytes` and `sha256` are of what leaves, not of what came. */
export interface Inspected {
  mime: KeptType;
  bytes: number;
  sha256: string;
  /** Of the largest picture in the file. */
  width?: number;
  height?: number;
}

/** One format's check of one file: `feed` answers what may be kept of the bytes; both throw `FileRefused`. */
interface Check {
  feed(chunk: Uint8Array): Uint8Array | Promise<Uint8Array>;
  end(): void;
  stop(): void;
}

/**
 * Checks bytes as they pass and takes out what cameras wrote into pictures. `bytes` throws a `FileRefused` as soon as one is certain,
 * and reads no further; `found` answers once all have passed, and throws before. Keeps less than 2 MB, whatever the file's size.
 */
export function inspect(
  source: AsyncIterable<Uint8Array>,
  limits: FileLimits = defaultLimits,
): { bytes: AsyncIterable<Uint8Array>; found(): Inspected } {
  let found: Inspected | null = null;

  async function* pass(): AsyncGenerator<Uint8Array> {
    const hash = createHash("sha256");
    let size: { width: number; height: number } | null = null;
    const onSize: OnSize = (width, height) => {
      if (width === 0 || height === 0) throw unreadable("no width or height");
      if (width > limits.side || height > limits.side || width * height > limits.pixels) throw new FileRefused("too_many_pixels", `${width} × ${height}`);
      if (size === null || width * height > size.width * size.height) size = { width, height };
    };
    let first = Buffer.alloc(0);
    let known: { mime: KeptType; check: Check } | null = null;
    let [came, left] = [0, 0];
    try {
      for await (const chunk of source) {
        came += chunk.length;
        if (came > limits.bytes) throw new FileRefused("too_big", `over ${limits.bytes} bytes`);
        const ready: Uint8Array = known === null ? Buffer.concat([first, chunk]) : chunk;
        if (known === null) {
          first = Buffer.from(ready);
          if (first.length < signatureBytes) continue;
          known = recognise(first.subarray(0, signatureBytes), limits, onSize);
        }
        const leaving = await known.check.feed(ready);
        if (leaving.length === 0) continue;
        hash.update(leaving);
        left += leaving.length;
        yield leaving;
      }
      if (known === null && first.length > 0) recognise(first, limits, onSize);
      if (known === null) throw unreadable("ends too early");
      known.check.end();
      found = { mime: known.mime, ...(size as { width: number; height: number } | null), bytes: left, sha256: hash.digest("hex") };
    } finally {
      known?.check.stop();
    }
  }

  return {
    bytes: pass(),
    found() {
      if (found === null) throw new Error("not all bytes have passed");
      return found;
    },
  };
}

function recognise(signature: Buffer, limits: FileLimits, onSize: OnSize): { mime: KeptType; check: Check } {
  const mime = typeOf(signature);
  if (mime === null) throw new FileRefused("wrong_type", "unknown first bytes");
  if (mime === "application/pdf") {
    const pdf = createPdfCheck(limits);
    return { mime, check: { feed: (chunk) => pdf.feed(chunk).then(() => chunk), end: pdf.end, stop: pdf.stop } };
  }
  const reader = createReader(pictures[mime](onSize));
  return {
    mime,
    check: {
      feed: reader.feed,
      end() {
        if (!reader.ended()) throw unreadable("ends too early");
      },
      stop: () => undefined,
    },
  };
}

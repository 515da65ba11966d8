import type { Parser } from "./formats.js";

/** Feeds a parser what it asks for from chunks as they pass; keeps no more than the bytes of one `take` or of a mark. */
export function createReader(parser: Parser): { feed(chunk: Uint8Array): void; ended(): boolean } {
  let turn = parser.next(Buffer.alloc(0));
  let kept: Buffer = Buffer.alloc(0);
  let skipped = 0;

  function next(given: Buffer): void {
    kept = Buffer.alloc(0);
    skipped = 0;
    turn = parser.next(given);
  }

  function feed(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (turn.done !== true) {
      const want = turn.value;
      if ("take" in want) {
        const part = bytes.subarray(at, at + want.take - kept.length);
        at += part.length;
        kept = Buffer.concat([kept, part]);
        if (kept.length < want.take) return;
        next(kept);
      } else if ("skip" in want) {
        const passed = Math.min(want.skip - skipped, bytes.length - at);
        at += passed;
        skipped += passed;
        if (skipped < want.skip) return;
        next(Buffer.alloc(0));
      } else {
        const seen = kept.length;
        const joined = Buffer.concat([kept, bytes.subarray(at, at + want.find.length)]);
        const across = joined.indexOf(want.find);
        const within = bytes.indexOf(want.find, at);
        if (across < 0 && within < 0) {
          kept = tail(Buffer.concat([kept, tail(bytes.subarray(at), want.find.length - 1)]), want.find.length - 1);
          return;
        }
        at = across >= 0 && across < seen ? at + across + want.find.length - seen : within + want.find.length;
        next(Buffer.alloc(0));
      }
    }
  }

  return { feed, ended: () => turn.done === true };
}

function tail(bytes: Buffer, length: number): Buffer {
  return Buffer.from(bytes.subarray(Math.max(0, bytes.length - length)));
}

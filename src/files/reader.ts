/**
 * What a parser asks for next. `take`: bytes to look at, which leave only if they are `put`; `pass`, `drop`, `blank`: so many bytes
 * leave as they are, not at all, or as zeros; `passTo`: all up to this byte's next occurrence, without it.
 */
export type Want = { take: number } | { put: Buffer } | { pass: number } | { drop: number } | { blank: number } | { passTo: number };

/** Reads a file from its first byte and says what of it is kept; ends when the file is whole. What follows is cut. */
export type Parser = Generator<Want, void, Buffer>;
/** Told of each picture in a file: its size in pixels. */
export type OnSize = (width: number, height: number) => void;

const nothing = Buffer.alloc(0);

/** Gives a parser what it asks for from chunks as they pass, and answers what leaves; keeps no more than the bytes of one `take`. */
export function createReader(parser: Parser): { feed(chunk: Uint8Array): Buffer; ended(): boolean } {
  let turn = parser.next(nothing);
  let taken: Buffer[] = [];
  let done = 0;

  function next(given: Buffer = nothing): void {
    taken = [];
    done = 0;
    turn = parser.next(given);
  }

  function feed(chunk: Uint8Array): Buffer {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const leaving: Buffer[] = [];
    let at = 0;
    const part = (most: number): Buffer => {
      const found = bytes.subarray(at, at + most - done);
      at += found.length;
      done += found.length;
      return found;
    };
    while (turn.done !== true) {
      const want = turn.value;
      if ("put" in want) {
        leaving.push(want.put);
        next();
      } else if ("passTo" in want) {
        const found = bytes.indexOf(want.passTo, at);
        leaving.push(bytes.subarray(at, found < 0 ? bytes.length : found));
        at = found < 0 ? bytes.length : found;
        if (found < 0) break;
        next();
      } else if ("take" in want) {
        taken.push(Buffer.from(part(want.take)));
        if (done < want.take) break;
        next(taken.length === 1 ? taken[0] : Buffer.concat(taken));
      } else {
        const most = "pass" in want ? want.pass : "drop" in want ? want.drop : want.blank;
        const found = part(most);
        if ("pass" in want) leaving.push(found);
        if ("blank" in want) leaving.push(Buffer.alloc(found.length));
        if (done < most) break;
        next();
      }
    }
    return leaving.length === 1 ? (leaving[0] ?? nothing) : Buffer.concat(leaving);
  }

  return { feed, ended: () => turn.done === true };
}

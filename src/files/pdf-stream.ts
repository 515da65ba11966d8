import { createInflated } from "./inflated.js";
import { unreadable } from "./refused.js";

const endWord = "endstream";
/** A line's end and the end word. */
const mostEndBytes = 32;
const nothing = Buffer.alloc(0);

export interface PdfStream {
  /** Takes bytes of the stream; answers what follows its end, or null while that has not come. */
  feed(bytes: Buffer): Promise<Buffer | null>;
  shownBytes(): number;
  stop(): void;
}

/**
 * One stream of a PDF. Bytes that look deflated are inflated and shown, whatever the dictionary says; `deflated` ones must be whole.
 * Where `bytes` is known the end word must follow them: else a reader might see other objects than we do.
 */
export function createPdfStream(deps: Parameters<typeof createInflated>[0] & { deflated: boolean; bytes: number | null }): PdfStream {
  const { deflated } = deps;
  let left = deps.bytes;
  let first: Buffer | null = nothing;
  let tail: Buffer = nothing;
  let inflated: ReturnType<typeof createInflated> | null = null;

  async function give(bytes: Buffer): Promise<void> {
    if (first === null) return inflated?.write(bytes);
    const all = Buffer.concat([first, bytes]);
    if (all.length < 2) return void (first = all);
    first = null;
    const isZlib = ((all[0] ?? 0) & 15) === 8 && all.readUInt16BE(0) % 31 === 0;
    if (deflated && !isZlib && all.toString("latin1").trim() !== "") throw unreadable("not deflated");
    if (!isZlib) return;
    inflated = createInflated(deps);
    await inflated.write(all);
  }

  async function finish(): Promise<void> {
    const whole = (await inflated?.end()) ?? true;
    if (deflated && !whole) throw unreadable("a stream is cut off");
  }

  return {
    async feed(bytes) {
      const counted = bytes.subarray(0, left ?? 0);
      if (counted.length > 0) await give(counted);
      if (left !== null) left -= counted.length;
      const rest = Buffer.concat([tail, bytes.subarray(counted.length)]);
      if (left !== null) {
        const found = /^\s*endstream/.exec(rest.toString("latin1", 0, mostEndBytes));
        if (found === null && rest.length >= mostEndBytes) throw unreadable("a stream's length is wrong");
        tail = rest;
        if (found === null) return null;
        await finish();
        return rest.subarray(found[0].length);
      }
      const end = rest.indexOf(endWord);
      const kept = end < 0 ? Math.max(0, rest.length - endWord.length) : end;
      await give(rest.subarray(0, kept));
      tail = Buffer.from(rest.subarray(kept));
      if (end < 0) return null;
      await finish();
      return rest.subarray(end + endWord.length);
    },
    shownBytes: () => inflated?.shownBytes() ?? 0,
    stop: () => inflated?.stop(),
  };
}

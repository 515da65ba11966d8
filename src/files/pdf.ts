import type { FileLimits } from "./limits.js";
import { createPdfStream, type PdfStream } from "./pdf-stream.js";
import { createPdfWords, readStreamHead } from "./pdf-words.js";
import { FileRefused, unreadable } from "./refused.js";

/** What is known of the text before a stream; no dictionary comes near. */
const mostHeadChars = 262_144;
/** Fifty pages have some thousands. */
const mostStreams = 20_000;
const streamWord = /stream(?:\r\n|\n|\r(?=[^\n]))/g;
const longestStreamWord = 8;
/** A dictionary's end stands before it, or a line's where a comment came between. */
const mayFollow = /(?:^|>>|[\r\n])\s*$/;
const mark = "%%EOF";

/**
 * ISO 32000. All bytes, and what deflated streams hold (object streams among them), are looked through as they pass: too many pages,
 * active content or too much inside refuse the file. Its bytes leave as they are.
 */
export function createPdfCheck(limits: FileLimits): { feed(chunk: Uint8Array): Promise<void>; end(): void; stop(): void } {
  let pages = 0;
  const onPage = (): void => {
    if (++pages > limits.pages) throw new FileRefused("too_many_pages", `over ${limits.pages}`);
  };
  const words = createPdfWords(onPage);
  let begun: string | null = "";
  let last = "";
  let marked = false;
  /** Text since the last stream, its end apart: `held` may be the beginning of a stream's word. */
  let [head, held] = ["", ""];
  let headIsCut = false;
  let streams = 0;
  let inflatedBytes = 0;
  let stream: PdfStream | null = null;

  function lookAt(bytes: Buffer): void {
    if (begun !== null) {
      begun += bytes.toString("latin1", 0, 8);
      if (begun.length >= 8) {
        if (!/^%PDF-\d\.\d/.test(begun)) throw unreadable("no version");
        begun = null;
      }
    }
    words.look(bytes);
    const text = last + bytes.toString("latin1");
    marked ||= text.includes(mark);
    last = text.slice(1 - mark.length);
  }

  /** Reads text until a stream begins; answers what follows. */
  function readText(bytes: Buffer): Buffer {
    const text = held + bytes.toString("latin1");
    for (const found of text.matchAll(streamWord)) {
      const before = text.slice(0, found.index);
      if (!mayFollow.test((head.slice(-64) + before).slice(-64))) continue;
      if (++streams > mostStreams) throw unreadable("too many streams");
      const { deflated, bytes: length } = readStreamHead(head + before);
      stream = createPdfStream({ deflated: deflated || headIsCut, bytes: length, mostBytes: limits.inflatedBytes - inflatedBytes, growth: limits.growth, words: createPdfWords(onPage) });
      const rest = bytes.subarray(found.index + found[0].length - held.length);
      [head, held, headIsCut] = ["", "", false];
      return rest;
    }
    head += text.slice(0, -longestStreamWord);
    held = text.slice(-longestStreamWord);
    headIsCut ||= head.length > mostHeadChars;
    if (headIsCut) head = head.slice(-mostHeadChars);
    return bytes.subarray(bytes.length);
  }

  return {
    async feed(chunk) {
      let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      lookAt(rest);
      while (rest.length > 0) {
        if (stream === null) {
          rest = readText(rest);
          continue;
        }
        const following: Buffer | null = await stream.feed(rest);
        if (following === null) return;
        inflatedBytes += stream.shownBytes();
        stream = null;
        rest = following;
      }
    },
    end() {
      words.end();
      if (stream !== null || !marked || begun !== null) throw unreadable("ends too early");
    },
    stop: () => stream?.stop(),
  };
}

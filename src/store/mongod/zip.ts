import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/**
 * Writes the one entry of a zip archive whose name ends in `suffix` to `target` (0755). For an archive whose checksum is
 * known: neither zip64 nor encryption nor the entry's own checksum is looked at.
 */
export async function extractEntry(archive: string, suffix: string, target: string): Promise<void> {
  const file = await open(archive, "r");
  try {
    const { size } = await file.stat();
    const tail = await slice(Math.max(0, size - 65_557), size);
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    if (end < 0 || tail.readUInt32LE(end) !== endOfDirectory) throw new Error("no zip archive");
    const start = tail.readUInt32LE(end + 16);
    const directory = await slice(start, start + tail.readUInt32LE(end + 12));
    const entry = entryOf(directory, suffix);
    const header = await slice(entry.offset, entry.offset + 30);
    const from = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const bytes = file.createReadStream({ start: from, end: from + entry.packed - 1, autoClose: false });
    await pipeline(bytes, entry.method === 8 ? createInflateRaw() : new PassThrough(), createWriteStream(target, { mode: 0o755, flags: "wx" }));
  } finally {
    await file.close();
  }

  async function slice(from: number, to: number): Promise<Buffer> {
    const { buffer } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer;
  }
}

function entryOf(directory: Buffer, suffix: string): { offset: number; packed: number; method: number } {
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === directoryEntry; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString("utf8", at + 46, at + 46 + nameLength);
    const method = directory.readUInt16LE(at + 10);
    if (name.endsWith(suffix) && (method === 0 || method === 8)) {
      return { offset: directory.readUInt32LE(at + 42), packed: directory.readUInt32LE(at + 20), method };
    }
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw new Error(`the archive holds no ${suffix}`);
}

import { open, rename, stat } from "node:fs/promises";
import { z } from "zod";

const largestBytes = 10 * 1024 * 1024;

/** A line of mongod's log (JSON since 4.4). */
const Line = z.object({
  s: z.enum(["E", "F"]),
  msg: z.string(),
  attr: z.looseObject({ error: z.unknown(), message: z.unknown() }).partial().default({}),
});

/** Keeps mongod's log small: one that is over 10 MB becomes `.1`, the earlier `.1` goes. */
export async function turnLog(path: string): Promise<void> {
  if ((await sizeOf(path)) > largestBytes) await rename(path, `${path}.1`);
}

/** 0 when there is no such file. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** The first error in mongod's log after `sinceBytes`: what follows it is its consequence. */
export async function firstComplaint(path: string, sinceBytes: number): Promise<string | undefined> {
  const length = Math.min(1024 * 1024, (await sizeOf(path)) - sinceBytes);
  if (length <= 0) return undefined;
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, sinceBytes);
    for (const text of buffer.toString("utf8", 0, bytesRead).split("\n")) {
      if (!/"s":"[EF]"/.test(text)) continue;
      const line = Line.safeParse(parsed(text));
      if (line.success) return wordsOf(line.data).replace(/\s+/g, " ").slice(0, 300);
    }
    return undefined;
  } finally {
    await file.close();
  }
}

function wordsOf({ msg, attr }: z.infer<typeof Line>): string {
  const nested = z.object({ msg: z.string() }).safeParse(attr.message);
  const detail = [nested.data?.msg, attr.message, attr.error].find((each) => typeof each === "string");
  return detail === undefined ? msg : `${msg}: ${detail}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

/** The chain's last entry as it was written out of the database at an instant. */
export const Head = z.strictObject({ seq: z.number().int().positive(), hash: z.string(), at: z.iso.datetime() });
export type Head = z.infer<typeof Head>;

/** A file of heads, one a line, which only its owner may read; whoever changes the chain afterwards would have to change it too. */
export interface Heads {
  /** All that were written, with what is wrong with the file: a line each. */
  read(): Promise<{ heads: Head[]; problems: string[] }>;
  /** Resolves when it lies on the disk. */
  append(head: Head): Promise<void>;
}

export function createHeads(path: string): Heads {
  return {
    async read() {
      const text = await readFile(path, "utf8").catch((error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
        throw error;
      });
      const heads: Head[] = [];
      const problems: string[] = [];
      text.split("\n").forEach((line, n) => {
        if (line === "") return;
        const read = Head.safeParse(parsed(line));
        if (read.success) heads.push(read.data);
        else problems.push(`${path}:${n + 1}: is no head of the audit`);
      });
      return { heads, problems };
    },
    async append(head) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(path, "a", 0o600);
      try {
        await file.appendFile(`${JSON.stringify(head)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

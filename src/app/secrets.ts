import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { mac } from "../lib/ids.js";

const Kept = z.object({ session: z.string().min(32), key: z.string().regex(/^[0-9a-f]{64}$/) });

export interface Secrets {
  /** A secret for one use, derived from SESSION_SECRET: buttons, links, cookies and codes never share one. */
  of(use: "buttons" | "links" | "web" | "codes" | "people"): string;
  /** Encrypts channel tokens in the database; 64 hex digits. */
  key: string;
}

/** Those of the environment, else made once and kept in a 0600 file under the data directory. */
export async function readSecrets(config: { SESSION_SECRET?: string; SECRETS_KEY?: string; DATA_DIR: string }): Promise<Secrets> {
  const kept = config.SESSION_SECRET !== undefined && config.SECRETS_KEY !== undefined ? null : await keptIn(config.DATA_DIR);
  const session = config.SESSION_SECRET ?? kept?.session ?? "";
  return { of: (use) => mac(session, `use:${use}`), key: config.SECRETS_KEY ?? kept?.key ?? "" };
}

async function keptIn(dataDir: string): Promise<z.infer<typeof Kept>> {
  const path = join(dataDir, "secrets.json");
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const made = { session: randomBytes(32).toString("hex"), key: randomBytes(32).toString("hex") };
  try {
    await writeFile(path, JSON.stringify(made), { mode: 0o600, flag: "wx" });
    return made;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    return Kept.parse(JSON.parse(await readFile(path, "utf8")));
  }
}

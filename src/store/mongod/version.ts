import { z } from "zod";
import { UserError } from "../../domain/errors.js";
import { readJson, writeJson } from "./json-file.js";
import { placesAt } from "./places.js";

/** `DATA_DIR/mongod-version.json`: the mongod that the data belongs to. */
export const MadeBy = z.object({ version: z.string().regex(/^\d+\.\d+/), binary: z.string(), source: z.string() });
export type MadeBy = z.infer<typeof MadeBy>;

export async function readMadeBy(dataDir: string): Promise<MadeBy | undefined> {
  return readJson((await placesAt(dataDir)).version, MadeBy);
}

/** Writes only what changed. */
export async function recordMadeBy(dataDir: string, made: MadeBy): Promise<void> {
  const known = await readMadeBy(dataDir);
  if (known?.version === made.version && known.binary === made.binary) return;
  await writeJson((await placesAt(dataDir)).version, MadeBy.parse(made));
}

/** The data files of one major version are not opened by another. */
export function sameMajor(a: string, b: string): boolean {
  return a.split(".")[0] === b.split(".")[0];
}

/** One line: what made the data, what was found, how to move. Code "wrong_major". */
export function wrongMajor(dataDir: string, made: MadeBy, found: { version: string; binary: string }): UserError {
  return new UserError(
    "wrong_major",
    `the data in ${dataDir} was made by MongoDB ${made.version} (${made.binary}), found was ${found.version} (${found.binary}): ` +
      `point MONGOD_BINARY at a mongod ${made.version.split(".")[0]}.x, or mongodump with the old one and mongorestore into a new DATA_DIR`,
  );
}

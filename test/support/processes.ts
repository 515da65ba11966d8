import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { transformFile } from "@swc/core";
import mongoose from "mongoose";

/** A `serve` of its own process, on the program compiled for this test file. */
export interface Serving {
  readonly pid: number;
  /** `http://127.0.0.1:PORT`; resolves at the ready line, rejects with what was printed when it ends before. */
  ready: Promise<string>;
  /** What the ready line says of its own start, in seconds. */
  seconds(): number;
  /** `performance.now()` of the ready line; NaN before. */
  readyAt(): number;
  /** Its log, a line each. */
  lines: string[];
  /** Resolves with the exit code (null: by a signal). */
  ended: Promise<number | null>;
  kill9(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  terminate(): Promise<number | null>;
}

export type Processes = Awaited<ReturnType<typeof createProcesses>>;

/** Compiled program, data directories, and everything started on them; `end` leaves none of it. */
export async function createProcesses() {
  const base = await mkdtemp(join(tmpdir(), "ocop-k-"));
  await compileAll(process.cwd(), base);
  const started = new Set<ChildProcess>();
  const folders: string[] = [];

  function serve(dataDir: string, env: Record<string, string> = {}): Serving {
    const child = spawn(process.execPath, ["--enable-source-maps", join(base, "dist/app/cli.js"), "serve"], {
      cwd: base,
      env: {
        ...plainEnv(dataDir),
        TELEGRAM_CHAT_RATE: "1000/1000",
        TELEGRAM_API_ROOT: "http://127.0.0.1:9",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    started.add(child);
    const lines: string[] = [];
    let seconds = Number.NaN;
    let readyAt = Number.NaN;
    createInterface({ input: child.stderr }).on("line", (line) => void lines.push(line));
    const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
    const ready = new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        lines.push(line);
        const found = /is ready \(([\d.]+) s\): (http:\/\/[^/]+)\/chat/.exec(line);
        if (found === null) return;
        seconds = Number(found[1]);
        readyAt = performance.now();
        resolve(found[2] ?? "");
      });
      void ended.then((code) => reject(new Error(`serve ended (${code}) before it was ready:\n${lines.slice(-30).join("\n")}`)));
    });
    ready.catch(() => undefined);
    const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
      child.kill(signal);
      return ended;
    };
    return {
      pid: child.pid ?? 0,
      ready,
      seconds: () => seconds,
      readyAt: () => readyAt,
      lines,
      ended,
      kill9: async () => void (await stop("SIGKILL")),
      terminate: () => stop("SIGTERM"),
    };
  }

  return {
    base,
    serve,
    dataDir(): string {
      const folder = join(base, `d${folders.length + 1}`);
      folders.push(folder);
      return folder;
    },
    async end(): Promise<void> {
      for (const child of started) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      for (const folder of folders) {
        const pid = await mongodPid(folder).catch(() => null);
        if (pid !== null && (await isMongodOf(pid, folder))) await kill9(pid);
      }
      await rm(base, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The whole of `src/` into `base/dist`, beside links to what it reads at run time. */
async function compileAll(root: string, base: string): Promise<void> {
  const files = (await readdir(join(root, "src"), { recursive: true })).filter((name) => name.endsWith(".ts"));
  await Promise.all(
    files.map(async (file) => {
      const target = join(base, "dist", file.replace(/\.ts$/, ".js"));
      const { code } = await transformFile(join(root, "src", file), {
        swcrc: false,
        configFile: false,
        jsc: { parser: { syntax: "typescript" }, target: "es2022" },
        module: { type: "nodenext" },
        sourceMaps: "inline",
      });
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }),
  );
  // Copies: what is being worked on meanwhile must not change under a running test.
  for (const name of ["flows", "locales", "resources", "package.json"]) await cp(join(root, name), join(base, name), { recursive: true });
  await symlink(join(root, "node_modules"), join(base, "node_modules"));
}

interface MongodJson {
  pid: number;
  uri: string;
  database: string;
}

/** What `DATA_DIR/mongod.json` says. */
export async function mongodOf(dataDir: string): Promise<MongodJson> {
  return JSON.parse(await readFile(join(dataDir, "mongod.json"), "utf8")) as MongodJson;
}

export async function mongodPid(dataDir: string): Promise<number> {
  return (await mongodOf(dataDir)).pid;
}

async function isMongodOf(pid: number, dataDir: string): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return line.includes("mongod") && line.includes(dataDir);
}

/** The service's database while a mongod runs there. */
export async function look<T>(dataDir: string, work: (db: mongoose.mongo.Db) => Promise<T>): Promise<T> {
  const { uri, database } = await mongodOf(dataDir);
  const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await work(client.db(database));
  } finally {
    await client.close();
  }
}

export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when it is gone. */
export async function kill9(pid: number): Promise<void> {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return;
  }
  await until(async () => !lives(pid) || (await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z")).includes(") Z"));
}

export async function until(holds: () => boolean | Promise<boolean>, withinMs = 15_000, what = "it"): Promise<void> {
  for (const end = performance.now() + withinMs; !(await holds()); ) {
    if (performance.now() > end) throw new Error(`${what} did not come about in ${withinMs} ms`);
    await pause(20);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What every process of the product is given, and nothing else of this one's environment. */
const plainEnv = (dataDir: string): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  HOME: process.env["HOME"] ?? "",
  DATA_DIR: dataDir,
  PORT: "0",
  DEMO: "1",
  MONGOD_BINARY: process.env["OCOP_TEST_MONGOD_BINARY"] ?? "",
});

/** One verb of the command line in a process of its own, on the program in `base`; resolves when it has ended. */
export async function runVerb(base: string, dataDir: string, command: readonly string[], env: Record<string, string> = {}): Promise<{ code: number | null; out: string; fail: string }> {
  const child = spawn(process.execPath, ["--enable-source-maps", join(base, "dist/app/cli.js"), ...command], {
    cwd: base,
    env: { ...plainEnv(dataDir), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 50_000,
    killSignal: "SIGKILL",
  });
  let [out, fail] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (fail += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", (ended) => resolve(ended)));
  return { code, out, fail };
}

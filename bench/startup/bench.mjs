/** Start to ready with a mongod at hand: the first on an empty DATA_DIR, then five warm ones; RSS of the service 60 s after ready. Options: [warm starts] [seconds]. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rssMiB, spread } from "../measure.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

export async function bench([warm = "5", seconds = "60"]) {
  const dataDir = mkdtempSync(join(tmpdir(), "ocop-start-"));
  try {
    const first = await start(dataDir);
    await first.stop();
    const times = [];
    for (let n = 0; n < Number(warm); n++) {
      const again = await start(dataDir);
      times.push(again.ms);
      await again.stop();
    }
    const quiet = await start(dataDir);
    await new Promise((done) => setTimeout(done, Number(seconds) * 1_000));
    const rss = rssMiB(quiet.pid);
    await quiet.stop();
    console.log("| what | measured |\n|---|---|");
    console.log(`| first start to ready, ms | ${first.ms.toFixed(0)} |`);
    console.log(`| warm start to ready, ms, median of ${warm} | ${spread(times, 0)} |`);
    console.log(`| RSS ${seconds} s after ready, MiB, without mongod | ${rss.toFixed(0)} |`);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function start(dataDir) {
  const began = performance.now();
  // As `npm start` does.
  const child = spawn(process.execPath, ["--enable-source-maps", "dist/app/cli.js", "serve"], { cwd: root, env: { ...process.env, DATA_DIR: dataDir, PORT: "0", DEMO: "1", LOG_LEVEL: "warn" }, stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((done) => child.once("exit", done));
  await new Promise((ready, fail) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.includes("is ready")) ready();
    });
    void exited.then((code) => fail(new Error(`ended with ${code}: ${output}`)));
  });
  const ms = performance.now() - began;
  return { ms, pid: child.pid, stop: async () => (child.kill("SIGTERM"), await exited) };
}

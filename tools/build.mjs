/** Compiles `src/` to `dist/`. Run by `npm install` (prepare); a production install without TypeScript keeps what was built. */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";

const tsc = "node_modules/typescript/bin/tsc";
if (!existsSync(tsc)) {
  if (existsSync("dist/app/cli.js")) process.exit(0);
  console.error("TypeScript is not installed and dist/ is empty: run `npm install` with development packages once.");
  process.exit(1);
}
rmSync("dist", { recursive: true, force: true });
process.exit(spawnSync(process.execPath, [tsc, "-p", "tsconfig.json"], { stdio: "inherit" }).status ?? 1);

/** `npm run check`: types, lint, import rules, flows and locales. Each part says what it found; all run, whatever one finds. */
import { spawnSync } from "node:child_process";

const bin = (name) => `node_modules/.bin/${name}`;
const parts = [
  ["types", [process.execPath, "node_modules/typescript/bin/tsc", "-p", "tsconfig.check.json"]],
  ["lint", [bin("oxlint"), "--type-aware", "--deny-warnings", "src", "test"]],
  ["import rules", [bin("depcruise"), "--config", "tools/rooms.cjs", "--output-type", "err", "src"]],
  ["build", [process.execPath, "tools/build.mjs"]],
  ["flows and locales", [process.execPath, "dist/app/cli.js", "flows", "check"]],
];
let failed = 0;
for (const [name, [command, ...args]] of parts) {
  const began = performance.now();
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) failed++;
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name} (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
}
process.exit(failed === 0 ? 0 : 1);

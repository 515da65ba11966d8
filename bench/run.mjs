/** `npm run bench -- NAME [options]`: runs `bench/NAME.mjs`, which prints a table. Build first (`npm install` does). */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const [name, ...options] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`Say which: ${names.join(", ")}`);
  process.exit(2);
}
const { bench } = await import(pathToFileURL(join(here, name, "bench.mjs")).href);
await bench(options);

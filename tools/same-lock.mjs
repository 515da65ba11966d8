/**
 * Fails when `npm install` changed what the committed lockfile pins. Optional packages for other platforms are left out:
 * a registry may answer for more or fewer of them than the day the lockfile was made.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const pinned = (text) =>
  new Map(
    Object.entries(JSON.parse(text).packages)
      .filter(([, { optional }]) => optional !== true)
      .map(([path, { version, integrity }]) => [path, `${version} ${integrity}`]),
  );
const committed = pinned(execFileSync("git", ["show", "HEAD:package-lock.json"], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }));
const installed = pinned(readFileSync("package-lock.json", "utf8"));
const changed = [...new Set([...committed.keys(), ...installed.keys()])].filter((path) => committed.get(path) !== installed.get(path));
for (const path of changed) console.error(`${path}: ${committed.get(path) ?? "absent"} became ${installed.get(path) ?? "absent"}`);
process.exit(changed.length === 0 ? 0 : 1);

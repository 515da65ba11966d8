import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { lastLine, runChild } from "./child.js";

/** The version of a mongod that really runs here. Throws an error that says why it does not. */
export async function versionOf(binary: string): Promise<string> {
  const found = await stat(binary).catch(() => undefined);
  if (found === undefined) throw new Error(`${binary} does not exist`);
  if (!found.isFile()) throw new Error(`${binary} is no file`);
  const { code, output } = await runChild(binary, ["--version"], { silenceMs: 10_000, limitMs: 10_000 });
  const version = /^\s*db version v?(\d+\.\d+\.\d+)/m.exec(output)?.[1];
  if (code !== 0 || version === undefined) throw new Error(`${binary} does not run here: ${lastLine(output)}`);
  return version;
}

/** Where `name` stands in the folders of `pathEnv` (as in PATH). */
export async function onPath(name: string, pathEnv: string): Promise<string | undefined> {
  for (const folder of pathEnv.split(delimiter)) {
    if (folder === "") continue;
    const path = join(folder, name);
    if (await access(path, constants.X_OK).then(() => true, () => false)) return path;
  }
  return undefined;
}

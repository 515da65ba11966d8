import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { UserError } from "../../domain/errors.js";
import { lastLine, runChild } from "./child.js";

/** As asked of MONGODB_URI. */
const oldestMajor = 6;

/** The version of a mongod that really runs here. Throws an error that says why it does not; `UserError` "mongod_too_old" for one before 6. */
export async function versionOf(binary: string): Promise<string> {
  const found = await stat(binary).catch(() => undefined);
  if (found === undefined) throw new Error(`${binary} does not exist`);
  if (!found.isFile()) throw new Error(`${binary} is no file`);
  const { code, output } = await runChild(binary, ["--version"], { silenceMs: 10_000, limitMs: 10_000 });
  const version = /^\s*db version v?(\d+\.\d+\.\d+)/m.exec(output)?.[1];
  if (code !== 0 || version === undefined) throw new Error(`${binary} does not run here: ${lastLine(output)}`);
  if (Number.parseInt(version, 10) < oldestMajor) throw new UserError("mongod_too_old", `${binary} is MongoDB ${version}; it must be ${oldestMajor} or newer`);
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

import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, realpath } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "../../domain/errors.js";

/** Where the embedded MongoDB keeps what under a `DATA_DIR`. All paths are absolute, links resolved. */
export interface Places {
  dataDir: string;
  dbPath: string;
  logPath: string;
  state: string;
  version: string;
}

/** Makes `dataDir` (0700) when it is not there. */
export async function placesIn(dataDir: string): Promise<Places> {
  await mkdir(resolve(dataDir), { recursive: true, mode: 0o700 });
  return placesOf(await realpath(dataDir));
}

/** As `placesIn`, but makes nothing. */
export async function placesAt(dataDir: string): Promise<Places> {
  return placesOf(await realpath(dataDir).catch(() => resolve(dataDir)));
}

function placesOf(dataDir: string): Places {
  return {
    dataDir,
    dbPath: join(dataDir, "db"),
    logPath: join(dataDir, "mongod.log"),
    state: join(dataDir, "mongod.json"),
    version: join(dataDir, "mongod-version.json"),
  };
}

/** `sockaddr_un` holds 107 bytes on Linux and 103 on macOS. */
const longestSocketPath = 103;

/**
 * The socket of the mongod of this data directory, in a folder that only this user may enter (0700).
 * Under `dataDir` where the path is short and plain, else in a folder of the system's own for temporary files, named by
 * a hash of `dataDir`. Throws `UserError` "socket_folder_unsafe" when somebody else owns that folder.
 */
export async function socketOf(dataDir: string): Promise<string> {
  const near = join(dataDir, "run", "mongod.sock");
  const plain = /^[\w./-]+$/.test(near) && Buffer.byteLength(near) <= longestSocketPath;
  const key = createHash("sha256").update(dataDir).digest("hex").slice(0, 16);
  const far = join(tmpdir(), `ocop-${userInfo().uid}-${key}`, "mongod.sock");
  const path = plain ? near : Buffer.byteLength(far) <= longestSocketPath ? far : join("/tmp", `ocop-${userInfo().uid}-${key}`, "mongod.sock");
  await ownFolder(resolve(path, ".."));
  return path;
}

async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== userInfo().uid) {
    throw new UserError("socket_folder_unsafe", `${folder} belongs to somebody else: remove it, or set DATA_DIR to another place`);
  }
  if ((found.mode & 0o777) !== 0o700) await chmod(folder, 0o700);
}

/** What a driver connects with. */
export function socketUri(socket: string): string {
  return `mongodb://${encodeURIComponent(socket)}/?directConnection=true`;
}

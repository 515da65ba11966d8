import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Connection } from "mongoose";
import { z } from "zod";
import type { Stores } from "./stores.js";

/**
 * Names this process, and frees what the last one on this data directory held: it was the only one here and is dead,
 * so nobody has to wait for its claims and leases to run out. Call it while holding the serve lock. `embedded` is the
 * connection to a mongod that serves this data directory alone.
 */
export async function takeOver(dataDir: string, instance: string, stores: Stores, embedded: Connection | null, now: Date): Promise<void> {
  if (embedded !== null) {
    await endTransactions(embedded);
    await stores.fileRows.freeAll(now);
  }
  const path = join(dataDir, "instance");
  const last = await readFile(path, "utf8").catch(() => null);
  if (last !== null && last.trim() !== "") {
    await stores.leases.releaseAll(last.trim());
    await stores.inbox.release(last.trim());
  }
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, `${instance}\n`, { mode: 0o600 });
}

const Idle = z.object({ lsid: z.object({ id: z.unknown(), uid: z.unknown() }) });

/**
 * Transactions that nobody goes on with. mongod keeps one of a killed process, and the rows it wrote, for 60 s
 * (transactionLifetimeLimitSeconds); until then every write to those rows conflicts.
 */
async function endTransactions(connection: Connection): Promise<void> {
  const admin = connection.getClient().db("admin");
  const idle = await admin
    .aggregate([{ $currentOp: { allUsers: true, idleSessions: true } }, { $match: { type: "idleSession", transaction: { $exists: true } } }], { readConcern: { level: "local" } })
    .toArray();
  if (idle.length > 0) await admin.command({ killAllSessionsByPattern: idle.map((each) => ({ lsid: Idle.parse(each).lsid })) });
}

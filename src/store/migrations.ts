import type mongoose from "mongoose";
import type { Connection } from "mongoose";
import type { Leases } from "../domain/ports.js";
import type { Clock } from "../lib/clock.js";
import type { Log } from "../lib/log.js";
import type { CollectionIndexes } from "./connect.js";

/** One change of stored data; run once, in order. It must be repeatable: a crash in the middle runs it again. */
export interface Migration {
  id: string;
  run(connection: Connection): Promise<void>;
}

export interface MigrationDeps {
  connection: Connection;
  leases: Leases;
  instance: string;
  clock: Clock;
  log: Log;
  migrations: readonly Migration[];
}

const leaseMs = 60_000;

/** Makes the collections that are not there: a transaction that makes one conflicts with others. */
export async function ensureCollections(connection: Connection, wanted: readonly (string | { name: string; options: mongoose.mongo.CreateCollectionOptions })[]): Promise<void> {
  const there = new Set((await connection.listCollections()).map((each) => each.name));
  for (const each of wanted) {
    const { name, options } = typeof each === "string" ? { name: each, options: {} } : each;
    if (there.has(name)) continue;
    await connection.createCollection(name, options).catch((error: unknown) => {
      if (!(error instanceof Error && "codeName" in error && error.codeName === "NamespaceExists")) throw error;
    });
  }
}

/** Runs what has not been run, by one instance at a time; answers the ids that were run now. */
export async function migrate(deps: MigrationDeps): Promise<string[]> {
  const done = deps.connection.collection<{ _id: string; at: Date }>("migrations");
  const seen = new Set((await done.find({}).toArray()).map((each) => each._id));
  const open = deps.migrations.filter((migration) => !seen.has(migration.id));
  if (open.length === 0) return [];
  while ((await deps.leases.acquire("migrate", deps.instance, deps.clock.now(), leaseMs)) === null) await deps.clock.sleep(500);
  try {
    const ran: string[] = [];
    for (const migration of open) {
      if ((await done.findOne({ _id: migration.id })) !== null) continue;
      await migration.run(deps.connection);
      await done.insertOne({ _id: migration.id, at: deps.clock.now() });
      deps.log.info({ migration: migration.id }, "migrated");
      ran.push(migration.id);
    }
    return ran;
  } finally {
    await deps.leases.release("migrate", deps.instance);
  }
}

/** Builds missing indexes and changes the expiry of those that have another; answers how many it touched. Safe beside a running service. */
export async function buildIndexes(connection: Connection, wanted: readonly CollectionIndexes[]): Promise<number> {
  let touched = 0;
  for (const { collection, indexes } of wanted) {
    const there = await connection.collection(collection).indexes().catch(() => []);
    for (const { key, options = {} } of indexes) {
      const found = there.find((each) => JSON.stringify(each["key"]) === JSON.stringify(key));
      if (found !== undefined) {
        if (options.expireAfterSeconds !== undefined && found["expireAfterSeconds"] !== options.expireAfterSeconds) {
          await connection.db?.command({ collMod: collection, index: { keyPattern: key, expireAfterSeconds: options.expireAfterSeconds } });
          touched++;
        }
        continue;
      }
      await connection.collection(collection).createIndex(key as never, options as never);
      touched++;
    }
  }
  return touched;
}

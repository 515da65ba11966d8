import mongoose from "mongoose";
import { z } from "zod";
import type { Clock } from "../../lib/clock.js";

export const replicaSetName = "ocop";

type Client = mongoose.mongo.MongoClient;

const Hello = z.object({ isWritablePrimary: z.boolean().optional(), isreplicaset: z.boolean().optional() });
const Who = z.object({ pid: z.coerce.number(), version: z.string() });
const CommandLine = z.object({ parsed: z.object({ storage: z.object({ dbPath: z.string() }) }) });
const SetConfig = z.looseObject({ version: z.number(), members: z.array(z.looseObject({ host: z.string() })) });

/** A client for one errand; closed whatever happens. */
export async function withClient<T>(uri: string, timeoutMs: number, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new mongoose.mongo.MongoClient(uri, {
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    socketTimeoutMS: timeoutMs,
    maxPoolSize: 2,
  });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.close().catch(() => undefined);
  }
}

/** Which mongod answers there, and for which data. */
export async function whoAnswers(client: Client): Promise<{ pid: number; version: string; dbPath: string }> {
  const admin = client.db("admin");
  const [status, line] = await Promise.all([admin.command({ serverStatus: 1, repl: 0, metrics: 0, locks: 0 }), admin.command({ getCmdLineOpts: 1 })]);
  return { ...Who.parse({ pid: Number(status["pid"]), version: status["version"] }), dbPath: CommandLine.parse(line).parsed.storage.dbPath };
}

/**
 * Waits until the one node takes writes. A set that was never initiated is; one whose only member has another address
 * (the data directory moved) gets the new one, by force. Throws what the last try said once `until` has passed.
 */
export async function untilPrimary(client: Client, host: string, options: { clock: Clock; until: number }): Promise<void> {
  const admin = client.db("admin");
  for (;;) {
    const hello = Hello.parse(await admin.command({ hello: 1 }));
    if (hello.isWritablePrimary === true) return;
    if (hello.isreplicaset === true) await form(client, host);
    if (options.clock.now().getTime() > options.until) throw new Error("mongod answers but does not become primary");
    await options.clock.sleep(10);
  }
}

async function form(client: Client, host: string): Promise<void> {
  const admin = client.db("admin");
  const settings = { electionTimeoutMillis: 1_000 };
  try {
    await admin.command({ replSetInitiate: { _id: replicaSetName, members: [{ _id: 0, host }], settings } });
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoServerError)) throw error;
    if (error.codeName !== "AlreadyInitialized") return;
    const stored = SetConfig.nullable().parse(await client.db("local").collection("system.replset").findOne({}));
    if (stored === null || (stored.members.length === 1 && stored.members[0]?.host === host)) return;
    const members = [{ _id: 0, host }];
    await admin.command({ replSetReconfig: { ...stored, version: stored.version + 1, members }, force: true }).catch(later);
  }
}

/** A server that is not ready for it yet is asked again. */
function later(error: unknown): void {
  if (!(error instanceof mongoose.mongo.MongoServerError)) throw error;
}

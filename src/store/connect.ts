import mongoose from "mongoose";
import type { ClientSession, Connection, IndexDefinition, IndexOptions, Schema } from "mongoose";
import type { Transactions, Tx } from "../domain/ports.js";

/** What one collection is searched by. Built by `migrations.ts`, never on the start path. */
export interface CollectionIndexes {
  collection: string;
  indexes: { key: IndexDefinition; options?: IndexOptions }[];
}

/** An operation that hears nothing for so long is broken off: a killed mongod may leave one waiting for ever. */
const silentForMs = 20_000;

/** Every write is acknowledged by the majority and the journal. */
export const safeWrites = { w: "majority", journal: true } as const;

/**
 * Opens a connection of its own (no global one).
 * `uri` must name a replica set (transactions, change streams).
 */
export async function connect(options: { uri: string; database: string; poolSize?: number; timeoutMs?: number }): Promise<Connection> {
  const connection = mongoose.createConnection(options.uri, {
    dbName: options.database,
    autoIndex: false,
    autoCreate: false,
    maxPoolSize: options.poolSize ?? 32,
    serverSelectionTimeoutMS: options.timeoutMs ?? 5_000,
    socketTimeoutMS: silentForMs,
    writeConcern: safeWrites,
    readConcern: { level: "majority" },
    bufferCommands: false,
  });
  connection.set("sanitizeFilter", true);
  return connection.asPromise();
}

/** A model on this connection, made once. Schemas use `{ strict: "throw", versionKey: false }`; a filter with a key that they do not have throws. */
export function modelOf<T>(connection: Connection, name: string, schema: Schema<T>, collection: string): mongoose.Model<T> {
  schema.set("strictQuery", "throw");
  return (connection.models[name] as mongoose.Model<T> | undefined) ?? connection.model<T>(name, schema, collection);
}

export function sessionOf(tx: Tx): ClientSession {
  return tx as unknown as ClientSession;
}

/** `{ session }` for a call that may or may not run in a transaction. */
export function within(tx: Tx | null): { session?: ClientSession } {
  return tx === null ? {} : { session: sessionOf(tx) };
}

/** One statement of an `update` command. */
interface UpdateStatement {
  q: object;
  u: object;
  upsert?: boolean;
  multi?: boolean;
}
interface Queue {
  documents: object[];
  updates: UpdateStatement[];
  /** How many rows the updates must find or make. */
  expected: number;
}
type Named = { collectionName: string };

/** Writes that wait for the end of their transaction, by collection. */
const queues = new WeakMap<ClientSession, Map<string, Queue>>();

function queueOf(tx: Tx, { collectionName }: Named): Queue {
  const session = sessionOf(tx);
  const all = queues.get(session) ?? new Map<string, Queue>();
  queues.set(session, all);
  const queue = all.get(collectionName) ?? { documents: [], updates: [], expected: 0 };
  all.set(collectionName, queue);
  return queue;
}

/**
 * Queues an insert for the end of the transaction, where each collection's inserts go out as one command, before its
 * updates. Reads in the same transaction do not see it. A row that is there already makes the transaction a conflict.
 */
export function queueInsert(tx: Tx, collection: Named, document: object): void {
  queueOf(tx, collection).documents.push(document);
}

/** Queues an update likewise. When it does not find (or make) `expected` rows, the whole transaction is given up as a conflict. */
export function queueUpdate(tx: Tx, collection: Named, update: UpdateStatement, expected = 1): void {
  const queue = queueOf(tx, collection);
  queue.updates.push(update);
  queue.expected += expected;
}

/** A queued write did not find its row, or found one in its place: somebody else was first. */
class Overtaken extends Error {
  override readonly name = "Overtaken";
}

async function writeQueued(connection: Connection, session: ClientSession): Promise<void> {
  for (const [name, { documents, updates, expected }] of queues.get(session) ?? []) {
    if (documents.length > 0) await write(connection, session, name, { insert: name, documents }, documents.length);
    if (updates.length > 0) await write(connection, session, name, { update: name, updates }, expected);
  }
}

async function write(connection: Connection, session: ClientSession, name: string, command: object, expected: number): Promise<void> {
  const done = await connection.db?.command(command, { session, ignoreUndefined: true });
  const errors = done?.["writeErrors"] as { code: number; errmsg: string }[] | undefined;
  if (errors !== undefined && errors[0]?.code !== 11000) throw new mongoose.mongo.MongoServerError({ message: `${name}: ${errors[0]?.errmsg ?? "write error"}`, code: errors[0]?.code });
  if (done?.["n"] !== expected) throw new Overtaken(`${name}: ${String(done?.["n"])} of ${expected} rows`);
}

const mostRuns = 5;

export function createTransactions(connection: Connection): Transactions {
  const isConflict = (error: unknown): boolean => error instanceof Overtaken || isDuplicate(error) || hasLabel(error, "TransientTransactionError");

  async function run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const session = await connection.startSession();
    try {
      session.startTransaction({ readConcern: { level: "snapshot" }, writeConcern: safeWrites });
      const result = await work(session as unknown as Tx);
      await writeQueued(connection, session);
      await commit(session);
      return result;
    } catch (error) {
      if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
      throw error;
    } finally {
      await session.endSession();
    }
  }

  return {
    run,
    async runAnew(work) {
      for (let runs = 1; ; runs++) {
        try {
          return await run(work);
        } catch (error) {
          if (runs >= mostRuns || !isConflict(error)) throw error;
        }
      }
    },
    isConflict,
  };
}

async function commit(session: ClientSession): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (tries >= 3 || !hasLabel(error, "UnknownTransactionCommitResult")) throw error;
    }
  }
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof mongoose.mongo.MongoError && error.hasErrorLabel(label);
}

/** A duplicate `_id` or unique key. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && error.code === 11000;
}

/** Which rows of an unordered insert were there before, by index; null when anything else went wrong (a broken line comes as a bulk error without any write error). */
export function isDuplicateWrites(error: unknown): number[] | null {
  if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) return null;
  const errors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return errors.length > 0 && error.result.getWriteConcernError() === undefined && errors.every((each) => each.code === 11000) ? errors.map((each) => each.index) : null;
}

/** The database does not answer, or not as the primary: what was asked is not at fault. */
export function isAway(error: unknown): boolean {
  if (!isStoreError(error)) return false;
  return !(error instanceof mongoose.mongo.MongoServerError) || hasLabel(error, "RetryableWriteError") || hasLabel(error, "RetryableError") || hasLabel(error, "TransientTransactionError");
}

/** Any error of the database or the way to it: the work may succeed later. */
export function isStoreError(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoError || error instanceof mongoose.Error.MongooseServerSelectionError;
}

import { randomBytes } from "node:crypto";
import type { Connection } from "mongoose";
import { connect } from "../../src/store/connect.js";
import type { CollectionIndexes } from "../../src/store/connect.js";

/** A database of its own on the tests' mongod; `drop` it in the end. */
export async function freshDatabase(indexes: readonly CollectionIndexes[] = []): Promise<{ connection: Connection; uri: string; database: string; drop(): Promise<void> }> {
  const uri = process.env.OCOP_TEST_MONGODB_URI;
  if (uri === undefined) throw new Error("OCOP_TEST_MONGODB_URI is not set: it names the tests' replica set");
  const database = `test_${randomBytes(6).toString("hex")}`;
  const connection = await connect({ uri, database, poolSize: 8 });
  for (const { collection, indexes: wanted } of indexes) {
    await connection.createCollection(collection);
    for (const { key, options } of wanted) await connection.collection(collection).createIndex(key as Record<string, 1 | -1>, (options ?? {}) as object);
  }
  return {
    connection,
    uri,
    database,
    async drop() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

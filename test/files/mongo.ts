import { randomBytes } from "node:crypto";
import type { Connection } from "mongoose";
import { connect } from "../../src/store/connect.js";
import { fileIndexes } from "../../src/store/file-rows.js";

/** A database of one's own on the tests' mongod, with the indexes of files. */
export async function fileDatabase(): Promise<{ connection: Connection; drop(): Promise<void> }> {
  const uri = process.env["OCOP_TEST_MONGODB_URI"];
  if (uri === undefined) throw new Error("OCOP_TEST_MONGODB_URI is not set");
  const connection = await connect({ uri, database: `files_${randomBytes(6).toString("hex")}` });
  for (const { collection, indexes } of fileIndexes) {
    for (const { key, options } of indexes) await connection.db?.collection(collection).createIndex(key as Record<string, 1>, options as object);
  }
  return {
    connection,
    async drop() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

import { Readable } from "node:stream";
import mongoose from "mongoose";
import type { Connection } from "mongoose";
import type { FileStore } from "../domain/file-ports.js";
import { isDuplicate, safeWrites } from "./connect.js";

const { GridFSBucket, ObjectId } = mongoose.mongo;
type GridFSId = InstanceType<typeof ObjectId>;

const chunkSizeBytes = 1024 * 1024;

/**
 * GridFS, bucket `files`. Each try writes under a key of its own, `<id>/<chance>`; a file is there from the moment `files.kept` names the
 * key of a finished try, which can happen once. So two tries at a time, or a try cut off anywhere, never mix or harm a kept file.
 */
/** One piece of a file must be taken within this, or the try has failed. */
const stepWithinMs = 10_000;

export function createFileStore(connection: Connection): FileStore {
  const { db } = connection;
  if (db === undefined) throw new Error("not connected");
  const bucket = new GridFSBucket(db, { bucketName: "files", chunkSizeBytes, writeConcern: safeWrites });
  const kept = db.collection<{ _id: string; key: string }>("files.kept");
  const files = db.collection<{ _id: string }>("files.files");
  const chunks = db.collection<{ files_id: string }>("files.chunks");

  /** Removes tries of this id, all but one or only one. */
  async function dropTries(keys: { $gte: string; $lt: string; $ne?: string } | { $eq: string }): Promise<void> {
    await files.deleteMany({ _id: keys });
    await chunks.deleteMany({ files_id: keys });
  }

  async function upload(id: string, key: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const stream = bucket.openUploadStreamWithId(key as unknown as GridFSId, id);
    // The listener stays: a stream of the driver may fail twice, and an error that nobody hears ends the process.
    const failed = new Promise<never>((_, reject) => stream.on("error", reject));
    failed.catch(() => undefined);
    const step = (start: (done: (error?: Error | null) => void) => void): Promise<void> => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error("the store took too long")), stepWithinMs);
      });
      return Promise.race([failed, late, new Promise<void>((resolve, reject) => start((error) => (error ? reject(error) : resolve())))]).finally(() => clearTimeout(timer));
    };
    try {
      for await (const chunk of bytes) await step((done) => stream.write(chunk, done));
      await step((done) => stream.end(done));
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  return {
    async write(id, bytes) {
      const key = `${id}/${new ObjectId().toHexString()}`;
      const dropThis = (): Promise<void> => dropTries({ $eq: key }).catch(() => undefined);
      try {
        await upload(id, key, bytes);
      } catch (error) {
        await dropThis();
        throw error;
      }
      try {
        await kept.insertOne({ _id: id, key });
      } catch (error) {
        // Any other error leaves open whether the name was written: the bytes stay, the next try clears them away.
        if (!isDuplicate(error)) throw error;
        return dropThis();
      }
      await dropTries({ ...triesOf(id), $ne: key }).catch(() => undefined);
    },
    read: (id) => Readable.from(bytesOf(id)),
    async has(id) {
      return (await kept.findOne({ _id: id })) !== null;
    },
    async remove(id) {
      await kept.deleteOne({ _id: id });
      await dropTries(triesOf(id));
    },
    async sweep(idPrefix, before) {
      const old = await kept.find({ _id: { $gte: idPrefix, $lt: `${idPrefix}\uffff` } }).toArray();
      const ids = old.filter(({ key }) => new ObjectId(key.slice(-24)).getTimestamp() < before).map(({ _id }) => _id);
      for (const id of ids) {
        await kept.deleteOne({ _id: id });
        await dropTries(triesOf(id));
      }
      return ids.length;
    },
  };

  async function* bytesOf(id: string): AsyncGenerator<Buffer> {
    const head = await kept.findOne({ _id: id });
    if (head === null) throw new Error(`no file ${id}`);
    yield* bucket.openDownloadStream(head.key as unknown as GridFSId) as AsyncIterable<Buffer>;
  }
}

/** All keys `<id>/…`: `0` follows `/`. */
function triesOf(id: string): { $gte: string; $lt: string } {
  return { $gte: `${id}/`, $lt: `${id}0` };
}

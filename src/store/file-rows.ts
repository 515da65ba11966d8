import mongoose from "mongoose";
import type { Connection } from "mongoose";
import type { FileRows } from "../domain/file-ports.js";
import { StoredFile } from "../domain/file.js";
import { modelOf, within, type CollectionIndexes } from "./connect.js";

const { Schema, trusted } = mongoose;

const source = new Schema({ ref: String, name: String, mime: String, bytes: Number }, { _id: false, strict: "throw" });

const schema = new Schema<StoredFile>(
  {
    _id: String,
    contactId: String,
    channel: String,
    account: String,
    user: String,
    chat: String,
    source,
    group: String,
    state: String,
    problem: String,
    values: Schema.Types.Mixed,
    attempts: Number,
    dueAt: Date,
    createdAt: Date,
    settledAt: Date,
    mime: String,
    bytes: Number,
    sha256: String,
    width: Number,
    height: Number,
    saidSlow: Boolean,
    referredAt: Date,
  },
  { strict: "throw", versionKey: false },
);

export const fileIndexes: CollectionIndexes[] = [
  {
    collection: "file_rows",
    indexes: [
      { key: { dueAt: 1 }, options: { sparse: true } },
      { key: { saidSlow: 1, createdAt: 1 }, options: { partialFilterExpression: { state: "receiving" } } },
      { key: { contactId: 1, createdAt: 1 } },
      { key: { contactId: 1, group: 1, createdAt: 1 }, options: { partialFilterExpression: { group: { $exists: true } } } },
      { key: { referredAt: 1, createdAt: 1 }, options: { partialFilterExpression: { state: "kept" } } },
    ],
  },
  { collection: "files.files", indexes: [{ key: { filename: 1, uploadDate: 1 } }] },
  { collection: "files.chunks", indexes: [{ key: { files_id: 1, n: 1 }, options: { unique: true } }] },
];

export function createFileRows(connection: Connection): FileRows {
  const model = modelOf(connection, "FileRow", schema, "file_rows");
  const read = (row: unknown): StoredFile | null => (row === null ? null : StoredFile.parse(row));

  return {
    async insert(tx, file) {
      await model.insertMany([StoredFile.parse(file)], within(tx));
    },
    async get(id) {
      return read(await model.findOne({ _id: id }).lean());
    },
    async claim(now, until, limit) {
      const claimed: StoredFile[] = [];
      while (claimed.length < limit) {
        const row = read(
          await model
            .findOneAndUpdate({ dueAt: trusted({ $lte: now }) }, { $set: { dueAt: until }, $inc: { attempts: 1 } }, { sort: { dueAt: 1 }, returnDocument: "after" })
            .lean(),
        );
        if (row === null) break;
        claimed.push(row);
      }
      return claimed;
    },
    async update(id, change, attempts) {
      const filter = attempts === undefined ? { _id: id } : { _id: id, state: "receiving" as const, attempts };
      return (await model.updateOne(filter, { $set: change })).matchedCount === 1;
    },
    async freeAll(now) {
      return (await model.updateMany({ state: "receiving", dueAt: trusted({ $gt: now }) }, { $set: { dueAt: now } })).modifiedCount;
    },
    async done(id) {
      await model.updateOne({ _id: id }, { $unset: { dueAt: 1 } });
    },
    async unsaid(limit) {
      const rows = await model.find({ state: "receiving", saidSlow: null }).sort({ createdAt: 1 }).limit(limit).lean();
      return rows.map((row) => StoredFile.parse(row));
    },
    async nextDue() {
      const row = await model.findOne({ dueAt: trusted({ $type: "date" }) }, { dueAt: 1 }).sort({ dueAt: 1 }).lean();
      return row?.dueAt ?? null;
    },
    async album(contactId, group) {
      const parts = model.find({ contactId, group });
      const newest = await parts.clone().sort({ createdAt: -1 }).limit(1).lean();
      const told = await model.exists({ contactId, group, saidSlow: true });
      return { newestAt: newest[0]?.createdAt ?? new Date(0), saidSlow: told !== null };
    },
    async unreferred(before, limit) {
      const rows = await model
        .find({ state: "kept", createdAt: trusted({ $lt: before }), referredAt: trusted({ $not: { $gte: before } }) })
        .sort({ referredAt: 1, createdAt: 1 })
        .limit(limit)
        .lean();
      return rows.map((row) => StoredFile.parse(row));
    },
    async referred(ids, at) {
      await model.updateMany({ _id: trusted({ $in: [...ids] }) }, { $set: { referredAt: at } });
    },
    async remove(ids) {
      await model.deleteMany({ _id: trusted({ $in: [...ids] }) });
    },
    async ofContact(contactId) {
      const rows = await model.find({ contactId }).sort({ createdAt: 1, _id: 1 }).lean();
      return rows.map((row) => StoredFile.parse(row));
    },
  };
}

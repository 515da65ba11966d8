import { Schema, trusted, type Connection } from "mongoose";
import { Deadline, type DeadlineStore } from "../domain/deadline.js";
import { modelOf, queueUpdate, within, type CollectionIndexes } from "./connect.js";

const schema = new Schema<Deadline>(
  { _id: String, kind: String, subject: String, contactId: String, province: String, dueAt: Date, remindOn: String, basis: String, state: String, openedAt: Date, closedAt: Date },
  { strict: "throw", versionKey: false },
);

export const deadlineIndexes: CollectionIndexes = { collection: "deadlines", indexes: [{ key: { state: 1, dueAt: 1 } }, { key: { contactId: 1, dueAt: 1 } }, { key: { state: 1, remindOn: 1 } }] };

export function createDeadlineStore(connection: Connection): DeadlineStore {
  const rows = modelOf<Deadline>(connection, "Deadline", schema, "deadlines");
  return {
    open(tx, deadlines) {
      for (const { _id, ...rest } of deadlines) queueUpdate(tx, rows.collection, { q: { _id }, u: { $setOnInsert: rest }, upsert: true });
    },
    async close(tx, ids, state, at) {
      await rows.updateMany({ _id: trusted({ $in: [...ids] }), state: "open" }, { $set: { state, closedAt: at } }, within(tx));
    },
    ofContact: async (contactId) => Deadline.array().parse(await rows.find({ contactId }).sort({ dueAt: 1 }).lean()),
    due: async (before, limit) => Deadline.array().parse(await rows.find({ state: "open", dueAt: trusted({ $lt: before }) }).sort({ dueAt: 1 }).limit(limit).lean()),
    toRemind: async (from, to) => Deadline.array().parse(await rows.find({ state: "open", remindOn: trusted({ $gte: from, $lte: to }) }).sort({ remindOn: 1 }).lean()),
    async removeOf(tx, contactId) {
      await rows.deleteMany({ contactId }, within(tx));
    },
  };
}

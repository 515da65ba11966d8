import { Schema, trusted, type Connection } from "mongoose";
import { DataRequest, type DataRequestStore } from "../domain/data-request.js";
import { modelOf, queueInsert, within, type CollectionIndexes } from "./connect.js";

const options = { strict: "throw", versionKey: false } as const;
const address = new Schema({ channel: String, account: String, user: String, chat: String }, { _id: false, strict: "throw" });
const schema = new Schema<DataRequest>(
  {
    _id: String,
    kind: String,
    contactId: String,
    at: Date,
    replyBy: String,
    doneBy: String,
    state: String,
    unlinkedAt: Date,
    language: String,
    addresses: { type: [address], default: undefined },
    doneAt: Date,
  },
  options,
);

export const dataRequestIndexes: CollectionIndexes = {
  collection: "data_requests",
  indexes: [
    { key: { contactId: 1 }, options: { partialFilterExpression: { state: "received" } } },
    { key: { state: 1, at: 1 } },
  ],
};

export function createDataRequestStore(connection: Connection): DataRequestStore {
  const requests = modelOf<DataRequest>(connection, "DataRequest", schema, "data_requests");
  const read = (rows: readonly unknown[]): DataRequest[] => DataRequest.array().parse(rows);
  return {
    insert: (tx, request) => queueInsert(tx, requests.collection, request),
    async byCode(tx, code) {
      const found = await requests.findById(code, null, within(tx)).lean();
      return found === null ? null : DataRequest.parse(found);
    },
    openOf: async (tx, contactId) => read(await requests.find({ contactId, state: "received" }, null, within(tx)).sort({ at: 1 }).lean()),
    open: async (before) => read(await requests.find({ state: "received", at: trusted({ $lt: before }) }).sort({ at: 1 }).lean()),
    withRemains: async () => read(await requests.find({ state: "done", addresses: trusted({ $exists: true }) }).lean()),
    async update(tx, code, change) {
      await requests.updateOne({ _id: code }, { $set: change }, within(tx));
    },
    async forgetAddresses(code) {
      await requests.updateOne({ _id: code }, { $unset: { addresses: 1, language: 1 } });
    },
  };
}

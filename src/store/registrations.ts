import { Schema, trusted, type Connection } from "mongoose";
import { CallRevision } from "../domain/call.js";
import type { CallStore, RegistrationStore } from "../domain/registration-ports.js";
import { Registration } from "../domain/registration.js";
import type { Tx } from "../domain/ports.js";
import { modelOf, queueInsert, within, type CollectionIndexes } from "./connect.js";

const options = { strict: "throw", versionKey: false, minimize: false } as const;
const registrationSchema = new Schema<Registration>(
  {
    _id: String,
    code: String,
    call: { _id: false, code: String, revision: Number },
    contactId: String,
    ownerId: String,
    product: { _id: false, name: String, folded: String },
    province: { _id: false, code: String, name: String },
    ownerName: String,
    answers: Schema.Types.Mixed,
    fileIds: [String],
    state: String,
    late: Boolean,
    submittedAt: Date,
    asked: { type: { _id: false, fields: [String], until: String }, default: undefined },
    history: [{ _id: false, state: String, at: Date, by: String, reason: String, changed: { type: [{ _id: false, field: String, before: Schema.Types.Mixed }], default: undefined } }],
    version: Number,
  },
  options,
);

export const registrationIndexes: CollectionIndexes = {
  collection: "registrations",
  indexes: [
    { key: { code: 1 }, options: { unique: true } },
    { key: { contactId: 1, submittedAt: 1 } },
    { key: { "call.code": 1, "province.code": 1, submittedAt: 1 } },
    { key: { ownerId: 1, "call.code": 1, "product.folded": 1 } },
    { key: { fileIds: 1 } },
  ],
};

export function createRegistrationStore(connection: Connection): RegistrationStore {
  const registrations = modelOf<Registration>(connection, "Registration", registrationSchema, "registrations");
  const one = async (tx: Tx | null, filter: Record<string, unknown>): Promise<Registration | null> => {
    const found = await registrations.findOne(filter, null, within(tx)).lean();
    return found === null ? null : Registration.parse(found);
  };
  return {
    async insert(tx, registration) {
      await registrations.collection.insertOne(registration as never, within(tx));
    },
    byId: (tx, id) => one(tx, { _id: id }),
    byCode: (tx, code) => one(tx, { code }),
    ofContact: async (tx, contactId) => Registration.array().parse(await registrations.find({ contactId }, null, within(tx)).sort({ submittedAt: 1 }).lean()),
    ofOwner: async (tx, ownerId) => Registration.array().parse(await registrations.find({ ownerId }, null, within(tx)).sort({ submittedAt: 1 }).lean()),
    sameProduct: (tx, callCode, ownerId, folded) => one(tx, { "call.code": callCode, ownerId, "product.folded": folded, state: trusted({ $ne: "withdrawn" }) }),
    async move(tx, id, version, { state, asked }, entry) {
      const moved = await registrations.updateOne({ _id: id, version }, { $set: { state, ...(asked === undefined ? {} : { asked }) }, ...(asked === undefined ? { $unset: { asked: 1 } } : {}), $push: { history: entry }, $inc: { version: 1 } }, within(tx));
      return moved.modifiedCount === 1;
    },
    async amend(tx, id, version, change, entry) {
      const amended = await registrations.updateOne({ _id: id, version }, { $set: change, ...(change.asked === undefined ? { $unset: { asked: 1 } } : {}), $push: { history: entry }, $inc: { version: 1 } }, within(tx));
      return amended.modifiedCount === 1;
    },
    async *ofCall(callCode, provinceCode) {
      const cursor = registrations
        .find({ "call.code": callCode, ...(provinceCode === undefined ? {} : { "province.code": provinceCode }) })
        .sort({ "province.code": 1, submittedAt: 1 })
        .lean()
        .cursor();
      for await (const row of cursor) yield Registration.parse(row);
    },
  };
}

interface CallRow {
  _id: string;
  code: string;
  revision: number;
  hash: string;
  importedAt: Date;
  call: unknown;
}
const callSchema = new Schema<CallRow>({ _id: String, code: String, revision: Number, hash: String, importedAt: Date, call: Schema.Types.Mixed }, options);

export function createCallStore(connection: Connection): CallStore {
  const calls = modelOf<CallRow>(connection, "Call", callSchema, "calls");
  return {
    async save(tx, { call, hash, importedAt }) {
      const last = await calls.findOne({ code: call.code }, null, within(tx)).sort({ revision: -1 }).lean();
      if (last?.hash === hash) return { revision: last.revision, isNew: false };
      const revision = (last?.revision ?? 0) + 1;
      queueInsert(tx, calls.collection, { _id: `${call.code}/${revision}`, code: call.code, revision, hash, importedAt, call });
      return { revision, isNew: true };
    },
    all: async () => (await calls.find({}).sort({ code: 1, revision: 1 }).lean()).map((row) => CallRevision.parse(row)),
  };
}

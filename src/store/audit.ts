import { Schema, trusted, type Connection } from "mongoose";
import { SealedEntry, WaitingEntry, type AuditSalt, type AuditStore } from "../domain/audit.js";
import { modelOf, queueInsert, within, type CollectionIndexes } from "./connect.js";

/** The number is the id: that no number is given twice does not hang on an index that is still to be built. */
interface SealedRow extends Omit<SealedEntry, "seq"> {
  _id: number;
}
interface WaitingRow extends WaitingEntry {
  /** The entry's. */
  _id: string;
}

const options = { strict: "throw", versionKey: false, minimize: false } as const;
const entry = new Schema({ _id: String, at: Date, actor: String, verb: String, subject: String, province: String, details: Schema.Types.Mixed, digests: Schema.Types.Mixed }, options);
const saltSchema = new Schema<AuditSalt>({ _id: String, contactId: String, salt: String }, options);
const waitingSchema = new Schema<WaitingRow>({ _id: String, entry, salts: [saltSchema] }, options);
const sealedSchema = new Schema<SealedRow>({ _id: Number, entry, prev: String, hash: String }, options);

export const auditIndexes: CollectionIndexes = { collection: "audit_salts", indexes: [{ key: { contactId: 1 } }] };

export function createAuditStore(connection: Connection): AuditStore {
  const waiting = modelOf<WaitingRow>(connection, "AuditWaiting", waitingSchema, "audit_waiting");
  const sealed = modelOf<SealedRow>(connection, "AuditSealed", sealedSchema, "audit");
  const salts = modelOf<AuditSalt>(connection, "AuditSalt", saltSchema, "audit_salts");
  return {
    add(tx, added) {
      queueInsert(tx, waiting.collection, { _id: added.entry._id, ...added });
    },
    async eraseSalts(tx, contactId) {
      await waiting.updateMany({ "salts.contactId": contactId }, { $pull: { salts: { contactId } } }, within(tx));
      await salts.deleteMany({ contactId }, within(tx));
    },
    waiting: () => waiting.countDocuments({}),
    unsealed: async (tx, limit) => {
      const rows = await waiting.find({}, null, within(tx)).sort({ _id: 1 }).limit(limit).lean();
      return rows.map(({ _id, ...row }) => WaitingEntry.parse(row));
    },
    async seal(tx, entries, parted) {
      await sealed.collection.insertMany(entries.map(({ seq, ...rest }) => ({ _id: seq, ...rest })) as never[], within(tx));
      if (parted.length > 0) await salts.collection.insertMany(parted as never[], within(tx));
      await waiting.deleteMany({ _id: trusted({ $in: entries.map((each) => each.entry._id) }) }, within(tx));
    },
    async head(tx) {
      const last = await sealed.findOne({}, null, within(tx)).sort({ _id: -1 }).lean();
      return last === null ? null : SealedEntry.parse(asEntry(last));
    },
    async *chain() {
      for await (const row of sealed.collection.find({}).sort({ _id: 1 })) yield asEntry(row);
    },
  };
}

function asEntry({ _id, ...rest }: Record<string, unknown> | SealedRow): unknown {
  return { seq: _id, ...rest };
}

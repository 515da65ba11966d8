import { Schema, trusted, type Connection } from "mongoose";
import { AuditEntry, SealedEntry, type AuditSalt, type AuditStore } from "../domain/audit.js";
import { modelOf, queueInsert, within, type CollectionIndexes } from "./connect.js";

/** The number is the id: that no number is given twice does not hang on an index that is still to be built. */
interface SealedRow extends Omit<SealedEntry, "seq"> {
  _id: number;
}

const options = { strict: "throw", versionKey: false, minimize: false } as const;
const entry = { at: Date, actor: String, verb: String, subject: String, province: String, details: Schema.Types.Mixed, digests: Schema.Types.Mixed } as const;
const waitingSchema = new Schema<AuditEntry>({ _id: String, ...entry }, options);
const sealedSchema = new Schema<SealedRow>({ _id: Number, entry: new Schema({ _id: String, ...entry }, options), prev: String, hash: String }, options);
const saltSchema = new Schema<AuditSalt>({ _id: String, contactId: String, salt: String }, options);

export const auditIndexes: CollectionIndexes = { collection: "audit_salts", indexes: [{ key: { contactId: 1 } }] };

export function createAuditStore(connection: Connection): AuditStore {
  const waiting = modelOf<AuditEntry>(connection, "AuditWaiting", waitingSchema, "audit_waiting");
  const sealed = modelOf<SealedRow>(connection, "AuditSealed", sealedSchema, "audit");
  const salts = modelOf<AuditSalt>(connection, "AuditSalt", saltSchema, "audit_salts");
  return {
    add(tx, added, withSalts) {
      queueInsert(tx, waiting.collection, added);
      for (const salt of withSalts) queueInsert(tx, salts.collection, salt);
    },
    async eraseSalts(tx, contactId) {
      await salts.deleteMany({ contactId }, within(tx));
    },
    waiting: () => waiting.countDocuments({}),
    unsealed: async (tx, limit) => AuditEntry.array().parse(await waiting.find({}, null, within(tx)).sort({ _id: 1 }).limit(limit).lean()),
    async seal(tx, entries) {
      await sealed.collection.insertMany(entries.map(({ seq, ...rest }) => ({ _id: seq, ...rest })) as never[], within(tx));
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

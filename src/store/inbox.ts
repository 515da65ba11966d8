import { Schema, type Connection } from "mongoose";
import { Inbound } from "../domain/message.js";
import type { InboxStore } from "../domain/ports.js";
import { isDuplicateWrites, modelOf, queueUpdate, type CollectionIndexes } from "./connect.js";

interface Row {
  _id: string;
  state: "new" | "done" | "parked";
  by: string | null;
  until: Date | null;
  at: Date;
  doneAt?: Date;
  reason?: string;
  inbound: Omit<Inbound, "ack">;
}

const schema = new Schema<Row>(
  { _id: String, state: String, by: String, until: Date, at: Date, doneAt: Date, reason: String, inbound: Schema.Types.Mixed },
  { strict: "throw", versionKey: false },
);

/** Rows leave seven days after they are done; Telegram repeats an update for 24 hours at most. */
export const inboxIndexes = (keptDays: number): CollectionIndexes => ({
  collection: "inbox",
  indexes: [
    { key: { doneAt: 1 }, options: { expireAfterSeconds: keptDays * 86_400, partialFilterExpression: { state: "done" } } },
    { key: { at: 1 }, options: { name: "waiting", partialFilterExpression: { state: "new" } } },
  ],
});

export function createInboxStore(connection: Connection): InboxStore {
  const rows = modelOf<Row>(connection, "Inbox", schema, "inbox").collection;

  return {
    async insert(inbound, claim) {
      const stored = inbound.map(() => true);
      try {
        await rows.insertMany(
          inbound.map(({ ack: _ack, ...kept }) => ({ _id: kept.id, state: "new", by: claim?.by ?? null, until: claim?.until ?? null, at: kept.receivedAt, inbound: kept })) as never[],
          { ordered: false },
        );
      } catch (error) {
        const indexes = isDuplicateWrites(error);
        if (indexes === null) throw error;
        for (const index of indexes) stored[index] = false;
      }
      return stored;
    },

    async claim(by, now, until, limit) {
      const free = await rows
        .find({ state: "new", $or: [{ by: null }, { until: { $lt: now } }] } as never, { projection: { _id: 1 } })
        .sort({ at: 1 })
        .limit(limit)
        .toArray();
      if (free.length === 0) return [];
      const ids = free.map((row) => row._id) as never[];
      await rows.updateMany({ _id: { $in: ids }, state: "new", $or: [{ by: null }, { until: { $lt: now } }] } as never, { $set: { by, until } });
      const mine = (await rows.find({ _id: { $in: ids }, state: "new", by } as never).toArray()) as unknown as Row[];
      return mine.map((row) => Inbound.parse(row.inbound)).sort((a, b) => a.order - b.order);
    },

    async release(by) {
      return (await rows.updateMany({ state: "new", by } as never, { $set: { by: null, until: null } })).modifiedCount;
    },

    finish(tx, ids, now) {
      queueUpdate(tx, rows, { q: { _id: { $in: [...ids] }, state: "new" }, u: { $set: { state: "done", doneAt: now, by: null } }, multi: true }, ids.length);
    },

    isNew: async (id) => (await rows.countDocuments({ _id: id, state: "new" } as never)) > 0,

    async park(id, reason) {
      await rows.updateOne({ _id: id, state: "new" } as never, { $set: { state: "parked", reason, by: null } });
    },

    waiting: () => rows.countDocuments({ state: "new" } as never),
  };
}

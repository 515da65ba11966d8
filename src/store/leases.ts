import mongoose from "mongoose";
import type { Connection } from "mongoose";
import type { Leases } from "../domain/ports.js";
import { isDuplicate, modelOf } from "./connect.js";
import type { CollectionIndexes } from "./connect.js";

interface LeaseRow {
  _id: string;
  holder: string;
  term: number;
  until: Date;
}

const schema = new mongoose.Schema<LeaseRow>(
  {
    _id: { type: String, required: true },
    holder: { type: String, required: true },
    term: { type: Number, required: true },
    until: { type: Date, required: true },
  },
  { strict: "throw", versionKey: false },
);

export const leaseIndexes: CollectionIndexes = { collection: "leases", indexes: [] };

/** A row stays when its lease ends, so that terms only rise. */
export function createLeases(connection: Connection): Leases {
  const rows = modelOf(connection, "Lease", schema, "leases").collection as unknown as mongoose.mongo.Collection<LeaseRow>;
  return {
    async acquire(name, holder, now, ttlMs) {
      const until = new Date(now.getTime() + ttlMs);
      const renewal = { $and: [{ $eq: ["$holder", holder] }, { $gt: ["$until", now] }] };
      try {
        const row = await rows.findOneAndUpdate(
          { _id: name, $or: [{ holder }, { until: { $lte: now } }] },
          [{ $set: { term: { $cond: [renewal, "$term", { $add: [{ $ifNull: ["$term", 0] }, 1] }] }, holder: { $literal: holder }, until } }],
          { upsert: true, returnDocument: "after" },
        );
        return row === null ? null : { term: row.term };
      } catch (error) {
        if (isDuplicate(error)) return null;
        throw error;
      }
    },
    async release(name, holder) {
      await rows.updateOne({ _id: name, holder }, { $set: { until: new Date(0) } });
    },
    async releaseAll(holder) {
      await rows.updateMany({ holder }, { $set: { until: new Date(0) } });
    },
  };
}

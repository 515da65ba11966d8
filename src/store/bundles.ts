import { Schema, type Connection } from "mongoose";
import { modelOf } from "./connect.js";

interface BundleRow {
  _id: string;
  flows: unknown;
  firstUsedAt: Date;
}
const schema = new Schema<BundleRow>({ _id: String, flows: Schema.Types.Mixed, firstUsedAt: Date }, { strict: "throw", versionKey: false, minimize: false });

/** Flow definitions by their hash: a talk ends on those it began with. */
export interface BundleStore {
  keep(hash: string, flows: unknown, now: Date): Promise<void>;
  all(): Promise<{ hash: string; flows: unknown }[]>;
}

export function createBundleStore(connection: Connection): BundleStore {
  const bundles = modelOf<BundleRow>(connection, "FlowBundle", schema, "flow_bundles");
  return {
    async keep(hash, flows, now) {
      await bundles.collection.updateOne({ _id: hash } as never, { $setOnInsert: { flows: JSON.stringify(flows), firstUsedAt: now } }, { upsert: true });
    },
    all: async () => (await bundles.find({}).lean()).map((row) => ({ hash: row._id, flows: typeof row.flows === "string" ? (JSON.parse(row.flows) as unknown) : null })),
  };
}

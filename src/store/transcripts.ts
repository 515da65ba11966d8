import mongoose from "mongoose";
import type { Connection } from "mongoose";
import type { TranscriptEntry, TranscriptStore } from "../domain/ports.js";
import type { Clock } from "../lib/clock.js";
import { modelOf, queueInsert, within } from "./connect.js";
import type { CollectionIndexes } from "./connect.js";
import { insertNew } from "./insert-new.js";
import { watchInserts } from "./watch.js";
import type { Watching } from "./watch.js";

const schema = new mongoose.Schema<TranscriptEntry>(
  {
    _id: { type: String, required: true },
    contactId: { type: String, required: true },
    channel: { type: String, required: true },
    account: { type: String, required: true },
    user: { type: String, required: true },
    at: { type: Date, required: true },
    order: { type: Number, required: true },
    from: { type: String, required: true },
    text: { type: String, default: "" },
    outgoing: mongoose.Schema.Types.Mixed,
    fileIds: { type: [String], default: undefined },
    clientId: String,
  },
  { strict: "throw", versionKey: false },
);

const collection = "transcripts";

export const transcriptIndexes = (keptDays: number): CollectionIndexes => ({
  collection,
  indexes: [
    { key: { at: 1 }, options: { name: "kept", expireAfterSeconds: keptDays * 86_400 } },
    { key: { channel: 1, account: 1, user: 1, order: 1 }, options: { name: "conversation" } },
    { key: { contactId: 1, order: 1 }, options: { name: "contact" } },
  ],
});

interface Place {
  channel: string;
  account: string;
  user: string;
}

export interface WatchedTranscripts extends TranscriptStore {
  watch(channel: string, onEntry: (entry: TranscriptEntry) => void, onError: (error: unknown) => void): Watching;
}

export function createTranscriptStore(connection: Connection, deps: { clock: Clock }): WatchedTranscripts {
  const rows = modelOf(connection, "Transcript", schema, collection).collection as unknown as mongoose.mongo.Collection<TranscriptEntry>;
  const of = ({ channel, account, user }: Place): Place => ({ channel, account, user });
  return {
    async append(tx, entries) {
      if (entries.length === 0) return;
      if (tx === null) return insertNew(rows, entries);
      for (const entry of entries) queueInsert(tx, rows, entry);
    },
    after: (at, order, limit) => rows.find({ ...of(at), order: { $gt: order } }, { sort: { order: 1, _id: 1 }, limit }).toArray(),
    last: async (at, limit) => (await rows.find(of(at), { sort: { order: -1, _id: -1 }, limit }).toArray()).reverse(),
    ofContact: (contactId) => rows.find({ contactId }, { sort: { order: 1, _id: 1 } }).toArray(),
    erase: async (tx, contactId) => (await rows.deleteMany({ contactId }, within(tx))).deletedCount,
    watch: (channel, onEntry, onError) =>
      watchInserts(rows, { match: { "fullDocument.channel": channel }, clock: deps.clock, onInsert: onEntry, onError }),
  };
}

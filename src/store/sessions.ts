import { Schema, type Connection } from "mongoose";
import type { Tx } from "../domain/ports.js";
import { modelOf, queueInsert, queueUpdate } from "./connect.js";

/** What a conversation keeps between messages; `state` is its own affair. */
export interface SessionRow {
  _id: string;
  version: number;
  state: unknown;
  updatedAt: Date;
}

const schema = new Schema<SessionRow>({ _id: String, version: Number, state: Schema.Types.Mixed, updatedAt: Date }, { strict: "throw", versionKey: false, minimize: false });

export interface SessionStore {
  load(ids: readonly string[]): Promise<SessionRow[]>;
  /** Those that hold something begun, and with it something that nobody touched since an instant, one after another. */
  withDraftsBefore(before: Date): AsyncIterable<SessionRow>;
  /** Those with a draft to be reminded of on a local date from `from` through `to`. */
  withDraftsToRemind(from: string, to: string): AsyncIterable<SessionRow>;
  /** Writes by compare-and-set: `version` is the one that was read (0: none there). The transaction conflicts when any lost its turn. */
  save(tx: Tx, rows: readonly { id: string; version: number; state: unknown; now: Date }[]): void;
}

export function createSessionStore(connection: Connection): SessionStore {
  const sessions = modelOf<SessionRow>(connection, "Session", schema, "sessions").collection;
  return {
    load: async (ids) => (await sessions.find({ _id: { $in: [...ids] } } as never).toArray()) as unknown as SessionRow[],
    withDraftsBefore: (before) =>
      sessions.find({
        $and: [
          { $or: [{ "state.drafts.0": { $exists: true } }, { "state.talks.0": { $exists: true } }] },
          { $or: [{ updatedAt: { $lt: before } }, { "state.drafts.keptAt": { $lt: before } }] },
        ],
      } as never) as unknown as AsyncIterable<SessionRow>,
    withDraftsToRemind: (from, to) => sessions.find({ "state.drafts": { $elemMatch: { remindOn: { $gte: from, $lte: to } } } } as never) as unknown as AsyncIterable<SessionRow>,
    save(tx, rows) {
      for (const row of rows) {
        if (row.version === 0) queueInsert(tx, sessions, { _id: row.id, version: 1, state: row.state, updatedAt: row.now });
        else queueUpdate(tx, sessions, { q: { _id: row.id, version: row.version }, u: { $set: { version: row.version + 1, state: row.state, updatedAt: row.now } } });
      }
    },
  };
}

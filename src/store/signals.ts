import mongoose from "mongoose";
import type { Connection } from "mongoose";
import type { Signals } from "../domain/ports.js";
import type { Clock } from "../lib/clock.js";

interface SignalRow {
  _id: mongoose.Types.ObjectId;
  topic: string;
  at: Date;
}

const collection = "signals";
const againMs = 500;
/** A quiet listener asks again after this; `stop` may wait as long. */
const awaitMs = 1_000;

/** A ring of the last signals: small, and read by a tailable cursor, which costs nothing while others write elsewhere. */
export const signalCollection = { name: collection, options: { capped: true, size: 262_144, max: 1_000 } };

export interface FollowedSignals extends Signals {
  /** `ready` resolves when what is sent from then on is heard. */
  listen(onSignal: (topic: string) => void): { ready: Promise<void>; stop(): Promise<void> };
}

export function createSignals(connection: Connection, deps: { clock: Clock; onError(error: unknown): void }): FollowedSignals {
  const rows = connection.collection(collection) as unknown as mongoose.mongo.Collection<SignalRow>;
  const send = async (topic: string): Promise<void> => {
    await rows.insertOne({ _id: new mongoose.Types.ObjectId(), topic, at: deps.clock.now() });
  };

  /** Follows the ring from its end. A cursor on an empty ring is closed at once, so the listener says something itself. */
  async function follow(onSignal: (topic: string) => void, opened: () => void, signal: AbortSignal): Promise<void> {
    await send("listening");
    let old = await rows.countDocuments();
    const cursor = rows.find({}, { tailable: true, awaitData: true, maxAwaitTimeMS: awaitMs, signal });
    for await (const row of cursor) {
      if (--old >= 0) {
        if (old === 0) opened();
        continue;
      }
      onSignal(row.topic);
    }
  }

  return {
    send,
    listen(onSignal) {
      const stopping = new AbortController();
      let opened!: () => void;
      const ready = new Promise<void>((resolve) => (opened = resolve));
      const running = (async () => {
        while (!stopping.signal.aborted) {
          try {
            await follow(onSignal, opened, stopping.signal);
          } catch (error) {
            if (stopping.signal.aborted) return;
            deps.onError(error);
          }
          await deps.clock.sleep(againMs, stopping.signal);
        }
      })();
      return {
        ready,
        async stop() {
          stopping.abort();
          opened();
          await running;
        },
      };
    },
  };
}

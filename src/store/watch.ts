import type mongoose from "mongoose";
import type { Clock } from "../lib/clock.js";

type Rows<T extends mongoose.mongo.BSON.Document> = mongoose.mongo.Collection<T>;

const againMs = 500;

export interface Watching {
  /** Resolves when the first stream is open: what is committed from then on is seen. */
  ready: Promise<void>;
  stop(): Promise<void>;
}

/** Calls back for each document inserted, as it is committed. After an error it goes on where it was, or from now if that is lost. */
export function watchInserts<T extends mongoose.mongo.BSON.Document>(
  rows: Rows<T>,
  options: { match: object; clock: Clock; onInsert(document: T): void; onError(error: unknown): void },
): Watching {
  const stopping = new AbortController();
  let stream: mongoose.mongo.ChangeStream<T, mongoose.mongo.ChangeStreamDocument<T>> | null = null;
  let token: mongoose.mongo.ResumeToken | undefined;
  let opened!: () => void;
  const ready = new Promise<void>((resolve) => (opened = resolve));

  async function follow(): Promise<void> {
    stream = rows.watch<T>([{ $match: { operationType: "insert", ...options.match } }], token === undefined ? {} : { resumeAfter: token });
    for (let change = await stream.tryNext(); !stopping.signal.aborted; change = await stream.next()) {
      opened();
      token = stream.resumeToken;
      if (change !== null && change.operationType === "insert") options.onInsert(change.fullDocument);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await follow();
      } catch (error) {
        if (stopping.signal.aborted) break;
        options.onError(error);
        if (isLost(error)) token = undefined;
        await options.clock.sleep(againMs, stopping.signal);
      } finally {
        await stream?.close().catch(() => undefined);
      }
    }
  }

  const running = run();
  return {
    ready,
    async stop() {
      stopping.abort();
      opened();
      await stream?.close().catch(() => undefined);
      await running;
    },
  };
}

/** ChangeStreamHistoryLost and its like: the place to go on from is gone. */
function isLost(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === 286 || code === 280 || code === 260;
}

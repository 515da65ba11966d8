import { senderKey } from "../domain/delivery.js";
import type { Delivery } from "../domain/delivery.js";
import { createSendingLoop } from "./sender.js";
import type { SendingLoop } from "./sender.js";
import type { Claim, OutboxDeps, Sender, SenderStatus } from "./types.js";

export interface Outbox {
  /**
   * What to stamp on rows inserted for this sender so that they go out from memory (then call `handover` once they are
   * committed). Null: insert them queued and call `wake`; this instance does not send for it, or has enough to do.
   */
  claimFor(at: { channel: string; account: string }): Claim | null;
  handover(rows: readonly Delivery[]): void;
  /** Queued rows were committed: looks for them here and tells other instances. */
  wake(): void;
  start(): void;
  /** Lets messages on their way end, stores what became of them, gives the rest back. */
  stop(): Promise<void>;
  status(): SenderStatus[];
}

/** The topic on which instances tell each other that rows were queued, or that a sending lease is free. */
export const outboxTopic = "outbox";

export function createOutbox(deps: OutboxDeps & { senders: readonly Sender[] }): Outbox {
  const loops = new Map<string, SendingLoop>();
  for (const sender of deps.senders) loops.set(senderKey({ channel: sender.kind, account: sender.account }), createSendingLoop(sender, deps));
  let listening: { stop(): Promise<void> } | null = null;
  let telling = false;
  let tellAgain = false;

  function look(): void {
    for (const loop of loops.values()) loop.look();
  }

  /** One signal under way at a time; what comes meanwhile is said once more after it. */
  async function tell(): Promise<void> {
    tellAgain = telling;
    if (telling) return;
    telling = true;
    try {
      await deps.signals.send(outboxTopic);
    } catch (error) {
      deps.log.warn({ error: String(error) }, "signal not sent");
    }
    telling = false;
    if (tellAgain) void tell();
  }

  const holdsAll = (): boolean => [...loops.values()].every((loop) => loop.status().holds);

  return {
    claimFor: (at) => loops.get(senderKey(at))?.claim() ?? null,
    handover(rows) {
      const [first] = rows;
      if (first === undefined) return;
      const key = senderKey(first);
      if (rows.every((row) => senderKey(row) === key)) return loops.get(key)?.handover(rows);
      const bySender = new Map<string, Delivery[]>();
      for (const row of rows) {
        const same = bySender.get(senderKey(row));
        if (same === undefined) bySender.set(senderKey(row), [row]);
        else same.push(row);
      }
      for (const [name, some] of bySender) loops.get(name)?.handover(some);
    },
    wake() {
      look();
      if (!holdsAll() || loops.size === 0) void tell();
    },
    start() {
      listening = deps.signals.listen((topic) => {
        if (topic !== outboxTopic) return;
        for (const loop of loops.values()) loop.contend();
        look();
      });
      for (const loop of loops.values()) loop.start();
    },
    async stop() {
      await Promise.all([...loops.values()].map((loop) => loop.stop()));
      await deps.signals.send(outboxTopic).catch(() => undefined);
      await listening?.stop();
      listening = null;
    },
    status: () => [...loops.values()].map((loop) => loop.status()),
  };
}

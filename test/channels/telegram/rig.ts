import pino from "pino";
import type { Delivery } from "../../../src/domain/delivery.js";
import type { Outgoing } from "../../../src/domain/message.js";
import { createTelegram, type TelegramOptions } from "../../../src/channels/telegram/channel.js";
import { systemClock } from "../../../src/lib/clock.js";
import { type FakeTelegram, type FakeTelegramOptions, startFakeTelegram } from "../../fakes/telegram.js";

/** A logger that writes to memory, every level. */
export function memoryLog() {
  const lines: string[] = [];
  return { lines, log: pino({ level: "trace" }, { write: (line: string) => void lines.push(line) }) };
}

export async function rig(fake: FakeTelegramOptions = {}) {
  const telegram = await startFakeTelegram(fake);
  const { log, lines } = memoryLog();
  const open: { stop(): Promise<void> }[] = [];
  return {
    telegram,
    lines,
    channel(options: Partial<TelegramOptions> = {}) {
      const channel = createTelegram({ ...defaults(telegram), log, ...options });
      open.push(channel);
      return channel;
    },
    async close(): Promise<void> {
      await Promise.all(open.map((channel) => channel.stop()));
      await telegram.close();
    },
  };
}

function defaults(telegram: FakeTelegram) {
  return {
    token: telegram.token,
    apiRoot: telegram.url,
    mode: "polling" as const,
    rate: { perSecond: 30, chat: { refillPerSecond: 1, size: 5 } },
    clock: systemClock,
    pollTimeoutS: 1,
    callTimeoutMs: 3_000,
    retry: { firstMs: 10, mostMs: 40, slowMs: 60 },
  };
}

export function delivery(chat: number | string, content: Outgoing): Delivery {
  return {
    _id: "d-1", lane: "reply", channel: "telegram", account: "7000001", user: String(chat), chat: String(chat),
    contactId: "c-1", order: 1, state: "claimed", attempts: 0, content, queuedAt: new Date(0),
  };
}

/** Waits until `ready` holds, at most 15 s. */
export async function until(ready: () => boolean): Promise<void> {
  const end = performance.now() + 15_000;
  while (!ready()) {
    if (performance.now() > end) throw new Error("it did not come to that within 15 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const never = (): AbortSignal => new AbortController().signal;

import { z } from "zod";
import type { Inbound } from "../../domain/message.js";
import type { Accept } from "../contract.js";
import { allowedUpdates } from "./schema.js";
import { adviceOn, type Upkeep, wordsOf } from "./setup.js";
import { readUpdate } from "./update.js";

const Updates = z.array(z.looseObject({ update_id: z.int().nonnegative() }));

/**
 * Reads updates until `signal` aborts; never rejects. The offset, which lets Telegram forget, moves on only after
 * `accept` has resolved: what was not stored is asked for again. A question open for `timeoutS` and `graceMs` more is given up.
 */
export async function poll(
  deps: Upkeep & { account: string; timeoutS: number; graceMs: number; accept: Accept; prepare: () => Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const { api, clock, log, retry, report, account, timeoutS, graceMs, accept, prepare } = deps;
  let offset = 0;
  let ready = false;
  let failures = 0;

  const turn = async (): Promise<void> => {
    if (!ready) {
      await prepare();
      await api.call("deleteWebhook", {}, z.unknown(), { signal });
      ready = true;
    }
    const ask = { ...(offset === 0 ? {} : { offset }), timeout: timeoutS, allowed_updates: allowedUpdates };
    const updates = await api.call("getUpdates", ask, Updates, { signal, timeoutMs: timeoutS * 1_000 + graceMs });
    const inbound: Inbound[] = [];
    for (const update of updates) {
      const read = readUpdate(update, { account, receivedAt: clock.now() });
      if ("inbound" in read) inbound.push(read.inbound);
      else log.info({ channel: "telegram", updateId: update.update_id, reason: read.ignored }, "update ignored");
    }
    if (inbound.length > 0) {
      await accept(inbound).catch(() => {
        throw new NotStored();
      });
    }
    for (const update of updates) offset = Math.max(offset, update.update_id + 1);
  };

  while (!signal.aborted) {
    try {
      await turn();
      if (failures > 0) log.info({ channel: "telegram" }, "polling is well again");
      failures = 0;
      report(null);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const { words, waitMs } =
        error instanceof NotStored
          ? { words: error.message, waitMs: Math.min(retry.mostMs, retry.firstMs * 2 ** Math.min(failures - 1, 16)) }
          : adviceOn(error, failures, retry);
      report(words);
      log.warn({ channel: "telegram", failures, waitMs, trouble: words, error: wordsOf(error) }, "polling failed");
      await clock.sleep(waitMs, signal);
    }
  }
}

class NotStored extends Error {
  constructor() {
    super("arrived messages cannot be stored: they wait at Telegram");
  }
}

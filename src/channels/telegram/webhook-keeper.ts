import { z } from "zod";
import { allowedUpdates } from "./schema.js";
import { adviceOn, type Upkeep, wordsOf } from "./setup.js";
import { scrub } from "./errors.js";

const WebhookInfo = z.object({
  url: z.string(),
  pending_update_count: z.int().nonnegative(),
  last_error_date: z.int().exactOptional(),
  last_error_message: z.string().exactOptional(),
});
type WebhookInfo = z.infer<typeof WebhookInfo>;

/** A delivery that Telegram failed at this long ago no longer counts as trouble. */
const recentMs = 5 * 60_000;

/** Sets the webhook (where our public address is known) and looks after it until `signal` aborts; never rejects. */
export async function keepWebhook(
  deps: Upkeep & { url: string | null; secret: string; maxConnections: number; checkMs: number; prepare: () => Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const { api, clock, log, retry, report, url, secret, prepare } = deps;
  let ready = false;
  let failures = 0;
  while (!signal.aborted) {
    let waitMs = deps.checkMs;
    try {
      if (!ready) {
        await prepare();
        const hook = { url, secret_token: secret, allowed_updates: allowedUpdates, max_connections: deps.maxConnections };
        if (url !== null) await api.call("setWebhook", hook, z.unknown(), { signal });
        ready = true;
      }
      const info = await api.call("getWebhookInfo", {}, WebhookInfo, { signal });
      const words = troubleOf(info, url, clock.now());
      if (words !== null) log.warn({ channel: "telegram", trouble: words, waiting: info.pending_update_count }, "webhook in trouble");
      report(words);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      const advice = adviceOn(error, failures, retry);
      waitMs = advice.waitMs;
      report(advice.words);
      log.warn({ channel: "telegram", failures, waitMs, trouble: advice.words, error: wordsOf(error) }, "webhook upkeep failed");
    }
    await clock.sleep(waitMs, signal);
  }
}

function troubleOf(info: WebhookInfo, url: string | null, now: Date): string | null {
  if (info.url === "") return "no webhook is set for this Telegram bot: set PUBLIC_URL, or call setWebhook yourself";
  if (url !== null && info.url !== url) return "this Telegram bot's webhook leads elsewhere: another program has set it";
  const { last_error_date: seconds, last_error_message: said } = info;
  if (seconds === undefined || now.getTime() - seconds * 1_000 > recentMs) return null;
  return `Telegram cannot deliver to the webhook: ${scrub(said ?? "no reason given", [])}`;
}

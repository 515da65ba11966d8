import { access, constants, mkdir, statfs } from "node:fs/promises";
import { resolve } from "node:path";
import { actionOutcomes, queryNames } from "../registered.js";
import { loadConversations } from "../resources.js";
import { readState } from "../../store/mongod/state.js";
import { systemClock } from "../../lib/clock.js";
import { telegramOf } from "../telegram.js";
import { withService } from "./with-service.js";
import type { VerbCall } from "./verb.js";

interface Finding {
  what: string;
  ok: boolean;
  found: string;
}

/** `doctor`: looks at everything a start needs and says what to mend; changes nothing but starts the embedded mongod for its own time. */
export async function doctor({ print, call }: VerbCall): Promise<number> {
  const { config } = call;
  const findings: Finding[] = [];
  const look = async (what: string, check: () => Promise<string>): Promise<void> => {
    try {
      findings.push({ what, ok: true, found: await check() });
    } catch (error) {
      findings.push({ what, ok: false, found: error instanceof Error ? error.message : String(error) });
    }
  };
  const dataDir = resolve(config.DATA_DIR);
  await look("node", () => Promise.resolve(process.version));
  await look("data directory", async () => {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.W_OK);
    const { bavail, bsize } = await statfs(dataDir);
    const freeGb = (bavail * bsize) / 1e9;
    if (freeGb < 1) throw new Error(`${dataDir}: only ${freeGb.toFixed(1)} GB free; make room`);
    return `${dataDir}, ${freeGb.toFixed(0)} GB free`;
  });
  await look("flows and locales", async () => {
    const { loaded, problems } = await loadConversations({ queries: queryNames, actions: actionOutcomes });
    if (problems.length > 0) throw new Error(problems.join("; "));
    return `${Object.keys(loaded.bundle.flows).length} flows`;
  });
  await look("server", async () => {
    const state = config.MONGODB_URI === undefined ? await readState(dataDir) : undefined;
    return state === undefined ? "none runs on this data directory" : `mongod ${state.version} runs (pid ${state.pid})`;
  });
  await look("database", () => withService(config, call.log, call.fail, async (service, connection) => `${connection.name}: ${service.calls.latest().length} calls, ${await service.stores.inbox.waiting()} inputs waiting`));
  await look("web chat", () => Promise.resolve("on"));
  const token = config.TELEGRAM_BOT_TOKEN;
  if (token !== undefined) {
    await look("Telegram", async () => {
      const telegram = telegramOf(config, token, { clock: systemClock, log: call.log });
      try {
        return `${await telegram.meet?.(AbortSignal.timeout(10_000))} (${config.TELEGRAM_MODE})`;
      } finally {
        await telegram.stop();
      }
    });
  }
  print({ findings }, findings.map((each) => `${each.ok ? "ok  " : "MEND"} ${each.what}: ${each.found}`));
  return findings.every((each) => each.ok) ? 0 : 1;
}

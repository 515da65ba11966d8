/**
 * 8,000 Telegram updates from 1,000 people, 32 whose reply has not yet arrived at once, each timed from the update's
 * POST to its reply at the fake API. Ours walks eight turns of the real registration flow with everything stored,
 * deduplicated and answered through the outbox; the baseline is bare telegraf doing one findOneAndUpdate and one reply.
 * Both in the same run on the same kind of mongod, rounds interleaved. Options: [updates] [rounds] [engines].
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cpuSeconds, percentile, rssMiB, spread, median } from "../measure.mjs";
import { fakeApi, poster, secret, serveArgs, serveEnv, start, token } from "../telegram.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const people = 1_000;
const outstanding = 32;
/** What each person says, one after another: from the greeting to the name of the representative. */
const script = ["/start", "1", "1", "0901 234 567", "HTX Trái cây Mẫu", "ap 3 cai be tien giang", "1", "gửi sau"];

export async function bench([updates = "8000", rounds = "3", engines = "ours,telegraf"]) {
  const rows = [];
  for (let round = 0; round < Number(rounds); round++) {
    for (const engine of engines.split(",")) {
      const row = await once(engine, Number(updates));
      rows.push(row);
      console.error(`round ${round + 1} ${engine}: ${row.rate.toFixed(0)}/s, p50 ${row.p50.toFixed(1)} ms, p99 ${row.p99.toFixed(1)} ms, ${row.missing} without reply`);
    }
  }
  console.log("| engine | updates/s | p50 ms | p99 ms | service CPU ms/update | mongod CPU ms/update | RSS MiB | without reply |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const engine of engines.split(",")) {
    const of = rows.filter((row) => row.engine === engine);
    const all = (name, digits) => spread(of.map((row) => row[name]), digits);
    console.log(`| ${engine} | ${all("rate", 0)} | ${all("p50", 1)} | ${all("p99", 1)} | ${all("cpu", 3)} | ${all("mongod", 3)} | ${all("rss", 0)} | ${Math.max(...of.map((row) => row.missing))} |`);
  }
  const rate = (engine) => median(rows.filter((row) => row.engine === engine).map((row) => row.rate));
  if (engines.includes("ours") && engines.includes("telegraf")) console.log(`\nours / telegraf: ${(rate("ours") / rate("telegraf")).toFixed(2)} ×`);
}

async function once(engine, updates) {
  const dataDir = mkdtempSync(join(tmpdir(), "ocop-bench-"));
  const api = await fakeApi();
  const service = await startEngine(engine, api, dataDir);
  try {
    const load = loader(service.url, api);
    await load.run({ first: 9_000_000, people: 300, updates: 1_500 });
    const before = { own: cpuSeconds(service.pid), mongod: cpuSeconds(service.mongod) };
    const began = performance.now();
    const { latencies, missing } = await load.run({ first: 1_000, people, updates });
    const seconds = (performance.now() - began) / 1_000;
    return {
      engine,
      rate: latencies.length / seconds,
      p50: percentile(latencies, 50),
      p99: percentile(latencies, 99),
      cpu: ((cpuSeconds(service.pid) - before.own) * 1_000) / updates,
      mongod: ((cpuSeconds(service.mongod) - before.mongod) * 1_000) / updates,
      rss: rssMiB(service.pid),
      missing,
    };
  } finally {
    await service.stop();
    await api.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function startEngine(engine, api, dataDir) {
  if (engine !== "ours") return start([join(here, "bare-telegraf.mjs")], { BENCH_API: api.url, BENCH_TOKEN: token, BENCH_SECRET: secret }, dataDir);
  const profile = process.env.BENCH_PROFILE ? ["--cpu-prof", `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : [];
  return start([...profile, ...serveArgs], serveEnv(api), dataDir);
}

/** Sends updates and waits for each one's reply: one person never has two under way. */
function loader(url, api) {
  const post = poster(url, outstanding);
  let nextUpdate = 1;
  return {
    async run({ first, people: count, updates }) {
      const latencies = [];
      let missing = 0;
      let turn = 0;
      const one = async () => {
        while (turn < updates) {
          const n = turn++;
          const user = first + (n % count);
          const text = script[Math.floor(n / count) % script.length];
          const id = nextUpdate++;
          const from = { id: user, is_bot: false, first_name: "Nguyễn Văn Mẫu", language_code: "vi" };
          const update = { update_id: id, message: { message_id: id, date: 1_700_000_000, text, chat: { id: user, type: "private", first_name: from.first_name }, from } };
          const reply = api.replyTo(user, 1, 10_000);
          const began = performance.now();
          await post(update);
          const answer = await reply;
          if (answer === null) missing++;
          else latencies.push(answer.at - began);
        }
      };
      await Promise.all(Array.from({ length: outstanding }, one));
      return { latencies, missing };
    },
  };
}

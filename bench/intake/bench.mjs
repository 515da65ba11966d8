/**
 * 8,000 Telegram updates from 1,000 people, 32 whose reply has not yet arrived at once, each timed from the update's
 * POST to its reply at the fake API. Ours walks eight turns of the real registration flow with everything stored,
 * deduplicated and answered through the outbox; the baseline is bare telegraf doing one findOneAndUpdate and one reply.
 * Both in the same run on the same kind of mongod, rounds interleaved. Options: [updates] [rounds] [engines].
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cpuSeconds, percentile, rssMiB, spread, median } from "../measure.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = dirname(fileURLToPath(import.meta.url));
const token = "1:BENCH";
const secret = "bench-secret";
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
  const service = await start(engine, api, dataDir);
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

/** Starts an engine as a process of its own; answers where its webhook is. */
async function start(engine, api, dataDir) {
  const env = { ...process.env, DATA_DIR: dataDir, LOG_LEVEL: "warn" };
  if (engine === "ours") {
    Object.assign(env, {
      DEMO: "1",
      PORT: "0",
      TELEGRAM_BOT_TOKEN: token,
      TELEGRAM_API_ROOT: api.url,
      TELEGRAM_MODE: "webhook",
      TELEGRAM_WEBHOOK_SECRET: secret,
      TELEGRAM_RATE: "100000",
      TELEGRAM_CHAT_RATE: "1000/1000",
    });
  } else Object.assign(env, { BENCH_API: api.url, BENCH_TOKEN: token, BENCH_SECRET: secret });
  const args = engine === "ours" ? ["dist/app/cli.js", "serve"] : [join(here, "bare-telegraf.mjs")];
  if (process.env.BENCH_PROFILE && engine === "ours") args.unshift("--cpu-prof", `--cpu-prof-dir=${process.env.BENCH_PROFILE}`);
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((done) => child.once("exit", done));
  const address = await new Promise((ready, fail) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const found = /(http:\/\/127\.0\.0\.1:\d+)/.exec(output);
      if (found !== null) ready(found[1]);
    });
    void exited.then((code) => fail(new Error(`${engine} ended with ${code} before it was ready: ${output}`)));
  });
  const { pid: mongod } = JSON.parse(readFileSync(join(dataDir, "mongod.json"), "utf8"));
  return {
    url: `${address}/webhooks/telegram`,
    pid: child.pid,
    mongod,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Sends updates and waits for each one's reply: one person never has two under way. */
function loader(url, api) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: outstanding });
  const { hostname, port, pathname } = new URL(url);
  let nextUpdate = 1;
  function post(body) {
    return new Promise((done, fail) => {
      const request = http.request({ hostname, port, path: pathname, method: "POST", agent, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), "x-telegram-bot-api-secret-token": secret } }, (response) => {
        response.resume();
        response.on("end", () => (response.statusCode === 200 ? done() : fail(new Error(`webhook answered ${response.statusCode}`))));
      });
      request.on("error", fail);
      request.end(body);
    });
  }
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
          const body = JSON.stringify({ update_id: id, message: { message_id: id, date: 1_700_000_000, text, chat: { id: user, type: "private", first_name: from.first_name }, from } });
          const reply = api.replyTo(user, 10_000);
          const began = performance.now();
          await post(body);
          const at = await reply;
          if (at === null) missing++;
          else latencies.push(at - began);
        }
      };
      await Promise.all(Array.from({ length: outstanding }, one));
      return { latencies, missing };
    },
  };
}

/** Answers every method at once, and tells when a message to a chat arrived. */
async function fakeApi() {
  const waiting = new Map();
  const ok = (result) => Buffer.from(JSON.stringify({ ok: true, result }));
  const answers = { getMe: ok({ id: 1, is_bot: true, first_name: "b", username: "bench_bot" }), getWebhookInfo: ok({ url: "", has_custom_certificate: false, pending_update_count: 0 }) };
  const done = ok(true);
  const sent = ok({ message_id: 1, date: 1_700_000_000, chat: { id: 1, type: "private" }, text: "x" });
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const method = request.url.slice(request.url.lastIndexOf("/") + 1);
      const body = method === "sendMessage" ? sent : (answers[method] ?? done);
      if (method === "sendMessage") {
        const at = performance.now();
        const chat = /"chat_id":"?(\d+)/.exec(Buffer.concat(chunks).toString("latin1"))?.[1];
        waiting.get(chat)?.(at);
        waiting.delete(chat);
      }
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      response.end(body);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    replyTo: (user, withinMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(null), withinMs);
        waiting.set(String(user), (at) => (clearTimeout(timer), resolve(at)));
      }),
    close: () => new Promise((closed) => (server.closeAllConnections(), server.close(closed))),
  };
}

/** What the benches that talk to the service as Telegram does share: the service as a process of its own, its webhook, and a fake Bot API. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
export const token = "1:BENCH";
export const secret = "bench-secret";

/** What `serve` needs to answer over the webhook to the fake API, with Telegram's limits out of the way. */
export const serveEnv = (api) => ({
  DEMO: "1",
  PORT: "0",
  TELEGRAM_BOT_TOKEN: token,
  TELEGRAM_API_ROOT: api.url,
  TELEGRAM_MODE: "webhook",
  TELEGRAM_WEBHOOK_SECRET: secret,
  TELEGRAM_RATE: "100000",
  TELEGRAM_CHAT_RATE: "1000/1000",
});

export const serveArgs = ["dist/app/cli.js", "serve"];

/** Starts an engine as a process of its own; answers where its webhook is. */
export async function start(args, env, dataDir) {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, DATA_DIR: dataDir, LOG_LEVEL: "warn", ...env }, stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((done) => child.once("exit", done));
  const address = await new Promise((ready, fail) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const found = /(http:\/\/127\.0\.0\.1:\d+)/.exec(output);
      if (found !== null) ready(found[1]);
    });
    void exited.then((code) => fail(new Error(`${args[0]} ended with ${code} before it was ready: ${output}`)));
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

/** Posts updates to a webhook over at most `maxSockets` connections. */
export function poster(url, maxSockets) {
  const agent = new http.Agent({ keepAlive: true, maxSockets });
  const { hostname, port, pathname } = new URL(url);
  return (update) =>
    new Promise((done, fail) => {
      const body = JSON.stringify(update);
      const request = http.request({ hostname, port, path: pathname, method: "POST", agent, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), "x-telegram-bot-api-secret-token": secret } }, (response) => {
        response.resume();
        response.on("end", () => (response.statusCode === 200 ? done() : fail(new Error(`webhook answered ${response.statusCode}`))));
      });
      request.on("error", fail);
      request.end(body);
    });
}

/**
 * A fake Bot API on loopback: answers every method at once, serves `photo` for every file, and tells when messages to a chat arrived.
 * `replyTo(user, messages, withinMs)` gives, when so many messages came, when the last one did (`performance.now()`) and their
 * text in one; null when they did not come in time.
 */
export async function fakeApi(photo = Buffer.alloc(0)) {
  const waiting = new Map();
  const ok = (result) => Buffer.from(JSON.stringify({ ok: true, result }));
  const answers = { getMe: ok({ id: 1, is_bot: true, first_name: "b", username: "bench_bot" }), getWebhookInfo: ok({ url: "", has_custom_certificate: false, pending_update_count: 0 }) };
  const done = ok(true);
  const sent = ok({ message_id: 1, date: 1_700_000_000, chat: { id: 1, type: "private" }, text: "x" });
  const gotFile = ok({ file_id: "F", file_unique_id: "u", file_size: photo.length, file_path: "photos/p.jpg" });
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url.startsWith("/file/")) {
        response.writeHead(200, { "content-type": "application/octet-stream", "content-length": photo.length });
        return response.end(photo);
      }
      const method = request.url.slice(request.url.lastIndexOf("/") + 1).split("?")[0];
      const said = method === "sendMessage" || method === "sendPhoto";
      const body = said ? sent : method === "getFile" ? gotFile : (answers[method] ?? done);
      if (said) {
        const at = performance.now();
        const text = Buffer.concat(chunks).toString("latin1");
        const chat = /"chat_id":"?(\d+)/.exec(text)?.[1] ?? /name="chat_id"\r\n\r\n(\d+)/.exec(text)?.[1];
        waiting.get(chat)?.({ at, text });
      }
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      response.end(body);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    replyTo: (user, messages, withinMs) =>
      new Promise((resolve) => {
        let left = messages;
        let seen = "";
        const end = (answer) => (clearTimeout(timer), waiting.delete(String(user)), resolve(answer));
        const timer = setTimeout(() => end(null), withinMs);
        waiting.set(String(user), ({ at, text }) => {
          seen += text;
          if (--left === 0) end({ at, text: seen });
        });
      }),
    close: () => new Promise((closed) => (server.closeAllConnections(), server.close(closed))),
  };
}

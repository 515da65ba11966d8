import "../app/one-realm.js";
import { mkdtemp, rm } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import { run } from "../../src/app/cli/run.js";
import { readConfig } from "../../src/config/config.js";
import { connect } from "../../src/store/connect.js";
import { memoryLog, until } from "../channels/telegram/rig.js";
import { startFakeTelegram, type FakeTelegram, type Fault } from "../fakes/telegram.js";
import { startRunningService, type RunningService } from "../support/running-service.js";

const uri = process.env["OCOP_TEST_MONGODB_URI"] ?? "";
const token = "7000001:AAcanary-token_0123456789abcdef";
const secrets = {
  TELEGRAM_BOT_TOKEN: token,
  TELEGRAM_WEBHOOK_SECRET: "canary-webhook-secret",
  SESSION_SECRET: "canary-session-secret",
  SECRETS_KEY: "ca9a71".repeat(11).slice(0, 64),
  METRICS_TOKEN: "canary-metrics-token",
  MONGODB_URI: `${uri}${uri.includes("?") ? "&" : "?"}appName=canary-mongodb`,
};
const canaries = [...Object.values(secrets), "canary-", "AAcanary", "canary-password"].flatMap((each) => [each, encodeURIComponent(each), Buffer.from(each).toString("base64").replace(/=+$/, ""), Buffer.from(each).toString("base64url")]).concat("ca9a71ca9a71");

function clean(what: string, text: string): void {
  const found = canaries.filter((canary) => text.includes(canary)).map((canary) => `${what}: …${text.slice(Math.max(0, text.indexOf(canary) - 120), text.indexOf(canary) + 80)}…`);
  expect(found).toEqual([]);
}

async function dump(database: string): Promise<string> {
  const connection = await connect({ uri, database, poolSize: 2 });
  const all: unknown[] = [];
  for (const { name } of await connection.db!.listCollections().toArray()) {
    if (!name.startsWith("system.")) all.push(name, await connection.collection(name).find({}).toArray());
  }
  await connection.close();
  return JSON.stringify(all);
}

/** Everything an outsider or an operator can read of a service. */
async function shown({ address }: RunningService): Promise<string> {
  const asked: [string, RequestInit?][] = [
    ["/readyz"],
    ["/healthz"],
    ["/metrics"],
    ["/metrics", { headers: { authorization: "Bearer wrong" } }],
    ["/metrics", { headers: { authorization: `Bearer ${secrets.METRICS_TOKEN}` } }],
    ["/verify/%00"],
    ["/verify/%zz"],
    ["/files/x.y"],
    ["/chat"],
    ["/chat/events"],
    ["/chat/messages", { method: "POST", headers: { origin: address, "content-type": "application/json" }, body: "{" }],
    ["/webhooks/telegram", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }],
    ["/webhooks/telegram", { method: "POST", headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": "wrong" }, body: "{}" }],
    ["/webhooks/telegram", { method: "POST", headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": secrets.TELEGRAM_WEBHOOK_SECRET }, body: "{" }],
    [`/nowhere/bot${"x".repeat(20)}`],
  ];
  const all: string[] = [];
  for (const [path, init] of asked) {
    const answer = await fetch(`${address}${path}`, init);
    all.push(`${path} ${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`);
  }
  const { hostname, port } = new URL(address);
  all.push(
    await new Promise<string>((resolve) => {
      const socket = connectSocket(Number(port), hostname, () => socket.write("not HTTP at all\r\n\r\n"));
      let said = "";
      socket.on("data", (part) => (said += String(part))).on("close", () => resolve(said));
    }),
  );
  return all.join("\n");
}

interface Case {
  mode?: "polling" | "webhook";
  root?: string;
  /** What goes wrong, once the service has begun unless `atStart`. */
  fault?: Fault;
  atStart?: boolean;
}

/** Runs a service into the fault and answers all that it left anywhere. */
async function leftBehind({ mode = "polling", root, fault, atStart = false }: Case): Promise<{ lines: string[]; page: string; stored: string }> {
  const telegram: FakeTelegram = await startFakeTelegram({ token });
  const { log, lines } = memoryLog();
  const fail = (...methods: string[]): void => {
    if (fault !== undefined) for (const method of methods) telegram.answerNext(method, fault, 50);
  };
  if (atStart) fail(...(mode === "webhook" ? ["setWebhook"] : ["getMe", "setMyCommands", "deleteWebhook", "getUpdates"]));
  const env = { ...secrets, TELEGRAM_API_ROOT: root ?? telegram.url, TELEGRAM_MODE: mode, PUBLIC_URL: "https://ocop.example", LOG_LEVEL: "trace" };
  const running = await startRunningService({ env, log });
  try {
    const user = telegram.user(7_100, { firstName: "Nguyễn Văn", lastName: "Mẫu" });
    if (root === undefined && !atStart && mode === "polling") {
      await user.say("đăng ký");
      await until(() => user.replies().some(({ buttons }) => buttons.length > 0));
      fail("sendMessage", "answerCallbackQuery", "editMessageText", "editMessageReplyMarkup", "sendChatAction");
      await user.press("Đọc bản đầy đủ");
      await user.say("0901 234 567");
      await until(() => telegram.callsOf("sendMessage").length > 2 && telegram.callsOf("answerCallbackQuery").length > 0 && telegram.pending() === 0);
      fail("getUpdates");
      const polls = telegram.callsOf("getUpdates").length;
      await user.say("trợ giúp");
      await until(() => telegram.callsOf("getUpdates").length > polls);
      await user.say("trạng thái");
    }
    if (fault !== "hang") await until(() => lines.some((line) => /polling failed|upkeep failed|webhook in trouble/.test(line)));
    return { lines, page: await shown(running), stored: await dump(running.database) };
  } finally {
    await running.stop();
    await telegram.close();
  }
}

const repeated = `cannot reach https://api.telegram.org/bot${token}/sendMessage`;
const says = (status: number, parameters?: object, words = repeated): Fault => ({ status, body: { ok: false, error_code: status, description: `Error: ${words}`, ...(parameters === undefined ? {} : { parameters }) } });

describe("24: no secret is in a log, an answer, a metric or a row", () => {
  test("the secrets would be found, were they there", () => {
    for (const each of Object.values(secrets)) expect(() => clean("x", JSON.stringify({ at: `http://x/bot${each}/y` }))).toThrow();
  });

  test.each<[string, Case]>([
    ["Telegram's name cannot be resolved", { root: "http://no-such-host.invalid" }],
    ["nobody listens there", { root: "http://127.0.0.1:9" }],
    ["it answers 400, repeating what it was asked", { fault: says(400) }],
    ["it answers 401", { fault: says(401) }],
    ["it answers 403", { fault: says(403) }],
    ["it answers 404", { fault: says(404) }],
    ["it answers 409", { fault: says(409) }],
    ["it answers 429", { fault: says(429, { retry_after: 1 }) }],
    ["it answers 500", { fault: says(500) }],
    ["it answers no JSON", { fault: { status: 200, body: `<html>${repeated}` } }],
    ["it answers JSON of another shape", { fault: { status: 200, body: { ok: true, result: { said: repeated } } } }],
    ["it answers a redirect to itself", { fault: { status: 302, body: "", headers: { location: `http://127.0.0.1:9/bot${token}/getMe` } } }],
    ["it breaks the line", { fault: "reset" }],
    ["it breaks the line after it was done", { fault: "accept_then_reset" }],
    ["it never answers, and the service stops", { fault: "hang" }],
    ["it refuses the token from the start", { fault: says(401), atStart: true }],
    ["it refuses the webhook, repeating its secret", { fault: says(400, {}, `bad secret ${secrets.TELEGRAM_WEBHOOK_SECRET} for https://ocop.example`), atStart: true, mode: "webhook" }],
    ["it breaks the line of the webhook's upkeep", { fault: "reset", atStart: true, mode: "webhook" }],
  ])("when %s", async (_title, given) => {
    const { lines, page, stored } = await leftBehind(given);
    expect([lines.length > 0, page.includes("/readyz"), stored.includes("leases")]).toEqual([true, true, true]);
    clean("log", lines.join(""));
    clean("answer", page);
    clean("row", stored);
  }, 60_000);

  test.each<[string, Record<string, string>, Fault | null]>([
    ["all is well", {}, null],
    ["Telegram refuses the token, repeating it", {}, says(401)],
    ["Telegram answers nonsense", {}, { status: 200, body: `<html>${repeated}` }],
    ["the database cannot be reached", { MONGODB_URI: "mongodb://canary-user:canary-password@127.0.0.1:9/?replicaSet=rs0" }, null],
    ["the database's address is none", { MONGODB_URI: "mongodb://canary-user:canary-password@[:9/?replicaSet=canary-rs" }, null],
  ])("nor in what `doctor` says when %s", async (_title, env, fault) => {
    const telegram = await startFakeTelegram({ token });
    if (fault !== null) telegram.answerNext("getMe", fault, 5);
    const folder = await mkdtemp(join(tmpdir(), "ocop-doctor-"));
    const { log, lines } = memoryLog();
    const said: string[] = [];
    const config = readConfig({ ...secrets, TELEGRAM_API_ROOT: telegram.url, DATA_DIR: folder, DEMO: "1", ...env });
    const database = `test_doctor_${folder.slice(-6).toLowerCase()}`;
    try {
      await run({ config: { ...config, database }, log, verb: "doctor", rest: [], out: (line) => void said.push(line), fail: (line) => void said.push(line), stdin: Readable.from([]) });
      expect(said.join("\n")).toMatch(/(?:ok|MEND)\s+Telegram: /);
      clean("doctor", said.join("\n"));
      clean("log", lines.join(""));
    } finally {
      const connection = await connect({ uri, database });
      await connection.dropDatabase();
      await connection.close();
      await telegram.close();
      await rm(folder, { recursive: true, force: true });
    }
  }, 60_000);
});

import { request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createTelegram } from "../../src/channels/telegram/channel.js";
import type { Inbound } from "../../src/domain/message.js";
import { createServer, type Server } from "../../src/http/server.js";
import { webhookRoutes, type WebhookChannel } from "../../src/http/webhooks.js";
import { createIntake } from "../../src/intake/intake.js";
import { systemClock } from "../../src/lib/clock.js";
import { memoryLog } from "../channels/telegram/rig.js";

const secret = "Sesame-1";
const oneMegabyte = 1_048_576;
const update = {
  update_id: 41,
  message: { message_id: 7, date: 1_700_000_000, chat: { id: 5, type: "private" }, from: { id: 5, is_bot: false, first_name: "Mẫu" }, text: "điều riêng tư" },
};

let server: Server;
let url: string;
let telegram: ReturnType<typeof createTelegram>;
let stored: Inbound[];
let store: "well" | "refuses" | "hangs";
let counted: [string, number][];
let lines: string[];

beforeEach(async () => {
  [stored, store, counted] = [[], "well", []];
  const kept = memoryLog();
  lines = kept.lines;
  telegram = createTelegram({ token: "7000001:AAA", mode: "webhook", webhookSecret: secret, rate: null, clock: systemClock, log: kept.log });
  const intake = createIntake({
    inbox: {
      async insert(inbound) {
        if (store === "hangs") return new Promise(() => undefined);
        if (store === "refuses") throw new Error("connection lost");
        stored.push(...inbound);
        return inbound.map(() => true);
      },
    },
    instance: "i",
    clock: systemClock,
    log: kept.log,
    worksHere: true,
    claimMs: 1_000,
    onStored: () => undefined,
    tellOthers: () => undefined,
    flood: { take: () => true, giveBack: () => undefined },
    count: () => undefined,
    timeoutMs: 200,
  });
  server = createServer({
    trustProxy: 0,
    log: kept.log,
    routes: [
      webhookRoutes({
        channels: [telegram as WebhookChannel],
        async accept(inbound) {
          await intake.accept(inbound);
        },
        log: kept.log,
        count: (channel, status) => counted.push([channel, status]),
      }),
    ],
  });
  url = `${await server.listen("127.0.0.1", 0)}/webhooks/telegram`;
});
afterEach(async () => {
  await server.close();
  await telegram.stop();
});

const headers = { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret };
async function post(body: string, change: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url, { method: "POST", headers: { ...headers, ...change }, body });
  await answer.arrayBuffer();
  return answer.status;
}

/** The status of an answer that may come before the whole body has gone out. */
function early(change: Record<string, string>, body: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method: "POST", headers: { ...headers, ...change } }, (answer) => {
      resolve(answer.statusCode);
      sent.destroy();
    });
    sent.on("error", reject);
    sent.flushHeaders();
    sent.write(body);
  });
}

describe("POST /webhooks/telegram", () => {
  test("is 200 once the update is stored", async () => {
    expect(await post(JSON.stringify(update))).toBe(200);
    expect(stored).toMatchObject([{ id: "telegram:7000001:41", user: "5", content: { kind: "text", text: "điều riêng tư" } }]);
    expect(counted).toEqual([["telegram", 200]]);
  });

  test.each<[string, Record<string, string>]>([
    ["a wrong secret", { "x-telegram-bot-api-secret-token": "Sesame-2" }],
    ["the secret twice", { "x-telegram-bot-api-secret-token": `${secret}, ${secret}` }],
    ["an empty secret", { "x-telegram-bot-api-secret-token": "" }],
  ])("is 401 with %s, and nothing is accepted", async (_what, change) => {
    expect(await post(JSON.stringify(update), change)).toBe(401);
    expect(stored).toEqual([]);
    expect(counted).toEqual([["telegram", 401]]);
  });

  test("is 401 without a secret, and nothing is accepted", async () => {
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(update) });
    expect(answer.status).toBe(401);
    expect(stored).toEqual([]);
  });

  test("takes a body of 1 MB, to the byte", async () => {
    const body = JSON.stringify(update);
    expect(await post(body + " ".repeat(oneMegabyte - Buffer.byteLength(body)))).toBe(200);
    expect(stored).toHaveLength(1);
  });

  test("is 413 over 1 MB, by its length or as it comes, and nothing is accepted", async () => {
    expect(await early({ "content-length": String(oneMegabyte + 1) }, Buffer.from("{"))).toBe(413);
    expect(await early({ "transfer-encoding": "chunked" }, Buffer.from(JSON.stringify(update).padEnd(oneMegabyte + 1)))).toBe(413);
    expect(stored).toEqual([]);
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data; boundary=x"])("is 415 for %s, and nothing is accepted", async (type) => {
    expect(await post(JSON.stringify(update), { "content-type": type })).toBe(415);
    expect(stored).toEqual([]);
  });

  test.each(["GET", "PUT", "DELETE", "PATCH"])("is 405 for %s, naming POST", async (method) => {
    const answer = await fetch(url, { method, headers, ...(method === "GET" ? {} : { body: JSON.stringify(update) }) });
    expect([answer.status, answer.headers.get("allow"), await answer.json()]).toEqual([405, "POST", { error: "method_not_allowed" }]);
    expect(stored).toEqual([]);
  });

  test("is 404 for a channel that is not here", async () => {
    expect((await fetch(url.replace("telegram", "zalo-oa"), { method: "POST", headers, body: "{}" })).status).toBe(404);
  });

  test.each(["refuses", "hangs"] as const)("is 503 while the store %s", async (how) => {
    store = how;
    expect(await post(JSON.stringify(update))).toBe(503);
    expect(stored).toEqual([]);
    expect(counted).toEqual([["telegram", 503]]);
  });

  test("is 200 when an update that could not be stored comes again", async () => {
    store = "refuses";
    expect(await post(JSON.stringify(update))).toBe(503);
    store = "well";
    expect(await post(JSON.stringify(update))).toBe(200);
    expect(stored.map(({ id }) => id)).toEqual(["telegram:7000001:41"]);
  });

  test.each(["", "{", "null", "[]", '{"update_id":"x"}'])("is 200 for %j, which would only be repeated, and nothing is accepted", async (body) => {
    expect(await post(body)).toBe(200);
    expect(stored).toEqual([]);
  });

  test("__proto__ and constructor in an update change nothing", async () => {
    const poison = '"__proto__":{"polluted":true,"text":"khác"},"constructor":{"prototype":{"polluted":true}},';
    const poisoned = JSON.stringify(update).replace("{", `{${poison}`).replace('"message":{', `"message":{${poison}`).replace('"from":{', `"from":{${poison}`);
    expect(JSON.parse(poisoned)).not.toEqual(update);
    expect(await post(poisoned)).toBe(200);
    expect(await post(JSON.stringify({ ...update, update_id: 42 }))).toBe(200);
    const [first, second] = stored;
    expect(first?.content).toEqual({ kind: "text", text: "điều riêng tư" });
    expect({ ...first, id: "", receivedAt: null, order: 0 }).toEqual({ ...second, id: "", receivedAt: null, order: 0 });
    expect("polluted" in {}).toBe(false);
    expect("polluted" in (first ?? {})).toBe(false);
  });

  test("logs neither secret nor words, whatever the answer", async () => {
    await post(JSON.stringify(update));
    await post(JSON.stringify(update), { "x-telegram-bot-api-secret-token": "Sesame-2" });
    store = "refuses";
    await post(JSON.stringify(update));
    expect(lines.join("")).toContain("wrong secret");
    expect(lines.join("")).toContain("webhook not stored");
    expect(lines.join("")).not.toMatch(/Sesame|riêng tư/);
  });
});

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Received } from "../../../src/channels/contract.js";
import type { Inbound } from "../../../src/domain/message.js";
import { never, rig, until } from "./rig.js";

let at: Awaited<ReturnType<typeof rig>>;
beforeEach(async () => {
  at = await rig();
});
afterEach(() => at.close());

const store = () => {
  const stored: Inbound[] = [];
  return { stored, accept: async (inbound: readonly Inbound[]) => void stored.push(...inbound) };
};
const texts = (inbound: readonly Inbound[]) => inbound.map(({ content }) => (content.kind === "text" ? content.text : content.kind));
const refused = (status: number, description: string) => ({ status, body: { ok: false, error_code: status, description } });

describe("polling", () => {
  test("takes updates in order and asks only for the kinds it serves", async () => {
    const { stored, accept } = store();
    const user = at.telegram.user(1, { firstName: "Mẫu", languageCode: "vi" });
    await user.say("một");
    await user.say("hai");
    await at.channel().start(accept);
    await until(() => stored.length === 2);
    await user.photo(Buffer.from("x"), "ba");
    await user.block();
    await until(() => stored.length === 4);
    expect(texts(stored)).toEqual(["một", "hai", "file", "reach"]);
    expect(at.telegram.callsOf("getUpdates")[0]?.params).toEqual({ timeout: 1, allowed_updates: ["message", "callback_query", "my_chat_member"] });
    await until(() => at.telegram.pending() === 0);
  });

  test("confirms only what was stored, and asks again for the rest", async () => {
    const { stored, accept } = store();
    let down = true;
    const offers: string[][] = [];
    const channel = at.channel();
    await at.telegram.user(1).say("quan trọng");
    await channel.start((inbound) => {
      offers.push(texts(inbound));
      return down ? Promise.reject(new Error("no store")) : accept(inbound);
    });
    await until(() => offers.length >= 3);
    expect(at.telegram.pending()).toBe(1);
    expect(at.telegram.callsOf("getUpdates").every(({ params }) => params["offset"] === undefined)).toBe(true);
    expect(channel.trouble()).toContain("cannot be stored");
    down = false;
    await until(() => stored.length === 1 && at.telegram.pending() === 0);
    expect(texts(stored)).toEqual(["quan trọng"]);
    expect(at.telegram.callsOf("getUpdates").at(-1)?.params["offset"]).toBe(1_002);
  });

  test("does not confirm while storing is still under way, even when stopped", async () => {
    const channel = at.channel();
    let taken = (): void => undefined;
    const storing = new Promise<void>((resolve) => (taken = resolve));
    let asked = false;
    await at.telegram.user(1).say("đang lưu");
    await channel.start(() => {
      asked = true;
      return storing;
    });
    await until(() => asked);
    const stopped = channel.stop();
    expect(at.telegram.callsOf("getUpdates")).toHaveLength(1);
    expect(at.telegram.pending()).toBe(1);
    taken();
    await stopped;
  });

  test("steps over an update that it cannot read or does not serve", async () => {
    const { stored, accept } = store();
    await at.telegram.update({ message: { chat: "x" } });
    await at.telegram.update({ message: { message_id: 1, from: { id: 1, is_bot: false, first_name: "A" }, chat: { id: -5, type: "group" }, text: "x" } });
    await at.telegram.user(1).say("sau đó");
    await at.channel().start(accept);
    await until(() => stored.length === 1 && at.telegram.pending() === 0);
    expect(texts(stored)).toEqual(["sau đó"]);
    expect(at.lines.filter((line) => line.includes("update ignored"))).toHaveLength(2);
  });

  test("brings a repeated update with the same id", async () => {
    const { stored, accept } = store();
    await at.channel().start(accept);
    await at.telegram.user(1).say("một lần");
    await at.telegram.repeatLast();
    await until(() => stored.length === 2);
    expect(stored[0]?.id).toBe(stored[1]?.id);
  });

  test("takes a webhook away first, sets the menus and learns its name", async () => {
    at.telegram.deliverTo({ url: "http://127.0.0.1:1/" });
    const channel = at.channel({
      commands: [
        { language: "vi", commands: [{ command: "dangky", description: "Đăng ký" }] },
        { language: null, commands: [{ command: "register", description: "Register" }] },
        { language: "en", commands: [{ command: "Wrong Name", description: "x" }] },
      ],
    });
    expect(channel.can.linkBack).toBeNull();
    await channel.start(store().accept);
    await until(() => at.telegram.callsOf("getUpdates").length > 0);
    expect(at.telegram.calls.map(({ method }) => method).slice(0, 6)).toEqual(["getMe", "setMyCommands", "setMyCommands", "setMyCommands", "deleteWebhook", "getUpdates"]);
    expect([...at.telegram.menus.keys()]).toEqual(["vi", ""]);
    expect(channel.can.linkBack?.("abc_1")).toBe("https://t.me/ocop_test_bot?start=abc_1");
  });

  test.each([
    ["the token is refused", "getMe", refused(401, "Unauthorized"), /TELEGRAM_BOT_TOKEN/],
    ["another program reads", "getUpdates", refused(409, "Conflict: terminated by other getUpdates request"), /another program reads/],
    ["a webhook was set elsewhere", "getUpdates", refused(409, "Conflict: can't use getUpdates method while webhook is active"), /webhook is set/],
    ["Telegram is down", "getUpdates", refused(502, "Bad Gateway"), /502/],
    ["the line breaks", "getUpdates", "reset" as const, /cannot be reached/],
  ])("says what to do when %s, and recovers", async (_title, method, fault, words) => {
    const { stored, accept } = store();
    const channel = at.channel();
    at.telegram.answerNext(method, fault);
    await channel.start(accept);
    await until(() => words.test(channel.trouble() ?? ""));
    await at.telegram.user(1).say("lại đây");
    await until(() => stored.length === 1 && channel.trouble() === null);
  });

  test("waits as long as a 429 asks", async () => {
    const { stored, accept } = store();
    at.telegram.tooMany("getUpdates", 1);
    await at.telegram.user(1).say("x");
    await at.channel().start(accept);
    await until(() => stored.length === 1);
    const [first, second] = at.telegram.callsOf("getUpdates");
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test("of two readers the older is told of the other", async () => {
    const first = at.channel();
    await first.start(store().accept);
    await until(() => at.telegram.callsOf("getUpdates").length === 1);
    const second = at.channel();
    await second.start(store().accept);
    await until(() => /another program/.test(first.trouble() ?? ""));
  });

  test("stops at once while a question is open", async () => {
    const channel = at.channel({ pollTimeoutS: 50 });
    await channel.start(store().accept);
    await until(() => at.telegram.callsOf("getUpdates").length === 1);
    const begun = performance.now();
    await channel.stop();
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe("a webhook request", () => {
  const secret = "s3cret-_x";
  const update = { update_id: 5, message: { message_id: 1, from: { id: 1, is_bot: false, first_name: "A" }, chat: { id: 1, type: "private" }, text: "chào" } };
  const ask = (body: unknown, headers: Record<string, string | string[] | undefined> = {}): Received => {
    const channel = at.channel({ mode: "webhook", webhookSecret: secret });
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    const all = { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret, ...headers };
    return channel.receive?.({ headers: all, body: bytes }) as Received;
  };

  test("with the secret brings its update", () => {
    expect(ask(update)).toMatchObject({ status: 200, inbound: [{ id: "telegram:7000001:5", content: { kind: "text", text: "chào" } }] });
    expect(ask(update, { "content-type": "application/json; charset=utf-8" }).inbound).toHaveLength(1);
  });

  const refusals: [string, unknown, Record<string, string | string[] | undefined>, number][] = [
    ["no secret", update, { "x-telegram-bot-api-secret-token": undefined }, 401],
    ["a wrong secret", update, { "x-telegram-bot-api-secret-token": "s3cret-_y" }, 401],
    ["a longer secret", update, { "x-telegram-bot-api-secret-token": `${secret}x` }, 401],
    ["an empty secret", update, { "x-telegram-bot-api-secret-token": "" }, 401],
    ["the secret twice", update, { "x-telegram-bot-api-secret-token": [secret, secret] }, 401],
    ["no secret and too large", Buffer.alloc(1_048_577), { "x-telegram-bot-api-secret-token": undefined }, 401],
    ["another content type", update, { "content-type": "text/plain" }, 415],
    ["a content type that only begins alike", update, { "content-type": "application/jsonp" }, 415],
    ["no content type", update, { "content-type": undefined }, 415],
    ["over 1 MB", Buffer.alloc(1_048_577, " "), {}, 413],
    ["broken JSON", "{", {}, 200],
    ["an empty body", "", {}, 200],
    ["a string for a number", { ...update, update_id: "5" }, {}, 200],
    ["an operator for a text", { update_id: 5, message: { ...update.message, text: { $ne: null } } }, {}, 200],
    ["a kind not asked for", { update_id: 5, poll: {} }, {}, 200],
    ["a list", [update], {}, 200],
  ];
  test.each(refusals)("with %s brings nothing, and says why", (_title, body, headers, status) => {
    const received = ask(body, headers);
    expect(received).toEqual({ status, inbound: [], reason: expect.any(String) });
    expect(received.reason).not.toContain(secret);
  });

  test("has no place where updates are polled", () => {
    expect(at.channel().receive).toBeUndefined();
  });

  test("needs a secret and a token of the right shape", () => {
    expect(() => at.channel({ mode: "webhook" })).toThrow(/TELEGRAM_WEBHOOK_SECRET/);
    expect(() => at.channel({ token: "canary" })).toThrow(/^TELEGRAM_BOT_TOKEN must look like 123456:ABC…$/);
  });
});

describe("webhook mode", () => {
  let server: Server;
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test("sets the webhook, and what people write arrives verified", async () => {
    const channel = at.channel({ mode: "webhook", webhookSecret: "abc", ...(await publicServer(() => channel)), webhookCheckMs: 20 });
    await channel.start(store().accept);
    await until(() => at.telegram.callsOf("getWebhookInfo").length > 1);
    expect(at.telegram.callsOf("setWebhook")[0]?.params).toMatchObject({ secret_token: "abc", allowed_updates: ["message", "callback_query", "my_chat_member"], max_connections: 40 });
    expect(await at.telegram.user(1).say("chào")).toBe(200);
    expect(texts(arrived)).toEqual(["chào"]);
    expect(channel.trouble()).toBeNull();
    at.telegram.deliverTo({ url: "http://127.0.0.1:1/x" });
    await until(() => /elsewhere/.test(channel.trouble() ?? ""));
    at.telegram.deliverTo(null);
    await until(() => /no webhook is set/.test(channel.trouble() ?? ""));
  });

  test("reports deliveries that Telegram fails at", async () => {
    let status = 503;
    const channel = at.channel({ mode: "webhook", webhookSecret: "abc", ...(await publicServer(() => channel, () => status)), webhookCheckMs: 20 });
    await channel.start(store().accept);
    await until(() => at.telegram.callsOf("getWebhookInfo").length > 0);
    expect(await at.telegram.user(1).say("chào")).toBe(503);
    await until(() => /cannot deliver to the webhook: .*503/.test(channel.trouble() ?? ""));
    status = 200;
    await until(() => arrived.length === 1);
  });

  let arrived: Inbound[] = [];
  async function publicServer(channel: () => ReturnType<typeof at.channel>, status: () => number = () => 200): Promise<{ publicUrl: string }> {
    arrived = [];
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const received = channel().receive?.({ headers: request.headers, body: Buffer.concat(chunks) });
      if (status() === 200 && request.url === "/webhooks/telegram") arrived.push(...(received?.inbound ?? []));
      response.writeHead(status() === 200 ? (received?.status ?? 404) : status()).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { publicUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
  }
});

test("sending works without start", async () => {
  const user = at.telegram.user(4);
  await at.channel().send({ _id: "d", lane: "reply", channel: "telegram", account: "7000001", user: "4", chat: "4", contactId: "c", order: 1, state: "claimed", attempts: 0, content: { text: "x" }, queuedAt: new Date(0) }, never());
  expect((await user.nextReply()).text).toBe("x");
});

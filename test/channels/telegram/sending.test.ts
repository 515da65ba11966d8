import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { inspect } from "node:util";
import { FileGone, FileTooBig } from "../../../src/channels/contract.js";
import { toInbound } from "../../../src/channels/telegram/update.js";
import { SendError } from "../../../src/domain/errors.js";
import type { Inbound } from "../../../src/domain/message.js";
import type { Fault } from "../../fakes/telegram.js";
import { delivery, never, rig, until } from "./rig.js";

let at: Awaited<ReturnType<typeof rig>>;
beforeAll(async () => {
  at = await rig();
});
afterAll(() => at.close());
afterEach(() => at.telegram.clearFaults());

const refusal = (status: number, description: string, parameters?: object): Fault => ({
  status,
  body: { ok: false, error_code: status, description, ...(parameters === undefined ? {} : { parameters }) },
});
const failing = (promise: Promise<unknown>): Promise<SendError> =>
  promise.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: unknown) => error as SendError,
  );

describe("a failed send becomes a verdict", () => {
  const table: [string, Fault, object][] = [
    ["429 waits as told", refusal(429, "Too Many Requests: retry after 17", { retry_after: 17 }), { code: "rate_limited", verdict: "later", retryAfterMs: 17_000 }],
    ["429 without a time waits a little", refusal(429, "Too Many Requests"), { code: "rate_limited", retryAfterMs: 5_000 }],
    ["403 is a block", refusal(403, "Forbidden: bot was blocked by the user"), { code: "blocked", verdict: "unreachable" }],
    ["a deleted account is gone", refusal(403, "Forbidden: user is deactivated"), { code: "chat_gone", verdict: "unreachable" }],
    ["an unknown chat is gone", refusal(400, "Bad Request: chat not found"), { code: "chat_gone" }],
    ["a moved chat says where to", refusal(400, "Bad Request: group chat was upgraded", { migrate_to_chat_id: -100_123 }), { moveTo: "-100123" }],
    ["another 400 refuses the message", refusal(400, "Bad Request: BUTTON_DATA_INVALID"), { code: "message_refused", verdict: "never", message: "message_refused: 400 Bad Request: BUTTON_DATA_INVALID" }],
    ["401 is the token", refusal(401, "Unauthorized"), { code: "token_rejected", verdict: "outage" }],
    ["404 is the token", refusal(404, "Not Found"), { code: "token_rejected" }],
    ["409 is the channel", refusal(409, "Conflict"), { code: "channel_down" }],
    ["500 is the channel", refusal(500, "Internal Server Error"), { code: "channel_down", verdict: "outage" }],
    ["a gateway's page is the channel", { status: 502, body: "<html>bad gateway</html>" }, { code: "channel_down" }],
    ["an answer that is no JSON leaves it open", { status: 200, body: "<html>" }, { code: "outcome_unknown" }],
    ["an answer without an id leaves it open", { status: 200, body: { ok: true, result: {} } }, { code: "outcome_unknown" }],
    ["a broken line leaves it open", "reset", { code: "outcome_unknown", verdict: "again" }],
    ["a line broken after it was taken leaves it open", "accept_then_reset", { code: "outcome_unknown" }],
    ["no answer in time leaves it open", "hang", { code: "outcome_unknown" }],
  ];
  test.each(table)("%s", async (_title, fault, expected) => {
    const channel = at.channel({ callTimeoutMs: 150 });
    at.telegram.user(1);
    at.telegram.answerNext("sendMessage", fault);
    const error = await failing(channel.send(delivery(1, { text: "xin chào" }), never()));
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject(expected);
  });

  test("nobody listening means nothing was sent", async () => {
    const channel = at.channel({ apiRoot: "http://127.0.0.1:1" });
    expect(await failing(channel.send(delivery(1, { text: "x" }), never()))).toMatchObject({ code: "channel_down" });
  });

  test("a name that does not resolve means nothing was sent", async () => {
    const channel = at.channel({ apiRoot: "http://nowhere.invalid" });
    expect(await failing(channel.send(delivery(1, { text: "x" }), never()))).toMatchObject({ code: "channel_down" });
  });

  test("stopping in the middle leaves it open, before the start nothing was sent", async () => {
    const channel = at.channel();
    at.telegram.user(1);
    at.telegram.answerNext("sendMessage", "hang");
    const stop = new AbortController();
    const before = at.telegram.callsOf("sendMessage").length;
    const sending = failing(channel.send(delivery(1, { text: "x" }), stop.signal));
    await until(() => at.telegram.callsOf("sendMessage").length > before);
    stop.abort();
    expect(await sending).toMatchObject({ code: "outcome_unknown" });
    expect(await failing(channel.send(delivery(1, { text: "x" }), stop.signal))).toMatchObject({ code: "channel_down" });
    expect(at.telegram.callsOf("sendMessage")).toHaveLength(before + 1);
  });

  test("a person who blocks and comes back", async () => {
    const channel = at.channel();
    const user = at.telegram.user(61);
    await user.block();
    expect(await failing(channel.send(delivery(61, { text: "x" }), never()))).toMatchObject({ code: "blocked" });
    await user.unblock();
    await channel.send(delivery(61, { text: "lại chào" }), never());
    expect((await user.nextReply()).text).toBe("lại chào");
  });

  test("a failed second part fails the whole", async () => {
    const channel = at.channel();
    const user = at.telegram.user(62);
    const content = { text: "từ ".repeat(2_000) };
    at.telegram.answerNext("sendMessage", { status: 200, body: { ok: true, result: { message_id: 5 } } });
    at.telegram.tooMany("sendMessage", 1);
    expect(await failing(channel.send(delivery(62, content), never()))).toMatchObject({ code: "rate_limited" });
    await channel.send(delivery(62, content), never());
    expect(user.replies()).toHaveLength(2);
  });

  test("trouble names the token until Telegram takes it again", async () => {
    const channel = at.channel();
    at.telegram.user(1);
    at.telegram.answerNext("sendMessage", refusal(401, "Unauthorized"));
    await failing(channel.send(delivery(1, { text: "x" }), never()));
    expect(channel.trouble()).toContain("TELEGRAM_BOT_TOKEN");
    await channel.send(delivery(1, { text: "x" }), never());
    expect(channel.trouble()).toBeNull();
  });
});

test("an API root keeps its path, with or without a final slash", async () => {
  for (const root of [`${at.telegram.url}/proxy/x`, `${at.telegram.url}/proxy/x/`]) {
    await failing(at.channel({ apiRoot: root }).send(delivery(1, { text: "x" }), never()));
    expect(at.telegram.calls.at(-1)?.method).toBe(`/proxy/x/bot${at.telegram.token}/sendMessage`);
  }
});

test("a connection is used again", async () => {
  const channel = at.channel();
  at.telegram.user(1);
  const before = at.telegram.connections();
  for (let n = 0; n < 20; n++) await channel.send(delivery(1, { text: `${n}` }), never());
  expect(at.telegram.connections() - before).toBeLessThanOrEqual(2);
});

describe("neither token, text nor phone number appears in an error or a log line", () => {
  const text = "Bí mật của bà con ở ấp 3";
  const phone = "0901 234 567";
  const echo = (status: number): Fault => refusal(status, `Bad Request: can't do ${text} "${phone}" ${phone} +84901234567 with 7000001:AAfake-token-canary_0123456789abcdef`);
  const faults: [string, Fault][] = [
    ...[400, 401, 403, 404, 409, 429].map((status): [string, Fault] => [`${status} that repeats everything`, echo(status)]),
    ["500", refusal(500, text)],
    ["a page in place of JSON", { status: 200, body: `<html>${text}` }],
    ["a page with 403", { status: 403, body: `<html>${text}` }],
    ["a redirect to nowhere", { status: 302, body: "", headers: { location: "http://127.0.0.1:1/bot7000001:AAfake-token-canary_0123456789abcdef/x" } }],
    ["reset", "reset"],
    ["accept_then_reset", "accept_then_reset"],
    ["hang", "hang"],
  ];
  const content = { text, rows: [{ name: "Điện thoại", value: phone }], choices: [{ label: text, data: "k" }] };

  test.each(faults)("when Telegram answers %s", async (_title, fault) => {
    const channel = at.channel({ callTimeoutMs: 100, pollTimeoutS: 0, commands: [{ language: null, commands: [{ command: "x", description: text }] }] });
    const user = at.telegram.user(70);
    await user.photo(Buffer.from("x"), text);
    const [fileId] = [...at.telegram.files.keys()];
    const heard: unknown[] = [];
    at.telegram.answerNext("sendMessage", fault);
    heard.push(await failing(channel.send(delivery(70, content), never())));
    at.telegram.answerNext("sendPhoto", fault);
    heard.push(await failing(channel.send(delivery(70, { ...content, qr: { text, alt: text } }), never())));
    at.telegram.answerNext("getFile", fault);
    heard.push(await failing(channel.openFile({ ref: fileId ?? "" }, never())));
    if (typeof fault === "object" && fault.status !== 200) {
      at.telegram.answerNext("file", fault);
      heard.push(await failing(channel.openFile({ ref: fileId ?? "" }, never())));
    }
    at.telegram.answerNext("answerCallbackQuery", fault);
    at.telegram.answerNext("editMessageText", fault);
    await channel.acknowledge(pressed);
    await channel.settle(pressed, text);
    for (const method of ["getMe", "setMyCommands", "getUpdates", null]) {
      if (method !== null) at.telegram.answerNext(method, fault);
      const before = polled();
      await channel.start(() => Promise.reject(new Error(`store has ${text} ${phone}`)));
      await until(() => polled() > before);
      await channel.stop();
      at.telegram.clearFaults();
    }
    expect(at.lines.some((line) => line.includes("menu not set"))).toBe(true);
    const all = `${inspect(heard, { depth: 12, showHidden: true })}${heard.map((error) => (error as Error).stack).join()}${at.lines.join("")}${channel.trouble()}`;
    for (const secret of ["canary", "7000001:AA", "Bí mật", "234 567", "901234567"]) expect(all).not.toContain(secret);
    for (const line of at.lines) expect(line.trim().split("\n")).toHaveLength(1);
  });

  const polled = (): number => at.lines.filter((line) => line.includes("polling failed")).length;
  const pressed: Inbound = {
    id: "telegram:7000001:1", channel: "telegram", account: "7000001", user: "70", chat: "70", order: 1, receivedAt: new Date(0),
    content: { kind: "press", data: "k" },
    ack: { callbackId: "none", chatId: "70", messageId: 1, text, entities: [], keyboard: [], photo: false },
  };
});

describe("after a press", () => {
  const press = async (user: ReturnType<typeof at.telegram.user>): Promise<Inbound> => {
    await user.press("Đúng");
    const [update] = await fetch(`${at.telegram.url}/bot${at.telegram.token}/getUpdates?offset=-1`).then(async (r) => ((await r.json()) as { result: unknown[] }).result);
    return toInbound(update, { account: "7000001", receivedAt: new Date(0) }) as Inbound;
  };

  test("the spinner stops, and the choice stands in place of the buttons with bold kept", async () => {
    const channel = at.channel();
    const user = at.telegram.user(80);
    await channel.send(delivery(80, { text: "Bước 2/9. Đúng không?", bold: [{ at: 0, length: 8 }], choices: [{ label: "Đúng", data: "k1" }] }), never());
    const shown = await user.nextReply();
    const inbound = await press(user);
    await channel.acknowledge(inbound);
    await channel.settle(inbound, "Đã chọn: Đúng");
    expect([...at.telegram.callbacks.values()].at(-1)).toEqual({ answered: true });
    expect(shown).toMatchObject({ text: "Bước 2/9. Đúng không?\n\nĐã chọn: Đúng", bold: ["Bước 2/9"], buttons: [] });
  });

  test("a photo's caption is changed likewise", async () => {
    const channel = at.channel();
    const user = at.telegram.user(81);
    await channel.send(delivery(81, { text: "Đã nhận.", qr: { text: "x", alt: "QR" }, choices: [{ label: "Đúng", data: "k1" }] }), never());
    const shown = await user.nextReply();
    await channel.settle(await press(user), "Đã chọn: Đúng");
    expect(shown).toMatchObject({ text: "Đã nhận.\n\nĐã chọn: Đúng", buttons: [] });
    expect(shown.photo).toBeDefined();
  });

  test("a text with no room left only loses its buttons", async () => {
    const channel = at.channel();
    const user = at.telegram.user(82);
    await channel.send(delivery(82, { text: "x".repeat(4_090), choices: [{ label: "Đúng", data: "k1" }] }), never());
    const shown = await user.nextReply();
    await channel.settle(await press(user), "Đã chọn: Đúng");
    expect(shown).toMatchObject({ text: "x".repeat(4_090), buttons: [] });
  });

  test("a file shows typing, a text nothing", async () => {
    const channel = at.channel();
    at.telegram.user(83);
    const base = { id: "telegram:7000001:5", channel: "telegram", account: "7000001", user: "83", chat: "83", order: 5, receivedAt: new Date(0) };
    const before = at.telegram.calls.length;
    await channel.acknowledge({ ...base, content: { kind: "text", text: "x" } });
    expect(at.telegram.calls).toHaveLength(before);
    await channel.acknowledge({ ...base, content: { kind: "file", media: "photo", file: { ref: "x" } } });
    expect(at.telegram.calls.at(-1)).toMatchObject({ method: "sendChatAction", params: { chat_id: "83", action: "typing" } });
  });
});

describe("opening a file", () => {
  const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    return Buffer.concat(parts);
  };
  const given = async (bytes: Buffer, size?: number): Promise<string> => {
    await at.telegram.user(90).document(bytes, "a.pdf", "application/pdf", undefined, size === undefined ? {} : { size });
    return [...at.telegram.files.keys()].at(-1) ?? "";
  };

  test("streams its bytes, asking for the link each time", async () => {
    const bytes = Buffer.alloc(300_000, "đ");
    const ref = await given(bytes);
    const before = at.telegram.callsOf("getFile").length;
    for (let n = 0; n < 2; n++) expect((await collect(await at.channel().openFile({ ref }, never()))).equals(bytes)).toBe(true);
    expect(at.telegram.callsOf("getFile")).toHaveLength(before + 2);
  });

  test("over Telegram's or our limit it is too big, whoever says so", async () => {
    const huge = await given(Buffer.from("x"), 21 * 1024 * 1024);
    await expect(at.channel().openFile({ ref: huge }, never())).rejects.toBeInstanceOf(FileTooBig);
    const ref = await given(Buffer.alloc(2_000));
    await expect(at.channel({ fileBytes: 1_000 }).openFile({ ref, bytes: 1_001 }, never())).rejects.toBeInstanceOf(FileTooBig);
    await expect(at.channel({ fileBytes: 1_000 }).openFile({ ref }, never())).rejects.toBeInstanceOf(FileTooBig);
    const lying = await given(Buffer.alloc(2_000), 10);
    await expect(at.channel({ fileBytes: 1_000 }).openFile({ ref: lying }, never())).rejects.toBeInstanceOf(FileTooBig);
  });

  test("an unknown id is gone, a failing download may work later", async () => {
    await expect(at.channel().openFile({ ref: "FILE-none" }, never())).rejects.toBeInstanceOf(FileGone);
    const ref = await given(Buffer.from("x"));
    at.telegram.answerNext("file", { status: 500 });
    const error = await failing(at.channel().openFile({ ref }, never()));
    expect(error).not.toBeInstanceOf(FileGone);
    expect(error.message).toBe("file download answered 500");
  });

  test("follows no redirect and no path out of the bot's folder", async () => {
    const ref = await given(Buffer.from("x"));
    at.telegram.answerNext("file", { status: 302, headers: { location: `${at.telegram.url}/bot${at.telegram.token}/getMe` } });
    const error = await failing(at.channel().openFile({ ref }, never()));
    expect(error.message).toBe("file download failed before an answer");
    for (const path of ["../../bot1:x/getMe", "/etc/passwd", "http://127.0.0.1/x"]) {
      at.telegram.answerNext("getFile", { status: 200, body: { ok: true, result: { file_path: path } } });
      await expect(at.channel().openFile({ ref }, never())).rejects.toBeInstanceOf(FileGone);
    }
  });
});

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Connection } from "mongoose";
import type { Inbound, Outgoing } from "../../src/domain/message.js";
import { connect } from "../../src/store/connect.js";
import { delivery, never, rig } from "../channels/telegram/rig.js";
import { startFakeTelegram, type FakeTelegram, type FakeUser } from "../fakes/telegram.js";
import { createWebVisitor, type WebVisitor } from "../fakes/web-visitor.js";
import { samples } from "../files/samples.js";
import { firstTurns } from "../support/first-turns.js";
import { startRunningService, type RunningService } from "../support/running-service.js";

const names = ["../../etc/passwd", "/etc/shadow", "..\\..\\boot.ini", "C:\\x.jpg", "a\r\nset-cookie: b=c.jpg", 'a"; filename="evil.html', "%2e%2e%2fx.jpg", "\u202egpj.exe", "x".repeat(200), ".htaccess", "con.jpg", "ảnh.svg"];

let telegram: FakeTelegram;
let running: RunningService;
let connection: Connection;
const opened: WebVisitor[] = [];
beforeAll(async () => {
  telegram = await startFakeTelegram();
  running = await startRunningService({ env: { TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.url } });
  connection = await connect({ uri: process.env["OCOP_TEST_MONGODB_URI"] ?? "", database: running.database, poolSize: 2 });
});
afterAll(async () => {
  for (const visitor of opened) await visitor.close();
  await connection?.close();
  await running?.stop();
  await telegram?.close();
});

async function talk(user: FakeUser, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await user.say(text);
    await quiet("telegram", String(user.id));
  }
}
/** Nothing of this person is on its way any more; what was said is on the screen. */
async function quiet(channel: string, user: string): Promise<void> {
  const own = { channel, user };
  const busy = async (): Promise<boolean> =>
    telegram.pending() > 0 ||
    (await connection.collection("inbox").countDocuments({ "inbound.user": user, state: "new" })) > 0 ||
    (await connection.collection("file_rows").countDocuments({ ...own, dueAt: { $exists: true } })) > 0 ||
    (await connection.collection("deliveries").countDocuments({ ...own, state: { $in: ["queued", "claimed"] } })) > 0;
  const end = performance.now() + 20_000;
  for (let still = 0; still < 2; still = (await busy()) ? 0 : still + 1) {
    if (performance.now() > end) throw new Error("it does not come to rest");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("18: a file's name", () => {
  test("is shown as text and names nothing: not what is stored, nor what is given back", async () => {
    const user = telegram.user(6_001);
    await talk(user, firstTurns);
    for (const name of names) await user.document(samples.jpeg(), name, "image/jpeg");
    await quiet("telegram", String(user.id));
    const rows = await connection.collection("file_rows").find({ user: String(user.id) }).toArray();
    expect(rows).toHaveLength(names.length);
    for (const { _id } of rows) expect(String(_id)).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(rows.some((row) => row["state"] === "kept")).toBe(true);
  }, 60_000);

  test("of an upload is not in the address that it is given back at, nor in that answer's head", async () => {
    const visitor = await createWebVisitor(running.address);
    opened.push(visitor);
    const rest = (): Promise<void> => quiet("web-chat", /=(.*)\.[^.]*$/.exec(visitor.cookie)?.[1] ?? "");
    for (const text of firstTurns) {
      await visitor.say(text);
      await rest();
    }
    const headers = { origin: running.address, cookie: visitor.cookie, "content-type": "image/jpeg" };
    for (const [n, name] of names.entries()) {
      const sent = await fetch(`${running.address}/chat/files?${new URLSearchParams({ id: `hostile-${n}`, name })}`, { method: "POST", headers, body: new Uint8Array(samples.jpeg()) });
      expect([name, sent.status]).toEqual([name, 200]);
    }
    await rest();
    const addresses = visitor.entries().flatMap(({ files }) => files ?? []);
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) {
      expect(address).toMatch(/^\/files\/[A-Za-z0-9._-]+$/);
      const given = await fetch(`${running.address}${address}`);
      expect([given.status, given.headers.get("content-type"), given.headers.get("set-cookie")]).toEqual([200, "image/jpeg", null]);
      expect(given.headers.get("content-disposition")).toMatch(/^attachment; filename="ocop-[A-Za-z0-9_-]{1,8}\.jpg"$/);
      await given.arrayBuffer();
    }
  }, 60_000);
});

describe("20: a file is fetched from the API root's own host and folder", () => {
  let at: Awaited<ReturnType<typeof rig>>;
  let inside: Server;
  let asked = 0;
  beforeAll(async () => {
    at = await rig();
    inside = createServer((_request, response) => {
      asked++;
      response.end(samples.jpeg());
    });
    await new Promise<void>((resolve) => inside.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => inside.close(resolve));
    await at.close();
  });
  const other = (): string => `127.0.0.1:${(inside.address() as AddressInfo).port}`;
  const fetched = async (): Promise<string> => {
    const channel = at.channel();
    const ref = [...at.telegram.files.keys()][0] ?? "";
    try {
      for await (const _ of await channel.openFile({ ref }, never()));
      return "fetched";
    } catch (error) {
      return error instanceof Error ? error.message : "?";
    }
  };
  beforeAll(async () => {
    await at.telegram.user(1).photo(samples.jpeg());
    expect(await fetched()).toBe("fetched");
  });

  test.each([301, 302, 303, 307, 308])("a %s is not followed, to another host or to its own", async (status) => {
    for (const location of [`http://${other()}/x`, "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", `${at.telegram.url}/bot${at.telegram.token}/getMe`, "/x"]) {
      const before = at.telegram.calls.length;
      at.telegram.answerNext("file", { status, headers: { location } });
      expect(await fetched()).toBe("file download failed before an answer");
      expect(at.telegram.calls.slice(before).map(({ method }) => method)).toEqual(["getFile", "file"]);
    }
    expect(asked).toBe(0);
  });

  test("whatever path is named, nothing but the bot's own folder is asked", async () => {
    const pieces = fc.constantFrom("..", "%2e%2e", "%2E%2e%2f", "..%2f", ".", "/", "//", "\\", "\\\\", "..\\", "?x=1", "#", "@", ":", ";", "http:", "photos", "\u0000", "\r\n", " ", "%00", "bot1:x", "é", "169.254.169.254");
    const paths = fc.oneof(fc.array(pieces, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")), fc.constantFrom(`http://${other()}/x`, `//${other()}/x`, `@${other()}/x`, `\\\\${other()}\\x`, `../../../../${other()}/x`));
    await fc.assert(
      fc.asyncProperty(paths, async (path) => {
        const before = at.telegram.calls.length;
        at.telegram.answerNext("getFile", { status: 200, body: { ok: true, result: { file_path: path } } });
        await fetched();
        for (const call of at.telegram.calls.slice(before)) expect(["getFile", "file"]).toContain(call.method);
      }),
      { seed: 20_261_123, numRuns: 150, endOnFailure: true },
    );
    expect(asked).toBe(0);
  });
});

describe("21: what a person wrote is shown as written, by whatever method it goes out", () => {
  let at: Awaited<ReturnType<typeof rig>>;
  beforeAll(async () => {
    at = await rig();
  });
  afterAll(() => at.close());
  const signs = fc.constantFrom(..."<>&\"'`*_[](){}~#+-=|.!\\/$%^@:;,?".split(""), "<b>", "</b>", "<a href='x'>", "&lt;", "&amp;", "&#60;", "```", "[x](tg://user?id=1)", "||", "đ", "😀", "👨‍👩‍👧", "\u0301", "{0}", "x", " ");
  const written = fc.array(signs, { minLength: 1, maxLength: 30 }).map((parts) => `ạ${parts.join("")}ạ`);
  const refused = (): unknown[] => at.telegram.calls.filter(({ method, status }) => /^(?:send|edit)/.test(method) && status !== 200).map(({ method, description }) => [method, description]);

  test("under a picture, after rows, on a keyboard, and when a press is settled", async () => {
    const channel = at.channel();
    const user = at.telegram.user(1);
    await fc.assert(
      fc.asyncProperty(written, written, async (one, two) => {
        const receipt: Outgoing = { text: one, bold: [{ at: 0, length: 3 }], rows: [{ name: two, value: one }], after: two, qr: { text: "US26-104187-9", alt: one } };
        await channel.send(delivery(1, receipt), never());
        expect((await user.nextReply()).text).toBe(`${one}\n${two}: ${one}\n${two}`);
        await channel.send(delivery(1, { text: two, wants: { kind: "phone", share: one }, choices: [{ label: two, data: "d" }] }), never());
        expect((await user.nextReply()).markup?.keyboard?.flat().map(({ text }) => text)).toEqual([one, two].map((label) => label.replace(/\s+/g, " ")));
        await channel.send(delivery(1, { text: one, choices: [{ label: two, data: "d" }] }), never());
        const asked = await user.nextReply();
        const pressed: Inbound = {
          id: "telegram:7000001:1", channel: "telegram", account: "7000001", user: "1", chat: "1", order: 1, receivedAt: new Date(0),
          content: { kind: "press", data: "d" },
          ack: { callbackId: "none", chatId: "1", messageId: asked.messageId, text: asked.text, entities: [], keyboard: [], photo: false },
        };
        await channel.settle(pressed, two);
        expect(user.replies().find(({ messageId }) => messageId === asked.messageId)?.text).toBe(`${one}\n\n${two}`);
      }),
      { seed: 20_261_123, numRuns: 15, endOnFailure: true },
    );
    expect(refused()).toEqual([]);
    expect(at.telegram.calls.filter(({ params }) => "parse_mode" in params)).toEqual([]);
  }, 120_000);
});

describe("23: a button counts for the person and the question that it was shown to", () => {
  const state = async (user: FakeUser): Promise<{ version: unknown; answers: unknown }> => {
    const account = await connection.collection("accounts").findOne({ user: String(user.id) });
    const row = await connection.collection("sessions").findOne({ _id: account?.["contactId"] as never });
    const held = row?.["state"] as { talks?: { answers: unknown }[] } | undefined;
    return { version: row?.["version"], answers: held?.talks?.map(({ answers }) => answers) };
  };
  const press = async (user: FakeUser, data: string): Promise<string> => {
    const before = user.replies().length;
    const message = user.asTelegram(user.replies().findLast(({ buttons }) => buttons.length > 0)!);
    await telegram.update({ callback_query: { id: `forged-${user.replies().length}`, from: { id: user.id, is_bot: false, first_name: "Mẫu" }, message, chat_instance: "1", data } } as never);
    await quiet("telegram", String(user.id));
    return user.replies().slice(before).map(({ text }) => text).join("\n");
  };

  test("another person's, an earlier question's and a made-up one change nothing", async () => {
    const [one, two] = [telegram.user(6_101), telegram.user(6_102)];
    await talk(one, ["đăng ký"]);
    await talk(two, ["đăng ký"]);
    const data = (user: FakeUser): string[] => user.replies().findLast(({ buttons }) => buttons.length > 0)?.buttons.flat().map((button) => button.data) ?? [];
    const [theirs = ""] = data(one);
    const [own = ""] = data(two);
    expect([theirs, own].every((each) => /^[\w-]{8,}\.0$/.test(each)) && theirs !== own).toBe(true);
    const [before, after] = [await state(one), await state(two)];
    const id = own.split(".")[0] ?? "";
    const forged = [theirs, `${id}.99`, `${id}.-1`, `${id}.__proto__`, `${id.toUpperCase()}.0`, `${id.slice(0, -1)}.0`, `.0`, "0", "q.0", "register.0", "__proto__.0", "constructor.0", '{"$ne":null}', "agree", "@send"];
    for (const each of forged) {
      const told = await press(two, each);
      expect([each, told]).toEqual([each, expect.stringMatching(/^Nút vừa bấm thuộc câu hỏi cũ/)]);
      expect([each, (await state(two)).answers]).toEqual([each, after.answers]);
    }
    expect(await state(one)).toEqual(before);
    const asked = data(two)[0] ?? "";
    await press(two, asked);
    expect((await state(two)).answers).not.toEqual(after.answers);
    expect(await press(two, asked)).toMatch(/^Nút vừa bấm thuộc câu hỏi cũ/);
    expect(await state(one)).toEqual(before);
  }, 120_000);
});

import { fileIdOf } from "../../src/domain/file.js";
import { connect } from "node:net";
import { request } from "node:http";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createWebVisitor, type WebVisitor } from "../fakes/web-visitor.js";
import { readEvents, type ServerEvent } from "../fakes/web-events.js";
import { type ChatService, createChatService } from "../support/chat-service.js";

const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const each of cleanup.splice(0).reverse()) await each();
});

async function start(options: Parameters<typeof createChatService>[0] = {}): Promise<ChatService> {
  const service = await createChatService(options);
  cleanup.push(() => service.close());
  return service;
}

async function visit(service: ChatService, options: { persona?: string; cookie?: string } = {}): Promise<WebVisitor> {
  const visitor = await createWebVisitor(service.url, options);
  cleanup.push(() => visitor.close());
  return visitor;
}

const echo: NonNullable<Parameters<typeof createChatService>[0]>["answer"] = ({ content }) =>
  content.kind === "text" ? [{ text: `Đã lưu: ${content.text}`, choices: [{ data: "y", label: "Đúng" }, { data: "n", label: "Sai" }] }] : [{ text: content.kind }];

function post(service: ChatService, path: string, init: { headers?: Record<string, string>; body?: string | Buffer } = {}): Promise<Response> {
  return fetch(service.url + path, {
    method: "POST",
    headers: { origin: service.url, "content-type": "application/json", ...init.headers },
    ...(init.body === undefined ? {} : { body: typeof init.body === "string" ? init.body : new Uint8Array(init.body) }),
  });
}

/** Opens the stream and reads until `count` messages came, then drops the connection. */
async function listen(service: ChatService, cookie: string, lastEventId: string | null, count: number): Promise<ServerEvent[]> {
  const control = new AbortController();
  const events: ServerEvent[] = [];
  const headers = { cookie, ...(lastEventId === null ? {} : { "last-event-id": lastEventId }) };
  const response = await fetch(`${service.url}/chat/events`, { headers, signal: control.signal });
  const settled = setTimeout(() => control.abort(), 15_000);
  await readEvents(response, (event) => {
    if (event.name !== "message") return;
    events.push(event);
    if (events.length === count) setTimeout(() => control.abort(), 100);
  }).catch(() => undefined);
  clearTimeout(settled);
  return events;
}
const texts = (events: ServerEvent[]): string[] => events.map((event) => (JSON.parse(event.data) as { text: string }).text);

describe("a conversation", () => {
  it("stores what is said, pressed and photographed, and shows the answers", async () => {
    const service = await start({ answer: echo });
    const visitor = await visit(service);
    await visitor.say("mít sấy");
    expect(await visitor.nextReply()).toMatchObject({ text: "Đã lưu: mít sấy", from: "service" });
    await visitor.press("Sai");
    expect((await visitor.nextReply()).text).toBe("press");
    await visitor.photo(Buffer.from("a photo"), { caption: "4 sao", name: "giay.jpg" });
    expect((await visitor.nextReply()).text).toBe("file");

    const [said, pressed, sent] = service.inbox;
    expect(said).toMatchObject({ channel: "web-chat", account: "site", content: { kind: "text", text: "mít sấy" } });
    expect(said?.id).toBe(`web-chat:site:${said?.user}:${visitor.entries()[0]?.clientId}`);
    expect(pressed?.content).toEqual({ kind: "press", data: "n" });
    expect(sent?.content).toMatchObject({ kind: "file", media: "photo", caption: "4 sao", file: { name: "giay.jpg", mime: "image/jpeg", bytes: 7 } });
    expect(service.files.bytes.get(sent?.content.kind === "file" ? sent.content.file.ref : "")?.toString()).toBe("a photo");
    expect(visitor.entries().find((each) => each.files)?.files?.[0]).toMatch(/^\/files\/[\w-]+$/);
    const orders = service.inbox.map((each) => each.order);
    expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
  });

  it("has one effect when a message comes again under its id", async () => {
    const service = await start({ answer: echo });
    const { cookie } = await visit(service);
    const body = JSON.stringify({ id: "message-1", text: "một lần" });
    for (let time = 0; time < 3; time += 1) {
      const response = await post(service, "/chat/messages", { headers: { cookie }, body });
      expect([response.status, await response.json()]).toEqual([200, { stored: true }]);
    }
    expect(service.inbox).toHaveLength(1);
    expect(service.transcripts.entries).toHaveLength(2);
  });

  it("says 503 while nothing can be stored, at once or when the store hangs, and takes the message afterwards", async () => {
    const service = await start({ answer: echo });
    const { cookie } = await visit(service);
    const send = () => post(service, "/chat/messages", { headers: { cookie }, body: JSON.stringify({ id: "message-1", text: "giữ lấy" }) });
    service.refusal.error = new Error("mongodb://user:secret@db is down");
    const refused = await send();
    expect([refused.status, await refused.text()]).toEqual([503, '{"error":"not_stored"}']);
    service.refusal.error = null;
    expect((await send()).status).toBe(200);
    expect(service.inbox).toHaveLength(1);

    const slow = await start({ storeWithinMs: 50, accept: () => new Promise(() => undefined) });
    const other = await visit(slow);
    const late = await post(slow, "/chat/messages", { headers: { cookie: other.cookie }, body: JSON.stringify({ id: "message-1", text: "a" }) });
    expect(late.status).toBe(503);
  });

  it("says that it was too much, instead of stored, so that the page sends it again", async () => {
    const service = await start({ accept: (inbound) => Promise.resolve(inbound) });
    const { cookie } = await visit(service);
    const text = await post(service, "/chat/messages", { headers: { cookie }, body: JSON.stringify({ id: "message-1", text: "a" }) });
    const file = await post(service, "/chat/files?id=picture-1", { headers: { cookie, "content-type": "image/jpeg" }, body: Buffer.from("x") });
    for (const answer of [text, file]) expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "2"]);
  });

  it("takes the press of a choice with a very long label", async () => {
    const service = await start();
    const { cookie } = await visit(service);
    const pressed = await post(service, "/chat/messages", { headers: { cookie }, body: JSON.stringify({ id: "message-1", press: "q.1", label: "a".repeat(4_096) }) });
    expect(pressed.status).toBe(200);
  });

  it("draws only the QR codes that it said itself", async () => {
    const service = await start({ answer: () => [{ text: "Mã hồ sơ", qr: { text: "US26-104187-9", alt: "Mã QR" } }] });
    const visitor = await visit(service);
    await visitor.say("gửi");
    const { qr = "" } = await visitor.nextReply();
    const picture = await fetch(service.url + qr);
    expect([picture.headers.get("content-type"), await picture.text()]).toEqual(["image/png", "png of US26-104187-9"]);
    expect((await fetch(service.url + qr.replace("?t=", "?t=A"))).status).toBe(404);
    expect((await fetch(`${service.url}/chat/qr`)).status).toBe(404);
  });
});

describe("the event stream", () => {
  it("resumes after the last event with nothing missed and nothing twice, also what was committed out of order", async () => {
    const service = await start();
    const { cookie } = await visit(service);
    const user = cookie.split("=")[1]?.split(".")[0] ?? "";
    const base = Date.now() * 1_000;
    for (let n = 1; n <= 5; n += 1) await service.send(user, { text: `tin ${n}` }, { order: base + n * 10 });
    const first = await listen(service, cookie, null, 5);
    expect(texts(first)).toEqual(["tin 1", "tin 2", "tin 3", "tin 4", "tin 5"]);

    await service.send(user, { text: "đến muộn" }, { order: base + 25 });
    await service.send(user, { text: "cùng lúc" }, { order: base + 50 });
    await service.send(user, { text: "tin 6" }, { order: base + 60 });
    const from = first[4]?.id ?? "";
    expect(texts(await listen(service, cookie, from, 3))).toEqual(["đến muộn", "cùng lúc", "tin 6"]);
    // From the middle of what came: exactly the rest.
    expect(texts(await listen(service, cookie, first[1]?.id ?? "", 6))).toEqual(["đến muộn", "tin 3", "tin 4", "tin 5", "cùng lúc", "tin 6"]);
  });

  it("does not bring up, when it resumes, what was said before the page began", async () => {
    const service = await start();
    const { cookie } = await visit(service);
    const user = cookie.split("=")[1]?.split(".")[0] ?? "";
    const base = Date.now() * 1_000;
    for (let n = 1; n <= 60; n += 1) await service.send(user, { text: `tin ${n}` }, { order: base + n });
    const first = await listen(service, cookie, null, 50);
    expect([texts(first)[0], texts(first).at(-1)]).toEqual(["tin 11", "tin 60"]);
    await service.send(user, { text: "tin 61" }, { order: base + 61 });
    expect(texts(await listen(service, cookie, first.at(-1)?.id ?? "", 1))).toEqual(["tin 61"]);
  });

  it("loses nothing that is committed while the history is read, and shows it once", async () => {
    const service = await start();
    const { cookie } = await visit(service);
    const user = cookie.split("=")[1]?.split(".")[0] ?? "";
    const read = service.transcripts.last.bind(service.transcripts);
    service.transcripts.last = async (at, limit) => {
      const before = await read(at, limit);
      await service.send(user, { text: "trong lúc đọc" });
      const after = await read(at, limit);
      await service.send(user, { text: "đọc xong" });
      return before.length === 0 ? after : before;
    };
    expect(texts(await listen(service, cookie, null, 2))).toEqual(["trong lúc đọc", "đọc xong"]);
  });

  it("resumes through lost connections, a broken watch and a thousand messages", async () => {
    const service = await start();
    const visitor = await visit(service);
    const user = visitor.cookie.split("=")[1]?.split(".")[0] ?? "";
    for (let n = 0; n < 1_000; n += 1) {
      if (n % 200 === 100) service.transcripts.breakWatch(new Error("the change stream ended"));
      await service.send(user, { text: `${n}` });
      if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (let n = 0; n < 1_000; n += 1) await visitor.nextReply();
    expect(visitor.replies().map((each) => Number(each.text)).sort((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
    expect(service.transcripts.watching()).toBe(1);
  });

  it("begins with the last 50 messages", async () => {
    const service = await start();
    const { cookie } = await visit(service);
    const user = cookie.split("=")[1]?.split(".")[0] ?? "";
    for (let n = 1; n <= 60; n += 1) await service.send(user, { text: `${n}` }, { order: Date.now() * 1_000 + n });
    const visitor = await visit(service, { cookie });
    expect(visitor.replies().map((each) => each.text)).toEqual(Array.from({ length: 50 }, (_, n) => String(n + 11)));
  });

  it("shows a visitor only what is theirs, and makes a forged cookie a new visitor", async () => {
    const service = await start({ answer: echo, personas: [{ id: "owner", name: "Nguyễn Văn Mẫu", about: "Chủ cơ sở" }] });
    const mine = await visit(service);
    await mine.say("của tôi");
    await mine.nextReply();
    const user = service.inbox[0]?.user ?? "";
    for (const forged of [`ocop_chat=${user}.${"A".repeat(43)}`, `ocop_chat=${user}`, "ocop_chat=persona-owner."]) {
      expect((await fetch(`${service.url}/chat/events`, { headers: { cookie: forged } })).status).toBe(401);
      const other = await visit(service, { cookie: forged });
      await other.say("của người khác");
      await other.nextReply();
      expect(other.entries().map((each) => each.text)).toEqual(["của người khác", "Đã lưu: của người khác"]);
      expect(service.inbox.at(-1)?.user).not.toBe(user);
    }
    expect(mine.entries()).toHaveLength(2);
  });

  it("beats while nothing is said, and ends when the server closes", async () => {
    const service = await createChatService({ heartbeatMs: 20 });
    const { cookie } = await visit(service);
    const response = await fetch(`${service.url}/chat/events`, { headers: { cookie } });
    let raw = "";
    const reading = (async () => {
      for await (const part of response.body ?? []) raw += Buffer.from(part).toString();
    })();
    while (!raw.includes(": beat\n")) await new Promise((resolve) => setTimeout(resolve, 5));
    await service.close();
    await reading;
    expect(raw).toMatch(/^retry: 2000\n\n/);
    expect(service.transcripts.watching()).toBe(0);
  });
});

describe("personas", () => {
  const personas = [{ id: "owner", name: "Nguyễn Văn Mẫu", about: "Chủ cơ sở" }];

  it("speak in their own name in demo mode and do not exist outside it", async () => {
    const service = await start({ answer: echo, personas });
    const owner = await visit(service, { persona: "owner" });
    await owner.say("chào");
    await owner.nextReply();
    expect(service.inbox[0]).toMatchObject({ user: "persona-owner", name: "Nguyễn Văn Mẫu" });
    expect(await (await fetch(`${service.url}/chat`)).text()).toContain("Nguy");

    const real = await start();
    await expect(createWebVisitor(real.url, { persona: "owner" })).rejects.toThrow("400");
    expect((await fetch(`${real.url}/chat/events`, { headers: { cookie: owner.cookie } })).status).toBe(401);
  });
});

describe("what is refused", () => {
  it("answers requests of other origins 403, without an effect", async () => {
    const service = await start({ publicUrl: "https://ocop.example/" });
    const { cookie } = await visit(service);
    const body = JSON.stringify({ id: "message-1", text: "a" });
    for (const origin of ["https://evil.example", "null", ""]) {
      expect((await post(service, "/chat/messages", { headers: { cookie, origin }, body })).status).toBe(403);
    }
    const without = await fetch(`${service.url}/chat/session`, { method: "POST" });
    expect(without.status).toBe(403);
    expect(service.inbox).toHaveLength(0);
    expect((await post(service, "/chat/messages", { headers: { cookie, origin: "https://ocop.example" }, body })).status).toBe(200);
  });

  it("answers 400, 405, 413 and 415 in a word, with no stack", async () => {
    const service = await start({ maxUploadBytes: 1_000 });
    const { cookie } = await visit(service);
    const status = async (response: Promise<Response>): Promise<[number, string]> => [(await response).status, await (await response).text()];
    const message = (body: string, type = "application/json") =>
      status(post(service, "/chat/messages", { headers: { cookie, "content-type": type }, body }));
    expect(await message('{"id":"message-1","text":"a"}', "text/plain")).toEqual([415, '{"error":"unsupported_media_type"}']);
    expect(await message(JSON.stringify({ id: "message-1", text: "a".repeat(1_100_000) }))).toEqual([413, '{"error":"too_large"}']);
    for (const wrong of ["{", '{"id":"short","text":"a"}', '{"id":"message-1"}', '{"id":"message-1","text":{"$ne":null}}', '{"id":"message-1","text":"a","user":"v-2"}', '{"id":"message-1","text":"a","__proto__":{"x":1}}']) {
      expect(await message(wrong)).toEqual([400, '{"error":"bad_request"}']);
    }
    expect(await status(fetch(`${service.url}/chat/messages`))).toEqual([405, '{"error":"method_not_allowed"}']);
    expect(await status(fetch(`${service.url}/nowhere`))).toEqual([404, '{"error":"not_found"}']);
    const upload = (body: Buffer, type: string) =>
      status(post(service, "/chat/files?id=picture-1", { headers: { cookie, "content-type": type }, body }));
    expect(await upload(Buffer.alloc(1_001), "image/png")).toEqual([413, '{"error":"too_big","limitMegabytes":0}']);
    expect(await upload(Buffer.alloc(10), "text/html")).toEqual([415, '{"error":"unsupported_media_type"}']);
    expect([...service.files.bytes, ...service.inbox]).toEqual([]);
  });

  it("answers 429 when one visitor or one address floods, and takes the message later", async () => {
    let now = Date.now();
    const clock = { now: () => new Date(now), sleep: () => Promise.resolve() };
    const service = await start({ clock, limits: { perVisitor: 3, perAddress: 7 } });
    const visitor = await visit(service);
    const other = await visit(service);
    const send = async (cookie: string, n: number): Promise<number> =>
      (await post(service, "/chat/messages", { headers: { cookie }, body: JSON.stringify({ id: `message-${n}`, text: "a" }) })).status;
    expect([await send(visitor.cookie, 1), await send(visitor.cookie, 2), await send(visitor.cookie, 3), await send(visitor.cookie, 4)]).toEqual([200, 200, 200, 429]);
    expect([await send(other.cookie, 1), await send(other.cookie, 2)]).toEqual([200, 429]);
    now += 60_000;
    expect([await send(visitor.cookie, 4), await send(other.cookie, 2)]).toEqual([200, 200]);
    expect(service.inbox).toHaveLength(6);
  });
});

describe("headers", () => {
  it("stand on every response, HSTS only over https", async () => {
    const service = await start({ trustProxy: 1 });
    const { cookie } = await visit(service);
    const responses = await Promise.all([
      ...["/chat", "/chat/chat.js", "/chat/chat.css", "/favicon.ico", "/nowhere", "/chat/messages", "/chat/qr", "/chat/events", "/%ff"].map((path) => fetch(service.url + path)),
      fetch(`${service.url}/chat`, { method: "DELETE" }),
      post(service, "/chat/session", { body: "{" }),
      post(service, "/chat/messages", { headers: { cookie }, body: "a".repeat(1_100_000) }),
    ]);
    const stream = await fetch(`${service.url}/chat/events`, { headers: { cookie } });
    for (const response of [...responses, stream]) {
      expect([response.url, response.headers.get("content-security-policy")]).toEqual([response.url, expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'$/)]);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(response.headers.get("strict-transport-security")).toBeNull();
      if (response !== stream) await response.arrayBuffer();
    }
    await stream.body?.cancel();
    const https = await fetch(`${service.url}/nowhere`, { headers: { "x-forwarded-proto": "https" } });
    expect(https.headers.get("strict-transport-security")).toBe("max-age=31536000");

    const raw = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(service.url).port), "127.0.0.1", () => socket.write("NOT HTTP\r\n\r\n"));
      let answer = "";
      socket.on("data", (part) => (answer += part.toString())).on("end", () => resolve(answer)).on("error", reject);
    });
    expect(raw).toMatch(/^HTTP\/1\.1 400 .*nosniff/s);
  });

  it("bind the cookie to the host over https, and keep it from scripts", async () => {
    const service = await start({ trustProxy: 1 });
    const plain = await post(service, "/chat/session");
    expect(plain.headers.get("set-cookie")).toMatch(/^ocop_chat=v-[\w-]{22}\.[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    const https = await post(service, "/chat/session", { headers: { "x-forwarded-proto": "https" } });
    expect(https.headers.get("set-cookie")).toMatch(/^__Host-ocop_chat=.*; HttpOnly; SameSite=Lax; Secure$/);
  });

  it("believe no proxy that was not configured", async () => {
    const service = await start();
    const response = await post(service, "/chat/session", { headers: { "x-forwarded-proto": "https", "x-forwarded-for": "1.2.3.4" } });
    expect(response.headers.get("set-cookie")).toMatch(/^ocop_chat=/);
  });

  it("log no address with a token and no text", async () => {
    const service = await start({ answer: echo });
    const visitor = await visit(service);
    await visitor.say("chuyện riêng");
    await visitor.nextReply();
    await fetch(`${service.url}/chat/qr?t=secret-token`);
    expect(JSON.stringify(service.logged)).not.toMatch(/secret-token|chuyện riêng|ocop_chat/);
    expect(service.logged).toContainEqual(expect.objectContaining({ method: "POST", route: "/chat/messages", status: 200 }));
  });
});

describe("the page", () => {
  it("comes in the reader's language, small, with scripts that may be kept for ever", async () => {
    const service = await start();
    const page = await (await fetch(`${service.url}/chat`)).text();
    expect(page).toContain('<html lang="vi">');
    expect(await (await fetch(`${service.url}/chat?lang=en`, { headers: { "accept-language": "vi" } })).text()).toContain('<html lang="en">');
    expect(await (await fetch(`${service.url}/chat`, { headers: { "accept-language": "en-GB,en;q=0.9,vi;q=0.5" } })).text()).toContain('<html lang="en">');

    const paths = ["/chat", "/favicon.ico", ...new Set([...page.matchAll(/(?:src|href)="(\/chat\/a\/[^"]+)"/g)].map((found) => found[1] ?? ""))];
    let bytes = 0;
    for (const path of paths) {
      const { size, headers } = await transferred(service.url + path);
      bytes += size;
      if (path.includes("/a/")) expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    }
    expect(paths.length).toBeGreaterThan(5);
    expect(bytes).toBeLessThan(50_000);

    const script = await fetch(`${service.url}/chat/chat.js`);
    const again = await fetch(`${service.url}/chat/chat.js`, { headers: { "if-none-match": script.headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
  });
});

describe("an upload", () => {
  it("goes to the store while it comes, and counts once when it is sent again", async () => {
    const service = await start({ answer: echo });
    const { cookie } = await visit(service);
    const upload = (pieces: number, pauseMs: number): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = { origin: service.url, cookie, "content-type": "image/jpeg", "transfer-encoding": "chunked" };
        const sending = request(`${service.url}/chat/files?id=picture-1`, { method: "POST", headers }, (answer) => {
          answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
        }).on("error", reject);
        void (async () => {
          for (let n = 0; n < pieces; n += 1) {
            sending.write(Buffer.alloc(65_536, n));
            await new Promise((go) => setTimeout(go, pauseMs));
            // Bytes are taken before the last have come.
            while (n === pieces - 2 && service.files.parts === 0) await new Promise((go) => setTimeout(go, 2));
          }
          sending.end();
        })().catch(reject);
      });
    expect(await upload(20, 5)).toBe(200);
    expect(service.files.largestPart).toBeLessThanOrEqual(65_536);
    expect([...service.files.bytes.values()].map((each) => each.length)).toEqual([20 * 65_536]);
    expect(await upload(20, 0)).toBe(200);
    expect(service.inbox).toHaveLength(1);
  });

  it("is not kept twice when the page sends it again after it was taken over", async () => {
    const service = await start();
    const { cookie } = await visit(service);
    const send = (): Promise<Response> => post(service, "/chat/files?id=picture-1", { headers: { cookie, "content-type": "image/jpeg" }, body: Buffer.from("x") });
    expect((await send()).status).toBe(200);
    const [ref = ""] = service.files.bytes.keys();
    await service.files.remove(ref);
    service.files.bytes.set(fileIdOf(service.inbox[0]?.id ?? ""), Buffer.from("x"));
    expect((await send()).status).toBe(200);
    expect([service.files.bytes.size, service.files.bytes.has(ref), service.inbox.length]).toEqual([1, false, 1]);
  });

  it("waits its turn when too many are under way, and goes when one has ended", async () => {
    const service = await start({ uploads: { perVisitor: 1, all: 32 } });
    const { cookie } = await visit(service);
    const headers = { origin: service.url, cookie, "content-type": "image/jpeg" };
    let end = (): void => undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(1_000));
        end = () => controller.close();
      },
    });
    const first = fetch(`${service.url}/chat/files?id=picture-1`, { method: "POST", headers, body, duplex: "half" } as RequestInit);
    while (service.files.parts === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const second = (): Promise<Response> => post(service, "/chat/files?id=picture-2", { headers: { cookie, "content-type": "image/jpeg" }, body: Buffer.from("x") });
    expect((await second()).status).toBe(429);
    end();
    expect((await first).status).toBe(200);
    expect((await second()).status).toBe(200);
  });

  it("is refused beyond the limit even when it hides its size, and nothing is kept", async () => {
    const service = await start({ maxUploadBytes: 100_000 });
    const { cookie } = await visit(service);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let n = 0; n < 4; n += 1) controller.enqueue(new Uint8Array(65_536));
        controller.close();
      },
    });
    const headers = { origin: service.url, cookie, "content-type": "application/pdf" };
    const init = { method: "POST", headers, body, duplex: "half" as const };
    const response = await fetch(`${service.url}/chat/files?id=picture-1`, init);
    expect([response.status, await response.json()]).toEqual([413, { error: "too_big", limitMegabytes: 0 }]);
    expect([...service.files.bytes, ...service.inbox]).toEqual([]);
  });
});

/** What crosses the wire, head and body, as a browser asks for it. */
function transferred(url: string): Promise<{ size: number; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { "accept-encoding": "gzip, deflate, br" } }, (answer) => {
      let size = Object.entries(answer.headers).reduce((sum, [name, value]) => sum + name.length + String(value).length + 4, 17);
      answer.on("data", (part: Buffer) => (size += part.length)).on("end", () => resolve({ size, headers: answer.headers }));
    }).on("error", reject).end();
  });
}

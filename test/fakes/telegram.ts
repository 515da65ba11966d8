import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createMethods } from "./telegram-methods.js";
import { createUpdates, type Deliver, type FakeUpdate } from "./telegram-updates.js";
import { createUser, type FakeFile, type FakeProfile, type FakeUser } from "./telegram-user.js";
import { parseMultipart, Refusal } from "./telegram-validate.js";

export type { FakeMessage, FakeProfile, FakeUser } from "./telegram-user.js";
export type { FakeUpdate } from "./telegram-updates.js";

/** What the next call of a method meets. `accept_then_reset` does it and then breaks the line, `cut` and `stall` give half of a download; the others do nothing. */
export type Fault = { status: number; body?: unknown; headers?: Record<string, string> } | "reset" | "hang" | "cut" | "stall" | "accept_then_reset";

export interface FakeCall {
  method: string;
  params: Record<string, unknown>;
  /** `performance.now()` when its body had arrived. */
  at: number;
  /** 0 while unanswered or when the line was broken. */
  status: number;
  description?: string;
}

export interface FakeTelegramOptions {
  token?: string;
  username?: string;
  /** Deliver by POST there from the start; otherwise by `getUpdates`, or as the bot's `setWebhook` says. */
  webhook?: Deliver;
  /** Between tries of a webhook that did not answer 2xx; default 200. */
  webhookRetryMs?: number;
  /** Whether a chat nobody made with `user()` exists when written to; default false, as real. */
  anyChat?: boolean;
  firstUpdateId?: number;
}

export type FakeTelegram = Awaited<ReturnType<typeof startFakeTelegram>>;

/** The Bot API on a loopback port: real semantics where tests need them, refusals in Telegram's words, faults on demand. */
export async function startFakeTelegram(options: FakeTelegramOptions = {}) {
  const token = options.token ?? "7000001:AAfake-token-canary_0123456789abcdef";
  const username = options.username ?? "ocop_test_bot";
  const botId = token.split(":")[0] ?? "";
  const updates = createUpdates({ webhookRetryMs: options.webhookRetryMs ?? 200, firstUpdateId: options.firstUpdateId ?? 1_001 });
  updates.setHook(options.webhook ?? null);
  const users = new Map<number, FakeUser>();
  const files = new Map<string, FakeFile>();
  const callbacks = new Map<string, { answered: boolean }>();
  const calls: FakeCall[] = [];
  const faults: { method: string; fault: Fault }[] = [];
  let delayMs = 0;

  const user = (id: number, profile: FakeProfile = {}): FakeUser => {
    const known = users.get(id) ?? createUser({ updates, files, callbacks }, id, profile);
    users.set(id, known);
    return known;
  };
  const methods = createMethods({ bot: { id: Number(botId), username }, updates, users, files, callbacks, userFor: options.anyChat === true ? user : (id) => users.get(id) });

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  let connections = 0;
  server.on("connection", () => (connections += 1));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const body = await read(request);
    const [, given, rest] = /^\/(?:file\/)?bot([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
    const isFile = url.pathname.startsWith("/file/");
    const method = isFile ? "file" : (rest ?? url.pathname);
    const call: FakeCall = { method, params: isFile ? { path: rest } : {}, at: performance.now(), status: 0 };
    calls.push(call);
    const send = (status: number, answer: Buffer | string, headers: Record<string, string> = {}): void => {
      call.status = status;
      response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(answer), ...headers }).end(answer);
    };
    const refuse = ({ status, description, parameters }: Refusal): void => {
      call.description = description;
      send(status, JSON.stringify({ ok: false, error_code: status, description, ...(parameters === undefined ? {} : { parameters }) }));
    };
    try {
      if (given === undefined) throw new Refusal(404, "Not Found");
      if (given !== token) throw new Refusal(/^\d+:/.test(given) ? 401 : 404, /^\d+:/.test(given) ? "Unauthorized" : "Not Found");
      if (!isFile) call.params = paramsOf(request, url, body);
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      const due = faults.findIndex((planned) => planned.method === method || planned.method === "*");
      const fault = due === -1 ? undefined : faults.splice(due, 1)[0]?.fault;
      if (fault === "hang") return;
      if (fault === "reset") return void request.socket.destroy();
      if (typeof fault === "object") {
        return send(fault.status, typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body ?? {}), fault.headers);
      }
      if (isFile) {
        const file = [...files.values()].find(({ path, gone }) => path === rest && !gone);
        if (file === undefined) throw new Refusal(404, "Not Found");
        if (fault === "cut" || fault === "stall") {
          response.writeHead(200, { "content-length": file.bytes.length }).write(file.bytes.subarray(0, file.bytes.length / 2));
          if (fault === "cut") response.destroy();
          return;
        }
        return send(200, file.bytes, { "content-type": "application/octet-stream" });
      }
      const gone = new AbortController();
      response.once("close", () => gone.abort());
      const result = await methods.run(method, call.params, gone.signal);
      if (fault === "accept_then_reset") return void request.socket.destroy();
      send(200, JSON.stringify({ ok: true, result }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(error);
    }
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    /** The API root, without a final "/". */
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    botId,
    username,
    /** A person by Telegram id; the profile counts the first time. */
    user,
    /** Every request as it came, also refused ones. */
    calls,
    callsOf: (method: string): FakeCall[] => calls.filter((call) => call.method === method),
    /** Plans faults for the next calls of a method (`*`: any; `file`: a download), first planned first met. */
    answerNext(method: string, fault: Fault, times = 1): void {
      for (let n = 0; n < times; n++) faults.push({ method, fault });
    },
    /** Telegram's own 429. */
    tooMany(method: string, retryAfterS: number, times = 1): void {
      const body = { ok: false, error_code: 429, description: `Too Many Requests: retry after ${retryAfterS}`, parameters: { retry_after: retryAfterS } };
      for (let n = 0; n < times; n++) faults.push({ method, fault: { status: 429, body } });
    },
    /** Forgets faults planned and not yet met. */
    clearFaults: (): void => void faults.splice(0),
    /** Every call from now on waits so long before anything is done. */
    delay(ms: number): void {
      delayMs = ms;
    },
    /** The last update once more, with the same id. */
    repeatLast: () => updates.repeatLast(),
    /** An update as given; without `update_id` it gets the next one. */
    update: (body: Omit<FakeUpdate, "update_id"> & { update_id?: unknown }) =>
      updates.raw({ update_id: updates.nextId(), ...body } as FakeUpdate),
    /** How many connections were ever opened. */
    connections: (): number => connections,
    /** Updates that no offset has confirmed. */
    pending: () => updates.pending(),
    /** Deliver there by POST from now on, or by `getUpdates` with `null`. */
    deliverTo: (webhook: Deliver | null) => updates.setHook(webhook),
    files,
    callbacks,
    menus: methods.menus,
    async close(): Promise<void> {
      updates.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function paramsOf(request: IncomingMessage, url: URL, body: Buffer): Record<string, unknown> {
  const type = request.headers["content-type"] ?? "";
  const query = Object.fromEntries(url.searchParams);
  if (body.length === 0) return query;
  if (type.startsWith("multipart/form-data")) return { ...query, ...parseMultipart(body, type) };
  if (type.startsWith("application/x-www-form-urlencoded")) return { ...query, ...Object.fromEntries(new URLSearchParams(body.toString("utf8"))) };
  try {
    return { ...query, ...(JSON.parse(body.toString("utf8")) as object) };
  } catch {
    throw new Refusal(400, "Bad Request: can't parse JSON object");
  }
}

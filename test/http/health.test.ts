import { afterEach, describe, expect, test } from "@jest/globals";
import { healthRoutes, type HealthDeps } from "../../src/http/health.js";
import { createServer, type Server } from "../../src/http/server.js";
import { silent } from "../../src/lib/log.js";

const well = (): Promise<null> => Promise.resolve(null);
const metrics = (): Promise<{ type: string; text: string }> => Promise.resolve({ type: "text/plain; version=0.0.4; charset=utf-8", text: "ocop_bugs_total 0\n" });
const token = "t-0123456789";

let server: Server | undefined;
let url: string;
async function serve(deps: Partial<HealthDeps> = {}, trustProxy = 0): Promise<Server> {
  server = createServer({ trustProxy, log: silent, routes: [healthRoutes({ checks: { mongodb: well, telegram: well }, metrics, ...deps })] });
  url = await server.listen("127.0.0.1", 0);
  return server;
}
afterEach(() => server?.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(url + path, { headers });
const readMetrics = async (headers: Record<string, string> = {}): Promise<[number, string]> => {
  const answer = await get("/metrics", headers);
  return [answer.status, await answer.text()];
};
const refused = [403, '{"error":"forbidden"}'];
const shown = [200, "ocop_bugs_total 0\n"];

describe("/metrics with a token", () => {
  test("shows them to whoever has it, through a proxy too", async () => {
    await serve({ metricsToken: token });
    expect(await readMetrics({ authorization: `Bearer ${token}` })).toEqual(shown);
    expect(await readMetrics({ authorization: `Bearer ${token}`, "x-forwarded-for": "203.0.113.5" })).toEqual(shown);
    const answer = await get("/metrics", { authorization: `Bearer ${token}` });
    expect([answer.headers.get("content-type"), answer.headers.get("cache-control")]).toEqual(["text/plain; version=0.0.4; charset=utf-8", "no-store"]);
  });

  test.each<[string, Record<string, string>]>([
    ["no token", {}],
    ["a wrong token of the same length", { authorization: "Bearer t-0123456780" }],
    ["a shorter token", { authorization: "Bearer t-" }],
    ["a longer token", { authorization: `Bearer ${token}0` }],
    ["the token without its scheme", { authorization: token }],
    ["an empty token", { authorization: "Bearer " }],
  ])("refuses loopback with %s", async (_what, headers) => {
    await serve({ metricsToken: token });
    expect(await readMetrics(headers)).toEqual(refused);
  });
});

describe("/metrics without a token", () => {
  test("shows them to loopback", async () => {
    await serve();
    expect(await readMetrics()).toEqual(shown);
  });

  test.each(["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-proto", "x-forwarded-host", "via"])("refuses what a proxy on this machine handed on, by %s", async (header) => {
    await serve();
    expect(await readMetrics({ [header]: "127.0.0.1" })).toEqual(refused);
  });

  test("refuses a stranger who names loopback as the client, though the proxy is trusted", async () => {
    await serve({}, 1);
    expect(await readMetrics({ "x-forwarded-for": "127.0.0.1" })).toEqual(refused);
  });

  // A peer elsewhere cannot be had on one machine: here its address is handed in.
  test.each([
    ["203.0.113.5", 403],
    ["::ffff:203.0.113.5", 403],
    ["2001:db8::1", 403],
    ["127.0.0.1", 200],
    ["::1", 200],
    ["::ffff:127.0.0.1", 200],
  ])("answers a peer at %s with %i", async (remoteAddress, status) => {
    const { app } = await serve();
    expect((await app.inject({ url: "/metrics", remoteAddress })).statusCode).toBe(status);
  });
});

describe("/readyz", () => {
  const readiness = async (): Promise<unknown> => {
    const answer = await get("/readyz");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    return [answer.status, await answer.json()];
  };

  test("is 200 when every part is well", async () => {
    await serve();
    expect(await readiness()).toEqual([200, { ok: true, parts: { mongodb: "ok", telegram: "ok" } }]);
  });

  test("is 503 and names what is down while it is down, and /healthz stays 200", async () => {
    let trouble: string | null = "Telegram rejects the token: check TELEGRAM_BOT_TOKEN";
    await serve({ checks: { mongodb: well, telegram: () => Promise.resolve(trouble) } });
    expect(await readiness()).toEqual([503, { ok: false, parts: { mongodb: "ok", telegram: trouble } }]);
    const alive = await get("/healthz");
    expect([alive.status, await alive.json()]).toEqual([200, { ok: true }]);
    trouble = null;
    expect(await readiness()).toEqual([200, { ok: true, parts: { mongodb: "ok", telegram: "ok" } }]);
  });

  test("names a part whose check fails, and tells nobody its words", async () => {
    await serve({
      checks: {
        mongodb: () => Promise.reject(new Error("connect mongodb://ocop:hunter2@10.0.0.7")),
        telegram: () => {
          throw new Error("hunter2");
        },
        web: well,
      },
    });
    expect(await readiness()).toEqual([503, { ok: false, parts: { mongodb: "not answering", telegram: "not answering", web: "ok" } }]);
  });

  test("names a part that never answers, and /healthz answers meanwhile", async () => {
    let asked = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (asked = resolve));
    const never = new Promise<null>(() => undefined);
    await serve({
      checks: {
        mongodb: () => {
          asked();
          return never;
        },
        web: well,
      },
    });
    const ready = readiness();
    await waiting;
    expect((await get("/healthz")).status).toBe(200);
    expect(await ready).toEqual([503, { ok: false, parts: { mongodb: "not answering", web: "ok" } }]);
  });
});

import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance } from "fastify";

export interface HealthDeps {
  /** Null when well, else what is wrong, by part. */
  checks: Record<string, () => Promise<string | null>>;
  metrics(): Promise<{ type: string; text: string }>;
  /** Without a token only a loopback peer without a proxy may read metrics. */
  metricsToken?: string;
}

/** `/healthz`: alive. `/readyz`: able to work, 503 and what is down when not. `/metrics`: Prometheus. */
export function healthRoutes(deps: HealthDeps): (app: FastifyInstance) => void {
  return (app) => {
    app.get("/healthz", async (_request, reply) => reply.header("cache-control", "no-store").send({ ok: true }));

    app.get("/readyz", async (_request, reply) => {
      const found = await Promise.all(Object.entries(deps.checks).map(async ([name, check]) => [name, await inTime(check)] as const));
      const down = Object.fromEntries(found.filter(([, trouble]) => trouble !== null));
      const ok = Object.keys(down).length === 0;
      return reply
        .code(ok ? 200 : 503)
        .header("cache-control", "no-store")
        .send({ ok, parts: Object.fromEntries(found.map(([name, trouble]) => [name, trouble ?? "ok"])) });
    });

    app.get("/metrics", async (request, reply) => {
      if (!mayRead(deps.metricsToken, request.headers.authorization, request.socket.remoteAddress, request.headers)) return reply.code(403).send({ error: "forbidden" });
      const { type, text } = await deps.metrics();
      return reply.type(type).header("cache-control", "no-store").send(text);
    });
  };
}

/** What proxies add to the requests they hand on. */
const ofProxy = /^(?:forwarded|via|x-real-ip|x-forwarded-.*)$/;

function mayRead(token: string | undefined, authorization: string | undefined, peer: string | undefined, headers: Record<string, unknown>): boolean {
  if (token === undefined) return ["127.0.0.1", "::1", "::ffff:127.0.0.1"].includes(peer ?? "") && !Object.keys(headers).some((name) => ofProxy.test(name));
  const given = Buffer.from(authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** A part that says nothing for so long is down, in milliseconds. */
const answersWithinMs = 1_000;

async function inTime(check: () => Promise<string | null>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => (timer = setTimeout(() => resolve("not answering"), answersWithinMs)));
  return Promise.race([Promise.resolve().then(check), late])
    .catch(() => "not answering")
    .finally(() => clearTimeout(timer));
}

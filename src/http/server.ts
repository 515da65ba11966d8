import type { ServerResponse } from "node:http";
import { UserError } from "../domain/errors.js";
import type { Socket } from "node:net";
import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import { favicon } from "./favicon.js";
import { createMethodTable } from "./methods.js";
import { securityHeaders } from "./security-headers.js";
import { trackSockets } from "./sockets.js";

/** The part of a pino logger that the server writes to. */
export interface ServerLog {
  debug(fields: object, line: string): void;
  error(fields: object, line: string): void;
}

export interface ServerOptions {
  /** How many proxy hops to believe; 0: none. */
  trustProxy: number;
  log: ServerLog;
  /** Of a body that is read whole, in bytes; default 1 MB. */
  bodyLimit?: number;
  /** Each gets a scope of its own: parsers and hooks it adds stay there. */
  routes: readonly ((app: FastifyInstance) => void | Promise<void>)[];
  /** How long `close` waits for answers under way, in milliseconds; default 5,000. */
  closeWithinMs?: number;
}

export interface Server {
  app: FastifyInstance;
  /** Answers the address it listens at, such as `http://127.0.0.1:3000`. */
  listen(host: string, port: number): Promise<string>;
  close(): Promise<void>;
}

const words: Record<number, string> = {
  400: "bad_request",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  413: "too_large",
  415: "unsupported_media_type",
  429: "too_many_requests",
};

export function createServer(options: ServerOptions): Server {
  const { log } = options;
  const methods = createMethodTable();
  const app = fastify({
    // fastify itself trusts no one when it is given a number of hops.
    trustProxy: options.trustProxy > 0 ? (_address: string, hop: number) => hop < options.trustProxy : false,
    bodyLimit: options.bodyLimit ?? 1_048_576,
    logger: false,
    // A photo over a poor signal takes minutes; a silent connection is dropped after two.
    requestTimeout: 20 * 60_000,
    connectionTimeout: 120_000,
    return503OnClosing: false,
    clientErrorHandler: refuseBadRequest,
    frameworkErrors: (_error, request, reply: { raw: ServerResponse }) => {
      const headers = { ...securityHeaders(request.protocol === "https"), "content-type": "application/json" };
      reply.raw.writeHead(400, headers).end(JSON.stringify({ error: words[400] }));
    },
  });
  app.removeContentTypeParser("text/plain");
  const sockets = trackSockets(app.server);

  app.addHook("onRoute", (route) => methods.add(route.url, route.method));
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders(request.protocol === "https"));
  });
  app.addHook("onResponse", async (request, reply) => {
    const { method, routeOptions } = request;
    log.debug({ method, route: routeOptions.url ?? "none", status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, "request");
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods.allowed(request.url.split("?", 1)[0] ?? "/");
    if (allowed.length === 0) return reply.code(404).send({ error: words[404] });
    return reply.code(405).header("allow", allowed.join(", ")).send({ error: words[405] });
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return reply.code(status).send({ error: words[status] ?? words[400] });
    log.error({ err: error, method: request.method, route: request.routeOptions.url ?? "none" }, "request failed");
    return reply.code(status === 503 ? 503 : 500).send({ error: "unavailable" });
  });

  app.get("/favicon.ico", (_request, reply) =>
    reply.type("image/svg+xml").header("cache-control", "public, max-age=86400").send(favicon),
  );
  for (const route of options.routes) void app.register(async (scope) => await route(scope));

  return {
    app,
    listen: (host, port) =>
      app.listen({ host, port }).catch((cause: unknown) => {
        const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
        const advice = code === "EADDRINUSE" ? "another program listens there: stop it, or set PORT to a free one" : "set HOST to an address of this machine and PORT to a port that may be used";
        throw new UserError("cannot_listen", `HOST, PORT: cannot listen on ${host}:${port} (${code}): ${advice}`, { cause });
      }),
    async close() {
      const sweep = setInterval(() => sockets.closeQuiet(), 50);
      const late = setTimeout(() => app.server.closeAllConnections(), options.closeWithinMs ?? 5_000);
      await app.close().finally(() => [sweep, late].forEach(clearInterval));
    },
  };
}

/** A request that is no HTTP at all: fastify has no reply for it, yet the headers hold. */
function refuseBadRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const headers = Object.entries(securityHeaders(false)).map(([name, value]) => `${name}: ${value}\r\n`);
  const status = error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join("")}content-length: 0\r\nconnection: close\r\n\r\n`);
}

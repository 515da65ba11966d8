import type { FastifyInstance } from "fastify";
import { assetRoutes } from "./chat/assets.js";
import type { ChatDeps } from "./chat/deps.js";
import { fileRoute } from "./chat/files.js";
import { createFlood, ownOrigin, tooMany } from "./chat/guard.js";
import { createInbox, messageRoutes } from "./chat/messages.js";
import { pageRoute } from "./chat/page.js";
import { qrText } from "./chat/payload.js";
import { streamRoute } from "./chat/stream.js";
import { createVisitors } from "./chat/visitor.js";

export type { ChatDeps, Persona } from "./chat/deps.js";
export type { ChatEntry } from "./chat/payload.js";
export type { ChatPageWords } from "./chat/words.js";

/** The web chat: a page, an event stream, and what takes messages and files in. */
export function chatRoutes(deps: ChatDeps): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    const visitors = createVisitors(deps);
    const takeIn = createInbox(deps, visitors);
    const visitorFlood = createFlood(deps.limits.perVisitor, deps.clock);
    const addressFlood = createFlood(deps.limits.perAddress, deps.clock);

    app.addHook("onRequest", async (request, reply) => {
      if (request.method !== "POST") return;
      if (!ownOrigin(request, deps.publicUrl)) return reply.code(403).send({ error: "wrong_origin" });
      const user = visitors.of(request);
      const flooded = addressFlood(request.ip) ?? (user === null ? null : visitorFlood(user));
      if (flooded !== null) return tooMany(reply, flooded.retryAfterSeconds);
    });

    const json = app.getDefaultJsonParser("error", "error");
    app.removeContentTypeParser("application/json");
    app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) =>
      body === "" ? done(null, undefined) : json(request, body, done),
    );

    const assets = await assetRoutes(app);
    pageRoute(app, deps, assets);
    streamRoute(app, deps, visitors);
    messageRoutes(app, deps, visitors, takeIn);
    await app.register(async (scope) => fileRoute(scope, deps, visitors, takeIn));

    app.get<{ Querystring: { t?: unknown } }>("/chat/qr", async (request, reply) => {
      const { t } = request.query;
      const text = typeof t === "string" && t.length < 4_000 ? qrText(deps.sessionSecret, t) : null;
      if (text === null) return reply.code(404).send({ error: "not_found" });
      return reply
        .type("image/png")
        .header("cache-control", "private, max-age=86400, immutable")
        .header("content-disposition", 'inline; filename="ocop-qr.png"')
        .send(await deps.qrPng(text));
    });
  };
}

import type { FastifyInstance } from "fastify";
import type { Readable } from "node:stream";
import { z } from "zod";
import { fileIdOf } from "../../domain/file.js";
import { uploadPrefix } from "../../domain/file-ports.js";
import type { Content } from "../../domain/message.js";
import { Language } from "../../domain/shown.js";
import { type ChatDeps, clientIdPattern, defaultMaxUploadBytes } from "./deps.js";
import { createPlaces, notStored, tooMany } from "./guard.js";
import { inboundId } from "./payload.js";
import type { TakeIn } from "./messages.js";
import type { Visitors } from "./visitor.js";

const Query = z.object({
  id: z.string().regex(clientIdPattern),
  caption: z.string().max(1024).exactOptional(),
  name: z.string().max(255).exactOptional(),
  language: Language.exactOptional(),
  /** Several files that were chosen together. */
  group: z.string().regex(clientIdPattern).exactOptional(),
});

const stalledMs = 30_000;

/** `POST /chat/files`: the raw bytes go to the file store as they come, never whole into memory. */
export function fileRoute(app: FastifyInstance, deps: ChatDeps, visitors: Visitors, takeIn: TakeIn): void {
  const limit = deps.maxUploadBytes ?? defaultMaxUploadBytes;
  const enter = createPlaces({ perKey: deps.uploads.perVisitor, all: deps.uploads.all });
  const tooBig = { error: "too_big", limitMegabytes: Math.round(limit / 1024 / 1024) };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^(image\/[\w.+-]+|application\/(pdf|octet-stream))(\s*;|$)/i, (_request, body, done) => done(null, body));

  app.post<{ Body: Readable | undefined }>("/chat/files", async (request, reply) => {
    const user = visitors.of(request);
    if (user === null) return reply.code(401).send({ error: "no_session" });
    const query = Query.safeParse(request.query);
    if (!query.success || request.body === undefined) return reply.code(400).send({ error: "bad_request" });
    const declared = Number(request.headers["content-length"] ?? 0);
    if (declared > limit) {
      // A little too much is read to its end, or the browser shows a broken connection instead of our answer.
      if (declared > 4 * limit) reply.header("connection", "close");
      return reply.code(413).send(tooBig);
    }

    const leave = enter(user);
    if (leave === null) return tooMany(reply.header("connection", "close"), 5);
    // A connection on which nothing comes gives its place up.
    request.raw.setTimeout(stalledMs, () => request.raw.destroy(new Error("the upload stalled")));
    const { id, caption, name, language, group } = query.data;
    const ref = `${uploadPrefix}${user}:${id}`;
    const counted = { bytes: 0 };
    try {
      // A page that missed our answer sends the file again, maybe long after it was kept.
      if ((await deps.files.has(ref)) || (await deps.files.has(fileIdOf(inboundId(user, id))))) {
        for await (const _ of upTo(limit, request.body, counted));
      } else await deps.files.write(ref, upTo(limit, request.body, counted));
      const mime = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
      const content: Content = {
        kind: "file",
        media: mime.startsWith("image/") ? "photo" : "document",
        file: { ref, ...(name === undefined ? {} : { name }), mime: mime.slice(0, 127), bytes: counted.bytes },
        ...(caption === undefined || caption === "" ? {} : { caption }),
        ...(group === undefined ? {} : { group }),
      };
      await takeIn(user, id, content, language === undefined ? {} : { language });
    } catch (error) {
      if (counted.bytes > limit) return reply.code(413).send(tooBig);
      return notStored(reply, error);
    } finally {
      request.raw.setTimeout(0);
      leave();
    }
    return { stored: true };
  });
}

async function* upTo(limit: number, body: Readable, counted: { bytes: number }): AsyncGenerator<Uint8Array> {
  for await (const part of body.iterator({ destroyOnReturn: false })) {
    const bytes = part as Buffer;
    counted.bytes += bytes.length;
    if (counted.bytes > limit) throw new Error("the upload is over the limit");
    yield bytes;
  }
}

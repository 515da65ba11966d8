import type { FastifyInstance, FastifyReply } from "fastify";
import type { TranscriptEntry } from "../../domain/ports.js";
import { createSeen, isCursor } from "./cursor.js";
import { channelAccount, channelKind, type ChatDeps } from "./deps.js";
import { within } from "./guard.js";
import { createHub } from "./hub.js";
import { chatEntry } from "./payload.js";
import type { Visitors } from "./visitor.js";

const historyLength = 50;
const pageLength = 200;
/** A page that reads too slowly is let go, in bytes not yet taken; it resumes. */
const backlogLimit = 1_048_576;
/** However well the watch works: look for entries that it missed now and then. */
const beatsPerLook = 3;
/** The first watch of a process opens within this, or the page tries again. */
const watchWithinMs = 5_000;

/**
 * `GET /chat/events`: the last entries, `event: ready`, then each as it is committed.
 * `Last-Event-ID` (or `?after=`, for a page that had to begin anew) resumes.
 */
export function streamRoute(app: FastifyInstance, deps: ChatDeps, visitors: Visitors): void {
  const hub = createHub(deps.transcripts);
  const open = new Set<() => void>();
  app.addHook("preClose", async () => {
    for (const end of open) end();
    await hub.stop();
  });

  app.get<{ Querystring: { after?: unknown } }>("/chat/events", { exposeHeadRoute: false }, async (request, reply) => {
    const user = visitors.of(request);
    if (user === null) return reply.code(401).send({ error: "no_session" });
    const at = { channel: channelKind, account: channelAccount, user };
    const header = request.headers["last-event-id"];
    const cursor = [typeof header === "string" ? header : undefined, request.query.after].find(
      (each): each is string => typeof each === "string" && isCursor(each),
    );
    const seen = createSeen(cursor);

    let early: TranscriptEntry[] | null = [];
    let ended = false;
    const timers: NodeJS.Timeout[] = [];
    const end = (): void => {
      ended = true;
      open.delete(end);
      listening?.stop();
      timers.forEach(clearInterval);
      if (reply.sent) reply.raw.end();
    };
    const send = (entry: TranscriptEntry): void => {
      if (ended || seen.has(entry)) return;
      seen.add(entry);
      const id = seen.eventId(entry);
      reply.raw.write(`id: ${id}\ndata: ${JSON.stringify(chatEntry(entry, deps))}\n\n`);
      if (reply.raw.writableLength > backlogLimit) end();
    };
    const listening = hub.listen(user, {
      onEntry: (entry) => (early === null ? send(entry) : void early.push(entry)),
      onGap: end,
    });
    if (listening === null) return reply.code(429).header("retry-after", "10").send({ error: "too_many_connections" });

    async function missed(): Promise<TranscriptEntry[]> {
      const found: TranscriptEntry[] = [];
      for (let from = seen.from(); ; ) {
        const page = await deps.transcripts.after(at, from, pageLength);
        found.push(...page);
        if (page.length < pageLength) return found;
        from = page[page.length - 1]?.order ?? from;
      }
    }
    const look = (): void => void missed().then((entries) => entries.forEach(send), end);

    let first: TranscriptEntry[];
    try {
      await within(watchWithinMs, listening.ready);
      first = cursor === undefined ? await deps.transcripts.last(at, historyLength) : await missed();
    } catch {
      end();
      return reply.code(503).send({ error: "unavailable" });
    }
    begin(reply);
    open.add(end);
    reply.raw.on("close", end);
    if (ended || reply.raw.destroyed) return end();
    if (cursor === undefined && first.length === historyLength) seen.beginAfter((first[0]?.order ?? 1) - 1);
    first.forEach(send);
    early.forEach(send);
    early = null;
    if (ended) return;
    reply.raw.write("event: ready\ndata: {}\n\n");
    let beats = 0;
    const beat = (): void => {
      reply.raw.write(": beat\nevent: beat\ndata:\n\n");
      if (++beats % beatsPerLook === 0) look();
    };
    timers.push(setInterval(beat, deps.heartbeatMs ?? 20_000));
  });
}

/** `retry`: how soon a page comes back, in milliseconds. */
function begin(reply: FastifyReply): void {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  reply.raw.write("retry: 2000\n\n");
}

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Content, Inbound } from "../../domain/message.js";
import { Language } from "../../domain/shown.js";
import { channelAccount, channelKind, type ChatDeps, clientIdPattern } from "./deps.js";
import { notStored, TooMuch, within } from "./guard.js";
import { inboundId } from "./payload.js";
import type { Visitors } from "./visitor.js";

const id = z.string().regex(clientIdPattern);
const language = Language.exactOptional();
const Message = z.union([
  z.strictObject({ id, language, text: z.string().min(1).max(4096) }),
  z.strictObject({ id, language, press: z.string().min(1).max(64), label: z.string().max(5_000) }),
]);
const Session = z.strictObject({ persona: z.string().max(64).nullable().exactOptional() });

/** Builds what arrived. `order` never repeats or goes back in this process. */
export function createInbox(deps: ChatDeps, visitors: Visitors) {
  let lastOrder = 0;
  return async (user: string, clientId: string, content: Content, more: Pick<Inbound, "language" | "ack">): Promise<void> => {
    const receivedAt = deps.clock.now();
    lastOrder = Math.max(lastOrder + 1, receivedAt.getTime() * 1_000);
    const persona = visitors.persona(user);
    const inbound: Inbound = {
      id: inboundId(user, clientId),
      channel: channelKind,
      account: channelAccount,
      user,
      chat: user,
      order: lastOrder,
      receivedAt,
      ...(persona === null ? {} : { name: persona.name }),
      ...more,
      content,
    };
    const tooMuch = await within(deps.storeWithinMs ?? 1_500, deps.accept([inbound]));
    if (tooMuch.length > 0) throw new TooMuch();
  };
}
export type TakeIn = ReturnType<typeof createInbox>;

export function messageRoutes(app: FastifyInstance, deps: ChatDeps, visitors: Visitors, takeIn: TakeIn): void {
  app.post("/chat/session", async (request, reply) => {
    const body = Session.safeParse(request.body ?? {});
    if (!body.success) return reply.code(400).send({ error: "bad_request" });
    const wanted = body.data.persona;
    const persona = deps.personas?.find((each) => each.id === wanted) ?? null;
    if (typeof wanted === "string" && persona === null) return reply.code(400).send({ error: "unknown_persona" });
    const user = (wanted === undefined ? visitors.of(request) : null) ?? visitors.user(persona);
    visitors.remember(request, reply, user);
    return { who: visitors.tag(user), persona: visitors.persona(user)?.id ?? null };
  });

  app.post("/chat/messages", async (request, reply) => {
    const user = visitors.of(request);
    if (user === null) return reply.code(401).send({ error: "no_session" });
    const body = Message.safeParse(request.body);
    if (!body.success) return reply.code(400).send({ error: "bad_request" });
    const message = body.data;
    const content: Content = "text" in message ? { kind: "text", text: message.text } : { kind: "press", data: message.press };
    try {
      await takeIn(user, message.id, content, {
        ...("label" in message ? { ack: { label: message.label } } : {}),
        ...(message.language === undefined ? {} : { language: message.language }),
      });
    } catch (error) {
      return notStored(reply, error);
    }
    return { stored: true };
  });
}

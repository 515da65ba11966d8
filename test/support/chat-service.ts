import { createWebChat } from "../../src/channels/web-chat/channel.js";
import type { Inbound, Outgoing } from "../../src/domain/message.js";
import { type ChatDeps, chatRoutes } from "../../src/http/chat.js";
import { createServer, type Server } from "../../src/http/server.js";
import { type Clock, systemClock } from "../../src/lib/clock.js";
import { mac, randomIds } from "../../src/lib/ids.js";
import { chatWords } from "./chat-words.js";
import { createMemoryFiles, createMemoryTranscripts, type MemoryFiles, type MemoryTranscripts } from "./memory-transcripts.js";

export interface ChatService {
  url: string;
  server: Server;
  transcripts: MemoryTranscripts;
  files: MemoryFiles;
  /** What was stored, each id once. */
  inbox: Inbound[];
  logged: object[];
  /** While set, `accept` rejects with it. */
  refusal: { error: Error | null };
  /** Sends to a visitor as the outbox would. */
  send(user: string, content: Outgoing, options?: { order?: number; id?: string }): Promise<void>;
  close(): Promise<void>;
}

/** The web chat over real HTTP, on memory, with canned answers. */
export async function createChatService(
  options: { answer?: (inbound: Inbound) => readonly Outgoing[]; clock?: Clock; trustProxy?: number } & Partial<ChatDeps> = {},
): Promise<ChatService> {
  const { answer = () => [], clock = systemClock, trustProxy = 0, ...deps } = options;
  const transcripts = createMemoryTranscripts();
  const files = createMemoryFiles();
  const channel = createWebChat({ transcripts, files, clock });
  const inbox: Inbound[] = [];
  const logged: object[] = [];
  const refusal: { error: Error | null } = { error: null };
  let count = 0;

  const send: ChatService["send"] = async (user, content, { order, id } = {}) => {
    count += 1;
    const place = order ?? clock.now().getTime() * 1_000 + (count % 1_000);
    await channel.send(
      {
        _id: id ?? `delivery-${count}`,
        lane: "reply",
        channel: "web-chat",
        account: "site",
        user,
        chat: user,
        contactId: `web-chat:site:${user}`,
        order: place,
        state: "claimed",
        attempts: 0,
        content,
        queuedAt: clock.now(),
      },
      new AbortController().signal,
    );
  };

  async function take(inbound: Inbound): Promise<void> {
    if (refusal.error !== null) throw refusal.error;
    if (inbox.some((each) => each.id === inbound.id)) return;
    inbox.push(inbound);
    const { content, user } = inbound;
    await transcripts.append(null, [
      {
        _id: inbound.id,
        contactId: `web-chat:site:${user}`,
        channel: "web-chat",
        account: "site",
        user,
        at: inbound.receivedAt,
        order: inbound.order,
        from: "person",
        text: said(inbound),
        ...(content.kind === "file" ? { fileIds: [inbound.id] } : {}),
      },
    ]);
    for (const each of answer(inbound)) await send(user, each);
  }

  const log = { debug: (fields: object) => void logged.push(fields), error: (fields: object) => void logged.push(fields) };
  const routes = chatRoutes({
    accept: async (inbound) => {
      for (const each of inbound) await take(each);
      return [];
    },
    transcripts,
    files,
    links: { sign: (fileId, untilMs) => mac("links", `${fileId}\n${untilMs}`) },
    sessionSecret: "a secret for tests",
    clock,
    ids: randomIds,
    personas: null,
    limits: { perVisitor: 1_000, perAddress: 10_000 },
    uploads: { perVisitor: 3, all: 32 },
    words: (language) => chatWords[language],
    qrPng: async (text) => Buffer.from(`png of ${text}`),
    ...deps,
  });
  const server = createServer({ trustProxy, log, routes: [routes] });
  const url = await server.listen("127.0.0.1", 0);
  return { url, server, transcripts, files, inbox, logged, refusal, send, close: () => server.close() };
}

function said({ content, ack }: Inbound): string {
  if (content.kind === "text") return content.text;
  if (content.kind === "press") return typeof ack?.["label"] === "string" ? ack["label"] : content.data;
  return content.kind === "file" ? (content.caption ?? "") : content.kind;
}

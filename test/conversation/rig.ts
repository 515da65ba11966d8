import type { Connection } from "mongoose";
import { createStores, type Stores } from "../../src/app/stores.js";
import { collections } from "../../src/app/stores.js";
import { createConversation, defaultConversation, type Conversation, type ConversationDeps, type ConversationSettings } from "../../src/conversation/conversation.js";
import type { Action, Query } from "../../src/domain/capabilities.js";
import type { Delivery } from "../../src/domain/delivery.js";
import type { Json } from "../../src/domain/json.js";
import type { Content, Inbound } from "../../src/domain/message.js";
import { actionOutcomes, queryNames } from "../../src/app/registered.js";
import { silent } from "../../src/lib/log.js";
import { isAway, isStoreError } from "../../src/store/connect.js";
import { ensureCollections } from "../../src/store/migrations.js";
import { loadStage, plainWorld, provide, secretOffice, type Stage } from "../engine/rig.js";
import { auditOn } from "../support/audit.js";
import { freshDatabase } from "../support/database.js";
import { manualClock, type ManualClock } from "../support/manual-clock.js";

export interface Rig {
  conversation: Conversation;
  stores: Stores;
  connection: Connection;
  clock: ManualClock;
  stage: Stage;
  bugs: { inbound: string; error: unknown }[];
  files: string[];
  chosen: string[];
  /** Transactions begun so far. */
  transactions(): number;
  /** Stores events as claimed by this instance and hands them over, in the order given. */
  hear(...inbound: Inbound[]): Promise<void>;
  /** Waits until nothing is under way; pauses between tries pass at once. */
  settled(): Promise<void>;
  replies(user: string): Promise<string[]>;
  session(user: string): Promise<{ version: number; state: { talks: { answers: Record<string, unknown>; flow: string }[]; question: unknown } } | null>;
  close(): Promise<void>;
}

export async function createRig(change: (deps: ConversationDeps, own: { stores: Stores; connection: Connection }) => Partial<ConversationDeps> = () => ({}), settings: Partial<ConversationSettings> = {}): Promise<Rig> {
  const stage = await loadStage();
  const { connection, drop } = await freshDatabase();
  await ensureCollections(connection, collections);
  const clock = manualClock();
  const stores = createStores(connection, { clock, log: silent });
  const bugs: Rig["bugs"] = [];
  const files: string[] = [];
  const chosen: string[] = [];
  let begun = 0;
  let order = 0;
  const ask = (kind: "query" | "action", name: string, args: never): { value: Json; outcome: string | undefined } => {
    const { value, outcome } = provide(stage, plainWorld, { id: "n", kind, name, args }, clock.now());
    return { value, outcome };
  };
  const queries = new Map<string, Query>([...queryNames].map((name) => [name, { name, run: (args) => Promise.resolve(ask("query", name, args as never).value) }]));
  const actions = new Map<string, Action>(
    [...actionOutcomes].map(([name, outcomes]) => [
      name,
      {
        name,
        outcomes,
        run: (args) => {
          const { value, outcome } = ask("action", name, args as never);
          return Promise.resolve({ outcome: outcome ?? "", value });
        },
      },
    ]),
  );
  const usual: ConversationDeps = {
    i18n: stage.i18n,
    queries,
    actions,
    audit: auditOn(connection),
    bundle: stage.bundle,
    bundleOf: () => stage.bundle,
    form: ({ code }) => stage.calls.get(code),
    latest: () => 1,
    places: stage.places,
    office: () => secretOffice,
    unbuilt: [],
    idleMs: 24 * 3_600_000,
    secret: "secret of the buttons",
    choosesLanguage: () => false,
    inbox: stores.inbox,
    sessions: stores.sessions,
    people: stores.people,
    deliveries: stores.deliveries,
    transcripts: stores.transcripts,
    transactions: stores.transactions,
    receiveFile: (_tx, file) => Promise.resolve(void files.push(file.fileId)),
    claimFor: () => null,
    isStoreError,
    isAway,
    onBug: (inbound, error) => void bugs.push({ inbound: inbound.id, error }),
    now: () => clock.now(),
    nextOrder: () => ++order,
    handover: () => undefined,
    wakeSender: () => undefined,
    wakeFiles: () => undefined,
    recover: async (inbound) => !(await stores.inbox.isNew(inbound.id)),
    settle: (_inbound, label) => void chosen.push(label),
    signals: stores.signals,
    instance: "test/here",
    clock,
    log: silent,
    settings: { ...defaultConversation, ...settings },
  };
  const changed = { ...usual, ...change(usual, { stores, connection }) };
  const { transactions } = changed;
  const conversation = createConversation({ ...changed, transactions: { ...transactions, run: (work) => (begun++, transactions.run(work)) } });
  return {
    conversation,
    stores,
    connection,
    clock,
    stage,
    bugs,
    files,
    chosen,
    transactions: () => begun,
    async hear(...inbound) {
      await stores.inbox.insert(inbound, { by: "test/here", until: new Date(clock.now().getTime() + 60_000) });
      conversation.receive(inbound);
    },
    settled: () => clock.runUntil(() => conversation.waiting() === 0, 10_000),
    replies: async (user) => (await connection.collection<Delivery>("deliveries").find({ user }).sort({ order: 1 }).toArray()).map((each) => each.content.text),
    session: async (user) => ((await stores.sessions.load([`contact:telegram:bot:${user}`]))[0] ?? null) as never,
    async close() {
      await conversation.stop();
      await drop();
    },
  };
}

/** The n-th event of a person; it came after every question that is open in these tests. */
export function event(user: string, n: number, content: Content | string, change: Partial<Inbound> = {}): Inbound {
  return {
    id: `telegram:bot:${user}-${n}`,
    channel: "telegram",
    account: "bot",
    user,
    chat: user,
    order: n,
    receivedAt: new Date("2026-11-23T12:00:00Z"),
    content: typeof content === "string" ? { kind: "text", text: content } : content,
    ...change,
  };
}

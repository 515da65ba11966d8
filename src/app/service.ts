import type { Connection } from "mongoose";
import QRCode from "qrcode";
import { createAudit } from "../audit/audit.js";
import { createHeads } from "../audit/heads.js";
import { createSealer } from "../audit/sealer.js";
import type { Channel } from "../channels/contract.js";
import { createWebChat } from "../channels/web-chat/channel.js";
import type { Config } from "../config/config.js";
import { createConversation, defaultConversation } from "../conversation/conversation.js";
import { openQuestion } from "../conversation/open-question.js";
import { Flow, type Bundle } from "../engine/flow.js";
import { begunIn } from "../engine/left-alone.js";
import { createGazetteer } from "../domain/gazetteer.js";
import { accountId, type Inbound } from "../domain/message.js";
import type { Language } from "../domain/shown.js";
import { UserError } from "../domain/errors.js";
import { createFiles } from "../files/files.js";
import { createLinks } from "../files/links.js";
import { checkVirusScan, createVirusScan } from "../files/virus-scan.js";
import { chatRoutes } from "../http/chat.js";
import { fileRoutes } from "../http/files.js";
import { healthRoutes } from "../http/health.js";
import { createServer } from "../http/server.js";
import { verifyRoutes, verifyStyle } from "../http/verify.js";
import { webhookRoutes, type WebhookChannel } from "../http/webhooks.js";
import { createI18n } from "../i18n/i18n.js";
import { createIntake } from "../intake/intake.js";
import { createBuckets } from "../lib/bucket.js";
import type { Clock } from "../lib/clock.js";
import type { Ids } from "../lib/ids.js";
import type { Log } from "../lib/log.js";
import { createOutbox } from "../outbox/outbox.js";
import { createPushes } from "../outbox/pushes.js";
import { defaultSettings } from "../outbox/types.js";
import { createPeople } from "../people/people.js";
import { createCalls } from "../registrations/calls.js";
import { createRegistrations } from "../registrations/registrations.js";
import { isAway, isStoreError } from "../store/connect.js";
import { join, resolve } from "node:path";
import { z } from "zod";
import { chatWords } from "./chat-words.js";
import { personas } from "./personas.js";
import { createJobs } from "./jobs.js";
import { createMetrics } from "./metrics.js";
import { readConversations, root } from "./resources.js";
import { remindersOf } from "./reminders.js";
import { retentionOf } from "./retention.js";
import type { Secrets } from "./secrets.js";
import { createStores } from "./stores.js";
import { telegramOf } from "./telegram.js";
import { loadUnits } from "./units.js";

export interface ServiceDeps {
  config: Config;
  connection: Connection;
  secrets: Secrets;
  clock: Clock;
  ids: Ids;
  /** Names this process among all that share the database. */
  instance: string;
  log: Log;
}

/** Words of CONTRACT whose part is not built yet: answered with where to ask instead. */
const unbuilt = ["thongbao", "tinhhinh", "nop", "phananh", "dung"];

const idleMs = 24 * 3_600_000;
const inboxClaimMs = 60_000;
/** A signal that calls changed may be lost. */
const callsLookMs = 60_000;
const meetAgainMs = 30_000;
/** The store must take a webhook's events within this, or the sender is told to repeat them (CONTRACT: 503 within 1.5 s). */
const storeWithinMs = 1_400;

/** Where the audit's heads are written out to: beside the database, not in it. */
export function auditHeadsPath(config: Pick<Config, "DATA_DIR">): string {
  return join(resolve(config.DATA_DIR), "audit-heads.jsonl");
}

/** Wires the rooms over one database connection. Nothing listens or sends before `start`. */
export async function createService(deps: ServiceDeps) {
  const { config, secrets, clock, ids, log, instance } = deps;
  const stores = createStores(deps.connection, { clock, log });
  const places = createGazetteer(await loadUnits(join(root, "resources/units")));
  const nextOrder = rising(clock);
  const languageOf = async (contactId: string): Promise<Language> => (await stores.people.contacts(null, [contactId]))[0]?.language ?? "vi";

  const audit = createAudit({ store: stores.audit, ids, nextOrder });
  const calls = createCalls({ store: stores.calls, transactions: stores.transactions, audit });
  const { texts, loaded, rules, calendar, problemsFor } = await readConversations();
  const { addWorkingDays } = calendar;
  const i18n = createI18n(texts.locales);
  const { bundle } = loaded;
  const links = createLinks({ secret: secrets.of("links"), clock });
  let listeningAt: string | null = null;
  const people = createPeople({
    store: stores.people,
    registrations: stores.registrations,
    transcripts: stores.transcripts,
    files: stores.fileRows,
    fileStore: stores.files,
    requests: stores.dataRequests,
    transactions: stores.transactions,
    audit,
    i18n,
    clock,
    ids,
    secret: secrets.of("people"),
    addWorkingDays,
    async draftsOf(contactId) {
      const [session] = await stores.sessions.load([contactId]);
      return session === undefined ? [] : begunIn(session.state, session.updatedAt, bundle);
    },
    form: calls.form,
    fileAddress(fileId, untilMs, channel) {
      const path = `/files/${links.sign(fileId, untilMs)}`;
      if (config.PUBLIC_URL !== undefined) return `${config.PUBLIC_URL}${path}`;
      // The page of the web chat finds its own way back.
      if (channel === webChat.kind) return path;
      return channel === null && listeningAt !== null ? `${listeningAt}${path}` : null;
    },
    office: () => calls.office(clock.now()),
    provinceName: (code) => places.province(code)?.name,
  });

  let channels: Channel[] = [];
  const pushes = createPushes({
    people: stores.people,
    deliveries: stores.deliveries,
    nextOrder,
    openQuestion: (contactId) => openQuestion({ sessions: stores.sessions, i18n }, contactId),
  });
  const registrations = createRegistrations({
    rules,
    store: stores.registrations,
    products: stores.products,
    deadlines: stores.deadlines,
    calls,
    transactions: stores.transactions,
    audit,
    pushes,
    i18n,
    languageOf,
    invitation: people.invitation,
    addWorkingDays,
    async officer(contactId) {
      const [found] = await stores.people.contacts(null, [contactId]);
      return found === undefined ? null : { ...(found.name === undefined ? {} : { name: found.name }), ...(found.phone === undefined ? {} : { phone: found.phone }) };
    },
    address: (code, channel) => {
      if (config.PUBLIC_URL !== undefined) return `${config.PUBLIC_URL}/verify/${code}`;
      const bot = channels.find((each) => each.kind === channel) ?? channels[0];
      return bot?.can.linkBack?.(code) ?? code;
    },
    secret: secrets.of("codes"),
  });

  const queries = new Map([...people.queries, ...registrations.queries].map((query) => [query.name, query]));
  const actions = new Map([...people.actions, ...registrations.actions].map((action) => [action.name, action]));
  const problems = problemsFor({
    queries: new Set(queries.keys()),
    actions: new Map([...actions.values()].map((action) => [action.name, action.outcomes])),
  });
  if (problems.length > 0) throw new UserError("bad_conversations", problems.join("\n"));
  const bundles = new Map<string, Bundle>([[bundle.hash, bundle]]);

  const metrics = createMetrics();
  const roles = new Set(config.ROLES);

  const webChat = createWebChat({ transcripts: stores.transcripts, files: stores.files, clock });
  channels = [
    webChat,
    ...(config.TELEGRAM_BOT_TOKEN === undefined
      ? []
      : [
          telegramOf(config, config.TELEGRAM_BOT_TOKEN, { clock, log }),
        ]),
  ];
  const channelOf = (at: { channel: string; account: string }): Channel | null => channels.find((each) => each.kind === at.channel && each.account === at.account) ?? null;

  const outbox = createOutbox({
    deliveries: stores.deliveries,
    transcripts: stores.transcripts,
    leases: stores.leases,
    signals: stores.signals,
    senders: roles.has("worker") ? channels : [],
    clock,
    log,
    instance,
    settings: defaultSettings,
    async onUnreachable(delivery, code) {
      metrics.unreachable.inc({ channel: delivery.channel });
      log.info({ delivery: delivery._id, code }, "account unreachable");
      await stores.people.setReachable(null, accountId(delivery), false);
    },
    onSent(delivery) {
      metrics.sent.inc({ channel: delivery.channel, lane: delivery.lane });
      metrics.replyDelay.observe({ channel: delivery.channel }, (clock.now().getTime() - delivery.queuedAt.getTime()) / 1_000);
    },
  });

  /** Room for a few albums at once, and for what waited while the service was away. */
  const flood = createBuckets({ refillPerSecond: 1, size: 120, maxKeys: 50_000 });
  /** Once a minute at most: the row's id holds the minute. */
  async function sayWait({ channel, account, user, chat, receivedAt }: Inbound): Promise<void> {
    const at = { channel, account, user };
    const language = await languageOf(`contact:${accountId(at)}`);
    const content = i18n.say(language, { key: "problem.flood" });
    const _id = `flood:${accountId(at)}:${Math.floor(receivedAt.getTime() / 60_000)}`;
    await stores.deliveries.insert(null, [{ _id, lane: "reply", ...at, chat, contactId: `contact:${accountId(at)}`, order: nextOrder(), state: "queued", attempts: 0, content, queuedAt: receivedAt }]);
    outbox.wake();
  }
  const intake = createIntake({
    inbox: stores.inbox,
    instance,
    clock,
    log,
    worksHere: roles.has("worker"),
    claimMs: inboxClaimMs,
    onStored: (inbound) => conversation.receive(inbound),
    tellOthers: () => void stores.signals.send("inbox").catch(() => undefined),
    flood: { take: (sender) => flood.take(sender, clock.now().getTime()), giveBack: flood.giveBack },
    count: (outcome, n) => metrics.events.inc({ outcome }, n),
    timeoutMs: storeWithinMs,
  });
  /** A channel that would only repeat what is too much: its person is told to wait. */
  const accept = async (inbound: readonly Inbound[]): Promise<void> => {
    for (const each of inbound) void channelOf(each)?.acknowledge(each);
    const [tooMuch] = await intake.accept(inbound);
    if (tooMuch !== undefined) void sayWait(tooMuch).catch(() => undefined);
  };

  const scan = config.VIRUS_SCAN_COMMAND === undefined ? null : { command: config.VIRUS_SCAN_COMMAND, pathEnv: config.pathEnv };
  if (scan !== null) await checkVirusScan(scan);
  const files = createFiles({
    rows: stores.fileRows,
    store: stores.files,
    open: (channel, account) => channelOf({ channel, account }),
    async accept(inbound) {
      await intake.accept(inbound);
    },
    scan: scan === null ? null : createVirusScan({ ...scan, clock }),
    isReferenced: stores.fileReferences,
    clock,
    log,
  });

  const conversation = createConversation({
    i18n,
    queries,
    actions,
    audit,
    bundle,
    bundleOf: (hash) => bundles.get(hash),
    form: calls.form,
    latest: calls.revisionOf,
    places,
    office: calls.office,
    unbuilt,
    idleMs,
    secret: secrets.of("buttons"),
    choosesLanguage: (channel) => channel === webChat.kind,
    inbox: stores.inbox,
    sessions: stores.sessions,
    people: stores.people,
    deliveries: stores.deliveries,
    transcripts: stores.transcripts,
    transactions: stores.transactions,
    receiveFile: files.receive,
    claimFor: outbox.claimFor,
    isStoreError,
    isAway,
    onBug(inbound, error) {
      metrics.bugs.inc();
      log.error({ inbound: inbound.id, err: error instanceof Error ? (error.stack ?? error.message) : "unknown" }, "an input ended in an error of ours");
    },
    now: () => clock.now(),
    nextOrder,
    handover: outbox.handover,
    wakeSender: outbox.wake,
    wakeFiles: files.wake,
    settle: (inbound, chosen) => void channelOf(inbound)?.settle(inbound, chosen),
    async recover(inbound) {
      if (await stores.inbox.isNew(inbound.id)) return false;
      const rows = await stores.deliveries.claimedOf(inbound.id);
      const claim = outbox.claimFor(inbound);
      outbox.handover(rows.filter((row) => claim !== null && row.claim?.by === claim.by && row.claim.term === claim.term));
      outbox.wake();
      files.wake();
      return true;
    },
    signals: stores.signals,
    instance,
    clock,
    log,
    settings: { ...defaultConversation, claimMs: inboxClaimMs },
  });
  const sealer = createSealer({ store: stores.audit, transactions: stores.transactions, leases: stores.leases, holder: instance, heads: createHeads(auditHeadsPath(config)), clock, log });
  metrics.waiting(conversation.waiting);
  metrics.outbox(outbox.status);

  const inBoth = (key: string): string => [i18n.text("vi", { key }), i18n.text("en", { key }), ""].join("\n");
  const server = createServer({
    trustProxy: config.TRUST_PROXY,
    log,
    routes: [
      healthRoutes({
        checks: {
          mongodb: async () => {
            await deps.connection.db?.command({ ping: 1 }, { timeoutMS: 1_000 });
            return null;
          },
          ...Object.fromEntries(channels.map((channel) => [channel.kind, () => Promise.resolve(channel.trouble())])),
        },
        metrics: metrics.read,
        ...(config.METRICS_TOKEN === undefined ? {} : { metricsToken: config.METRICS_TOKEN }),
      }),
      webhookRoutes({
        channels: channels.filter((channel): channel is Channel & WebhookChannel => channel.receive !== undefined),
        accept,
        log,
        count: (channel, status) => metrics.webhooks.inc({ channel, status: String(status) }),
      }),
      verifyRoutes({ look: registrations.look, i18n }),
      verifyStyle(),
      fileRoutes({ links, rows: stores.fileRows, store: stores.files, writeCopy: people.writeCopy, words: { wrong: inBoth("file.link_wrong"), expired: inBoth("file.link_expired") } }),
      chatRoutes({
        accept: intake.accept,
        transcripts: stores.transcripts,
        files: stores.files,
        links,
        sessionSecret: secrets.of("web"),
        clock,
        ids,
        personas: config.demo ? personas : null,
        ...(config.PUBLIC_URL === undefined ? {} : { publicUrl: config.PUBLIC_URL }),
        limits: { perVisitor: 120, perAddress: 1_200 },
        uploads: { perVisitor: 3, all: 32 },
        words: (language) => chatWords(i18n, language),
        qrPng: (text) => QRCode.toBuffer(text, { type: "png", margin: 2, scale: 6, errorCorrectionLevel: "M" }),
      }),
    ],
  });

  const wakeSender = (): void => {
    outbox.wake();
    void stores.signals.send("outbox").catch(() => undefined);
  };
  const reminders = remindersOf({ stores, bundle, pushes, i18n, log, languageOf, wakeSender });
  const retention = retentionOf({
    stores,
    bundle,
    pushes,
    audit,
    i18n,
    languageOf,
    nextOrder,
    showsTranscript: (channel) => channel === webChat.kind,
    wakeSender,
    count: (what, n) => metrics.removed.inc({ what }, n),
    secret: secrets.of("people"),
    log,
  });
  const jobs = createJobs({ reminders, retention, leases: stores.leases, instance, clock, log });

  const stopping = new AbortController();
  /** Where another process receives, this one still names the bot in links. */
  async function meet(channel: Channel): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await channel.meet?.(stopping.signal);
        return;
      } catch {
        await clock.sleep(meetAgainMs, stopping.signal);
      }
    }
  }

  let listening: { stop(): Promise<void> } | null = null;
  return {
    stores,
    audit,
    people,
    registrations,
    reminders,
    retention,
    calls,
    places,
    outbox,
    channels,
    bundle,
    accept,
    /** Work first, then the door: what arrives finds somebody at work. Answers the address. */
    async start(): Promise<string | null> {
      await calls.refresh();
      await stores.bundles.keep(bundle.hash, bundle.flows, clock.now());
      for (const kept of await stores.bundles.all()) {
        const flows = z.record(z.string(), Flow).safeParse(kept.flows);
        if (flows.success && !bundles.has(kept.hash)) bundles.set(kept.hash, { hash: kept.hash, flows: flows.data });
      }
      listening = stores.signals.listen((topic) => {
        if (topic === "calls") void calls.refresh().catch(() => undefined);
      });
      void (async () => {
        while (!stopping.signal.aborted) {
          await clock.sleep(callsLookMs, stopping.signal);
          await calls.refresh().catch(() => undefined);
        }
      })();
      if (roles.has("worker")) {
        outbox.start();
        await conversation.start();
        files.start();
        sealer.start();
      }
      if (roles.has("scheduler")) jobs.start();
      if (!roles.has("web")) {
        for (const channel of channels) void meet(channel);
        return null;
      }
      const address = await server.listen(config.HOST, config.PORT);
      listeningAt = address;
      for (const channel of channels) await channel.start(accept);
      return address;
    },
    /** In reverse: the door first, then what is under way. */
    async stop(): Promise<void> {
      stopping.abort();
      await jobs.stop();
      for (const channel of channels) await channel.stop();
      await server.close();
      await listening?.stop();
      if (roles.has("worker")) {
        await sealer.stop();
        await files.stop();
        await conversation.stop();
        await outbox.stop();
      }
    },
  };
}

export type Service = Awaited<ReturnType<typeof createService>>;

/** Milliseconds since 1970 × 1,000 and a counter: strictly rising within this process. */
function rising(clock: Clock): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, clock.now().getTime() * 1_000);
    return last;
  };
}

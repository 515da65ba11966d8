import type { Connection } from "mongoose";
import { collections } from "../../src/app/stores.js";
import { join } from "node:path";
import { loadLocales, readFileAsSource, root } from "../../src/app/resources.js";
import { checkDigit } from "../../src/domain/codes.js";
import type { Registration } from "../../src/domain/registration.js";
import type { Messages } from "../../src/i18n/i18n.js";
import { connect } from "../../src/store/connect.js";
import { startFakeTelegram, type FakeTelegram } from "../fakes/telegram.js";
import { startRunningService, type RunningService } from "./running-service.js";
import type { Actor } from "./scenario-actors.js";

type Row = Record<string, unknown>;

/** One running service with a fake Telegram beside it, and a look into its database. */
export interface World {
  running: RunningService;
  telegram: FakeTelegram;
  locales: Record<"vi" | "en", Messages>;
  /** Errors that the service logged about what this person sent. */
  errors(actor: Actor): Promise<string[]>;
  find(collection: string, filter: Row): Promise<Row[]>;
  contactId(actor: Actor): Promise<string | null>;
  session(actor: Actor): Promise<Row | null>;
  /** Newest first. */
  registrations(actor: Actor): Promise<Registration[]>;
  /** Resolves when nothing of this person is on its way any more and all that was sent is on the screen. */
  quiet(actor: Actor): Promise<void>;
  stop(): Promise<void>;
}

/** Puts the form of three questions in place of the demo call's own. */
async function openThinCall({ service, clock }: RunningService): Promise<void> {
  const [open] = service.calls.open(clock.now());
  const file = await readFileAsSource(join(root, "test/support/thin-call.yaml"));
  await service.calls.import(file, clock.now(), (call) => ({ ...call, ...(open === undefined ? {} : { opensOn: open.call.opensOn, closesBefore: open.call.closesBefore }) }));
}

export async function createWorld(options: { start?: string; demo?: boolean; form?: "whole" | "thin" } = {}): Promise<World> {
  const telegram = await startFakeTelegram();
  const errors: { inbound: string; said: string }[] = [];
  const note = (fields: Row, event: string): void => void errors.push({ inbound: String(fields["inbound"] ?? ""), said: `${event}: ${String(fields["err"] ?? fields["error"] ?? "")}` });
  const log = { trace: () => undefined, debug: () => undefined, info: () => undefined, warn: () => undefined, error: note, fatal: note };
  const started = startRunningService({
    env: { TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.url },
    log: log as never,
    ...(options.start === undefined ? {} : { start: options.start }),
    ...(options.demo === undefined ? {} : { demo: options.demo }),
  });
  const running = await started.catch(async (error: unknown) => {
    await telegram.close();
    throw error;
  });
  if (options.form === "thin") await openThinCall(running);
  const { locales } = await loadLocales();
  const connection: Connection = await connect({ uri: process.env["OCOP_TEST_MONGODB_URI"] ?? "", database: running.database, poolSize: 2 });
  const known = new Set([...collections, "owners", "contacts"]);
  const collection = (name: string) => {
    if (!known.has(name)) throw new Error(`no such collection: ${name}`);
    return connection.collection(name);
  };
  const find = async (name: string, filter: Row): Promise<Row[]> => (await collection(name).find(filter as never).toArray()) as Row[];
  const count = (name: string, filter: Row): Promise<number> => collection(name).countDocuments(filter as never);

  const contactId = async (actor: Actor): Promise<string | null> => ((await find("accounts", { _id: actor.accountId }))[0]?.["contactId"] as string | undefined) ?? null;
  const waiting = async ({ channel, user }: Actor): Promise<string | null> => {
    const inbox = { "inbound.channel": channel, "inbound.user": user };
    if ((await count("inbox", { ...inbox, state: "new" })) > 0) return "input not handled";
    if ((await count("file_rows", { channel, user, dueAt: { $exists: true } })) > 0) return "a file on its way";
    if ((await count("inbox", { ...inbox, state: "new" })) > 0) return "input not handled";
    if ((await count("inbox", { ...inbox, state: "parked" })) > 0) return "an input was put aside";
    if ((await count("deliveries", { channel, user, state: { $in: ["queued", "claimed"] } })) > 0) return "a reply on its way";
    return null;
  };

  return {
    running,
    telegram,
    locales,
    async errors({ channel, user }) {
      const own = new Set((await find("inbox", { "inbound.channel": channel, "inbound.user": user })).map((row) => row["_id"]));
      return errors.filter(({ inbound }) => own.has(inbound)).map(({ said }) => said);
    },
    find,
    contactId,
    async session(actor) {
      const id = await contactId(actor);
      return id === null ? null : (((await find("sessions", { _id: id }))[0]?.["state"] as Row | undefined) ?? null);
    },
    async registrations(actor) {
      const found = (await find("registrations", { contactId: await contactId(actor) })) as unknown as Registration[];
      return found.sort((a, b) => b.submittedAt.getTime() - a.submittedAt.getTime());
    },
    async quiet(actor) {
      const until = performance.now() + 20_000;
      for (let pauseMs = 2; ; pauseMs = Math.min(40, pauseMs * 1.5)) {
        const why = await waiting(actor);
        const sent = why === null ? await count("deliveries", { channel: actor.channel, user: actor.user, state: "sent" }) : 0;
        if (why === null && actor.heard().length >= sent) return;
        if (performance.now() > until) throw new Error(`the service does not come to rest: ${why ?? `${actor.heard().length} of ${sent} messages arrived`}`);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
    async stop() {
      await connection.close();
      await running.stop();
      await telegram.close();
    },
  };
}

/** The code with its check digit off by one. */
export function mistyped(code: string): string {
  return `${code.slice(0, -1)}${(Number(code.slice(-1)) + 1) % 10}`;
}

/** A code that is well formed and nobody's. */
export const unknownCode = `US26-000000-${checkDigit("000000")}`;

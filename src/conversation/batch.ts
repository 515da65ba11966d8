import type { Delivery } from "../domain/delivery.js";
import { accountId, type Inbound, type Outgoing } from "../domain/message.js";
import type { PeopleStore } from "../domain/people-ports.js";
import type { Account, Contact } from "../domain/person.js";
import type { DeliveryStore, InboxStore, TranscriptEntry, TranscriptStore, Transactions, Tx } from "../domain/ports.js";
import { EngineSession, newSession } from "../engine/session.js";
import { turn, type Person, type TurnDeps, type Turned } from "./turn.js";

export interface SessionStore {
  load(ids: readonly string[]): Promise<{ _id: string; version: number; state: unknown }[]>;
  save(tx: Tx, rows: readonly { id: string; version: number; state: unknown; now: Date }[]): void;
}

export interface BatchDeps extends TurnDeps {
  inbox: Pick<InboxStore, "finish">;
  sessions: SessionStore;
  people: PeopleStore;
  deliveries: Pick<DeliveryStore, "insert" | "unpark">;
  transcripts: Pick<TranscriptStore, "append">;
  transactions: Transactions;
  /** Keeps the job to fetch a file, in the same transaction. */
  receiveFile(tx: Tx, file: { fileId: string; contactId: string; inbound: Inbound }): Promise<void>;
  /** The claim to stamp on replies when this process is the sender of that bot. */
  claimFor(at: { channel: string; account: string }): { by: string; term: number } | null;
  isStoreError(error: unknown): boolean;
  onBug(inbound: Inbound, error: unknown): void;
  now(): Date;
  /** Milliseconds since 1970 × 1,000 and a counter: strictly rising within this process. */
  nextOrder(): number;
}

export interface Handled {
  deliveries: Delivery[];
  chosen: { inbound: Inbound; label: string }[];
  files: boolean;
  /** Rows were queued again that the sender does not know of. */
  unparked: boolean;
}

/** A step ended in a mistake of ours; what it had written goes with its transaction. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";
}

/**
 * Handles one input each of different people in one transaction: all or none. With `failed` no step is taken: the person
 * is told that it went wrong on our side, and their session stays as it was.
 * Rejects with a conflict, a store error or a `StepFailed`; the caller splits and tries again.
 */
export async function handleBatch(deps: BatchDeps, batch: readonly Inbound[], failed?: StepFailed): Promise<Handled> {
  const now = deps.now();
  const loaded = await loadPeople(deps, batch, now);
  return deps.transactions.run(async (tx) => {
    const handled: Handled = { deliveries: [], chosen: [], files: false, unparked: false };
    const sessions: { id: string; version: number; state: EngineSession; now: Date }[] = [];
    const transcript: TranscriptEntry[] = [];
    for (const inbound of batch) {
      const person = loaded.get(accountId(inbound));
      if (person === undefined) continue;
      if (inbound.content.kind === "reach") {
        if (person.isNew) person.account.reachable = inbound.content.reachable;
        else await deps.people.setReachable(tx, person.account._id, inbound.content.reachable);
        continue;
      }
      if (!person.account.reachable) {
        await deps.people.setReachable(tx, person.account._id, true);
        await deps.deliveries.unpark(tx, inbound);
        handled.unparked = true;
      }
      const sorry = failed ?? person.unreadable;
      const turned = sorry === undefined ? await stepped(deps, tx, person, inbound, now) : sorrow(deps, person, inbound, sorry, now);
      if (sorry === undefined) sessions.push({ id: person.contact._id, version: person.version, state: turned.session, now });
      if (turned.session.language !== person.contact.language) deps.people.updateContact(tx, person.contact._id, { language: turned.session.language });
      if (turned.waitsFor !== null) {
        await deps.receiveFile(tx, { fileId: turned.waitsFor, contactId: person.contact._id, inbound });
        handled.files = true;
      }
      const entry = heard(person, inbound, turned);
      if (entry !== null) transcript.push(entry);
      handled.deliveries.push(...turned.out.map((content, n) => reply(deps, person, inbound, content, n, now)));
      if (turned.chosen !== null) handled.chosen.push({ inbound, label: turned.chosen });
    }
    insertNew(deps, tx, loaded);
    deps.sessions.save(tx, sessions);
    if (handled.deliveries.length > 0) await deps.deliveries.insert(tx, handled.deliveries);
    if (transcript.length > 0) await deps.transcripts.append(tx, transcript);
    deps.inbox.finish(tx, batch.map((inbound) => inbound.id), now);
    return handled;
  });
}

interface Loaded extends Person {
  version: number;
  isNew: boolean;
  /** Why the stored session could not be read. */
  unreadable?: Error;
}

async function loadPeople(deps: BatchDeps, batch: readonly Inbound[], now: Date): Promise<Map<string, Loaded>> {
  const ids = batch.map(accountId);
  const accounts = new Map((await deps.people.accounts(null, ids)).map((account) => [account._id, account]));
  const contactIds = batch.map((inbound) => accounts.get(accountId(inbound))?.contactId ?? newContactId(inbound));
  const [contacts, sessions] = await Promise.all([deps.people.contacts(null, contactIds), deps.sessions.load(contactIds)]);
  const contactOf = new Map(contacts.map((contact) => [contact._id, contact]));
  const sessionOf = new Map(sessions.map((session) => [session._id, session]));
  return new Map(
    batch.map((inbound, index) => {
      const id = accountId(inbound);
      const contactId = contactIds[index] ?? "";
      const account = accounts.get(id);
      const row = sessionOf.get(contactId);
      const session = row === undefined ? null : EngineSession.safeParse(row.state);
      return [
        id,
        {
          isNew: account === undefined,
          account: account ?? newAccount(inbound, contactId, now),
          contact: contactOf.get(contactId) ?? newContact(contactId),
          session: session?.data ?? null,
          version: row?.version ?? 0,
          ...(session?.error === undefined ? {} : { unreadable: session.error }),
        },
      ];
    }),
  );
}

function newContactId(inbound: Inbound): string {
  return `contact:${accountId(inbound)}`;
}

function newAccount(inbound: Inbound, contactId: string, now: Date): Account {
  const { channel, account, user, chat } = inbound;
  return { _id: accountId(inbound), contactId, channel, account, user, chat, reachable: true, since: now };
}

function newContact(id: string): Contact {
  return { _id: id, language: "vi", grants: [], consents: [], owners: [] };
}

function insertNew(deps: BatchDeps, tx: Tx, loaded: Map<string, Loaded>): void {
  const fresh = [...loaded.values()].filter((person) => person.isNew);
  if (fresh.length > 0) deps.people.insert(tx, fresh.map(({ account, contact }) => ({ account, contact })));
}

async function stepped(deps: BatchDeps, tx: Tx, person: Loaded, inbound: Inbound, now: Date): Promise<Turned> {
  let acted = false;
  try {
    return await turn(deps, tx, person, inbound, now, () => void (acted = true));
  } catch (error) {
    if (deps.isStoreError(error)) throw error;
    if (acted) throw new StepFailed(inbound.id, { cause: error });
    return sorrow(deps, person, inbound, error, now);
  }
}

/** A mistake of ours, or a session that cannot be read, must not hold a person up: they are told where to ask. */
function sorrow(deps: BatchDeps, person: Loaded, inbound: Inbound, error: unknown, now: Date): Turned {
  deps.onBug(inbound, error instanceof StepFailed ? error.cause : error);
  const session = person.session ?? newSession(person.contact.language);
  return { session, out: [deps.i18n.say(session.language, { key: "problem.sorry", values: { office: deps.office(now) } })], chosen: null, waitsFor: null };
}

function reply(deps: BatchDeps, person: Person, inbound: Inbound, content: Outgoing, n: number, now: Date): Delivery {
  const claim = deps.claimFor(inbound);
  const { channel, account, user, chat } = inbound;
  return {
    _id: `${inbound.id}/${n}`,
    lane: "reply",
    channel,
    account,
    user,
    chat,
    contactId: person.contact._id,
    order: deps.nextOrder(),
    state: claim === null ? "queued" : "claimed",
    ...(claim === null ? {} : { claim }),
    attempts: 0,
    content,
    queuedAt: now,
  };
}

/** What the person sent, as the conversation shows it; null for what they did not send themselves. */
function heard(person: Person, inbound: Inbound, turned: Turned): TranscriptEntry | null {
  const { content } = inbound;
  if (content.kind === "file_settled" || content.kind === "reach") return null;
  const { channel, account, user } = inbound;
  const clientId = /:([A-Za-z0-9_-]{8,64})$/.exec(inbound.id)?.[1];
  return {
    _id: inbound.id,
    contactId: person.contact._id,
    channel,
    account,
    user,
    at: inbound.receivedAt,
    order: inbound.receivedAt.getTime() * 1_000,
    from: "person",
    text: saidText(content, turned),
    ...(content.kind === "file" && turned.waitsFor !== null ? { fileIds: [turned.waitsFor] } : {}),
    ...(clientId === undefined || channel !== "web-chat" ? {} : { clientId }),
  };
}

function saidText(content: Inbound["content"], turned: Turned): string {
  switch (content.kind) {
    case "text":
      return content.text.slice(0, 10_000);
    case "press":
      return turned.chosen ?? "";
    case "file":
      return content.caption ?? "";
    case "contact":
      return content.phone;
    default:
      return "";
  }
}

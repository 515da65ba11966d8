import type { Audit } from "../domain/audit.js";
import type { DataRequest, DataRequestStore, PersonalData } from "../domain/data-request.js";
import type { FileRows, FileStore } from "../domain/file-ports.js";
import type { DeliveryStore, Pushes, Transactions } from "../domain/ports.js";
import { instant, type Language } from "../domain/shown.js";
import type { I18n } from "../i18n/i18n.js";
import { mac } from "../lib/ids.js";
import type { Log } from "../lib/log.js";

export interface ErasureDeps {
  requests: DataRequestStore;
  personal: PersonalData;
  files: Pick<FileRows, "ofContact" | "remove">;
  fileStore: Pick<FileStore, "remove">;
  /** Which of these files something that stays refers to. */
  isReferenced(ids: readonly string[]): Promise<ReadonlySet<string>>;
  deliveries: Pick<DeliveryStore, "insert" | "look">;
  pushes: Pushes;
  transactions: Transactions;
  audit: Pick<Audit, "record" | "eraseSalts">;
  i18n: I18n;
  languageOf(contactId: string): Promise<Language>;
  log: Log;
  nextOrder(): number;
  /** Whether a channel's screen shows our own transcript: there the last message must stay to be read. */
  showsTranscript(channel: string): boolean;
  /** Keys the digest that stands in a person's place. */
  secret: string;
  /** How old a request must be: what was under way when it was made has come to an end. */
  graceMs: number;
}

export interface Erasure {
  /** Does what was asked for and is old enough. Answers how many are done now. */
  run(now: Date): Promise<number>;
  /** Clears away the address and the text of last messages that are sent or given up. */
  clearRemains(): Promise<number>;
}

/** The last message's row in the outbox. */
const lastMessage = (code: string): string => `erased:${code}`;

/**
 * Requests about personal data. Each step leaves a mark with what it did, in one transaction or repeatably: cut off anywhere,
 * the next run takes up what is left and ends in the same state.
 */
export function createErasure(deps: ErasureDeps): Erasure {
  const { requests, personal, transactions } = deps;
  const digestOf = (contactId: string): string => `erased:${mac(deps.secret, `erased:${contactId}`, 22)}`;

  async function unlink(request: DataRequest, now: Date): Promise<DataRequest> {
    const { _id: code, contactId } = request;
    return transactions.runAnew(async (tx) => {
      const found = await personal.unlink(tx, contactId, digestOf(contactId), now);
      const change = { unlinkedAt: now, addresses: found?.addresses ?? [], language: found?.language ?? ("vi" as const) };
      deps.audit.record(tx, { at: now, by: "system", verb: "people.erase", subject: code });
      if (found?.official === false) await deps.audit.eraseSalts(tx, contactId);
      await requests.update(tx, code, change);
      return { ...request, ...change };
    });
  }

  /** Bytes go before their rows: what is cut off between the two is found again. */
  async function removeFiles(erasedId: string): Promise<void> {
    const ids = (await deps.files.ofContact(erasedId)).map(({ _id }) => _id);
    const referred = await deps.isReferenced(ids);
    const gone = ids.filter((id) => !referred.has(id));
    for (const id of gone) await deps.fileStore.remove(id);
    await deps.files.remove(gone);
  }

  async function close(request: DataRequest, now: Date): Promise<void> {
    const { _id: code, addresses = [], language = "vi" } = request;
    const contactId = digestOf(request.contactId);
    const [to] = addresses;
    await transactions.runAnew(async (tx) => {
      const content = deps.i18n.say(language, { key: "erasure.done", values: { code, at: instant(now) } });
      if (to !== undefined) await deps.deliveries.insert(tx, [{ _id: lastMessage(code), lane: "reply", ...to, contactId, order: deps.nextOrder(), state: "queued", attempts: 0, content, queuedAt: now }]);
      await requests.update(tx, code, { state: "done", doneAt: now, contactId });
    });
  }

  async function erase(request: DataRequest, now: Date): Promise<void> {
    const unlinked = request.unlinkedAt === undefined ? await unlink(request, now) : request;
    await removeFiles(digestOf(request.contactId));
    await personal.removeWritten(request.contactId, unlinked.addresses ?? [], unlinked.unlinkedAt ?? now);
    await close(unlinked, now);
  }

  /** What was not sent went when they took their consent back; what was sent goes its way by law. */
  async function endWithdrawal({ _id: code, contactId }: DataRequest, now: Date): Promise<void> {
    const language = await deps.languageOf(contactId);
    await transactions.runAnew(async (tx) => {
      const content = { ...deps.i18n.say(language, { key: "withdrawal.done", values: { code, at: instant(now) } }), push: true };
      await deps.pushes.push(tx, { key: `withdrawal:${code}`, contactId, lane: "reply", content, now });
      await requests.update(tx, code, { state: "done", doneAt: now });
    });
  }

  return {
    async run(now) {
      let done = 0;
      for (const request of await requests.open(new Date(now.getTime() - deps.graceMs))) {
        try {
          await (request.kind === "erasure" ? erase(request, now) : endWithdrawal(request, now));
          done++;
        } catch (error) {
          deps.log.error({ request: request._id, err: error instanceof Error ? error.name : "unknown" }, "data request not done; tried again with the next run");
        }
      }
      return done;
    },

    async clearRemains() {
      let cleared = 0;
      for (const { _id: code, addresses = [] } of await requests.withRemains()) {
        const [row] = await deps.deliveries.look([lastMessage(code)]);
        if (row?.state === "queued" || row?.state === "claimed") continue;
        const screen = row?.state === "sent" && addresses[0] !== undefined && deps.showsTranscript(addresses[0].channel) ? "keep" : "clear";
        await personal.removeMessage(lastMessage(code), screen);
        await requests.forgetAddresses(code);
        cleared++;
      }
      return cleared;
    },
  };
}

import { afterAll, beforeAll, beforeEach } from "@jest/globals";
import type { Connection } from "mongoose";
import { loadConversations } from "../../src/app/resources.js";
import { actionOutcomes, queryNames } from "../../src/app/registered.js";
import { collections, createStores, indexes, type Stores } from "../../src/app/stores.js";
import type { DataRequest } from "../../src/domain/data-request.js";
import type { StoredFile } from "../../src/domain/file.js";
import type { Contact } from "../../src/domain/person.js";
import type { Pushes } from "../../src/domain/ports.js";
import type { Registration } from "../../src/domain/registration.js";
import type { Bundle } from "../../src/engine/flow.js";
import { createI18n, type I18n } from "../../src/i18n/i18n.js";
import { silent } from "../../src/lib/log.js";
import { createPushes } from "../../src/outbox/pushes.js";
import { createErasure, type ErasureDeps } from "../../src/retention/erasure.js";
import { ensureCollections } from "../../src/store/migrations.js";
import { auditOn } from "../support/audit.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";

export const asked = new Date("2026-11-27T10:05:00+07:00");
export const nextDay = new Date("2026-11-28T10:06:00+07:00");
export const phone = "+84901234567";

/** What removes things, over a real database with people in it. */
export interface RetentionRig {
  readonly connection: Connection;
  readonly stores: Stores;
  readonly i18n: I18n;
  readonly bundle: Bundle;
  readonly pushes: Pushes;
  deps(change?: Partial<ErasureDeps>): ErasureDeps;
  rows(collection: string, filter?: object): Promise<Record<string, unknown>[]>;
}

export function retentionRig(): RetentionRig {
  let connection: Connection;
  let drop: () => Promise<void>;
  let stores: Stores;
  let i18n: I18n;
  let bundle: Bundle;
  let pushes: Pushes;
  let order = 0;
  beforeAll(async () => {
    ({ connection, drop } = await freshDatabase(indexes));
    await ensureCollections(connection, collections);
    stores = createStores(connection, { clock: manualClock(asked), log: silent });
    const { texts, loaded } = await loadConversations({ queries: queryNames, actions: actionOutcomes });
    i18n = createI18n(texts.locales);
    bundle = loaded.bundle;
    pushes = createPushes({ people: stores.people, deliveries: stores.deliveries, nextOrder: () => ++order, openQuestion: () => Promise.resolve(null) });
  });
  afterAll(() => drop());
  beforeEach(async () => {
    for (const { name } of await connection.listCollections()) if (!name.startsWith("signals")) await connection.collection(name).deleteMany({});
  });
  return {
    get connection() {
      return connection;
    },
    get stores() {
      return stores;
    },
    get i18n() {
      return i18n;
    },
    get bundle() {
      return bundle;
    },
    get pushes() {
      return pushes;
    },
    deps: (change = {}) => ({
      requests: stores.dataRequests,
      personal: stores.personal,
      files: stores.fileRows,
      fileStore: stores.files,
      isReferenced: stores.fileReferences,
      deliveries: stores.deliveries,
      pushes,
      transactions: stores.transactions,
      audit: auditOn(connection),
      i18n,
      languageOf: async (contactId) => (await stores.people.contacts(null, [contactId]))[0]?.language ?? "vi",
      log: silent,
      nextOrder: () => ++order,
      showsTranscript: (channel) => channel === "web-chat",
      secret: "a secret of the tests",
      graceMs: 24 * 3_600_000,
      ...change,
    }),
    rows: async (name, filter = {}) => (await connection.collection(name).find(filter).sort({ _id: 1 }).toArray()) as Record<string, unknown>[],
  };
}

/** One person with something in every collection, a registration that was sent, and an erasure asked for. */
export async function settle({ stores, connection }: RetentionRig, id = "thu", channel = "telegram"): Promise<DataRequest> {
  const account = { channel, account: "bot", user: `user-${id}`, chat: `chat-${id}` };
  const contact: Contact = {
    _id: id,
    language: "vi",
    grants: [],
    name: "Nguyễn Văn Mẫu",
    phone,
    consents: [{ purpose: "registration", given: true, textVersion: "registration/vi/test", at: asked, channel }],
    owners: [
      { ownerId: `sent:${id}`, role: "representative", from: asked },
      { ownerId: `begun:${id}`, role: "representative", from: asked },
    ],
  };
  const file = (name: string, change: Partial<StoredFile> = {}): StoredFile => ({ _id: `${name}:${id}`, contactId: id, ...account, source: { ref: "r", name: "anh Mẫu.jpg" }, state: "kept", attempts: 1, createdAt: asked, mime: "image/jpeg", ...change });
  const registration: Registration = {
    _id: `reg:${id}`,
    code: `US26-${id}`,
    call: { code: "US26", revision: 1 },
    contactId: id,
    ownerId: `sent:${id}`,
    product: { name: "Mít", folded: "mit" },
    province: { code: "82", name: "Đồng Tháp" },
    ownerName: "Hợp tác xã Mẫu",
    answers: { decision: { fileIds: [`sent:${id}`] } },
    fileIds: [`sent:${id}`],
    state: "returned",
    late: false,
    submittedAt: asked,
    history: [
      { state: "submitted", at: asked, by: id },
      { state: "returned", at: asked, by: "officer" },
    ],
    version: 2,
  };
  const request: DataRequest = { _id: `DL-${id}`, kind: "erasure", contactId: id, at: asked, replyBy: "2026-12-01", doneBy: "2026-12-12", state: "received" };
  const owner = { place: { commune: { code: "28360", name: "Cái Bè", kind: "xã" as const }, province: { code: "82", name: "Đồng Tháp", kind: "tỉnh" as const }, text: "" }, representative: "Nguyễn Văn Mẫu", phones: [phone, "+84907654321"], email: "mau@vidu.example", updatedAt: asked };
  await stores.transactions.run(async (tx) => {
    stores.people.insert(tx, [{ contact, account: { _id: `${channel}:bot:user-${id}`, contactId: id, ...account, reachable: true, since: asked } }]);
    for (const name of ["sent", "begun"]) stores.people.saveOwner(tx, { _id: `${name}:${id}`, name: `Cơ sở ${name}`, ...owner });
    await stores.registrations.insert(tx, registration);
    for (const each of [file("sent"), file("draft"), file("receiving", { state: "receiving", dueAt: asked }), file("copy-page", { mime: "text/html" })]) await stores.fileRows.insert(tx, each);
    stores.sessions.save(tx, [{ id, version: 0, state: { drafts: [{ photo: `draft:${id}` }] }, now: asked }]);
    await stores.transcripts.append(tx, [{ _id: `t:${id}`, contactId: id, ...pick(account), at: asked, order: 1, from: "person", text: "số tôi 0901 234 567" }]);
    await stores.deliveries.insert(tx, [{ _id: `d:${id}`, lane: "reply", ...account, contactId: id, order: 1, state: "sent", attempts: 0, content: { text: "Đã lưu 0901 234 567." }, queuedAt: asked }]);
    stores.dataRequests.insert(tx, request);
    stores.dataRequests.insert(tx, { ...request, _id: `DL-W-${id}`, kind: "withdrawal" });
  });
  const inbound = { id: `${channel}:bot:1-${id}`, ...account, order: 1, receivedAt: asked, content: { kind: "text" as const, text: "0901 234 567" } };
  await stores.inbox.insert([inbound]);
  await connection.collection("inbox").updateMany({}, { $set: { state: "done", doneAt: asked } });
  await connection.collection("audit_salts").insertOne({ _id: `salt:${id}`, contactId: id, salt: "s" } as never);
  for (const name of ["sent", "draft", "copy-page"]) await stores.files.write(`${name}:${id}`, bytes());
  return request;
}

const pick = ({ channel, account, user }: { channel: string; account: string; user: string }) => ({ channel, account, user });
async function* bytes(): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from("jpeg"));
}

export function erasureOn(rig: RetentionRig, change: Partial<ErasureDeps> = {}) {
  return createErasure(rig.deps(change));
}

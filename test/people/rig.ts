import { afterAll, beforeAll, beforeEach } from "@jest/globals";
import type { Connection } from "mongoose";
import { loadLocales } from "../../src/app/resources.js";
import { collections, createStores, indexes, type Stores } from "../../src/app/stores.js";
import type { Turn } from "../../src/domain/capabilities.js";
import { addDays } from "../../src/domain/dates.js";
import { UserError } from "../../src/domain/errors.js";
import type { Json, JsonObject } from "../../src/domain/json.js";
import type { Contact } from "../../src/domain/person.js";
import { createI18n, type Messages } from "../../src/i18n/i18n.js";
import { countingIds } from "../../src/lib/ids.js";
import { silent } from "../../src/lib/log.js";
import type { Draft } from "../../src/people/deps.js";
import { createPeople, type People } from "../../src/people/people.js";
import { ensureCollections } from "../../src/store/migrations.js";
import { auditOn } from "../support/audit.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";

export const now = new Date("2026-11-27T10:00:00+07:00");
export const later = (days: number, ms = 0): Date => new Date(now.getTime() + days * 86_400_000 + ms);
const provinces = new Map([
  ["01", "Hà Nội"],
  ["82", "Đồng Tháp"],
]);
export const place = {
  hamlet: "Ấp 3",
  commune: { code: "28360", name: "Cái Bè", kind: "xã" },
  province: { code: "82", name: "Đồng Tháp", kind: "tỉnh" },
  former: { province: "Tiền Giang" },
  text: "Ấp 3, Cái Bè, Tiền Giang",
};
export const owner = { phone: "+84901234567", ownerName: "Hợp tác xã Mẫu", place, representative: "Nguyễn Văn Mẫu" };

/** People over a real database, with the real sentences. */
export interface PeopleRig {
  readonly connection: Connection;
  readonly stores: Stores;
  readonly people: People;
  /** Drafts of the contacts that have some. */
  drafts: Map<string, Draft[]>;
  /** Where links lead, null: nowhere. */
  address: string | null;
  peopleWith(change?: (messages: Record<"vi" | "en", Messages>) => Record<"vi" | "en", Messages>): People;
  person(id: string, given?: Partial<Contact>): Promise<Contact>;
  kept(id: string): Promise<Contact>;
  /** Does an action as a step of this person's conversation, on the contact as it is kept now. */
  act(name: string, id: string, args?: JsonObject, at?: { now?: Date; key?: string; people?: People }): Promise<{ outcome: string; value?: Json }>;
  ask(name: string, id: string, args?: JsonObject, at?: Date): Promise<Json>;
  turnOf(contact: Contact, tx: Turn["tx"], at?: Date, key?: string): Turn;
}

export function peopleRig(): PeopleRig {
  let connection: Connection;
  let drop: () => Promise<void>;
  let stores: Stores;
  let people: People;
  let messages: Record<"vi" | "en", Messages>;
  let keys = 0;

  beforeAll(async () => {
    ({ connection, drop } = await freshDatabase(indexes));
    await ensureCollections(connection, collections);
    stores = createStores(connection, { clock: manualClock(now), log: silent });
    messages = (await loadLocales()).locales;
  });
  afterAll(() => drop());
  beforeEach(async () => {
    for (const name of ["invitations", "contacts", "accounts", "owners", "transcripts", "registrations", "file_rows", "data_requests", "sessions"]) await connection.collection(name).deleteMany({});
    rig.drafts = new Map();
    rig.address = "https://ocop.example";
    people = rig.peopleWith();
  });

  const rig: PeopleRig = {
    drafts: new Map(),
    address: null,
    get connection() {
      return connection;
    },
    get stores() {
      return stores;
    },
    get people() {
      return people;
    },
    peopleWith: (change = (same) => same) =>
      createPeople({
        store: stores.people,
        registrations: stores.registrations,
        transcripts: stores.transcripts,
        files: stores.fileRows,
        fileStore: stores.files,
        requests: stores.dataRequests,
        transactions: stores.transactions,
        audit: auditOn(connection),
        i18n: createI18n(change(messages)),
        clock: manualClock(now),
        ids: countingIds("code"),
        secret: "a secret of the tests",
        office: () => "Văn phòng thử",
        provinceName: (code) => provinces.get(code),
        addWorkingDays: (on, days) => addDays(on, days + 2),
        draftsOf: (contactId) => Promise.resolve(rig.drafts.get(contactId) ?? []),
        form: () => undefined,
        fileAddress: (fileId) => (rig.address === null ? null : `${rig.address}/files/${fileId}`),
      }),

    async person(id, given = {}) {
      const contact: Contact = { _id: id, language: "vi", grants: [], consents: [], owners: [], ...given };
      await stores.transactions.run((tx) => {
        stores.people.insert(tx, [{ contact, account: { _id: `web-chat:site:${id}`, contactId: id, channel: "web-chat", account: "site", user: id, chat: id, reachable: true, since: now } }]);
        return Promise.resolve();
      });
      return contact;
    },

    async kept(id) {
      const [found] = await stores.people.contacts(null, [id]);
      if (found === undefined) throw new Error(`no contact ${id}`);
      return found;
    },

    turnOf(contact, tx, at = now, key = `inbox-${contact._id}/0`) {
      const { _id: user } = contact;
      return { tx, key, now: at, contact, account: { _id: `web-chat:site:${user}`, contactId: user, channel: "web-chat", account: "site", user, chat: user, reachable: true, since: now }, language: contact.language, displayName: `@${user}`, drafts: rig.drafts.get(user)?.length ?? 0, underWay: false };
    },

    async act(name, id, args = {}, at = {}) {
      const action = (at.people ?? people).actions.find((each) => each.name === name);
      if (action === undefined) throw new Error(`no action ${name}`);
      const contact = await rig.kept(id);
      return stores.transactions.run((tx) => action.run(args, rig.turnOf(contact, tx, at.now, at.key ?? `step-${++keys}`)));
    },

    async ask(name, id, args = {}, at = now) {
      const query = people.queries.find((each) => each.name === name);
      if (query === undefined) throw new Error(`no query ${name}`);
      const contact = await rig.kept(id);
      return stores.transactions.run((tx) => query.run(args, rig.turnOf(contact, tx, at)));
    },
  };
  return rig;
}

export async function refused(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => new Error("was not refused"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw error;
  return error;
}

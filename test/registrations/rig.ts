import type { Connection } from "mongoose";
import { join } from "node:path";
import { readCalendar } from "../../src/app/calendar.js";
import { loadLocales, readFileAsSource, readSources, root } from "../../src/app/resources.js";
import { readRules } from "../../src/app/rules.js";
import { collections, createStores, indexes, type Stores } from "../../src/app/stores.js";
import type { Turn } from "../../src/domain/capabilities.js";
import type { Json, JsonObject } from "../../src/domain/json.js";
import type { Contact, Grant, Membership } from "../../src/domain/person.js";
import type { Registration, RegistrationState } from "../../src/domain/registration.js";
import type { Rule } from "../../src/domain/rules.js";
import type { Language } from "../../src/domain/shown.js";
import { createI18n } from "../../src/i18n/i18n.js";
import { silent } from "../../src/lib/log.js";
import { createPushes } from "../../src/outbox/pushes.js";
import { createCalls, type Calls } from "../../src/registrations/calls.js";
import { createRegistrations, type Registrations } from "../../src/registrations/registrations.js";
import { ensureCollections } from "../../src/store/migrations.js";
import { auditOn } from "../support/audit.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";

export const now = new Date("2026-11-25T10:00:00+07:00");
export const phone = "+84901234567";

/** A dossier of the trial call with nothing left to send. */
export const whole: JsonObject = {
  productName: "Xoài sấy Mẫu",
  productSet: "processed_fruit_vegetable_nut",
  decision: { fileIds: ["decision-1"], decisionNumber: "1187/QĐ-UBND", decisionOn: "2025-03-15", stars: 4 },
  material: "Xoài cát trồng ở xã Cái Bè",
  packing: { packaging: "túi", netWeight: { amount: 100, unit: "g" }, priceVnd: 35_000 },
  shelfLifeMonths: 12,
  capacityPerMonth: { amount: 5, unit: "tấn" },
  certificates: [{ kind: "iso_22000", expiresOn: "2028-06-30", fileIds: ["iso-1"] }],
  labelPhotos: { fileIds: ["label-1", "label-2"] },
  awards: [],
  exported: false,
  commitment: true,
};

export interface Person {
  contact: Contact;
  account: Turn["account"];
}
interface At {
  at?: Date;
  key?: string;
  /** Under other rules than those of `resources/rules`. */
  of?: Registrations;
}
export interface Sent extends At {
  call?: string;
  answers?: JsonObject;
  owner?: string;
}

/** The registrations over a real database: the real calls, rules, calendar and locales. */
export interface Rig {
  connection: Connection;
  stores: Stores;
  calls: Calls;
  registrations: Registrations;
  /** The same database under other rules. */
  under(rules: readonly Rule[]): Registrations;
  rules: readonly Rule[];
  /** On the web chat, acting for `owners` (`owner:<id>` when not told); on Telegram too when there is a `second` account. */
  person(id: string, given?: { language?: Language; grants?: Grant[]; second?: boolean; owners?: string[]; name?: string; phone?: string }): Promise<Person>;
  /** Somebody of the province of the registrations here. */
  officer(): Promise<Person>;
  turn(who: Person, given?: At): Omit<Turn, "tx">;
  ask(query: string, who: Person, args?: JsonObject, given?: At): Promise<Json>;
  does(action: string, who: Person, args: JsonObject, given?: At): Promise<{ outcome: string; value?: Json }>;
  submit(who: Person, key: string, sent?: Sent): Promise<{ outcome: string; code?: string; value?: Json }>;
  /** A registration that was just submitted by somebody of its own. */
  submitted(sent?: Sent & { language?: Language; second?: boolean }): Promise<{ owner: Person; code: string }>;
  kept(code: string): Promise<Registration>;
  /** As if moves had led it there. */
  stands(code: string, state: RegistrationState): Promise<void>;
  /** How each deadline stands, by its id without the code: `look`, `later`, `mend:2`. */
  deadlines(code: string): Promise<Record<string, string>>;
  rows(collection: string): Promise<Record<string, unknown>[]>;
  clear(): Promise<void>;
  drop(): Promise<void>;
}

export async function createRig(): Promise<Rig> {
  const { connection, drop } = await freshDatabase(indexes);
  await ensureCollections(connection, collections);
  const stores = createStores(connection, { clock: manualClock(now), log: silent });
  const calls = createCalls({ store: stores.calls, transactions: stores.transactions, audit: auditOn(connection) });
  const us2024 = await readFileAsSource(join(root, "resources/calls/us-2024.yaml"));
  await calls.import(us2024, now);
  await calls.import(us2024, now, (call) => ({ ...call, code: "DONG", late: "refused" }));
  await calls.import(await readFileAsSource(join(root, "resources/calls/us-trial.yaml")), now);
  const { rules } = readRules(await readSources("resources/rules"));
  const { addWorkingDays } = readCalendar(await readSources("resources/calendar")).calendar;
  const i18n = createI18n((await loadLocales()).locales);
  let order = 0;
  const under = (which: readonly Rule[]): Registrations =>
    createRegistrations({
      store: stores.registrations,
      products: stores.products,
      deadlines: stores.deadlines,
      calls,
      transactions: stores.transactions,
      audit: auditOn(connection),
      pushes: createPushes({ people: stores.people, deliveries: stores.deliveries, nextOrder: () => ++order, openQuestion: () => Promise.resolve(null) }),
      i18n,
      languageOf: async (contactId) => (await stores.people.contacts(null, [contactId]))[0]?.language ?? "vi",
      invitation: () => Promise.resolve(null),
      officer: async (contactId) => (await stores.people.contacts(null, [contactId]))[0] ?? null,
      address: (code, channel) => `${channel}/${code}`,
      secret: "a secret of the tests",
      addWorkingDays,
      rules: which,
    });
  const registrations = under(rules);

  const rig: Rig = {
    connection,
    stores,
    calls,
    registrations,
    under,
    rules,
    async person(id, { language = "vi", grants = [], second = false, owners = [`owner:${id}`], ...known } = {}) {
      const memberships = owners.map((ownerId): Membership => ({ ownerId, role: "representative", from: new Date(0) }));
      const contact: Contact = { _id: id, language, grants, consents: [], owners: memberships, ...known };
      const account = { _id: `web-chat:site:${id}`, contactId: id, channel: "web-chat", account: "site", user: id, chat: id, reachable: true, since: now };
      await stores.transactions.run((tx) => Promise.resolve(stores.people.insert(tx, [{ contact, account }])));
      if (second) await connection.collection("accounts").insertOne({ ...account, _id: `telegram:bot:${id}`, channel: "telegram", account: "bot" } as never);
      return { contact, account };
    },
    officer: () => rig.person("officer", { name: "Trần Thị Mẫu", phone: "+84901111222", owners: [], grants: [{ role: "province_officer", province: "82", since: now }] }),
    turn: ({ contact, account }, { at = now, key = "inbox/0" } = {}) => ({ key, now: at, contact, account, language: contact.language, drafts: 0, underWay: false }),
    ask(name, who, args = {}, given = {}) {
      const query = (given.of ?? registrations).queries.find((each) => each.name === name);
      if (query === undefined) throw new Error(`there is no query ${name}`);
      return stores.transactions.run((tx) => query.run(args, { tx, ...rig.turn(who, given) }));
    },
    does(name, who, args, given) {
      const action = registrations.actions.find((each) => each.name === name);
      if (action === undefined) throw new Error(`there is no action ${name}`);
      return stores.transactions.run((tx) => action.run(args, { tx, ...rig.turn(who, given) }));
    },
    async submit(who, key, { call = "US26", at = now, answers = whole, owner = who.contact.owners[0]?.ownerId ?? "" } = {}) {
      const about: JsonObject = {
        call: { code: call, revision: 1 },
        keptOwner: { ownerId: owner },
        ownerName: "Hợp tác xã Mẫu",
        place: { hamlet: "Ấp 3", commune: { code: "28360", name: "Cái Bè", kind: "xã" }, province: { code: "82", name: "Đồng Tháp", kind: "tỉnh" }, text: "Ấp 3, Cái Bè" },
        phone,
        representative: "Nguyễn Văn Mẫu",
        unasked: "not a field of the call",
      };
      const done = await rig.does("registrations.submit", who, { answers: { ...about, ...answers } }, { key, at });
      const code = (done.value as { code?: string } | undefined)?.code;
      return code === undefined ? done : { ...done, code };
    },
    async submitted({ language = "vi", second = false, ...sent } = {}) {
      const owner = await rig.person("owner", { language, second });
      const { code } = await rig.submit(owner, sent.key ?? "inbox-1/0", sent);
      if (code === undefined) throw new Error("not submitted");
      return { owner, code };
    },
    async kept(code) {
      const found = await stores.registrations.byCode(null, code);
      if (found === null) throw new Error(`${code} is not kept`);
      return found;
    },
    async stands(code, state) {
      await connection.collection("registrations").updateOne({ code }, { $set: { state } });
    },
    deadlines: async (code) => Object.fromEntries((await rig.rows("deadlines")).filter(({ subject }) => subject === code).map((row) => [String(row["_id"]).replace(`:${code}`, ""), String(row["state"])])),
    rows: (collection) => connection.collection(collection).find({}).sort({ _id: 1 }).toArray(),
    async clear() {
      for (const name of ["registrations", "products", "deadlines", "deliveries", "contacts", "accounts", "audit_waiting"]) await connection.collection(name).deleteMany({});
    },
    drop,
  };
  return rig;
}

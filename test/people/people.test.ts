import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Connection } from "mongoose";
import { collections, createStores, indexes, type Stores } from "../../src/app/stores.js";
import type { Turn } from "../../src/domain/capabilities.js";
import { UserError } from "../../src/domain/errors.js";
import type { Json, JsonObject } from "../../src/domain/json.js";
import type { Contact } from "../../src/domain/person.js";
import type { Transactions } from "../../src/domain/ports.js";
import { countingIds } from "../../src/lib/ids.js";
import { silent } from "../../src/lib/log.js";
import { createPeople, type People } from "../../src/people/people.js";
import { ensureCollections } from "../../src/store/migrations.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";

const now = new Date("2026-11-25T10:00:00+07:00");
const later = (days: number, ms = 0): Date => new Date(now.getTime() + days * 86_400_000 + ms);
const provinces = new Map([
  ["01", "Hà Nội"],
  ["82", "Đồng Tháp"],
]);
const place = { hamlet: "Ấp 3", commune: { code: "28360", name: "Cái Bè", kind: "xã" }, province: { code: "82", name: "Đồng Tháp", kind: "tỉnh" }, former: { province: "Tiền Giang" }, text: "Ấp 3, Cái Bè, Tiền Giang" };

let connection: Connection;
let drop: () => Promise<void>;
let stores: Stores;
let people: People;

function peopleWith(transactions: Transactions): People {
  return createPeople({
    store: stores.people,
    registrations: stores.registrations,
    transcripts: stores.transcripts,
    files: stores.fileRows,
    transactions,
    ids: countingIds("code"),
    secret: "a secret of the tests",
    consentVersion: "registration/test",
    office: () => "Văn phòng thử",
    provinceName: (code) => provinces.get(code),
  });
}

beforeAll(async () => {
  ({ connection, drop } = await freshDatabase(indexes));
  await ensureCollections(connection, collections);
  stores = createStores(connection, { clock: manualClock(now), log: silent });
});
afterAll(() => drop());
beforeEach(async () => {
  for (const name of ["invitations", "contacts", "accounts", "owners", "transcripts"]) await connection.collection(name).deleteMany({});
  people = peopleWith(stores.transactions);
});

async function person(id: string, given: Partial<Contact> = {}): Promise<Contact> {
  const contact: Contact = { _id: id, language: "vi", grants: [], consents: [], ownerIds: [], ...given };
  await stores.transactions.run((tx) => {
    stores.people.insert(tx, [{ contact, account: { _id: `web-chat:site:${id}`, contactId: id, channel: "web-chat", account: "site", user: id, chat: id, reachable: true, since: now } }]);
    return Promise.resolve();
  });
  return contact;
}

async function kept(id: string): Promise<Contact> {
  const [found] = await stores.people.contacts(null, [id]);
  if (found === undefined) throw new Error(`no contact ${id}`);
  return found;
}

function turnOf(contact: Contact, tx: Turn["tx"], at: Date): Turn {
  const { _id: user } = contact;
  return { tx, key: `inbox-${user}/0`, now: at, contact, account: { _id: `web-chat:site:${user}`, contactId: user, channel: "web-chat", account: "site", user, chat: user, reachable: true, since: now }, language: contact.language, displayName: `@${user}`, drafts: 0, underWay: false };
}

/** Does an action as a step of this person's conversation, on the contact as it is kept now. */
async function act(name: string, id: string, args: JsonObject = {}, at = now): Promise<{ outcome: string; value?: Json }> {
  const action = people.actions.find((each) => each.name === name);
  if (action === undefined) throw new Error(`no action ${name}`);
  const contact = await kept(id);
  return stores.transactions.run((tx) => action.run(args, turnOf(contact, tx, at)));
}

async function ask(name: string, id: string): Promise<Json> {
  const query = people.queries.find((each) => each.name === name);
  if (query === undefined) throw new Error(`no query ${name}`);
  const contact = await kept(id);
  return stores.transactions.run((tx) => query.run({}, turnOf(contact, tx, now)));
}

async function refused(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => new Error("was not refused"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw error;
  return error;
}

describe("an invitation", () => {
  test.each(["province_officer", "commune_officer"] as const)("as %s needs a province", async (role) => {
    expect(await refused(people.invite({ role, by: "admin", now }))).toMatchObject({ code: "province_missing", message: expect.stringContaining("--province") });
    expect(await connection.collection("invitations").countDocuments()).toBe(0);
  });

  test.each(["admin", "central_officer", "distributor"] as const)("as %s needs none", async (role) => {
    const { code } = await people.invite({ role, by: "admin", now });
    expect(await people.invitation(null, code, now)).toEqual({ role: { show: "words", key: `role.${role}` }, where: { show: "words", key: "invitation.nowhere" } });
  });

  test("to a province that does not exist is refused", async () => {
    expect(await refused(people.invite({ role: "province_officer", province: "99", by: "admin", now }))).toMatchObject({ code: "no_such_province", message: expect.stringContaining("99") });
    expect(await connection.collection("invitations").countDocuments()).toBe(0);
  });

  test("is kept without its code, and names role and province", async () => {
    const { code, expiresAt } = await people.invite({ role: "province_officer", province: "82", by: "admin", now });
    expect(expiresAt).toEqual(later(14));
    expect(JSON.stringify(await connection.collection("invitations").find({}).toArray())).not.toContain(code);
    expect(await people.invitation(null, ` ${code} `, now)).toEqual({ role: { show: "words", key: "role.province_officer" }, where: { show: "words", key: "invitation.where", values: { province: "Đồng Tháp" } } });
    expect(await people.invitation(null, `${code}0`, now)).toBeNull();
  });

  test("gives the role, the province and the name, beside roles held already", async () => {
    await person("thu", { grants: [{ role: "owner", since: now }] });
    const { code } = await people.invite({ role: "province_officer", province: "82", name: "Trần Thị Mẫu", by: "admin", now });
    expect(await act("people.redeem", "thu", { code })).toEqual({ outcome: "accepted", value: { role: { show: "words", key: "role.province_officer" }, where: { show: "words", key: "invitation.where", values: { province: "Đồng Tháp" } } } });
    expect(await kept("thu")).toMatchObject({ name: "Trần Thị Mẫu", grants: [{ role: "owner" }, { role: "province_officer", province: "82", since: now }] });
  });

  test("is taken up once", async () => {
    await person("thu");
    await person("lan");
    const { code } = await people.invite({ role: "central_officer", by: "admin", now });
    expect((await act("people.redeem", "thu", { code })).outcome).toBe("accepted");
    expect(await people.invitation(null, code, now)).toBeNull();
    expect(await act("people.redeem", "lan", { code })).toEqual({ outcome: "gone" });
    expect(await act("people.redeem", "thu", { code })).toEqual({ outcome: "gone" });
    expect((await kept("thu")).grants).toHaveLength(1);
    expect((await kept("lan")).grants).toEqual([]);
  });

  test("is taken up by one of two who redeem it at once", async () => {
    await person("thu");
    await person("lan");
    const { code } = await people.invite({ role: "central_officer", by: "admin", now });
    const action = people.actions.find((each) => each.name === "people.redeem");
    const contacts = [await kept("thu"), await kept("lan")];
    // Both have begun, and see the invitation unused, before either takes it up.
    let begun = 0;
    let go = (): void => undefined;
    const both = new Promise<void>((resolve) => (go = resolve));
    const tried = await Promise.allSettled(
      contacts.map((contact) =>
        stores.transactions.run(async (tx) => {
          expect(await people.invitation(tx, code, now)).not.toBeNull();
          if (++begun === 2) go();
          await both;
          return action?.run({ code }, turnOf(contact, tx, now));
        }),
      ),
    );
    expect(tried.filter((each) => each.status === "fulfilled").map((each) => each.value?.outcome)).toEqual(["accepted"]);
    expect(tried.filter((each) => each.status === "rejected").map((each) => stores.transactions.isConflict(each.reason))).toEqual([true]);
    const grants = [...(await kept("thu")).grants, ...(await kept("lan")).grants];
    expect(grants.map((grant) => grant.role)).toEqual(["central_officer"]);
    const loser = (await kept("thu")).grants.length === 0 ? "thu" : "lan";
    expect((await act("people.redeem", loser, { code })).outcome).toBe("gone");
  });

  test("ends at its instant of expiry", async () => {
    await person("thu");
    const { code, expiresAt } = await people.invite({ role: "central_officer", by: "admin", now, days: 2 });
    expect(expiresAt).toEqual(later(2));
    expect(await people.invitation(null, code, later(2, -1))).not.toBeNull();
    expect(await people.invitation(null, code, later(2))).toBeNull();
    expect(await act("people.redeem", "thu", { code }, later(2))).toEqual({ outcome: "gone" });
    expect((await act("people.redeem", "thu", { code }, later(2, -1))).outcome).toBe("accepted");
  });

  test("without a code there is none", async () => {
    await person("thu");
    expect(await act("people.redeem", "thu")).toEqual({ outcome: "gone" });
    expect(await act("people.redeem", "thu", { code: "code-77" })).toEqual({ outcome: "gone" });
  });
});

describe("an officer", () => {
  const grants = [{ role: "province_officer" as const, province: "82", since: now }];

  test("is found by name and by id; a person without a role is not", async () => {
    await person("thu", { name: "Trần Thị Mẫu", grants });
    await person("lan", { name: "Lê Thị Lan" });
    expect((await people.officer("Trần Thị Mẫu"))._id).toBe("thu");
    expect((await people.officer("thu")).name).toBe("Trần Thị Mẫu");
    for (const who of ["Lê Thị Lan", "lan", ""]) expect(await refused(people.officer(who))).toMatchObject({ code: "no_such_officer", message: expect.stringMatching(/no officer has this id or name; there are: Trần Thị Mẫu$/) });
  });

  test("of a name that two have is found by id alone", async () => {
    await person("thu", { name: "Trần Thị Mẫu", grants });
    await person("mai", { name: "Trần Thị Mẫu", grants });
    expect(await refused(people.officer("Trần Thị Mẫu"))).toMatchObject({ code: "no_such_officer", message: expect.stringContaining("several officers have this name, give the id") });
    expect((await people.officer("mai"))._id).toBe("mai");
  });

  test("where there is none yet, is made with `invite`", async () => {
    expect((await refused(people.officer("thu"))).message).toContain("none yet (make one with `invite`)");
  });
});

describe("a refusal", () => {
  const said = (contactId: string) => ({ _id: `said-${contactId}`, contactId, channel: "web-chat", account: "site", user: contactId, at: now, order: 1, from: "person" as const, text: "tôi tên là Mẫu" });
  const left = async () => (await connection.collection("transcripts").find({}).sort({ _id: 1 }).toArray()).map((each) => each["contactId"] as string);

  test("erases what was said by a person who never consented, and nobody else's", async () => {
    await person("thu");
    await person("lan");
    await stores.transcripts.append(null, [said("thu"), said("lan")]);
    expect(await act("people.refuse", "thu")).toEqual({ outcome: "forgotten" });
    expect(await left()).toEqual(["lan"]);
  });

  test("leaves the conversation of one who consented before, and of an officer", async () => {
    await person("thu");
    await act("people.consent", "thu");
    await person("lan", { grants: [{ role: "central_officer", since: now }] });
    await stores.transcripts.append(null, [said("thu"), said("lan")]);
    await act("people.refuse", "thu");
    await act("people.refuse", "lan");
    expect(await left()).toEqual(["lan", "thu"]);
  });
});

describe("what is known of a person", () => {
  const owner = { phone: "+84901234567", ownerName: "Hợp tác xã Mẫu", place, representative: "Nguyễn Văn Mẫu" };

  test("is nothing but their name in the channel at first", async () => {
    await person("thu");
    expect(await ask("people.known", "thu")).toEqual({ me: { displayName: "@thu", registrations: null } });
  });

  test("is everything that was kept of them as an owner", async () => {
    await person("thu");
    expect(await act("people.consent", "thu")).toEqual({ outcome: "kept", value: { at: { show: "instant", at: now.toISOString() } } });
    expect(await act("people.keep_owner", "thu", owner)).toEqual({ outcome: "kept" });
    expect(await ask("people.known", "thu")).toEqual({ me: { displayName: "@thu", registrations: null }, ...owner, consent: "given" });
    expect(await kept("thu")).toMatchObject({ phone: owner.phone, name: owner.representative, ownerIds: ["owner:thu"], consents: [{ purpose: "registration", given: true, textVersion: "registration/test", at: now, channel: "web-chat" }] });
  });

  test("is what they said last; the owner stays one", async () => {
    await person("thu");
    await act("people.keep_owner", "thu", owner);
    await act("people.keep_owner", "thu", { ...owner, ownerName: "Hợp tác xã Mới", phone: "+84907654321" });
    expect(await ask("people.known", "thu")).toMatchObject({ ownerName: "Hợp tác xã Mới", phone: "+84907654321", representative: "Nguyễn Văn Mẫu" });
    expect((await kept("thu")).ownerIds).toEqual(["owner:thu"]);
    expect(await connection.collection("owners").countDocuments()).toBe(1);
  });

  test("is not what another person said", async () => {
    await person("thu");
    await person("lan");
    await act("people.keep_owner", "thu", owner);
    expect(await ask("people.known", "lan")).toEqual({ me: { displayName: "@lan", registrations: null } });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Connection } from "mongoose";
import { join } from "node:path";
import { loadLocales, readFileAsSource, root } from "../../src/app/resources.js";
import { collections, createStores, indexes, type Stores } from "../../src/app/stores.js";
import type { Turn } from "../../src/domain/capabilities.js";
import { checkDigit, readCode } from "../../src/domain/codes.js";
import { UserError } from "../../src/domain/errors.js";
import type { JsonObject } from "../../src/domain/json.js";
import type { Contact, Grant } from "../../src/domain/person.js";
import type { Tx } from "../../src/domain/ports.js";
import type { RegistrationState } from "../../src/domain/registration.js";
import type { Language } from "../../src/domain/shown.js";
import { createI18n } from "../../src/i18n/i18n.js";
import { silent } from "../../src/lib/log.js";
import { createPushes } from "../../src/outbox/pushes.js";
import { createCalls, type Calls } from "../../src/registrations/calls.js";
import { createRegistrations, type Registrations } from "../../src/registrations/registrations.js";
import { ensureCollections } from "../../src/store/migrations.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";

const now = new Date("2026-11-25T10:00:00+07:00");
const inTime = new Date("2024-11-10T23:59:59.999+07:00");
const tooLate = new Date("2024-11-11T00:00:00+07:00");
const phone = "+84901234567";
const reason = "Thiếu ảnh quyết định <b>OCOP</b>";

let connection: Connection;
let drop: () => Promise<void>;
let stores: Stores;
let calls: Calls;
let registrations: Registrations;

beforeAll(async () => {
  ({ connection, drop } = await freshDatabase(indexes));
  await ensureCollections(connection, collections);
  stores = createStores(connection, { clock: manualClock(now), log: silent });
  calls = createCalls({ store: stores.calls });
  const us2024 = await readFileAsSource(join(root, "resources/calls/us-2024.yaml"));
  await calls.import(us2024, now);
  await calls.import(us2024, now, (call) => ({ ...call, code: "DONG", late: "refused" }));
  await calls.import(await readFileAsSource(join(root, "resources/calls/us-trial.yaml")), now);
  let order = 0;
  registrations = createRegistrations({
    store: stores.registrations,
    calls,
    transactions: stores.transactions,
    pushes: createPushes({ people: stores.people, deliveries: stores.deliveries, nextOrder: () => ++order, openQuestion: () => Promise.resolve(null) }),
    i18n: createI18n((await loadLocales()).locales),
    languageOf: async (contactId) => (await stores.people.contacts(null, [contactId]))[0]?.language ?? "vi",
    invitation: () => Promise.resolve(null),
    address: (code, channel) => `${channel}/${code}`,
    secret: "a secret of the tests",
  });
});
afterAll(() => drop());
beforeEach(async () => {
  for (const name of ["registrations", "deliveries", "contacts", "accounts"]) await connection.collection(name).deleteMany({});
});

/** A person on the web chat; "phone" besides when they have a second account. */
async function person(id: string, { language = "vi", grants = [] as Grant[], second = false }: { language?: Language; grants?: Grant[]; second?: boolean } = {}) {
  const contact: Contact = { _id: id, language, grants, consents: [], ownerIds: [] };
  const account = { _id: `web-chat:site:${id}`, contactId: id, channel: "web-chat", account: "site", user: id, chat: id, reachable: true, since: now };
  await stores.transactions.run((tx) => {
    stores.people.insert(tx, [{ contact, account }]);
    return Promise.resolve();
  });
  if (second) await connection.collection("accounts").insertOne({ ...account, _id: `telegram:bot:${id}`, channel: "telegram", account: "bot" } as never);
  return { contact, account };
}

const answers = (code: string): JsonObject => ({
  call: { code, revision: 1 },
  productName: "Xoài sấy Mẫu",
  ownerName: "Hợp tác xã Mẫu",
  place: { hamlet: "Ấp 3", commune: { code: "28360", name: "Cái Bè", kind: "xã" }, province: { code: "82", name: "Đồng Tháp", kind: "tỉnh" }, text: "Ấp 3, Cái Bè" },
  phone,
  representative: "Nguyễn Văn Mẫu",
  decision: { fileIds: ["file-1", "file-2"] },
  commitment: true,
  unasked: "not a field of the call",
});

type Person = Awaited<ReturnType<typeof person>>;

async function submit(who: Person, key: string, { call = "US26", at = now }: { call?: string; at?: Date } = {}): Promise<{ outcome: string; code?: string; value?: unknown }> {
  const action = registrations.actions.find((each) => each.name === "registrations.submit");
  if (action === undefined) throw new Error("there is no such action");
  const done = await stores.transactions.run((tx: Tx) => {
    const turn: Turn = { tx, key, now: at, contact: who.contact, account: who.account, language: who.contact.language, drafts: 0, underWay: false };
    return action.run({ answers: answers(call) }, turn);
  });
  const value = done.value as { code: string } | undefined;
  return value === undefined ? { outcome: done.outcome } : { outcome: done.outcome, code: value.code, value };
}

const rows = () => connection.collection("registrations").find({}).toArray();
const deliveries = () => connection.collection("deliveries").find({}).toArray();
const officer = (): Promise<Person> => person("officer", { grants: [{ role: "province_officer", province: "82", since: now }] });

async function submitted(options: { language?: Language; second?: boolean } = {}): Promise<{ owner: Person; code: string }> {
  const owner = await person("owner", options);
  const { code } = await submit(owner, "inbox-1/0");
  if (code === undefined) throw new Error("not submitted");
  return { owner, code };
}

async function refused(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => new Error("was not refused"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw error;
  return error;
}

describe("a submission", () => {
  test("keeps what was answered, and answers a code with its check digit", async () => {
    const owner = await person("owner");
    const { outcome, code = "", value } = await submit(owner, "inbox-1/0");
    expect(outcome).toBe("accepted");
    expect(readCode(code)).toEqual({ ok: true, code, prefix: "US26" });
    expect(value).toMatchObject({ qr: `web-chat/${code}`, at: { show: "instant", at: now.toISOString() }, next: { key: "register.next_by", values: { province: "tỉnh Đồng Tháp", by: { show: "date", on: "2026-12-09" } } } });
    const kept = await stores.registrations.byCode(null, code);
    expect(kept).toEqual({
      _id: "inbox-1/0",
      code,
      call: { code: "US26", revision: 1 },
      contactId: "owner",
      ownerId: "owner:owner",
      product: { name: "Xoài sấy Mẫu", folded: "xoai say mau" },
      province: { code: "82", name: "Đồng Tháp" },
      ownerName: "Hợp tác xã Mẫu",
      answers: { productName: "Xoài sấy Mẫu", decision: { fileIds: ["file-1", "file-2"] }, commitment: true },
      fileIds: ["file-1", "file-2"],
      state: "submitted",
      late: false,
      submittedAt: now,
      history: [{ state: "submitted", at: now, by: "owner" }],
      version: 1,
    });
  });

  test("under the same key twice is one row and one code", async () => {
    const owner = await person("owner");
    const first = await submit(owner, "inbox-1/0");
    const again = await submit(owner, "inbox-1/0", { at: new Date(now.getTime() + 60_000) });
    expect(again).toEqual(first);
    expect(await rows()).toHaveLength(1);
  });

  test("under another key is another row with another code", async () => {
    const owner = await person("owner");
    const first = await submit(owner, "inbox-1/0");
    const second = await submit(owner, "inbox-2/0");
    expect(second.code).not.toBe(first.code);
    expect(await rows()).toHaveLength(2);
  });

  test("under one key at once is kept once: the other is a conflict, and its repeat gets the same code", async () => {
    const owner = await person("owner");
    const tried = await Promise.allSettled([submit(owner, "inbox-1/0"), submit(owner, "inbox-1/0")]);
    for (const each of tried) if (each.status === "rejected") expect(stores.transactions.isConflict(each.reason)).toBe(true);
    const done = tried.flatMap((each) => (each.status === "fulfilled" ? [each.value.code] : []));
    expect(done.length).toBeGreaterThan(0);
    expect(await rows()).toHaveLength(1);
    expect(done[0]).toBe((await submit(owner, "inbox-1/0")).code);
  });

  test("whose code is taken gets the next one drawn", async () => {
    const owner = await person("owner");
    const first = await submit(owner, "inbox-1/0");
    const [row] = await rows();
    await connection.collection("registrations").deleteMany({});
    await connection.collection("registrations").insertOne({ ...row, _id: "somebody-else/0", contactId: "somebody" } as never);
    const second = await submit(owner, "inbox-1/0");
    expect(second.outcome).toBe("accepted");
    expect(second.code).not.toBe(first.code);
    expect(readCode(second.code ?? "")).toMatchObject({ ok: true, prefix: "US26" });
    expect((await rows()).map((each) => [String(each._id), each["code"] as string])).toEqual([["somebody-else/0", first.code], ["inbox-1/0", second.code]]);
    expect((await submit(owner, "inbox-1/0")).code).toBe(second.code);
  });
});

describe("the last moment of the call of 2024", () => {
  test.each([
    ["US24", inTime, "accepted", false],
    ["US24", tooLate, "late", true],
    ["DONG", inTime, "accepted", false],
  ] as const)("%s at %s: %s", async (call, at, outcome, late) => {
    const owner = await person("owner");
    expect((await submit(owner, "inbox-1/0", { call, at })).outcome).toBe(outcome);
    expect(await rows()).toEqual([expect.objectContaining({ late, submittedAt: at })]);
  });

  test("a call that refuses late ones is closed a millisecond later, and nothing is kept", async () => {
    const owner = await person("owner");
    expect(await submit(owner, "inbox-1/0", { call: "DONG", at: tooLate })).toEqual({ outcome: "closed" });
    expect(await rows()).toEqual([]);
  });

  test("before its first day a call is closed, also one that takes late ones", async () => {
    const owner = await person("owner");
    expect(await submit(owner, "inbox-1/0", { call: "US24", at: new Date("2024-10-24T23:59:59.999+07:00") })).toEqual({ outcome: "closed" });
    expect(await rows()).toEqual([]);
    expect((await submit(owner, "inbox-1/0", { call: "US24", at: new Date("2024-10-25T00:00:00+07:00") })).outcome).toBe("accepted");
  });
});

describe("a move", () => {
  test("is kept in the history with who, when and why, and raises the version", async () => {
    const { code } = await submitted();
    const { contact: actor } = await officer();
    const moved = await registrations.move({ code: code.toLowerCase().replaceAll("-", " "), to: "returned", actor, reason, now });
    const kept = await stores.registrations.byCode(null, code);
    expect(kept).toEqual(moved);
    expect(kept).toMatchObject({ state: "returned", version: 2, history: [{ state: "submitted", by: "owner" }, { state: "returned", at: now, by: "officer", reason }] });
  });

  test.each<[string, RegistrationState, RegistrationState, string[]]>([
    ["that the table has not", "submitted", "filed", ["returned", "endorsed", "rejected", "withdrawn"]],
    ["to the state it is in", "submitted", "submitted", ["returned", "endorsed", "rejected", "withdrawn"]],
    ["out of a final state", "selected", "returned", ["nothing (final)"]],
  ])("%s is refused, naming the possible ones", async (_what, from, to, possible) => {
    const { code } = await submitted();
    await connection.collection("registrations").updateOne({ code }, { $set: { state: from } });
    const { contact: actor } = await person("admin", { grants: [{ role: "admin", since: now }] });
    const error = await refused(registrations.move({ code, to, actor, reason, now }));
    expect(error.code).toBe("no_such_move");
    expect(error.message).toBe(`${code} is ${from}; from there it can become: ${possible.join(", ")}`);
  });

  test.each<[string, Grant[], RegistrationState]>([
    ["of another province", [{ role: "province_officer", province: "01", since: now }], "endorsed"],
    ["of the centre where it is the province's move", [{ role: "central_officer", since: now }], "endorsed"],
    ["where it is the owner's move", [{ role: "province_officer", province: "82", since: now }], "withdrawn"],
    ["without any role", [], "endorsed"],
  ])("by somebody %s is refused", async (_what, grants, to) => {
    const { code } = await submitted();
    const { contact: actor } = await person("actor", { grants });
    const error = await refused(registrations.move({ code, to, actor, reason, now }));
    expect(error.code).toBe("not_allowed");
    expect(error.message).toContain(code);
    expect(error.message).toContain("Đồng Tháp");
  });

  test.each([undefined, "", "  \n"])("that sends back without a reason (%j) is refused", async (given) => {
    const { code } = await submitted();
    const { contact: actor } = await officer();
    const error = await refused(registrations.move({ code, to: "returned", actor, now, ...(given === undefined ? {} : { reason: given }) }));
    expect(error).toMatchObject({ code: "reason_missing", message: expect.stringContaining("--reason") });
  });

  test("of a code that does not exist, or is mistyped, or none, is refused, each in its words", async () => {
    const { code } = await submitted();
    const { contact: actor } = await officer();
    const wrongDigit = `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`;
    const other = code.slice(5, 11) === "000000" ? "000001" : "000000";
    const nobodys = `US26-${other}-${checkDigit(other)}`;
    const move = (given: string) => refused(registrations.move({ code: given, to: "endorsed", actor, now }));
    expect(await move(wrongDigit)).toMatchObject({ code: "bad_code", message: expect.stringContaining("check digit") });
    expect(await move("Xoài")).toMatchObject({ code: "bad_code", message: expect.stringContaining("not a code") });
    expect(await move(nobodys)).toMatchObject({ code: "no_such_registration", message: expect.stringContaining(nobodys) });
  });

  test("that is refused changes nothing and tells nobody", async () => {
    const { code } = await submitted();
    const { contact: actor } = await officer();
    const before = await rows();
    await refused(registrations.move({ code, to: "filed", actor, now }));
    await refused(registrations.move({ code, to: "rejected", actor, now }));
    await refused(registrations.move({ code, to: "withdrawn", actor, now }));
    expect(await rows()).toEqual(before);
    expect(await deliveries()).toEqual([]);
  });

  test("at the same time as another: one wins, the other is told, the owner hears of one", async () => {
    const { code } = await submitted();
    const { contact: actor } = await officer();
    const tried = await Promise.allSettled([registrations.move({ code, to: "endorsed", actor, now }), registrations.move({ code, to: "rejected", actor, reason, now })]);
    const won = tried.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const lost = tried.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
    // When one ends before the other begins, the later one is refused by the table.
    expect(won).toHaveLength(1);
    expect(lost).toHaveLength(1);
    const told = lost[0] instanceof UserError ? ["changed_meanwhile", "no_such_move"].includes(lost[0].code) : stores.transactions.isConflict(lost[0]);
    expect(told).toBe(true);
    expect(await stores.registrations.byCode(null, code)).toEqual(won[0]);
    expect(won[0]?.version).toBe(2);
    expect(await deliveries()).toHaveLength(1);
  });

  test("of a registration that changed since it was looked at is refused", async () => {
    const { code } = await submitted();
    const before = await stores.registrations.byCode(null, code);
    if (before === null) throw new Error("not kept");
    const { contact: actor } = await officer();
    await registrations.move({ code, to: "endorsed", actor, now });
    const moved = await stores.transactions.run((tx) => stores.registrations.move(tx, before._id, before.version, "rejected", { state: "rejected", at: now, by: "officer" }));
    expect(moved).toBe(false);
    expect((await stores.registrations.byCode(null, code))?.state).toBe("endorsed");
  });
});

describe("what the owner hears of a move", () => {
  test.each<[Language, string, string]>([
    ["vi", "[CHẠY THỬ] [HỒ SƠ ", "tỉnh trả lại"],
    ["en", "[TRIAL] [REGISTRATION ", "returned by the province"],
  ])("in %s: one pushed message, headed as a trial, with the reason word for word", async (language, head, words) => {
    const { code } = await submitted({ language, second: true });
    const { contact: actor } = await officer();
    await registrations.move({ code, to: "returned", actor, reason, now });
    const queued = await deliveries();
    expect(queued).toEqual([expect.objectContaining({ contactId: "owner", lane: "reply", state: "queued", queuedAt: now })]);
    const content = queued[0]?.["content"] as { text: string; push: boolean };
    expect(content.push).toBe(true);
    expect(content.text.startsWith(`${head}${code}] Xoài sấy Mẫu: `)).toBe(true);
    expect(content.text).toContain(words);
    expect(content.text).toContain(`“${reason}”`);
  });

  test("of a call that is no trial begins with the registration itself", async () => {
    const owner = await person("owner");
    const { code = "" } = await submit(owner, "inbox-1/0", { call: "US24", at: inTime });
    const { contact: actor } = await officer();
    await registrations.move({ code, to: "endorsed", actor, now });
    expect((await deliveries()).map((each) => (each["content"] as { text: string }).text.split(":")[0])).toEqual([`[HỒ SƠ ${code}] Xoài sấy Mẫu`]);
  });

  // src/registrations/registrations.ts, `move`: the office is that of today's open call, here the trial's. Mended there, `.failing` goes.
  test.failing("names the office of the registration's own call, whatever other call is open", async () => {
    const owner = await person("owner");
    const { code = "" } = await submit(owner, "inbox-1/0", { call: "US24", at: inTime });
    const { contact: actor } = await officer();
    await registrations.move({ code, to: "returned", actor, reason, now });
    expect((await deliveries()).map((each) => (each["content"] as { text: string }).text)).toEqual([expect.stringContaining("số 2 Ngọc Hà")]);
  });

  test("each move has its own message", async () => {
    const { owner, code } = await submitted();
    const { contact: actor } = await officer();
    await registrations.move({ code, to: "returned", actor, reason, now });
    await registrations.move({ code, to: "submitted", actor: owner.contact, now });
    await registrations.move({ code, to: "returned", actor, reason, now });
    expect(await deliveries()).toHaveLength(3);
  });
});

describe("a look-up", () => {
  test("shows what is public and nothing else", async () => {
    const { code } = await submitted();
    const { contact: actor } = await officer();
    await registrations.move({ code, to: "returned", actor, reason, now });
    const seen = await registrations.look(code.toLowerCase());
    expect(seen).toEqual({
      kind: "found",
      view: {
        code,
        call: { show: "either", vi: "Đăng ký sản phẩm OCOP bán thử tại siêu thị Mỹ", en: "Register OCOP products for trial sale in US supermarkets" },
        product: "Xoài sấy Mẫu",
        owner: "Hợp tác xã Mẫu",
        province: "Đồng Tháp",
        state: "returned",
        history: [{ state: "submitted", at: now }, { state: "returned", at: now }],
      },
    });
    const text = JSON.stringify(seen);
    for (const kept of [reason, phone, "Nguyễn Văn Mẫu", "Ấp 3", "file-1", "officer", "inbox-1"]) expect(text).not.toContain(kept);
  });

  test("tells a wrong digit from a code nobody has", async () => {
    const { code } = await submitted();
    expect(await registrations.look(`${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`)).toEqual({ kind: "check_digit" });
    const other = code.slice(5, 11) === "000000" ? "000001" : "000000";
    expect(await registrations.look(`US26-${other}-${checkDigit(other)}`)).toEqual({ kind: "unknown" });
    expect(await registrations.look("Xoài sấy")).toEqual({ kind: "unknown" });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { checkDigit } from "../../src/domain/codes.js";
import { UserError } from "../../src/domain/errors.js";
import type { Grant, Role } from "../../src/domain/person.js";
import { moveBetween, moves, registrationStates, type RegistrationState } from "../../src/domain/registration.js";
import type { Language } from "../../src/domain/shown.js";
import { createRig, now, whole, type Person, type Rig } from "./rig.js";

const inTime = new Date("2024-11-10T23:59:59.999+07:00");
const reason = "Thiếu ảnh quyết định <b>OCOP</b>";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.drop());
beforeEach(() => rig.clear());

async function refused(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => new Error("was not refused"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw error;
  return error;
}

describe("a move", () => {
  test("is kept in the history with who, when and why, and raises the version", async () => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    const moved = await rig.registrations.move({ code: code.toLowerCase().replaceAll("-", " "), to: "returned", actor, reason, now });
    const kept = await rig.stores.registrations.byCode(null, code);
    expect(kept).toEqual(moved);
    expect(kept).toMatchObject({ state: "returned", version: 2, history: [{ state: "submitted", by: "owner" }, { state: "returned", at: now, by: "officer", reason }] });
  });

  test.each<[string, RegistrationState, RegistrationState, string[]]>([
    ["that the table has not", "submitted", "filed", ["returned", "endorsed", "rejected", "withdrawn"]],
    ["to the state it is in", "submitted", "submitted", ["returned", "endorsed", "rejected", "withdrawn"]],
    ["out of a final state", "selected", "returned", ["nothing (final)"]],
  ])("%s is refused, naming the possible ones", async (_what, from, to, possible) => {
    const { code } = await rig.submitted();
    await rig.connection.collection("registrations").updateOne({ code }, { $set: { state: from } });
    const { contact: actor } = await rig.person("admin", { grants: [{ role: "admin", since: now }] });
    const error = await refused(rig.registrations.move({ code, to, actor, reason, now }));
    expect(error.code).toBe("no_such_move");
    expect(error.message).toBe(`${code} is ${from}; from there it can become: ${possible.join(", ")}`);
  });

  test.each<[string, Grant[], RegistrationState]>([
    ["of another province", [{ role: "province_officer", province: "01", since: now }], "endorsed"],
    ["of the centre where it is the province's move", [{ role: "central_officer", since: now }], "endorsed"],
    ["where it is the owner's move", [{ role: "province_officer", province: "82", since: now }], "withdrawn"],
    ["without any role", [], "endorsed"],
  ])("by somebody %s is refused", async (_what, grants, to) => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.person("actor", { grants });
    const error = await refused(rig.registrations.move({ code, to, actor, reason, now }));
    expect(error.code).toBe("not_allowed");
    expect(error.message).toContain(code);
    expect(error.message).toContain("Đồng Tháp");
  });

  test.each([undefined, "", "  \n"])("that sends back without a reason (%j) is refused", async (given) => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    const error = await refused(rig.registrations.move({ code, to: "returned", actor, now, ...(given === undefined ? {} : { reason: given }) }));
    expect(error).toMatchObject({ code: "reason_missing", message: expect.stringContaining("--reason") });
  });

  test("of a code that does not exist, or is mistyped, or none, is refused, each in its words", async () => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    const wrongDigit = `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`;
    const other = code.slice(5, 11) === "000000" ? "000001" : "000000";
    const nobodys = `US26-${other}-${checkDigit(other)}`;
    const move = (given: string) => refused(rig.registrations.move({ code: given, to: "endorsed", actor, now }));
    expect(await move(wrongDigit)).toMatchObject({ code: "bad_code", message: expect.stringContaining("check digit") });
    expect(await move("Xoài")).toMatchObject({ code: "bad_code", message: expect.stringContaining("not a code") });
    expect(await move(nobodys)).toMatchObject({ code: "no_such_registration", message: expect.stringContaining(nobodys) });
  });

  test("that is refused changes nothing and tells nobody", async () => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    const before = await rig.rows("registrations");
    await refused(rig.registrations.move({ code, to: "filed", actor, now }));
    await refused(rig.registrations.move({ code, to: "rejected", actor, now }));
    await refused(rig.registrations.move({ code, to: "withdrawn", actor, now }));
    expect(await rig.rows("registrations")).toEqual(before);
    expect(await rig.rows("deliveries")).toEqual([]);
  });

  test("at the same time as another: one wins, the other is told, the owner hears of one", async () => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    const tried = await Promise.allSettled([rig.registrations.move({ code, to: "endorsed", actor, now }), rig.registrations.move({ code, to: "rejected", actor, reason, now })]);
    const won = tried.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const lost = tried.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
    // When one ends before the other begins, the later one is refused by the table.
    expect(won).toHaveLength(1);
    expect(lost).toHaveLength(1);
    const told = lost[0] instanceof UserError ? ["changed_meanwhile", "no_such_move"].includes(lost[0].code) : rig.stores.transactions.isConflict(lost[0]);
    expect(told).toBe(true);
    expect(await rig.stores.registrations.byCode(null, code)).toEqual(won[0]);
    expect(won[0]?.version).toBe(2);
    expect(await rig.rows("deliveries")).toHaveLength(1);
  });

  test("of a registration that changed since it was looked at is refused", async () => {
    const { code } = await rig.submitted();
    const before = await rig.stores.registrations.byCode(null, code);
    if (before === null) throw new Error("not kept");
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "endorsed", actor, now });
    const moved = await rig.stores.transactions.run((tx) => rig.stores.registrations.move(tx, before._id, before.version, { state: "rejected" }, { state: "rejected", at: now, by: "officer" }));
    expect(moved).toBe(false);
    expect((await rig.stores.registrations.byCode(null, code))?.state).toBe("endorsed");
  });
});

/** Somebody whose move it is. */
function actorOf(role: Role, owner: Person): Promise<Person> {
  if (role === "owner") return Promise.resolve(owner);
  return role === "province_officer" ? rig.officer() : rig.person("centre", { owners: [], grants: [{ role, since: now }] });
}

describe("the state table", () => {
  test.each(moves.flatMap(({ from, to, by }) => by.map((role): [RegistrationState, RegistrationState, Role] => [from, to, role])))("%s to %s is made by %s, added to what was, told and recorded", async (from, to, role) => {
    const { owner, code } = await rig.submitted();
    await rig.stands(code, from);
    const before = await rig.kept(code);
    const { contact: actor } = await actorOf(role, owner);
    await rig.registrations.move({ code, to, actor, reason, now });
    const { asked, ...kept } = await rig.kept(code);
    expect(kept).toEqual({ ...before, state: to, version: 2, history: [...before.history, { state: to, at: now, by: actor._id, reason }] });
    expect(asked === undefined).toBe(to !== "returned");
    expect(await rig.rows("deliveries")).toEqual([expect.objectContaining({ contactId: "owner" })]);
    expect((await rig.rows("audit_waiting")).map(({ entry }) => entry)).toContainEqual(expect.objectContaining({ verb: "registrations.move", subject: code, province: "82", details: { from, to } }));
  });

  test("has no other moves, not even for an admin", async () => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.person("admin", { grants: [{ role: "admin", since: now }] });
    const others = registrationStates.flatMap((from) => registrationStates.filter((to) => moveBetween(from, to) === undefined).map((to) => ({ from, to })));
    expect(others.length).toBe(registrationStates.length ** 2 - moves.length);
    for (const { from, to } of others) {
      await rig.stands(code, from);
      expect([from, to, (await refused(rig.registrations.move({ code, to, actor, reason, now }))).code]).toEqual([from, to, "no_such_move"]);
    }
    expect((await rig.kept(code)).history).toHaveLength(1);
  });
});

describe("what is returned to be mended", () => {
  const monday = new Date("2026-11-23T09:12:00+07:00");

  test("is due in seven working days by the calendar: weekends and the holiday of 24 November are not counted", async () => {
    const { code } = await rig.submitted({ at: monday });
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "returned", actor, reason, fields: ["decision", "labelPhotos"], now: monday });
    expect((await rig.kept(code)).asked).toEqual({ fields: ["decision", "labelPhotos"], until: "2026-12-03" });
    expect(await rig.rows("deadlines")).toContainEqual({
      _id: `mend:${code}:2`,
      kind: "mend",
      subject: code,
      contactId: "owner",
      province: "82",
      dueAt: new Date("2026-12-03T23:59:59.999+07:00"),
      remindOn: "2026-12-02",
      basis: "returned",
      state: "open",
      openedAt: monday,
    });
  });

  test("is due on the day that the officer names, and the owner is told it", async () => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "returned", actor, reason, until: "2026-12-20", now });
    expect((await rig.kept(code)).asked).toEqual({ fields: [], until: "2026-12-20" });
    expect(await rig.stores.deadlines.ofContact("owner")).toEqual([expect.objectContaining({ kind: "mend", dueAt: new Date("2026-12-20T23:59:59.999+07:00"), remindOn: "2026-12-19" })]);
    expect((await rig.rows("deliveries")).map(({ content }) => (content as { text: string }).text)).toEqual([expect.stringContaining("20/12")]);
  });

  test("may be due today, not on a day that is over", async () => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    expect(await refused(rig.registrations.move({ code, to: "returned", actor, reason, until: "2026-11-24", now }))).toMatchObject({ code: "until_past", message: expect.stringContaining("2026-11-24") });
    expect((await rig.kept(code)).state).toBe("submitted");
    await rig.registrations.move({ code, to: "returned", actor, reason, until: "2026-11-25", now });
    expect((await rig.kept(code)).asked?.until).toBe("2026-11-25");
  });

  test("is of the call's fields: another is refused with those that there are", async () => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    const error = await refused(rig.registrations.move({ code, to: "returned", actor, reason, fields: ["decision", "photo"], now }));
    expect(error).toMatchObject({ code: "no_such_field", message: `photo: no such field in US26; there are: ${Object.keys(whole).toSpliced(11, 0, "exportedTo").join(", ")}` });
    expect((await rig.kept(code)).version).toBe(1);
    expect(await rig.stores.deadlines.ofContact("owner")).toEqual([]);
  });

  test("is no longer asked for, nor due, once it is moved on", async () => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "returned", actor, reason, fields: ["decision"], now });
    const moved = await rig.registrations.move({ code, to: "rejected", actor, reason, now });
    expect(moved).toEqual(await rig.kept(code));
    expect(moved).not.toHaveProperty("asked");
    expect(await rig.deadlines(code)).toEqual({ look: "done", "mend:2": "done" });
  });

  test("again is due again, by a row of its own", async () => {
    const { owner, code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "returned", actor, reason, until: "2026-11-30", now });
    await rig.registrations.move({ code, to: "submitted", actor: owner.contact, now });
    await rig.registrations.move({ code, to: "returned", actor, reason, until: "2026-12-10", now });
    expect(await rig.deadlines(code)).toEqual({ look: "done", "mend:2": "done", "mend:4": "open" });
  });
});

describe("what falls due with a submission", () => {
  test("is the province's look, in the days that the call promises", async () => {
    const { code } = await rig.submitted();
    expect(await rig.rows("deadlines")).toEqual([{ _id: `look:${code}`, kind: "look", subject: code, province: "82", dueAt: new Date("2026-12-09T23:59:59.999+07:00"), basis: "US26: answerWithinDays", state: "open", openedAt: now }]);
  });

  test("is what is to follow, by the call's last moment, with a reminder in three days", async () => {
    const { code } = await rig.submitted({ answers: { ...whole, decision: "@later" } });
    expect(await rig.rows("deadlines")).toContainEqual({ _id: `later:${code}`, kind: "later", subject: code, contactId: "owner", province: "82", dueAt: new Date("2026-12-23T23:59:59.999+07:00"), remindOn: "2026-11-28", basis: "US26: closesBefore", state: "open", openedAt: now });
  });

  test.each<[RegistrationState, Record<string, string>]>([
    ["endorsed", { look: "done", later: "open" }],
    ["rejected", { look: "done", later: "open" }],
    ["withdrawn", { look: "cancelled", later: "cancelled" }],
  ])("is settled when it is %s", async (to, settled) => {
    const { owner, code } = await rig.submitted({ answers: { ...whole, decision: "@later" } });
    const { contact: actor } = to === "withdrawn" ? owner : await rig.officer();
    await rig.registrations.move({ code, to, actor, reason, now });
    expect(await rig.deadlines(code)).toEqual(settled);
  });
});

describe("what the owner hears of a move", () => {
  test.each<[Language, string, string]>([
    ["vi", "[CHẠY THỬ] [HỒ SƠ ", "tỉnh trả lại"],
    ["en", "[TRIAL] [REGISTRATION ", "returned by the province"],
  ])("in %s: one pushed message, headed as a trial, with the reason word for word", async (language, head, words) => {
    const { code } = await rig.submitted({ language, second: true });
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "returned", actor, reason, now });
    const queued = await rig.rows("deliveries");
    expect(queued).toEqual([expect.objectContaining({ contactId: "owner", lane: "reply", state: "queued", queuedAt: now })]);
    const content = queued[0]?.["content"] as { text: string; push: boolean };
    expect(content.push).toBe(true);
    expect(content.text.startsWith(`${head}${code}] Xoài sấy Mẫu: `)).toBe(true);
    expect(content.text).toContain(words);
    expect(content.text).toContain(`“${reason}”`);
  });

  test("of a call that is no trial begins with the registration itself", async () => {
    const owner = await rig.person("owner");
    const { code = "" } = await rig.submit(owner, "inbox-1/0", { call: "US24", at: inTime });
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "endorsed", actor, now });
    expect((await rig.rows("deliveries")).map((each) => (each["content"] as { text: string }).text.split(":")[0])).toEqual([`[HỒ SƠ ${code}] Xoài sấy Mẫu`]);
  });

  // src/registrations/rig.registrations.ts, `move`: the office is that of today's open call, here the trial's. Mended there, `.failing` goes.
  test.failing("names the office of the registration's own call, whatever other call is open", async () => {
    const owner = await rig.person("owner");
    const { code = "" } = await rig.submit(owner, "inbox-1/0", { call: "US24", at: inTime });
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "returned", actor, reason, now });
    expect((await rig.rows("deliveries")).map((each) => (each["content"] as { text: string }).text)).toEqual([expect.stringContaining("số 2 Ngọc Hà")]);
  });

  test("each move has its own message", async () => {
    const { owner, code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "returned", actor, reason, now });
    await rig.registrations.move({ code, to: "submitted", actor: owner.contact, now });
    await rig.registrations.move({ code, to: "returned", actor, reason, now });
    expect(await rig.rows("deliveries")).toHaveLength(3);
  });
});


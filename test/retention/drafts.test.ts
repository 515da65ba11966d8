import { describe, expect, test } from "@jest/globals";
import { begunIn, withoutBegun } from "../../src/engine/left-alone.js";
import { EngineSession, newSession, type Talk } from "../../src/engine/session.js";
import { createDrafts } from "../../src/retention/drafts.js";
import { retentionRig } from "./rig.js";

const rig = retentionRig();
const left = new Date("2026-11-23T15:00:00+07:00");
const day = (n: number): Date => new Date(left.getTime() + n * 86_400_000);
/** Day 76 begins the fourteen days of warning, day 90 is the last one on which a draft is kept. */
const [warnsOn, lastOn] = [76, 90];

const talk = (name: string, keptAt?: Date): Talk => ({ flow: "register", bundle: rig.bundle.hash, stack: [{ flow: "register", step: "form", field: "productName" }], answers: { productName: name }, history: [{ stack: [], undo: {} }], ...(keptAt === undefined ? {} : { keptAt }) });

function drafts(sessions: Parameters<typeof createDrafts>[0]["sessions"] = rig.stores.sessions) {
  const { stores, bundle } = rig;
  return createDrafts({
    sessions,
    leftAlone: (state, at) => begunIn(state, at, bundle),
    without: (state, keys, at) => withoutBegun(state, keys, at, bundle),
    deliveries: stores.deliveries,
    pushes: rig.pushes,
    transactions: stores.transactions,
    i18n: rig.i18n,
    languageOf: () => Promise.resolve("vi"),
    settings: { keptDays: 90, warnedDays: 14 },
  });
}

async function person(session: Partial<EngineSession>, touchedAt = left, id = "thu"): Promise<void> {
  await rig.stores.transactions.run((tx) => {
    rig.stores.people.insert(tx, [{ contact: { _id: id, language: "vi", grants: [], consents: [], owners: [] }, account: { _id: `web-chat:site:${id}`, contactId: id, channel: "web-chat", account: "site", user: id, chat: id, reachable: true, since: left } }]);
    rig.stores.sessions.save(tx, [{ id, version: 0, state: { ...newSession("vi"), ...session }, now: touchedAt }]);
    return Promise.resolve();
  });
}
async function session(id = "thu"): Promise<EngineSession> {
  const [row] = await rig.stores.sessions.load([id]);
  return EngineSession.parse(row?.state);
}
const names = async (): Promise<unknown[]> => (await session()).drafts.map(({ answers }) => answers["productName"]);
const warnings = async (): Promise<string[]> => (await rig.rows("deliveries")).map(({ content }) => (content as { text: string }).text);

describe("a draft that was left alone", () => {
  test("is warned of once, fourteen days before its end, with its name and its last day", async () => {
    await person({ drafts: [talk("Mít sấy Mẫu", left)] });
    expect(await drafts().run(day(warnsOn - 1))).toEqual({ warned: 0, removed: 0 });
    expect(await drafts().run(day(warnsOn))).toEqual({ warned: 1, removed: 0 });
    expect(await warnings()).toEqual(["[NHẮC VIỆC] Hồ sơ Mít sấy Mẫu đang dở từ 23/11/2026; hết ngày 21/02/2027 (Chủ nhật) sẽ bị xóa. Gõ “đăng ký” để làm tiếp."]);
    expect(await rig.rows("deliveries")).toMatchObject([{ lane: "reminder", content: { push: true } }]);
    expect(await drafts().run(day(warnsOn + 1))).toEqual({ warned: 0, removed: 0 });
  });

  test("is kept through its last day, and gone on the next", async () => {
    await person({ drafts: [talk("Mít sấy Mẫu", left)] });
    await drafts().run(day(warnsOn));
    expect(await drafts().run(day(lastOn))).toEqual({ warned: 0, removed: 0 });
    expect(await drafts().run(day(lastOn + 1))).toEqual({ warned: 0, removed: 1 });
    expect(await names()).toEqual([]);
    expect(await drafts().run(day(lastOn + 2))).toEqual({ warned: 0, removed: 0 });
  });

  test("is never removed without fourteen days of warning, however late that came", async () => {
    await person({ drafts: [talk("Mít sấy Mẫu", left)] });
    expect(await drafts().run(day(200))).toEqual({ warned: 1, removed: 0 });
    expect(await warnings()).toEqual([expect.stringContaining("hết ngày 25/06/2027 (thứ Sáu)")]);
    expect(await drafts().run(day(214))).toEqual({ warned: 0, removed: 0 });
    expect(await drafts().run(day(215))).toEqual({ warned: 0, removed: 1 });
  });

  test("goes alone: a younger one and what is under way stay", async () => {
    const open = talk("Chuối sấy Mẫu");
    await person({ drafts: [talk("Mít sấy Mẫu", left), talk("Trà Mẫu", day(50))], talks: [open] }, day(80));
    await drafts().run(day(warnsOn));
    expect(await drafts().run(day(lastOn + 1))).toEqual({ warned: 0, removed: 1 });
    expect(await names()).toEqual(["Trà Mẫu"]);
    expect((await session()).talks.map(({ answers }) => answers["productName"])).toEqual(["Chuối sấy Mẫu"]);
  });

  test("is warned of anew after it was taken up and left again", async () => {
    await person({ drafts: [talk("Mít sấy Mẫu", left)] });
    await drafts().run(day(warnsOn));
    await rig.stores.transactions.run((tx) => Promise.resolve(rig.stores.sessions.save(tx, [{ id: "thu", version: 1, state: { ...newSession("vi"), drafts: [talk("Mít sấy Mẫu", day(80))] }, now: day(80) }])));
    expect(await drafts().run(day(lastOn + 1))).toEqual({ warned: 0, removed: 0 });
    expect(await drafts().run(day(80 + warnsOn))).toEqual({ warned: 1, removed: 0 });
  });

  test("that another shares its instant with is warned of by its own name", async () => {
    await person({ drafts: [talk("Mít sấy Mẫu", left), talk("Trà Mẫu", left)] });
    expect(await drafts().run(day(warnsOn))).toEqual({ warned: 2, removed: 0 });
    expect((await warnings()).map((text) => /Hồ sơ (\S+)/.exec(text)?.[1] ?? "").sort()).toEqual(["Mít", "Trà"]);
    expect(await drafts().run(day(lastOn + 1))).toEqual({ warned: 0, removed: 2 });
  });
});

describe("a form left open in the middle", () => {
  const question = { id: "q1", at: left, stack: [], parts: [], options: [], numbered: true, wants: "text" as const, failures: 0 };

  test("goes with its question, as a draft does", async () => {
    await person({ talks: [talk("Mít sấy Mẫu")], question });
    expect(await drafts().run(day(warnsOn))).toEqual({ warned: 1, removed: 0 });
    expect(await drafts().run(day(lastOn + 1))).toEqual({ warned: 0, removed: 1 });
    expect(await session()).toMatchObject({ talks: [], question: null });
  });

  test("is no draft while nothing was answered in it", async () => {
    await person({ talks: [{ ...talk("Mít sấy Mẫu"), history: [], answers: {} }], question });
    expect(await drafts().run(day(200))).toEqual({ warned: 0, removed: 0 });
  });

  test("is a draft once its product is named, also where there is no way back in it", async () => {
    await person({ talks: [{ ...talk("Mít sấy Mẫu"), history: [] }], question });
    expect(await drafts().run(day(200))).toEqual({ warned: 1, removed: 0 });
  });

  test("stays when its person is there at the same moment", async () => {
    await person({ talks: [talk("Mít sấy Mẫu")], question });
    await drafts().run(day(warnsOn));
    const { sessions } = rig.stores;
    const overtaken = drafts({ ...sessions, save: (tx, rows) => sessions.save(tx, rows.map((row) => ({ ...row, version: row.version + 1 }))) });
    expect(await overtaken.run(day(lastOn + 1))).toEqual({ warned: 0, removed: 0 });
    expect((await session()).talks).toHaveLength(1);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { checkDigit, readCode } from "../../src/domain/codes.js";
import { createRig, now, phone, whole, type Rig } from "./rig.js";

const inTime = new Date("2024-11-10T23:59:59.999+07:00");
const tooLate = new Date("2024-11-11T00:00:00+07:00");
const reason = "Thiếu ảnh quyết định <b>OCOP</b>";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.drop());
beforeEach(() => rig.clear());

describe("a submission", () => {
  test("keeps what was answered, and answers a code with its check digit", async () => {
    const owner = await rig.person("owner");
    const { outcome, code = "", value } = await rig.submit(owner, "inbox-1/0");
    expect(outcome).toBe("accepted");
    expect(readCode(code)).toEqual({ ok: true, code, prefix: "US26" });
    expect(value).toMatchObject({ qr: `web-chat/${code}`, at: { show: "instant", at: now.toISOString() }, next: { key: "register.next_by", values: { province: "Đồng Tháp", by: { show: "date", on: "2026-12-09" } } } });
    const kept = await rig.stores.registrations.byCode(null, code);
    expect(kept).toEqual({
      _id: "inbox-1/0",
      code,
      call: { code: "US26", revision: 1 },
      contactId: "owner",
      ownerId: "owner:owner",
      product: { name: "Xoài sấy Mẫu", folded: "xoai say mau" },
      province: { code: "82", name: "Đồng Tháp" },
      ownerName: "Hợp tác xã Mẫu",
      answers: whole,
      fileIds: ["decision-1", "iso-1", "label-1", "label-2"],
      state: "submitted",
      late: false,
      submittedAt: now,
      history: [{ state: "submitted", at: now, by: "owner" }],
      version: 1,
    });
  });

  test("under the same key twice is one row and one code", async () => {
    const owner = await rig.person("owner");
    const first = await rig.submit(owner, "inbox-1/0");
    const again = await rig.submit(owner, "inbox-1/0", { at: new Date(now.getTime() + 60_000) });
    expect(again).toEqual(first);
    expect(await rig.rows("registrations")).toHaveLength(1);
  });

  test("under another key is another row with another code", async () => {
    const owner = await rig.person("owner");
    const first = await rig.submit(owner, "inbox-1/0");
    const second = await rig.submit(owner, "inbox-2/0");
    expect(second.code).not.toBe(first.code);
    expect(await rig.rows("registrations")).toHaveLength(2);
  });

  test("under one key at once is kept once: the other is a conflict, and its repeat gets the same code", async () => {
    const owner = await rig.person("owner");
    const tried = await Promise.allSettled([rig.submit(owner, "inbox-1/0"), rig.submit(owner, "inbox-1/0")]);
    for (const each of tried) if (each.status === "rejected") expect(rig.stores.transactions.isConflict(each.reason)).toBe(true);
    const done = tried.flatMap((each) => (each.status === "fulfilled" ? [each.value.code] : []));
    expect(done.length).toBeGreaterThan(0);
    expect(await rig.rows("registrations")).toHaveLength(1);
    expect(done[0]).toBe((await rig.submit(owner, "inbox-1/0")).code);
  });

  test("whose code is taken gets the next one drawn", async () => {
    const owner = await rig.person("owner");
    const first = await rig.submit(owner, "inbox-1/0");
    const [row] = await rig.rows("registrations");
    await rig.connection.collection("registrations").deleteMany({});
    await rig.connection.collection("registrations").insertOne({ ...row, _id: "somebody-else/0", contactId: "somebody" } as never);
    const second = await rig.submit(owner, "inbox-1/0");
    expect(second.outcome).toBe("accepted");
    expect(second.code).not.toBe(first.code);
    expect(readCode(second.code ?? "")).toMatchObject({ ok: true, prefix: "US26" });
    expect((await rig.rows("registrations")).map((each) => [String(each._id), each["code"] as string])).toEqual([["inbox-1/0", second.code], ["somebody-else/0", first.code]]);
    expect((await rig.submit(owner, "inbox-1/0")).code).toBe(second.code);
  });
});

describe("the last moment of the call of 2024", () => {
  test.each([
    ["US24", inTime, "accepted", false],
    ["US24", tooLate, "late", true],
    ["DONG", inTime, "accepted", false],
  ] as const)("%s at %s: %s", async (call, at, outcome, late) => {
    const owner = await rig.person("owner");
    expect((await rig.submit(owner, "inbox-1/0", { call, at })).outcome).toBe(outcome);
    expect(await rig.rows("registrations")).toEqual([expect.objectContaining({ late, submittedAt: at })]);
  });

  test("a call that refuses late ones is closed a millisecond later, and nothing is kept", async () => {
    const owner = await rig.person("owner");
    expect(await rig.submit(owner, "inbox-1/0", { call: "DONG", at: tooLate })).toEqual({ outcome: "closed" });
    expect(await rig.rows("registrations")).toEqual([]);
  });

  test("before its first day a call is closed, also one that takes late ones", async () => {
    const owner = await rig.person("owner");
    expect(await rig.submit(owner, "inbox-1/0", { call: "US24", at: new Date("2024-10-24T23:59:59.999+07:00") })).toEqual({ outcome: "closed" });
    expect(await rig.rows("registrations")).toEqual([]);
    expect((await rig.submit(owner, "inbox-1/0", { call: "US24", at: new Date("2024-10-25T00:00:00+07:00") })).outcome).toBe("accepted");
  });
});

describe("a look-up", () => {
  test("shows what is public and nothing else", async () => {
    const { code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "returned", actor, reason, now });
    const seen = await rig.registrations.look(code.toLowerCase());
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
    for (const kept of [reason, phone, "Nguyễn Văn Mẫu", "Ấp 3", "decision-1", "officer", "inbox-1"]) expect(text).not.toContain(kept);
  });

  test("tells a wrong digit from a code nobody has", async () => {
    const { code } = await rig.submitted();
    expect(await rig.registrations.look(`${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`)).toEqual({ kind: "check_digit" });
    const other = code.slice(5, 11) === "000000" ? "000001" : "000000";
    expect(await rig.registrations.look(`US26-${other}-${checkDigit(other)}`)).toEqual({ kind: "unknown" });
    expect(await rig.registrations.look("Xoài sấy")).toEqual({ kind: "unknown" });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createRig, now, whole, type Rig } from "./rig.js";

const later = new Date("2026-11-30T08:00:00+07:00");

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.drop());
beforeEach(() => rig.clear());

const name = (product: string, code: string) => ({ show: "words", key: "status.row_name", values: { product, code } });
const state = (id: string, at: Date) => ({ state: { show: "words", key: `state.${id}` }, since: { show: "instant", at: at.toISOString() } });

describe("where a person's registrations stand", () => {
  test("is nothing for somebody who sent none, with the office to ask", async () => {
    await rig.submitted();
    expect(await rig.ask("registrations.mine", await rig.person("other"))).toEqual({ count: 0, one: null, drafts: 0, underWay: false, rows: [], office: expect.stringContaining("Văn phòng Điều phối") });
  });

  test("is one row for a registration that waits for the province and misses nothing", async () => {
    const { owner, code } = await rig.submitted();
    expect(await rig.ask("registrations.mine", owner)).toMatchObject({ count: 1, one: code, rows: [{ name: name("Xoài sấy Mẫu", code), value: { show: "words", key: "status.row", values: state("submitted", now) } }] });
  });

  test("says that it came late", async () => {
    const owner = await rig.person("owner");
    await rig.submit(owner, "inbox-1/0", { call: "US24" });
    expect(await rig.ask("registrations.mine", owner)).toMatchObject({ rows: [{ value: { key: "status.row_late", values: state("submitted", now) } }] });
  });

  test("tells of one that was returned why, what is missing, how many days are left and whom to ask", async () => {
    const { owner, code } = await rig.submitted({ answers: { ...whole, labelPhotos: "@later" } });
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "returned", actor, reason: "Ảnh mờ", fields: ["decision"], until: "2026-12-04", now });
    const { rows } = (await rig.ask("registrations.mine", owner, {}, { at: later })) as { rows: unknown };
    expect(rows).toEqual([
      { name: name("Xoài sấy Mẫu", code), value: { show: "words", key: "status.row_reason", values: { ...state("returned", now), reason: "Ảnh mờ" } } },
      { name: { show: "words", key: "status.missing" }, value: { show: "list", of: [{ show: "words", key: "label.decision" }, { show: "words", key: "label.labelPhotos" }] } },
      { name: { show: "words", key: "status.until" }, value: { show: "words", key: "status.until_is", values: { day: { show: "day", on: "2026-12-04" }, left: 4 } } },
      { name: { show: "words", key: "status.officer" }, value: { show: "list", of: ["Trần Thị Mẫu", { show: "words", key: "status.department", values: { province: "Đồng Tháp" } }, "0901 111 222"] } },
    ]);
  });

  test("names no officer who gave no name", async () => {
    const { owner, code } = await rig.submitted();
    const { contact: actor } = await rig.person("centre", { owners: [], grants: [{ role: "central_officer", since: now }] });
    await rig.registrations.move({ code, to: "returned", actor, reason: "Ảnh mờ", now });
    const { rows } = (await rig.ask("registrations.mine", owner)) as { rows: { name: { key: string } }[] };
    expect(rows.map((row) => row.name.key)).toEqual(["status.row_name", "status.until"]);
  });

  test("keeps the reason to the states in which it is the owner's to know", async () => {
    const { owner, code } = await rig.submitted();
    const { contact: actor } = await rig.officer();
    await rig.registrations.move({ code, to: "endorsed", actor, reason: "ghi chú nội bộ", now });
    expect(await rig.ask("registrations.mine", owner)).toMatchObject({ rows: [{ value: { key: "status.row", values: state("endorsed", now) } }] });
    expect(JSON.stringify(await rig.ask("registrations.mine", owner))).not.toContain("ghi chú nội bộ");
  });

  test("is a row each for several, without details", async () => {
    const { owner, code } = await rig.submitted({ answers: { ...whole, decision: "@later" } });
    const { code: second = "" } = await rig.submit(owner, "inbox-2/0", { at: later, answers: { ...whole, productName: "Mít sấy Mẫu" } });
    expect(await rig.ask("registrations.mine", owner)).toMatchObject({
      count: 2,
      one: null,
      rows: [
        { name: name("Xoài sấy Mẫu", code), value: { values: state("submitted", now) } },
        { name: name("Mít sấy Mẫu", second), value: { values: state("submitted", later) } },
      ],
    });
  });
});

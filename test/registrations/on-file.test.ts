import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/domain/json.js";
import { productId } from "../../src/domain/product.js";
import { fold } from "../../src/lib/text.js";
import { createRig, now, whole, type Person, type Rig } from "./rig.js";

const inTime = new Date("2024-11-01T10:00:00+07:00");
/** The trial call takes registrations through 2026-12-23. */
const call = { code: "US26", revision: 1 };

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.drop());
beforeEach(() => rig.clear());

async function recognised(ownerId: string, name: string, decisionOn: string, stars = 4): Promise<void> {
  await rig.stores.transactions.run((tx) => {
    rig.stores.products.save(tx, { _id: productId(ownerId, fold(name)), ownerId, name, folded: fold(name), recognition: { decisionNumber: "1/QĐ-UBND", decisionOn, stars, fileIds: ["f"] }, updatedAt: now });
    return Promise.resolve();
  });
}
const countOf = async (who: Person, ownerId = "owner:owner"): Promise<number> => ((await rig.ask("registrations.on_file", who, { ownerId, call })) as { count: number }).count;

describe("a product", () => {
  test("is kept on file when it is registered", async () => {
    await rig.submitted();
    expect(await rig.stores.products.ofOwner(null, "owner:owner")).toEqual([
      { _id: "owner:owner/xoai say mau", ownerId: "owner:owner", name: "Xoài sấy Mẫu", folded: "xoai say mau", productSet: "processed_fruit_vegetable_nut", recognition: whole["decision"], updatedAt: now },
    ]);
  });

  test("registered again, written otherwise, is the same product as told last", async () => {
    const owner = await rig.person("owner");
    await rig.submit(owner, "inbox-1/0", { call: "US24", at: inTime });
    const renewed = { fileIds: ["decision-2"], decisionNumber: "99/QĐ-UBND", decisionOn: "2026-09-01", stars: 5 };
    await rig.submit(owner, "inbox-2/0", { answers: { ...whole, productName: "XOÀI SẤY MẪU", productSet: "confectionery", decision: renewed } });
    expect(await rig.stores.products.ofOwner(null, "owner:owner")).toEqual([expect.objectContaining({ name: "XOÀI SẤY MẪU", productSet: "confectionery", recognition: renewed, updatedAt: now })]);
  });

  test("keeps its recognition when the next time the decision is to follow", async () => {
    const owner = await rig.person("owner");
    await rig.submit(owner, "inbox-1/0", { call: "US24", at: inTime });
    await rig.submit(owner, "inbox-2/0", { answers: { ...whole, decision: "@later" } });
    expect(await rig.stores.products.ofOwner(null, "owner:owner")).toEqual([expect.objectContaining({ recognition: whole["decision"], updatedAt: now })]);
  });

  test("of the same name is each owner's own", async () => {
    await rig.submitted();
    await rig.submit(await rig.person("other"), "inbox-2/0");
    expect((await rig.rows("products")).map(({ _id }) => _id)).toEqual(["other", "owner"].map((id) => `owner:${id}/xoai say mau`));
  });
});

describe("products on file for a call", () => {
  test.each([
    ["2023-12-22", 4, 0],
    ["2023-12-23", 4, 1],
    ["2026-11-01", 3, 1],
    ["2026-11-01", 2, 0],
  ])("one recognised on %s with %i stars counts: %i (36 months must reach the call's last day)", async (decisionOn, stars, count) => {
    const owner = await rig.person("owner");
    await recognised("owner:owner", "Mít sấy Mẫu", decisionOn, stars);
    expect(await countOf(owner)).toBe(count);
  });

  test("one without a recognition does not count", async () => {
    const owner = await rig.person("owner");
    await rig.submit(owner, "inbox-1/0", { call: "US24", at: inTime, answers: { ...whole, decision: "@later" } });
    expect(await countOf(owner)).toBe(0);
  });

  test("one that is registered for the call is left out, until it is withdrawn", async () => {
    const { owner, code } = await rig.submitted();
    await recognised("owner:owner", "Mít sấy Mẫu", "2025-03-15");
    expect(await countOf(owner)).toBe(1);
    await rig.does("registrations.withdraw", owner, { code });
    expect(await countOf(owner)).toBe(2);
  });

  test("one that was registered for another call is there", async () => {
    const owner = await rig.person("owner");
    await rig.submit(owner, "inbox-1/0", { call: "US24", at: inTime });
    expect(await countOf(owner)).toBe(1);
  });

  test("are shown with stars and last day, and with another to name", async () => {
    const owner = await rig.person("owner");
    await recognised("owner:owner", "Mít sấy Mẫu", "2025-03-15");
    expect(await rig.ask("registrations.products", owner, { ownerId: "owner:owner", call })).toEqual([
      { value: "owner:owner/mit say mau", label: { show: "words", key: "register.product_on_file", values: { product: "Mít sấy Mẫu", stars: 4, until: { show: "date", on: "2028-03-15" } } }, also: ["Mít sấy Mẫu"] },
      { value: "@new", label: { show: "words", key: "register.another_product" } },
    ]);
  });

  test("one that is chosen fills in what it tells", async () => {
    const { owner } = await rig.submitted();
    const product = (of: string, who = owner) => rig.ask("registrations.product", who, { ownerId: "owner:owner", product: of });
    expect(await product("owner:owner/xoai say mau")).toEqual({ productName: "Xoài sấy Mẫu", productSet: "processed_fruit_vegetable_nut", decision: whole["decision"] });
    expect(await product("owner:owner/khac")).toEqual({});
  });

  test("are shown to nobody who does not act for the owner", async () => {
    await rig.submitted();
    await recognised("owner:owner", "Mít sấy Mẫu", "2025-03-15");
    const other = await rig.person("other");
    const former = await rig.person("former", { owners: [] });
    former.contact.owners.push({ ownerId: "owner:owner", role: "member", from: new Date(0), to: now });
    for (const who of [other, former]) {
      expect(await countOf(who)).toBe(0);
      expect(await rig.ask("registrations.products", who, { ownerId: "owner:owner", call })).toEqual([expect.objectContaining({ value: "@new" })]);
      expect(await rig.ask("registrations.product", who, { ownerId: "owner:owner", product: "owner:owner/mit say mau" })).toEqual({});
      expect(await rig.ask("registrations.same_product", who, { call, product: "Xoài sấy Mẫu", ownerId: "owner:owner" })).toBeNull();
    }
  });

  test("of a call that is not there are none", async () => {
    const owner = await rig.person("owner");
    await recognised("owner:owner", "Mít sấy Mẫu", "2025-03-15");
    for (const wrong of [{ code: "XX26", revision: 1 }, { code: "US26", revision: 9 }, {}]) expect(await rig.ask("registrations.on_file", owner, { ownerId: "owner:owner", call: wrong })).toEqual({ count: 0 });
  });
});

describe("papers of an earlier registration", () => {
  const paper = (kind: string, rest: JsonObject): JsonObject => ({ kind, fileIds: [`${kind}-1`], ...rest });
  const inForce = [paper("iso_22000", { expiresOn: "2026-11-25" }), paper("organic", {})];
  const certificates = [...inForce, paper("haccp", { expiresOn: "2026-11-24" }), paper("gmp", { expiresOn: "2028-01-01", fileIds: [] })];
  const earlier = async (answers: JsonObject = {}): Promise<{ owner: Person; code: string }> => {
    const owner = await rig.person("owner");
    const { code = "" } = await rig.submit(owner, "inbox-1/0", { call: "US24", at: inTime, answers: { ...whole, certificates, ...answers } });
    return { owner, code };
  };
  const reusable = (who: Person, of: JsonObject = call) => rig.ask("registrations.reusable", who, { ownerId: "owner:owner", call: of });

  test("are offered by the kinds that have photos and have not expired, with the raw material", async () => {
    const { owner, code } = await earlier();
    expect(await reusable(owner)).toMatchObject({
      from: code,
      product: "Xoài sấy Mẫu",
      papers: { key: "register.reuse_papers_and_material", values: { papers: { key: "register.paper", values: { kind: { of: [{ show: "words", key: "certificate_kind.iso_22000" }, { show: "words", key: "certificate_kind.organic" }] } } } } },
    });
  });

  test("that have not expired are reused, with the raw material when all is wanted", async () => {
    const { owner, code } = await earlier();
    expect(await rig.ask("registrations.reused", owner, { from: code, what: "papers" })).toEqual({ certificates: inForce });
    expect(await rig.ask("registrations.reused", owner, { from: code, what: "all" })).toEqual({ certificates: inForce, material: whole["material"] });
  });

  test("that all have expired are not offered", async () => {
    const { owner } = await earlier({ certificates: certificates.slice(2) });
    expect(await reusable(owner)).toEqual({ from: null });
  });

  test.each(["@later", []])("that were not sent (%j) are not offered", async (none) => {
    const { owner, code } = await earlier({ certificates: none });
    expect(await reusable(owner)).toEqual({ from: null });
    expect(await rig.ask("registrations.reused", owner, { from: code, what: "papers" })).toEqual({ certificates: [] });
  });

  test("are those of the last registration that stands", async () => {
    const { owner, code } = await earlier();
    const { code: last = "" } = await rig.submit(owner, "inbox-2/0", { answers: { ...whole, productName: "Mít sấy Mẫu" } });
    expect(await reusable(owner)).toMatchObject({ from: last });
    await rig.does("registrations.withdraw", owner, { code: last });
    expect(await reusable(owner)).toMatchObject({ from: code });
  });

  test("are not offered for a call that does not ask for them", async () => {
    const { owner } = await earlier();
    const asksNone = rig.calls.form(call);
    if (asksNone === undefined) throw new Error("no trial call");
    await rig.calls.import({ name: "calls/khong.yaml", text: JSON.stringify({ ...asksNone, code: "KHONG", fields: asksNone.fields.filter(({ id }) => id !== "certificates") }) }, now);
    expect(await reusable(owner, { code: "KHONG", revision: 1 })).toEqual({ from: null });
  });

  test("of another owner are neither offered nor given", async () => {
    const { code } = await earlier();
    const other = await rig.person("other");
    expect(await reusable(other)).toEqual({ from: null });
    expect(await rig.ask("registrations.reused", other, { from: code, what: "all" })).toEqual({});
    expect(await rig.ask("registrations.reused", other, { from: "US26-999999-4", what: "all" })).toEqual({});
  });
});

describe("papers told of so far", () => {
  const judged = (certificates: JsonObject[], spared = true) =>
    rig.person("owner").then((owner) => rig.ask("certificates.judged", owner, { certificates }, spared ? {} : { of: rig.under(rig.rules.map((rule) => (rule.id === "food_safety_exemption" ? { ...rule, status: "suspended" as const } : rule))) }));
  const haccp = { kind: "haccp", expiresOn: "2027-11-25", fileIds: ["haccp-1"] };

  test("spare the food-safety certificate while the rule stands", async () => {
    expect(await judged([haccp])).toEqual({ said: { show: "words", key: "certificate.spares", values: { kind: { show: "words", key: "certificate_kind.haccp" } } } });
  });

  test("spare nothing while the rule is suspended", async () => {
    expect(await judged([haccp], false)).toEqual({ said: "" });
  });

  test.each([
    ["that expired", { ...haccp, expiresOn: "2026-11-24" }],
    ["without a photo", { ...haccp, fileIds: [] }],
    ["of a kind that spares nothing", { ...haccp, kind: "organic" }],
  ])("spare nothing when it is one %s", async (_what, paper) => {
    expect(await judged([paper])).toEqual({ said: "" });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/domain/json.js";
import { registrationStates, type RegistrationState } from "../../src/domain/registration.js";
import type { Tx } from "../../src/domain/ports.js";
import { createRig, now, whole, type Person, type Rig } from "./rig.js";

const hour = 3_600_000;
const at = new Date(now.getTime() + hour);

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.drop());
beforeEach(() => rig.clear());

/** Two of the label's photos follow, and the decision. */
const unfinished: JsonObject = { ...whole, decision: "@later", labelPhotos: { fileIds: ["label-1"], restLater: true } };
const decision = whole["decision"] ?? null;

async function returned(code: string, fields: string[]): Promise<void> {
  const { contact: actor } = await rig.officer();
  await rig.registrations.move({ code, to: "returned", actor, reason: "Ảnh mờ", fields, now });
}

/** Sends what the form asked again: without what was asked the answers are those that are kept. */
async function sends(who: Person, code: string, said: JsonObject): Promise<string> {
  const { version } = await rig.kept(code);
  const shown = (await rig.ask("registrations.answers", who, { code, again: true })) as JsonObject;
  return (await rig.does("registrations.amend", who, { code, version, answers: { ...shown, again: true, ...said } }, { at })).outcome;
}

/** Corrects what the card shows; null takes an answer away. */
async function corrects(who: Person, code: string, said: JsonObject): Promise<string> {
  const { version } = await rig.kept(code);
  const shown = (await rig.ask("registrations.answers", who, { code })) as JsonObject;
  const answers = Object.fromEntries(Object.entries({ ...shown, ...said }).filter(([, value]) => value !== null));
  return (await rig.does("registrations.amend", who, { code, version, answers }, { at })).outcome;
}

describe("a registration that is opened", () => {
  test("tells what is still to follow, and which of it a photo is for", async () => {
    const { owner, code } = await rig.submitted({ answers: unfinished });
    expect(await rig.ask("registrations.open", owner, { code })).toEqual({
      registration: {
        code,
        version: 1,
        product: "Xoài sấy Mẫu",
        missing: ["decision", "labelPhotos"],
        what: { show: "list", of: [{ show: "words", key: "label.decision" }, { show: "words", key: "label.labelPhotos" }] },
        mayAmend: true,
        mayWithdraw: true,
      },
      fileField: "decision",
    });
  });

  test("tells what the officer asked for before what was to follow", async () => {
    const { owner, code } = await rig.submitted({ answers: unfinished });
    await returned(code, ["material", "labelPhotos"]);
    expect(await rig.ask("registrations.open", owner, { code })).toMatchObject({ registration: { version: 2, missing: ["material", "labelPhotos", "decision"] }, fileField: "labelPhotos" });
  });

  test("that misses nothing has nothing that a photo is for", async () => {
    const { owner, code } = await rig.submitted();
    expect(await rig.ask("registrations.open", owner, { code })).toMatchObject({ registration: { missing: [] }, fileField: null });
  });

  test.each<[RegistrationState, boolean, boolean]>([
    ["submitted", true, true],
    ["returned", true, true],
    ["endorsed", false, true],
    ["filed", false, true],
    ["rejected", false, false],
    ["selected", false, false],
    ["not_selected", false, false],
    ["withdrawn", false, false],
  ])("and is %s may be corrected: %s, withdrawn: %s", async (state, mayAmend, mayWithdraw) => {
    const { owner, code } = await rig.submitted();
    await rig.stands(code, state);
    expect(await rig.ask("registrations.open", owner, { code })).toMatchObject({ registration: { mayAmend, mayWithdraw } });
  });

  test("opens to nobody but its own person, whatever their role", async () => {
    const { owner, code } = await rig.submitted();
    for (const who of [await rig.officer(), await rig.person("neighbour", { owners: ["owner:owner"] })]) {
      expect(await rig.ask("registrations.open", who, { code })).toEqual({ registration: null });
      expect(await rig.ask("registrations.answers", who, { code })).toEqual({});
      expect(await rig.ask("registrations.choices", who)).toEqual([]);
    }
    expect(await rig.ask("registrations.open", owner, { code: "US26-999999-4" })).toEqual({ registration: null });
    expect(await rig.ask("registrations.open", owner)).toEqual({ registration: null });
  });

  test("shows every answer", async () => {
    const { owner, code } = await rig.submitted({ answers: unfinished });
    expect(await rig.ask("registrations.answers", owner, { code })).toEqual({ ...unfinished, ownerName: "Hợp tác xã Mẫu", call: { code: "US26", revision: 1, title: expect.anything(), pinned: true }, had: {} });
  });

  test("to send what is missing shows the other answers, and how many photos are there", async () => {
    const { owner, code } = await rig.submitted({ answers: unfinished });
    const { decision: _decision, labelPhotos: _labelPhotos, ...others } = whole;
    expect(await rig.ask("registrations.answers", owner, { code, again: true })).toEqual({ ...others, ownerName: "Hợp tác xã Mẫu", call: expect.anything(), had: { labelPhotos: 1 } });
  });

  test("is chosen among the person's own, the newest first", async () => {
    const { owner, code } = await rig.submitted();
    const { code: newer = "" } = await rig.submit(owner, "inbox-2/0", { at, answers: { ...whole, productName: "Mít sấy Mẫu" } });
    await rig.submit(await rig.person("other"), "inbox-3/0");
    expect(await rig.ask("registrations.choices", owner)).toEqual([
      { value: newer, label: "Mít sấy Mẫu", also: [newer] },
      { value: code, label: "Xoài sấy Mẫu", also: [code] },
    ]);
  });
});

describe("what is sent afterwards", () => {
  test("joins the photos that are there, keeps every other answer, and what stood there before stays in the history", async () => {
    const { owner, code } = await rig.submitted({ answers: unfinished });
    const before = await rig.kept(code);
    expect(await sends(owner, code, { decision, labelPhotos: { fileIds: ["label-2", "label-3"] } })).toBe("amended");
    expect(await rig.kept(code)).toEqual({
      ...before,
      answers: { ...whole, labelPhotos: { fileIds: ["label-1", "label-2", "label-3"] } },
      fileIds: ["decision-1", "iso-1", "label-1", "label-2", "label-3"],
      history: [
        ...before.history,
        { state: "submitted", at, by: "owner", changed: [{ field: "decision", before: "@later" }, { field: "labelPhotos", before: { fileIds: ["label-1"], restLater: true } }] },
      ],
      version: 2,
    });
  });

  test("is told with what comes next, and by when", async () => {
    const { owner, code } = await rig.submitted({ answers: unfinished });
    const amend = async (said: JsonObject, version: number) => (await rig.does("registrations.amend", owner, { code, version, answers: { ...unfinished, again: true, ...said } }, { at })).value;
    const told = { at: { show: "instant", at: at.toISOString() }, next: { show: "words", key: "amended.next_by", values: { by: { show: "date", on: "2026-11-30" } } } };
    expect(await amend({ decision }, 1)).toEqual({ ...told, missing: { show: "words", key: "amended.missing", values: { names: { show: "list", of: [{ show: "words", key: "label.labelPhotos" }] } } } });
    expect(await amend({ decision, labelPhotos: { fileIds: ["label-2"] } }, 2)).toEqual({ ...told, missing: { show: "words", key: "amended.whole" } });
  });

  test("goes back to the province from what was returned, and is asked for no more", async () => {
    const { owner, code } = await rig.submitted();
    await returned(code, ["labelPhotos"]);
    expect(await sends(owner, code, { labelPhotos: { fileIds: ["label-3"] } })).toBe("amended");
    const kept = await rig.kept(code);
    expect(kept).toMatchObject({ state: "submitted", version: 3, answers: { labelPhotos: { fileIds: ["label-1", "label-2", "label-3"] } } });
    expect(kept).not.toHaveProperty("asked");
    expect(kept.history.map(({ state, by }) => `${state} ${by}`)).toEqual(["submitted owner", "returned officer", "submitted owner"]);
  });

  test("in part stays with its owner, who is still asked for the rest", async () => {
    const { owner, code } = await rig.submitted();
    await returned(code, ["decision", "labelPhotos", "certificates"]);
    expect(await corrects(owner, code, { shelfLifeMonths: 18 })).toBe("amended");
    expect(await rig.kept(code)).toMatchObject({ state: "returned", asked: { fields: ["decision", "labelPhotos", "certificates"] }, answers: { shelfLifeMonths: 18 } });
    await sends(owner, code, { decision: { fileIds: ["decision-2"] }, labelPhotos: { fileIds: ["label-3"] }, certificates: "@later" });
    expect(await rig.kept(code)).toMatchObject({ state: "returned", asked: { fields: ["certificates"] } });
    expect(await rig.deadlines(code)).toEqual({ look: "done", "mend:2": "open" });
  });

  test("joins the papers that are there", async () => {
    const { owner, code } = await rig.submitted();
    await returned(code, ["certificates"]);
    const haccp = { kind: "haccp", expiresOn: "2027-01-31", fileIds: ["haccp-1"] };
    expect(await sends(owner, code, { certificates: [haccp] })).toBe("amended");
    expect((await rig.kept(code)).answers["certificates"]).toEqual([...(whole["certificates"] as JsonObject[]), haccp]);
  });

  test.each([
    ["photos", "labelPhotos", { fileIds: ["label-1", "label-2"], restLater: true }],
    ["papers", "certificates", whole["certificates"]],
  ])("as “later” once more loses none of the %s", async (_what, field, kept) => {
    const { owner, code } = await rig.submitted();
    await returned(code, [field]);
    await sends(owner, code, { [field]: "@later", material: "Xoài cát trồng ở xã Mẫu" });
    expect((await rig.kept(code)).answers).toMatchObject({ [field]: kept, material: "Xoài cát trồng ở xã Mẫu" });
  });

  test("ends what is due when nothing is missing, not before", async () => {
    const { owner, code } = await rig.submitted({ answers: unfinished });
    expect(await rig.deadlines(code)).toEqual({ look: "open", later: "open" });
    await sends(owner, code, { decision, labelPhotos: "@later" });
    expect(await rig.deadlines(code)).toEqual({ look: "open", later: "open" });
    await sends(owner, code, { labelPhotos: { fileIds: ["label-2"] } });
    expect(await rig.deadlines(code)).toEqual({ look: "open", later: "done" });
    expect((await rig.rows("deadlines")).find(({ kind }) => kind === "later")).toMatchObject({ closedAt: at });
  });

  test("ends what was to be mended in two goes too", async () => {
    const { owner, code } = await rig.submitted();
    await returned(code, ["decision", "labelPhotos"]);
    await sends(owner, code, { decision: { fileIds: ["decision-2"] }, labelPhotos: "@later" });
    expect(await rig.deadlines(code)).toEqual({ look: "done", "mend:2": "open" });
    await sends(owner, code, { labelPhotos: { fileIds: ["label-3"] } });
    expect(await rig.deadlines(code)).toEqual({ look: "done", "mend:2": "done" });
  });

  test("tells of a recognition that is then on file", async () => {
    const { owner, code } = await rig.submitted({ answers: unfinished });
    expect((await rig.stores.products.ofOwner(null, "owner:owner"))[0]).not.toHaveProperty("recognition");
    await sends(owner, code, { decision });
    expect(await rig.stores.products.ofOwner(null, "owner:owner")).toEqual([expect.objectContaining({ recognition: decision, updatedAt: at })]);
  });
});

describe("a correction", () => {
  test("takes the place of what stood there, which the history keeps", async () => {
    const { owner, code } = await rig.submitted();
    const before = await rig.kept(code);
    expect(await corrects(owner, code, { productName: "Xoài Dẻo Mẫu", labelPhotos: { fileIds: ["label-3", "label-4"] }, exported: true, exportedTo: "Hàn Quốc" })).toBe("amended");
    const kept = await rig.kept(code);
    expect(kept).toMatchObject({
      product: { name: "Xoài Dẻo Mẫu", folded: "xoai deo mau" },
      answers: { ...whole, productName: "Xoài Dẻo Mẫu", labelPhotos: { fileIds: ["label-3", "label-4"] }, exported: true, exportedTo: "Hàn Quốc" },
      fileIds: ["decision-1", "iso-1", "label-3", "label-4"],
      submittedAt: before.submittedAt,
      ownerId: before.ownerId,
    });
    expect(kept.history[1]?.changed).toEqual([
      { field: "productName", before: "Xoài sấy Mẫu" },
      { field: "labelPhotos", before: whole["labelPhotos"] },
      { field: "exported", before: false },
      { field: "exportedTo", before: null },
    ]);
  });

  test("of photos that an officer asked for takes their place too, where they are seen on the card", async () => {
    const { owner, code } = await rig.submitted();
    await returned(code, ["labelPhotos"]);
    expect(await corrects(owner, code, { labelPhotos: { fileIds: ["label-3", "label-4"] } })).toBe("amended");
    expect(await rig.kept(code)).toMatchObject({ state: "submitted", answers: { labelPhotos: { fileIds: ["label-3", "label-4"] } } });
  });

  test("may take an answer away that no longer belongs", async () => {
    const { owner, code } = await rig.submitted({ answers: { ...whole, exported: true, exportedTo: "Hàn Quốc" } });
    expect(await corrects(owner, code, { exported: false, exportedTo: null })).toBe("amended");
    const kept = await rig.kept(code);
    expect(kept.answers).toEqual(whole);
    expect(kept.history[1]?.changed).toContainEqual({ field: "exportedTo", before: "Hàn Quốc" });
  });

  test("cannot write what is not a field of the call", async () => {
    const { owner, code } = await rig.submitted();
    expect(await corrects(owner, code, { material: "Xoài keo", state: "selected", ownerId: "owner:other", note: "x" })).toBe("amended");
    expect(await rig.kept(code)).toMatchObject({ state: "submitted", ownerId: "owner:owner", answers: { material: "Xoài keo" } });
    expect(Object.keys((await rig.kept(code)).answers).toSorted()).toEqual(Object.keys(whole).toSorted());
  });

  test("that changes nothing writes nothing", async () => {
    const { owner, code } = await rig.submitted();
    const before = await rig.kept(code);
    expect(await corrects(owner, code, {})).toBe("unchanged");
    expect(await rig.kept(code)).toEqual(before);
  });

  test.each(registrationStates.filter((state) => state !== "submitted" && state !== "returned"))("of what is %s is not taken", async (state) => {
    const { owner, code } = await rig.submitted();
    await rig.stands(code, state);
    const before = await rig.kept(code);
    expect(await corrects(owner, code, { material: "Xoài keo" })).toBe("not_now");
    expect(await rig.kept(code)).toEqual(before);
  });

  test("by somebody else, or of a code nobody has, is not taken", async () => {
    const { owner, code } = await rig.submitted();
    const before = await rig.kept(code);
    const answers = { ...whole, material: "Xoài keo" };
    for (const who of [await rig.officer(), await rig.person("neighbour", { owners: ["owner:owner"] })]) {
      expect(await rig.does("registrations.amend", who, { code, version: 1, answers })).toEqual({ outcome: "not_now" });
    }
    expect(await rig.does("registrations.amend", owner, { code: "US26-999999-4", version: 1, answers })).toEqual({ outcome: "not_now" });
    expect(await rig.kept(code)).toEqual(before);
  });

  test("of what changed since it was shown is not taken", async () => {
    const { owner, code } = await rig.submitted();
    await corrects(owner, code, { material: "Xoài keo" });
    const before = await rig.kept(code);
    expect(await rig.does("registrations.amend", owner, { code, version: 1, answers: { ...whole, shelfLifeMonths: 6 } })).toEqual({ outcome: "not_now" });
    expect(await rig.kept(code)).toEqual(before);
  });
});

describe("two at once, each having seen the same", () => {
  /** Both transactions see the registration before either writes; one that conflicts is done anew, as conversations do. */
  async function atOnce(code: string, owner: Person, works: [action: string, args: JsonObject][]): Promise<string[]> {
    let begin = (): void => undefined;
    const allThere = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let there = 0;
    return Promise.all(
      works.map(([name, args]) =>
        rig.stores.transactions.runAnew(async (tx: Tx) => {
          await rig.stores.registrations.byCode(tx, code);
          if (++there === works.length) begin();
          await allThere;
          const action = rig.registrations.actions.find((each) => each.name === name);
          return (await action?.run(args, { tx, ...rig.turn(owner, { at }) }))?.outcome ?? "no such action";
        }),
      ),
    );
  }

  test("correct: one is kept whole, the other ends in “not now”, and no photo is lost", async () => {
    const { owner, code } = await rig.submitted({ answers: unfinished });
    const amend = (label: string, material: string): [string, JsonObject] => ["registrations.amend", { code, version: 1, answers: { ...unfinished, again: true, material, labelPhotos: { fileIds: [label] } } }];
    const outcomes = await atOnce(code, owner, [amend("label-2", "Xoài keo"), amend("label-3", "Xoài cát")]);
    expect(outcomes.toSorted()).toEqual(["amended", "not_now"]);
    const [label, material] = outcomes[0] === "amended" ? ["label-2", "Xoài keo"] : ["label-3", "Xoài cát"];
    const kept = await rig.kept(code);
    expect(kept).toMatchObject({ version: 2, answers: { material, labelPhotos: { fileIds: ["label-1", label] } } });
    expect(kept.history).toHaveLength(2);
  });

  test("correct and withdraw: it is withdrawn, by itself or after the correction", async () => {
    const { owner, code } = await rig.submitted();
    const [amended, withdrawn] = await atOnce(code, owner, [["registrations.amend", { code, version: 1, answers: { ...whole, material: "Xoài keo" } }], ["registrations.withdraw", { code }]]);
    expect(withdrawn).toBe("withdrawn");
    const kept = await rig.kept(code);
    expect(kept.history.map(({ state }) => state)).toEqual(amended === "amended" ? ["submitted", "submitted", "withdrawn"] : ["submitted", "withdrawn"]);
    expect(kept.answers["material"]).toBe(amended === "amended" ? "Xoài keo" : whole["material"]);
  });

  test("withdraw: one does, the other ends in “not now”", async () => {
    const { owner, code } = await rig.submitted();
    const outcomes = await atOnce(code, owner, [["registrations.withdraw", { code }], ["registrations.withdraw", { code }]]);
    expect(outcomes.toSorted()).toEqual(["not_now", "withdrawn"]);
    expect((await rig.kept(code)).version).toBe(2);
  });
});

describe("a withdrawal", () => {
  test.each<[RegistrationState, string]>([
    ["submitted", "withdrawn"],
    ["returned", "withdrawn"],
    ["endorsed", "withdrawn"],
    ["filed", "withdrawn"],
    ["rejected", "not_now"],
    ["selected", "not_now"],
    ["not_selected", "not_now"],
    ["withdrawn", "not_now"],
  ])("of what is %s ends in: %s", async (state, outcome) => {
    const { owner, code } = await rig.submitted();
    await rig.stands(code, state);
    const before = await rig.kept(code);
    expect((await rig.does("registrations.withdraw", owner, { code }, { at })).outcome).toBe(outcome);
    expect(await rig.kept(code)).toEqual(outcome === "not_now" ? before : { ...before, state: "withdrawn", history: [...before.history, { state: "withdrawn", at, by: "owner" }], version: 2 });
  });

  test("cancels all that is due", async () => {
    const { owner, code } = await rig.submitted({ answers: unfinished });
    expect(await rig.deadlines(code)).toEqual({ look: "open", later: "open" });
    await rig.does("registrations.withdraw", owner, { code });
    expect(await rig.deadlines(code)).toEqual({ look: "cancelled", later: "cancelled" });
  });

  test("cancels what was to be mended, also after a correction that left something out", async () => {
    const { owner, code } = await rig.submitted();
    await returned(code, ["decision", "labelPhotos"]);
    await sends(owner, code, { decision: { fileIds: ["decision-2"] }, labelPhotos: "@later" });
    await rig.does("registrations.withdraw", owner, { code });
    expect(await rig.deadlines(code)).toEqual({ look: "done", "mend:2": "cancelled" });
    expect(await rig.kept(code)).not.toHaveProperty("asked");
  });

  test("with another person's code does nothing", async () => {
    const { code } = await rig.submitted();
    const before = await rig.kept(code);
    for (const who of [await rig.officer(), await rig.person("neighbour", { owners: ["owner:owner"] })]) {
      expect(await rig.does("registrations.withdraw", who, { code })).toEqual({ outcome: "not_now" });
    }
    expect(await rig.kept(code)).toEqual(before);
    expect(await rig.deadlines(code)).toEqual({ look: "open" });
  });

  test("leaves the product free to be registered again", async () => {
    const { owner, code } = await rig.submitted();
    const same = () => rig.ask("registrations.same_product", owner, { call: { code: "US26" }, product: "XOÀI SẤY MẪU", ownerId: "owner:owner" });
    expect(await same()).toMatchObject({ code, product: "Xoài sấy Mẫu" });
    await rig.does("registrations.withdraw", owner, { code });
    expect(await same()).toBeNull();
  });
});

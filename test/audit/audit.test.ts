import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { personDigest, valueDigest } from "../../src/audit/digests.js";
import type { AuditEntry, AuditSalt, WaitingEntry } from "../../src/domain/audit.js";
import { auditRig, type AuditRig } from "./rig.js";

let rig: AuditRig;

const officer = "contact:telegram:bot:7001";
const owner = "contact:telegram:bot:501";
const reason = "Ảnh quyết định bị mờ, gọi 0901 234 567";
/** Sealed ones first, then those that wait. */
async function kept(): Promise<AuditEntry[]> {
  const of = (name: string) => rig.connection.collection<{ entry: AuditEntry }>(name).find({}).sort({ _id: 1 }).toArray();
  return [...(await of("audit")), ...(await of("audit_waiting"))].map(({ entry }) => entry);
}
async function saltsOf(contactId: string): Promise<AuditSalt[]> {
  const waiting = await rig.connection.collection<WaitingEntry>("audit_waiting").find({}).sort({ _id: 1 }).toArray();
  const parted = await rig.connection.collection<AuditSalt>("audit_salts").find({}).sort({ _id: 1 }).toArray();
  return [...parted, ...waiting.flatMap(({ salts }) => salts)].filter((each) => each.contactId === contactId);
}

describe.each(["waiting", "sealed"])("what is recorded, while it is %s,", (state) => {
  beforeAll(async () => {
    rig = await auditRig();
    await rig.record(
      { by: { contactId: officer }, verb: "registrations.move", subject: "US26-104187-9", province: "82", details: { from: "submitted", to: "returned" }, personal: { of: owner, values: { reason } } },
      { by: { contactId: owner }, verb: "people.consent", subject: { contactId: owner }, details: { outcome: "kept" }, personal: { of: owner, values: { account: "telegram:bot:501" } } },
      { by: "cli", verb: "calls.import", subject: "US26/1" },
    );
    if (state === "sealed") await rig.sealer.look();
  });
  afterAll(() => rig.close());

  test("tells who did what to what and when, in the order it was done", async () => {
    expect(await kept()).toEqual([
      expect.objectContaining({ at: rig.clock.now(), verb: "registrations.move", subject: "US26-104187-9", province: "82", details: { from: "submitted", to: "returned" } }),
      expect.objectContaining({ verb: "people.consent", details: { outcome: "kept" } }),
      expect.objectContaining({ actor: "cli", verb: "calls.import", subject: "US26/1", details: {}, digests: {} }),
    ]);
  });

  test("holds no person, account or reason in clear", async () => {
    const text = JSON.stringify(await kept());
    for (const secret of [officer, owner, "501", "7001", reason, "0901"]) expect(text).not.toContain(secret);
  });

  test("is told by whoever has the salts: who it was and what was said", async () => {
    const [move, consent] = await kept();
    const [byOfficer] = await saltsOf(officer);
    const [aboutReason, ofConsent] = await saltsOf(owner);
    expect(move).toMatchObject({ actor: personDigest(byOfficer!.salt, officer), digests: { reason: valueDigest(aboutReason!.salt, "reason", reason) } });
    const self = personDigest(ofConsent!.salt, owner);
    expect(consent).toMatchObject({ actor: self, subject: self, digests: { account: valueDigest(ofConsent!.salt, "account", "telegram:bot:501") } });
  });

  test("does not join two acts of one person: each has a salt of its own", async () => {
    const salts = (await saltsOf(owner)).map(({ salt }) => salt);
    expect(salts).toHaveLength(2);
    expect(new Set(salts).size).toBe(2);
  });

  test("goes with its transaction when that fails", async () => {
    const before = (await kept()).length;
    await rig.transactions
      .run(async (tx) => {
        rig.audit.record(tx, { at: rig.clock.now(), by: { contactId: "nobody" }, verb: "people.refuse", subject: { contactId: "nobody" } });
        throw new Error("the step failed");
      })
      .catch(() => undefined);
    expect([(await kept()).length, await saltsOf("nobody")]).toEqual([before, []]);
  });

  test("cannot be told of a person once their salts are erased; the chain holds as before, others' salts stay", async () => {
    await rig.transactions.run((tx) => rig.audit.eraseSalts(tx, owner));
    await rig.sealer.look();
    expect([await saltsOf(owner), (await saltsOf(officer)).length]).toEqual([[], 1]);
    expect(await rig.verify()).toEqual({ holds: true, sealed: 3, waiting: 0, heads: 1 });
  });
});

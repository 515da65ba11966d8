import { describe, expect, test } from "@jest/globals";
import { later, now, owner, peopleRig, refused } from "./rig.js";

const rig = peopleRig();
const { person, kept, act } = rig;

describe("an invitation", () => {
  test.each(["province_officer", "commune_officer"] as const)("as %s needs a province", async (role) => {
    expect(await refused(rig.people.invite({ role, by: "admin", now }))).toMatchObject({ code: "province_missing", message: expect.stringContaining("--province") });
    expect(await rig.connection.collection("invitations").countDocuments()).toBe(0);
  });

  test.each(["admin", "central_officer", "distributor"] as const)("as %s needs none", async (role) => {
    const { code } = await rig.people.invite({ role, by: "admin", now });
    expect(await rig.people.invitation(null, code, now)).toEqual({ role: { show: "words", key: `role.${role}` }, where: { show: "words", key: "invitation.nowhere" } });
  });

  test("to a province that does not exist is refused", async () => {
    expect(await refused(rig.people.invite({ role: "province_officer", province: "99", by: "admin", now }))).toMatchObject({ code: "no_such_province", message: expect.stringContaining("99") });
    expect(await rig.connection.collection("invitations").countDocuments()).toBe(0);
  });

  test("is kept without its code, and names role and province", async () => {
    const { code, expiresAt } = await rig.people.invite({ role: "province_officer", province: "82", by: "admin", now });
    expect(expiresAt).toEqual(later(14));
    expect(JSON.stringify(await rig.connection.collection("invitations").find({}).toArray())).not.toContain(code);
    expect(await rig.people.invitation(null, ` ${code} `, now)).toEqual({ role: { show: "words", key: "role.province_officer" }, where: { show: "words", key: "invitation.where", values: { province: "Đồng Tháp" } } });
    expect(await rig.people.invitation(null, `${code}0`, now)).toBeNull();
  });

  test("gives the role, the province and the name, beside roles held already", async () => {
    await person("thu", { grants: [{ role: "owner", since: now }] });
    const { code } = await rig.people.invite({ role: "province_officer", province: "82", name: "Trần Thị Mẫu", by: "admin", now });
    expect(await act("people.redeem", "thu", { code })).toEqual({ outcome: "accepted", value: { role: { show: "words", key: "role.province_officer" }, where: { show: "words", key: "invitation.where", values: { province: "Đồng Tháp" } } } });
    expect(await kept("thu")).toMatchObject({ name: "Trần Thị Mẫu", grants: [{ role: "owner" }, { role: "province_officer", province: "82", since: now }] });
  });

  test("is taken up once", async () => {
    await person("thu");
    await person("lan");
    const { code } = await rig.people.invite({ role: "central_officer", by: "admin", now });
    expect((await act("people.redeem", "thu", { code })).outcome).toBe("accepted");
    expect(await rig.people.invitation(null, code, now)).toBeNull();
    expect(await act("people.redeem", "lan", { code })).toEqual({ outcome: "gone" });
    expect(await act("people.redeem", "thu", { code })).toEqual({ outcome: "gone" });
    expect((await kept("thu")).grants).toHaveLength(1);
    expect((await kept("lan")).grants).toEqual([]);
  });

  test("is taken up by one of two who redeem it at once", async () => {
    await person("thu");
    await person("lan");
    const { code } = await rig.people.invite({ role: "central_officer", by: "admin", now });
    const action = rig.people.actions.find((each) => each.name === "people.redeem");
    const contacts = [await kept("thu"), await kept("lan")];
    // Both have begun, and see the invitation unused, before either takes it up.
    let begun = 0;
    let go = (): void => undefined;
    const both = new Promise<void>((resolve) => (go = resolve));
    const tried = await Promise.allSettled(
      contacts.map((contact) =>
        rig.stores.transactions.run(async (tx) => {
          expect(await rig.people.invitation(tx, code, now)).not.toBeNull();
          if (++begun === 2) go();
          await both;
          return action?.run({ code }, rig.turnOf(contact, tx));
        }),
      ),
    );
    expect(tried.filter((each) => each.status === "fulfilled").map((each) => each.value?.outcome)).toEqual(["accepted"]);
    expect(tried.filter((each) => each.status === "rejected").map((each) => rig.stores.transactions.isConflict(each.reason))).toEqual([true]);
    const grants = [...(await kept("thu")).grants, ...(await kept("lan")).grants];
    expect(grants.map((grant) => grant.role)).toEqual(["central_officer"]);
    const loser = (await kept("thu")).grants.length === 0 ? "thu" : "lan";
    expect((await act("people.redeem", loser, { code })).outcome).toBe("gone");
  });

  test("ends at its instant of expiry", async () => {
    await person("thu");
    const { code, expiresAt } = await rig.people.invite({ role: "central_officer", by: "admin", now, days: 2 });
    expect(expiresAt).toEqual(later(2));
    expect(await rig.people.invitation(null, code, later(2, -1))).not.toBeNull();
    expect(await rig.people.invitation(null, code, later(2))).toBeNull();
    expect(await act("people.redeem", "thu", { code }, { now: later(2) })).toEqual({ outcome: "gone" });
    expect((await act("people.redeem", "thu", { code }, { now: later(2, -1) })).outcome).toBe("accepted");
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
    expect((await rig.people.officer("Trần Thị Mẫu"))._id).toBe("thu");
    expect((await rig.people.officer("thu")).name).toBe("Trần Thị Mẫu");
    for (const who of ["Lê Thị Lan", "lan", ""]) expect(await refused(rig.people.officer(who))).toMatchObject({ code: "no_such_officer", message: expect.stringMatching(/no officer has this id or name; there are: Trần Thị Mẫu$/) });
  });

  test("of a name that two have is found by id alone", async () => {
    await person("thu", { name: "Trần Thị Mẫu", grants });
    await person("mai", { name: "Trần Thị Mẫu", grants });
    expect(await refused(rig.people.officer("Trần Thị Mẫu"))).toMatchObject({ code: "no_such_officer", message: expect.stringContaining("several officers have this name, give the id") });
    expect((await rig.people.officer("mai"))._id).toBe("mai");
  });

  test("where there is none yet, is made with `invite`", async () => {
    expect((await refused(rig.people.officer("thu"))).message).toContain("none yet (make one with `invite`)");
  });
});

describe("an invitation to act for an owner", () => {
  const known = async (): Promise<string> => {
    await person("thu");
    await act("people.keep_owner", "thu", owner);
    return (await kept("thu")).owners[0]?.ownerId ?? "";
  };

  test("makes who takes it up a member, from then on", async () => {
    const ownerId = await known();
    await person("lan");
    const { code } = await rig.people.invite({ role: "owner", ownerId, by: "admin", now });
    expect(await rig.people.invitation(null, code, now)).toEqual({ role: { show: "words", key: "role.owner" }, where: { show: "words", key: "invitation.where", values: { province: owner.ownerName } } });
    expect((await act("people.redeem", "lan", { code }, { now: later(1) })).outcome).toBe("accepted");
    expect(await kept("lan")).toMatchObject({ grants: [{ role: "owner", since: later(1) }], owners: [{ ownerId, role: "member", from: later(1) }] });
    expect(await rig.ask("people.known", "lan", {}, later(1))).toMatchObject({ ownerId, ownerName: owner.ownerName, me: { owners: 1 } });
  });

  test("adds no second membership for who has one", async () => {
    const ownerId = await known();
    const { code } = await rig.people.invite({ role: "owner", ownerId, by: "admin", now });
    await act("people.redeem", "thu", { code });
    expect((await kept("thu")).owners).toHaveLength(1);
  });

  test("is refused for an owner that is not there, and for another role", async () => {
    const ownerId = await known();
    expect(await refused(rig.people.invite({ role: "owner", ownerId: "owner:none", by: "admin", now }))).toMatchObject({ code: "no_such_owner" });
    expect(await refused(rig.people.invite({ role: "distributor", ownerId, by: "admin", now }))).toMatchObject({ code: "not_an_owner" });
  });
});

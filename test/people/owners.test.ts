import { describe, expect, test } from "@jest/globals";
import { ownersOf } from "../../src/domain/person.js";
import { later, now, owner, peopleRig, place } from "./rig.js";

const rig = peopleRig();
const { person, kept, act, ask } = rig;
const second = { ...owner, ownerName: "Công ty Mẫu", phone: "+84907654321", representative: "Trần Thị Mẫu" };

async function keep(id: string, said: object): Promise<string> {
  const { value } = await act("people.keep_owner", id, said as never);
  return (value as { ownerId: string }).ownerId;
}
const rows = () => rig.connection.collection("owners").find({}).toArray();

describe("what is known of a person", () => {
  test("is nothing but their name in the channel at first", async () => {
    await person("thu");
    expect(await ask("people.known", "thu")).toEqual({ me: { displayName: "@thu", registrations: null, owners: 0 } });
  });

  test("is everything that was kept of them as an owner", async () => {
    await person("thu");
    await act("people.consent", "thu");
    const ownerId = await keep("thu", { ...owner, ownerType: "cooperative", taxCode: "1200123459", email: "htx@mau.example" });
    const { ownerName, phone, representative } = owner;
    expect(await ask("people.known", "thu")).toEqual({ me: { displayName: "@thu", registrations: null, owners: 1 }, ownerId, ownerName, ownerType: "cooperative", taxCode: "1200123459", place, representative, email: "htx@mau.example", phone, consent: "given" });
    expect(await kept("thu")).toMatchObject({ phone, name: representative, owners: [{ ownerId, role: "representative", from: now }] });
  });

  test("is what they said last, and the owner stays one, when it is theirs", async () => {
    await person("thu");
    const ownerId = await keep("thu", { ...owner, taxCode: "1200123459" });
    expect(await keep("thu", { ...owner, ownerId, ownerName: "Hợp tác xã Mới", phone: "+84907654321", representative: "Nguyễn Văn Mới" })).toBe(ownerId);
    expect(await ask("people.known", "thu")).toMatchObject({ ownerName: "Hợp tác xã Mới", phone: "+84907654321", taxCode: "1200123459" });
    expect(await rows()).toMatchObject([{ _id: ownerId, phones: ["+84907654321"] }]);
    expect((await kept("thu")).name).toBe("Nguyễn Văn Mới");
  });

  test("keeps nothing for a tax code that is to follow", async () => {
    await person("thu");
    await keep("thu", { ...owner, taxCode: "@later", ownerType: null, email: null });
    expect((await rows())[0]).not.toHaveProperty("taxCode");
  });

  test("is not what another person said, even under their owner's id", async () => {
    await person("thu");
    await person("lan");
    const ownerId = await keep("thu", owner);
    expect(await ask("people.known", "lan", { ownerId })).toEqual({ me: { displayName: "@lan", registrations: null, owners: 0 } });
    expect(await keep("lan", { ...second, ownerId })).not.toBe(ownerId);
    expect(await ask("people.known", "thu")).toMatchObject({ ownerName: owner.ownerName });
  });

  test("the same step again keeps the same owner", async () => {
    await person("thu");
    const contact = await kept("thu");
    const action = rig.people.actions.find((each) => each.name === "people.keep_owner");
    const kepts = [];
    for (let n = 0; n < 2; n++) kepts.push(await rig.stores.transactions.run(async (tx) => action?.run(owner as never, rig.turnOf(contact, tx))));
    expect(kepts[1]).toEqual(kepts[0]);
    expect(await rows()).toHaveLength(1);
  });
});

describe("somebody who acts for several owners", () => {
  test("is asked for which: nothing of one is taken for another", async () => {
    await person("thu");
    const [first, other] = [await keep("thu", owner), await keep("thu", second)];
    expect(await ask("people.known", "thu")).toEqual({ me: { displayName: "@thu", registrations: null, owners: 2 }, phone: second.phone });
    expect(await ask("people.owners", "thu")).toEqual([
      { value: first, label: owner.ownerName },
      { value: other, label: second.ownerName },
      { value: "@new", label: { show: "words", key: "people.another_owner" } },
    ]);
    expect(await ask("people.known", "thu", { ownerId: first })).toMatchObject({ ownerId: first, ownerName: owner.ownerName, representative: owner.representative });
  });

  test("no longer acts for one whose time is over, and not yet for one to come", () => {
    const owners = [
      { ownerId: "past", role: "member" as const, from: now, to: later(1) },
      { ownerId: "now", role: "representative" as const, from: now },
      { ownerId: "to_come", role: "member" as const, from: later(2) },
    ];
    expect(ownersOf({ owners }, later(1)).map(({ ownerId }) => ownerId)).toEqual(["now"]);
    expect(ownersOf({ owners }, later(1, -1)).map(({ ownerId }) => ownerId)).toEqual(["past", "now"]);
    expect(ownersOf({ owners }, later(2)).map(({ ownerId }) => ownerId)).toEqual(["now", "to_come"]);
  });

  test("sees each with their role and since when in their profile", async () => {
    await person("thu", { grants: [{ role: "distributor", since: now }] });
    await keep("thu", owner);
    expect(await ask("people.profile", "thu")).toMatchObject({
      owners: 1,
      rows: expect.arrayContaining([
        { name: { show: "words", key: "profile.owner" }, value: { show: "words", key: "profile.owner_is", values: { name: owner.ownerName, role: { show: "words", key: "profile.role_representative" }, since: { show: "date", on: "2026-11-27" } } } },
        { name: { show: "words", key: "profile.phone" }, value: { show: "phone", e164: owner.phone } },
        { name: { show: "words", key: "profile.role" }, value: { show: "words", key: "role.distributor" } },
      ]),
    });
  });
});

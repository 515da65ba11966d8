import { addDays, localDate } from "../domain/dates.js";
import { readFileAsSource, root } from "./resources.js";
import { join } from "node:path";
import type { Service } from "./service.js";
import type { Tx } from "../domain/ports.js";

const openDays = 30;

/** The 2024 call, as it was: closed since. */
export async function seedCalls(service: Pick<Service, "calls">, now: Date): Promise<void> {
  await service.calls.import(await readFileAsSource(join(root, "resources/calls/us-2024.yaml")), now);
}

/** Demo data: a rerun of the call, open for 30 days, a known owner and an officer. Repeatable. */
export async function seedDemo(service: Pick<Service, "calls" | "stores" | "places">, now: Date): Promise<void> {
  const { stores, places } = service;
  await seedCalls(service, now);
  if (!service.calls.open(now).some(({ call }) => call.code === "US26")) {
    const today = localDate(now);
    const file = await readFileAsSource(join(root, "resources/calls/us-trial.yaml"));
    await service.calls.import(file, now, (call) => ({ ...call, opensOn: today, closesBefore: addDays(today, openDays + 1) }));
  }
  const match = places.match("Ấp 3, xã Cái Bè, tỉnh Đồng Tháp");
  if (match.kind !== "place") throw new Error("the demo owner's place is not in resources/units");
  await stores.transactions.runAnew(async (tx: Tx) => {
    const there = new Set((await stores.people.contacts(tx, ["demo:owner", "demo:officer", "demo:centre"])).map((contact) => contact._id));
    const base = { language: "vi" as const, consents: [], owners: [] };
    const account = (contactId: string, user: string) => ({ _id: `web-chat:site:${user}`, contactId, channel: "web-chat", account: "site", user, chat: user, reachable: true, since: now });
    const people = [
      {
        account: account("demo:owner", "persona-htx-mau"),
        contact: {
          ...base,
          _id: "demo:owner",
          name: "Nguyễn Văn Mẫu",
          phone: "+84901234567",
          grants: [],
          owners: [{ ownerId: "owner:demo", role: "representative" as const, from: now }],
          consents: [{ purpose: "registration" as const, given: true, textVersion: "demo", at: now, channel: "web-chat" }],
        },
      },
      { account: account("demo:officer", "persona-can-bo"), contact: { ...base, _id: "demo:officer", name: "Trần Thị Mẫu", grants: [{ role: "province_officer" as const, province: "82", since: now }] } },
      { account: account("demo:centre", "persona-trung-uong"), contact: { ...base, _id: "demo:centre", name: "Lê Văn Mẫu", grants: [{ role: "central_officer" as const, since: now }] } },
    ].filter((each) => !there.has(each.contact._id));
    if (people.length > 0) stores.people.insert(tx, people);
    if (!there.has("demo:owner")) {
      stores.people.saveOwner(tx, { _id: "owner:demo", name: "Hợp tác xã Trái cây Mẫu", type: "cooperative", place: match.place, representative: "Nguyễn Văn Mẫu", phones: ["+84901234567"], updatedAt: now });
    }
  });
}

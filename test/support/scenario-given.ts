import { join } from "node:path";
import { addDays, localDate } from "../../src/domain/dates.js";
import { checkDigit } from "../../src/domain/codes.js";
import type { Registration } from "../../src/domain/registration.js";
import { readFileAsSource, root } from "../../src/app/resources.js";
import { fold } from "../../src/lib/text.js";
import type { Actor } from "./scenario-actors.js";
import type { World } from "./scenario-world.js";

export interface Given {
  world: World;
  actor: Actor;
  /** `$name` in a scenario's texts. */
  vars: Map<string, string>;
}

let nextNumber = 1;

/** What can stand before a talk, beside the talks under `test/scenarios/given/`. */
export const givens: Readonly<Record<string, (given: Given) => Promise<void>>> = {
  /** Demo mode has opened it; named so that a scenario says what it stands on. */
  "call us-2024 rerun": () => Promise.resolve(),

  /** Somebody the service knows already: consent, phone, business, place. */
  async "known owner"({ world, actor }) {
    const n = nextNumber++;
    const contactId = `contact:known:${n}`;
    const now = world.running.clock.now();
    const { stores } = world.running.service;
    const [demo] = await world.find("owners", { _id: "owner:demo" });
    if (demo === undefined) throw new Error("the demo owner is not seeded");
    await stores.transactions.run(async (tx) => {
      const { accountId, channel, user } = actor;
      const consents = [{ purpose: "registration" as const, given: true, textVersion: "test", at: now, channel }];
      await stores.people.insert(tx, [
        {
          account: { _id: accountId, contactId, channel, account: accountId.split(":")[1] ?? "", user, chat: user, reachable: true, since: now },
          contact: { _id: contactId, language: "vi", grants: [], name: "Nguyễn Văn Mẫu", phone: "+84901234567", owners: [{ ownerId: `owner:known:${n}`, role: "representative", from: now }], consents },
        },
      ]);
      await stores.people.saveOwner(tx, { ...(demo as never as Parameters<typeof stores.people.saveOwner>[1]), _id: `owner:known:${n}`, updatedAt: now });
    });
  },

  /** `$other_code`: a registration that somebody else has sent. */
  async "somebody else's registration"({ world, vars }) {
    const digits = String(500_000 + nextNumber++);
    const code = `US26-${digits}-${checkDigit(digits)}`;
    const now = world.running.clock.now();
    const { stores } = world.running.service;
    const registration: Registration = {
      _id: `other:${code}`,
      code,
      call: { code: "US26", revision: 1 },
      contactId: "contact:other",
      ownerId: "owner:other",
      product: { name: "Chuối sấy Mẫu", folded: fold("Chuối sấy Mẫu") },
      province: { code: "82", name: "Đồng Tháp" },
      ownerName: "Cơ sở Chuối Mẫu",
      answers: { productName: "Chuối sấy Mẫu" },
      fileIds: [],
      state: "submitted",
      late: false,
      submittedAt: now,
      history: [{ state: "submitted", at: now, by: "contact:other" }],
      version: 1,
    };
    await stores.transactions.run(async (tx) => {
      await stores.registrations.insert(tx, registration);
    });
    vars.set("other_code", code);
  },

  /** A second call that is open; everybody sees it. */
  async "a second open call"({ world }) {
    const { service, clock } = world.running;
    const today = localDate(clock.now());
    const file = await readFileAsSource(join(root, "test/support/thin-call.yaml"));
    const en = { title: "Trial sale in Europe" };
    await service.calls.import(file, clock.now(), (call) => ({ ...call, code: "EU26", title: "Đăng ký sản phẩm OCOP bán thử ở châu Âu", en, opensOn: today, closesBefore: addDays(today, 41) }));
  },

  /** The call is closed and takes nothing more, not even late. */
  async "a call that refuses late ones"({ world }) {
    const { service, clock } = world.running;
    const today = localDate(clock.now());
    const file = await readFileAsSource(join(root, "test/support/thin-call.yaml"));
    await service.calls.import(file, clock.now(), (call) => ({ ...call, opensOn: today, closesBefore: addDays(today, 31), late: "refused" as const }));
  },
};

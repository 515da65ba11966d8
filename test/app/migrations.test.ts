import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Connection } from "mongoose";
import { migrations } from "../../src/app/migrations.js";
import { createStores, type Stores } from "../../src/app/stores.js";
import { silent } from "../../src/lib/log.js";
import { migrate } from "../../src/store/migrations.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";

const consented = new Date("2026-11-23T09:12:00+07:00");
const kept = new Date("2026-11-24T10:00:00+07:00");
const place = { commune: { code: "28360", name: "Cái Bè", kind: "xã" }, province: { code: "82", name: "Đồng Tháp", kind: "tỉnh" }, text: "Cái Bè" };
const clock = manualClock(kept);

let connection: Connection;
let drop: () => Promise<void>;
let stores: Stores;
beforeAll(async () => {
  ({ connection, drop } = await freshDatabase());
  stores = createStores(connection, { clock, log: silent });
  const consents = [{ purpose: "registration", given: true, textVersion: "v", at: consented, channel: "web-chat" }];
  await connection.collection("contacts").insertMany([
    { _id: "thu", language: "vi", grants: [{ role: "province_officer", province: "82", since: kept }], consents, ownerIds: ["owner:1", "owner:2"] },
    { _id: "lan", language: "vi", grants: [{ role: "admin", since: kept }], consents: [], ownerIds: ["owner:1"] },
    { _id: "none", language: "vi", grants: [{ role: "admin", since: kept }], consents: [], ownerIds: [] },
  ] as never[]);
  await connection.collection("owners").insertMany([
    { _id: "owner:1", name: "Cơ sở Mẫu 1", place, representative: "Nguyễn Văn Mẫu", phone: "+84901234567", updatedAt: kept },
    { _id: "owner:2", name: "Cơ sở Mẫu 2", place, representative: "Nguyễn Văn Mẫu", phone: "+84907654321", updatedAt: kept },
  ] as never[]);
});
afterAll(() => drop());

const run = () => migrate({ connection, leases: stores.leases, instance: "test", clock, log: silent, migrations });
const memberships = async () => Object.fromEntries((await stores.people.officers()).map(({ _id, owners }) => [_id, owners]));

test("what was kept of owners before has a role and a beginning now, each owner its phones, and all can be read", async () => {
  expect(await run()).toEqual(migrations.map(({ id }) => id));
  const wanted = {
    thu: ["owner:1", "owner:2"].map((ownerId) => ({ ownerId, role: "representative", from: consented })),
    lan: [{ ownerId: "owner:1", role: "representative", from: kept }],
    none: [],
  };
  expect(await memberships()).toEqual(wanted);
  expect((await stores.people.owners(null, ["owner:1", "owner:2"])).map(({ phones }) => phones)).toEqual([["+84901234567"], ["+84907654321"]]);
  expect(await connection.collection("contacts").countDocuments({ ownerIds: { $exists: true } })).toBe(0);
  expect(await connection.collection("owners").countDocuments({ phone: { $exists: true } })).toBe(0);
  expect(await run()).toEqual([]);
  // Cut off after its work and before it was noted, it runs again.
  await connection.collection("migrations").deleteMany({});
  await run();
  expect(await memberships()).toEqual(wanted);
});

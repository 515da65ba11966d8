import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Connection } from "mongoose";
import { deadlineId, type Deadline, type DeadlineStore } from "../../src/domain/deadline.js";
import type { Transactions } from "../../src/domain/ports.js";
import { createTransactions } from "../../src/store/connect.js";
import { createDeadlineStore, deadlineIndexes } from "../../src/store/deadlines.js";
import { freshDatabase } from "../support/database.js";

let connection: Connection;
let drop: () => Promise<void>;
let store: DeadlineStore;
let transactions: Transactions;
beforeAll(async () => {
  ({ connection, drop } = await freshDatabase([deadlineIndexes]));
  store = createDeadlineStore(connection);
  transactions = createTransactions(connection);
});
afterAll(() => drop());
beforeEach(() => connection.collection("deadlines").deleteMany({}));

const at = (day: number): Date => new Date(Date.UTC(2026, 11, day));
const deadline = (subject: string, day: number, change: Partial<Deadline> = {}): Deadline => ({
  _id: deadlineId({ kind: "mend", subject }),
  kind: "mend",
  subject,
  contactId: "c1",
  province: "82",
  dueAt: at(day),
  basis: "QĐ 26/2026/QĐ-TTg",
  state: "open",
  openedAt: at(1),
  ...change,
});
const open = (...deadlines: Deadline[]): Promise<void> => transactions.run((tx) => Promise.resolve(store.open(tx, deadlines)));
const idsOf = (rows: readonly Deadline[]): string[] => rows.map(({ _id }) => _id);

describe("deadlines", () => {
  test("have an id that tells what they are, once or each time anew", () => {
    expect([deadlineId({ kind: "mend", subject: "US26-104187-9" }), deadlineId({ kind: "mend", subject: "US26-104187-9", revision: 2 })]).toEqual(["mend:US26-104187-9", "mend:US26-104187-9:2"]);
  });

  test("are read back whole, soonest first", async () => {
    const [late, soon] = [deadline("b", 20, { remindOn: "2026-12-18" }), deadline("a", 10)];
    await open(late, soon, deadline("c", 1, { contactId: "c2" }));
    expect(await store.ofContact("c1")).toEqual([soon, late]);
  });

  test("that are opened again stay as they are, done ones too", async () => {
    await open(deadline("a", 10));
    await transactions.run((tx) => store.close(tx, ["mend:a"], "done", at(5)));
    await open(deadline("a", 30));
    expect(await store.ofContact("c1")).toEqual([deadline("a", 10, { state: "done", closedAt: at(5) })]);
  });

  test("are closed once: what was done is not cancelled afterwards, and others stay open", async () => {
    await open(deadline("a", 10), deadline("b", 10));
    await transactions.run((tx) => store.close(tx, ["mend:a", "mend:none"], "done", at(5)));
    await transactions.run((tx) => store.close(tx, ["mend:a"], "cancelled", at(6)));
    expect((await store.ofContact("c1")).map(({ subject, state, closedAt }) => ({ subject, state, closedAt }))).toEqual([{ subject: "a", state: "done", closedAt: at(5) }, { subject: "b", state: "open", closedAt: undefined }]);
  });

  test("fall due before an instant only while they are open, soonest first, as many as are asked for", async () => {
    await open(deadline("a", 12), deadline("b", 10), deadline("c", 11), deadline("d", 13), deadline("e", 9));
    await transactions.run((tx) => store.close(tx, ["mend:e"], "cancelled", at(5)));
    expect(idsOf(await store.due(at(13), 10))).toEqual(["mend:b", "mend:c", "mend:a"]);
    expect(idsOf(await store.due(at(13), 2))).toEqual(["mend:b", "mend:c"]);
  });

  test("go with the contact they are of, and no other's", async () => {
    await open(deadline("a", 10), deadline("b", 10, { contactId: "c2" }));
    await transactions.run((tx) => store.removeOf(tx, "c1"));
    expect([await store.ofContact("c1"), idsOf(await store.ofContact("c2"))]).toEqual([[], ["mend:b"]]);
  });

  test("are written with their transaction or not at all", async () => {
    await transactions.run(async (tx) => {
      store.open(tx, [deadline("a", 10)]);
      throw new Error("the step failed");
    }).catch(() => undefined);
    expect(await store.due(at(30), 10)).toEqual([]);
  });
});

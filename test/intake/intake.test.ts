import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Connection } from "mongoose";
import { createIntake, StoreUnreachable, type Intake, type IntakeDeps } from "../../src/intake/intake.js";
import type { Inbound } from "../../src/domain/message.js";
import { createBuckets } from "../../src/lib/bucket.js";
import { silent } from "../../src/lib/log.js";
import { createInboxStore } from "../../src/store/inbox.js";
import { event } from "../conversation/rig.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";

let connection: Connection;
let drop: () => Promise<void>;
const clock = manualClock();
let handedOver: string[];
let told: number;
let counted: Record<string, number>;

beforeEach(async () => {
  ({ connection, drop } = await freshDatabase());
  handedOver = [];
  told = 0;
  counted = {};
});
afterEach(() => drop());

function intake(change: Partial<IntakeDeps> = {}): Intake {
  return createIntake({
    inbox: createInboxStore(connection),
    instance: "test/here",
    clock,
    log: silent,
    worksHere: true,
    claimMs: 60_000,
    onStored: (inbound) => void handedOver.push(...inbound.map((each) => each.id)),
    tellOthers: () => void told++,
    flood: { take: () => true, giveBack: () => undefined },
    count: (what, n) => void (n > 0 && (counted[what] = (counted[what] ?? 0) + n)),
    timeoutMs: 5_000,
    ...change,
  });
}

const rows = (): Promise<{ _id: string; by: string | null; until: Date | null; inbound: Inbound }[]> => connection.collection("inbox").find({}).sort({ _id: 1 }).toArray() as never;

describe("an event", () => {
  test("is stored before it is accepted, claimed for this instance, and handed over", async () => {
    await intake().accept([event("1", 1, "xin chào")]);
    expect(await rows()).toEqual([expect.objectContaining({ _id: "telegram:bot:1-1", state: "new", by: "test/here", until: new Date(clock.now().getTime() + 60_000) })]);
    expect(handedOver).toEqual(["telegram:bot:1-1"]);
    expect(told).toBe(0);
  });

  test("is left to others, and they are told, where this process does not work", async () => {
    await intake({ worksHere: false }).accept([event("1", 1, "xin chào")]);
    expect((await rows())[0]).toMatchObject({ by: null, until: null });
    expect([handedOver, told]).toEqual([[], 1]);
  });

  test("keeps nothing of what only the channel's acknowledgement needs", async () => {
    await intake().accept([event("1", 1, "xin chào", { ack: { callbackId: "secret" } })]);
    expect(JSON.stringify(await rows())).not.toContain("secret");
  });
});

describe("a repeated event is stored and handed over once", () => {
  test("when it comes later", async () => {
    const door = intake();
    await door.accept([event("1", 1, "xin chào")]);
    await door.accept([event("1", 1, "xin chào")]);
    expect([(await rows()).length, handedOver.length]).toEqual([1, 1]);
    expect(counted).toEqual({ stored: 1, repeated: 1 });
  });

  test("when it stands twice in one delivery, beside a new one", async () => {
    await intake().accept([event("1", 1, "a"), event("1", 1, "a"), event("1", 2, "b")]);
    expect((await rows()).map((row) => row._id)).toEqual(["telegram:bot:1-1", "telegram:bot:1-2"]);
    expect(handedOver.sort()).toEqual(["telegram:bot:1-1", "telegram:bot:1-2"]);
    expect(counted).toEqual({ stored: 2, repeated: 1 });
  });

  test("when it comes many times at once, each sender being told it is stored", async () => {
    const door = intake();
    await Promise.all(Array.from({ length: 50 }, () => door.accept([event("1", 1, "a")])));
    expect([(await rows()).length, handedOver.length]).toEqual([1, 1]);
    expect(counted).toEqual({ stored: 1, repeated: 49 });
  });

  test("when two instances receive it at once", async () => {
    await Promise.all([intake().accept([event("1", 1, "a")]), intake({ instance: "test/there" }).accept([event("1", 1, "a")])]);
    expect([(await rows()).length, handedOver.length]).toEqual([1, 1]);
  });

  test("and the first stored keeps its words", async () => {
    const door = intake();
    await door.accept([event("1", 1, "first")]);
    await door.accept([event("1", 1, "second")]);
    expect((await rows())[0]?.inbound.content).toEqual({ kind: "text", text: "first" });
  });
});

test("a thousand events at once are all stored", async () => {
  const door = intake();
  await Promise.all(Array.from({ length: 1_000 }, (_each, n) => door.accept([event(`u${n % 100}`, n, "a")])));
  expect(await connection.collection("inbox").countDocuments()).toBe(1_000);
  expect(new Set(handedOver).size).toBe(1_000);
  expect(counted).toEqual({ stored: 1_000 });
});

describe("a flood", () => {
  const flood = (): Partial<IntakeDeps> => {
    const buckets = createBuckets({ refillPerSecond: 1, size: 3, maxKeys: 10 });
    return { flood: { take: (sender) => buckets.take(sender, 0), giveBack: buckets.giveBack } };
  };
  const shut: Partial<IntakeDeps> = { flood: { take: () => false, giveBack: () => undefined } };
  const ids = (refused: readonly Inbound[]): string[] => refused.map(({ id }) => id);

  test("of one sender is cut off and counted, and said to whoever brought it; others are not touched", async () => {
    const door = intake(flood());
    const refused = await door.accept(Array.from({ length: 10 }, (_each, n) => event("1", n, "a")));
    await door.accept([event("2", 1, "b")]);
    expect((await rows()).map((row) => row._id)).toEqual(["telegram:bot:1-0", "telegram:bot:1-1", "telegram:bot:1-2", "telegram:bot:2-1"]);
    expect(counted).toEqual({ stored: 4, flooded: 7 });
    expect(ids(refused)).toEqual(Array.from({ length: 7 }, (_each, n) => `telegram:bot:1-${n + 3}`));
  });

  test("is not what comes again: it costs its sender nothing", async () => {
    const door = intake(flood());
    for (let n = 0; n < 10; n++) expect(await door.accept([event("1", 1, "a")])).toEqual([]);
    expect(ids(await door.accept([event("1", 2, "b"), event("1", 3, "c"), event("1", 4, "d")]))).toEqual(["telegram:bot:1-4"]);
  });

  test("is not what the store did not take: nothing of it is lost when it is brought again", async () => {
    const inbox = createInboxStore(connection);
    let fails = 5;
    const door = intake({ ...flood(), inbox: { insert: (inbound, claim) => (fails-- > 0 ? Promise.reject(new Error("no primary")) : inbox.insert(inbound, claim)) } });
    const three = [event("1", 1, "a"), event("1", 2, "b"), event("1", 3, "c")];
    for (let n = 0; n < 5; n++) await expect(door.accept(three)).rejects.toThrow("no primary");
    expect(await door.accept(three)).toEqual([]);
    expect(await rows()).toHaveLength(3);
  });

  test("that holds nothing else is accepted all the same: the channel must not repeat it", async () => {
    expect(ids(await intake(shut).accept([event("1", 1, "a")]))).toEqual(["telegram:bot:1-1"]);
    expect(await rows()).toEqual([]);
  });

  test("does not hold back what our own file job tells", async () => {
    expect(await intake(shut).accept([event("1", 1, { kind: "file_settled", fileId: "f" })])).toEqual([]);
    expect(await rows()).toHaveLength(1);
  });
});

describe("a store that does not take it", () => {
  test("in time makes it rejected, so that the channel sends it again", async () => {
    let answer: (stored: boolean[]) => void = () => undefined;
    const door = intake({ timeoutMs: 20, inbox: { insert: () => new Promise<boolean[]>((resolve) => (answer = resolve)) } });
    await expect(door.accept([event("1", 1, "a")])).rejects.toThrow(StoreUnreachable);
    expect(handedOver).toEqual([]);
    answer([true]);
    await clock.until(() => handedOver.length === 1);
  });

  test("at all makes everything of that batch rejected, and nothing is handed over", async () => {
    const door = intake({ inbox: { insert: () => Promise.reject(new Error("no primary")) } });
    const both = await Promise.allSettled([door.accept([event("1", 1, "a")]), door.accept([event("2", 1, "b")])]);
    expect(both.map((each) => each.status)).toEqual(["rejected", "rejected"]);
    expect([handedOver, told, counted]).toEqual([[], 0, {}]);
  });

  test("holds so many at most; the rest is refused at once", async () => {
    const door = intake({ timeoutMs: 200, inbox: { insert: () => new Promise<boolean[]>(() => undefined) } });
    const all = await Promise.allSettled(Array.from({ length: 3_000 }, (_each, n) => door.accept([event(`u${n}`, 1, "a")])));
    const names = all.map((each) => (each.status === "rejected" ? (each.reason as Error).name : "stored"));
    expect(new Set(names)).toEqual(new Set(["StoreUnreachable", "Full"]));
    expect(names.filter((name) => name === "Full").length).toBeGreaterThan(500);
  });

  test("once does not spoil what comes after", async () => {
    let fails = 1;
    const inbox = createInboxStore(connection);
    const door = intake({ inbox: { insert: (inbound, claim) => (fails-- > 0 ? Promise.reject(new Error("no primary")) : inbox.insert(inbound, claim)) } });
    await expect(door.accept([event("1", 1, "a")])).rejects.toThrow("no primary");
    await door.accept([event("1", 1, "a")]);
    expect([(await rows()).length, handedOver.length]).toEqual([1, 1]);
  });
});

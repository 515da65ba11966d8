import { describe, expect, test } from "@jest/globals";
import type { Delivery } from "../../src/domain/delivery.js";
import { createBuckets } from "../../src/lib/bucket.js";
import { createLanes } from "../../src/outbox/lanes.js";
import type { Lanes } from "../../src/outbox/lanes.js";
import { row } from "./rows.js";

const t0 = Date.parse("2026-11-23T02:12:00Z");
const open = (): Lanes => createLanes({ waitMs: () => 0 });

function fill(lanes: Lanes, lane: Delivery["lane"], count: number): void {
  for (let i = 0; i < count; i++) lanes.add(row({ lane }), t0);
}

/** Picks `count`, each answered at once. */
function pick(lanes: Lanes, count: number, nowMs: (n: number) => number = () => t0): Delivery["lane"][] {
  const picked: Delivery["lane"][] = [];
  for (let i = 0; i < count; i++) {
    const next = lanes.next(nowMs(i), false);
    if (next === null) break;
    picked.push(next.lane);
    lanes.answered(next.chat, nowMs(i));
  }
  return picked;
}

describe("lanes", () => {
  test("go by replies, other recalls, directives, reminders, news", () => {
    const lanes = open();
    for (const lane of ["news", "reminder", "directive", "recall", "reply"] as const) fill(lanes, lane, 2);
    expect(pick(lanes, 10)).toEqual(["reply", "reply", "recall", "recall", "directive", "directive", "reminder", "reminder", "news", "news"]);
  });

  test("class I recalls hold at least 60 % of any eight turns or more while any waits, and others get the rest", () => {
    const lanes = open();
    fill(lanes, "recall_1", 200);
    fill(lanes, "reply", 100);
    fill(lanes, "news", 100);
    const picked = pick(lanes, 290);
    const last = picked.lastIndexOf("recall_1");
    for (let from = 0; from + 8 <= last; from++) {
      for (let to = from + 8; to <= Math.min(last, from + 40); to++) {
        const recalls = picked.slice(from, to).filter((lane) => lane === "recall_1").length;
        expect(recalls / (to - from)).toBeGreaterThanOrEqual(0.6);
      }
    }
    expect(picked.slice(0, 30).filter((lane) => lane === "reply").length).toBeGreaterThan(5);
  });

  test("a lane that waited 60 s moves up one, and shares with the lane it has reached", () => {
    const lanes = open();
    fill(lanes, "reminder", 5_000);
    fill(lanes, "directive", 5_000);
    fill(lanes, "news", 10);
    const picked = pick(lanes, 4_000, (n) => t0 + n * 33);
    const first = picked.indexOf("reminder");
    expect(first * 33).toBeGreaterThanOrEqual(60_000);
    expect(first * 33).toBeLessThan(61_000);
    expect(picked.slice(first, first + 100).filter((lane) => lane === "reminder")).toHaveLength(50);
    expect(picked.indexOf("news")).toBeGreaterThan(first);
    expect(picked).toContain("news");
  });

  test("no lane ever moves above a reply or takes from class I recalls", () => {
    const lanes = open();
    fill(lanes, "news", 100);
    fill(lanes, "recall_1", 2_000);
    const picked = pick(lanes, 1_000, (n) => t0 + n * 1_000);
    expect(picked.filter((lane) => lane === "recall_1").length).toBeGreaterThanOrEqual(600);
    const held = open();
    fill(held, "news", 10);
    pick(held, 1, () => t0);
    fill(held, "reply", 1);
    expect(held.next(t0 + 1_000_000, true)?.lane).toBe("reply");
    expect(held.next(t0 + 1_000_000, true)).toBeNull();
  });

  test("a chat has one message on its way and keeps its order; other chats go on", () => {
    const lanes = open();
    const [first, second] = [row({ chat: "a" }), row({ chat: "a" })];
    const other = row({ chat: "b" });
    for (const one of [second, first, other]) lanes.add(one, t0);
    expect(lanes.next(t0, false)).toBe(first);
    expect(lanes.next(t0, false)).toBe(other);
    expect(lanes.next(t0, false)).toBeNull();
    lanes.answered("a", t0);
    expect(lanes.next(t0, false)).toBe(second);
  });

  test("a notice that is due goes before its chat's later reply, in the reply's turn", () => {
    const lanes = open();
    fill(lanes, "directive", 50);
    const [notice, reply] = [row({ chat: "a", lane: "directive" }), row({ chat: "a" })];
    lanes.add(notice, t0);
    lanes.add(reply, t0);
    expect(lanes.next(t0, false)).toBe(notice);
    lanes.answered("a", t0);
    expect(lanes.next(t0, false)).toBe(reply);
  });

  test.each(["directive", "recall_1"] as const)("a %s in back-off never holds a reply", (lane) => {
    const lanes = open();
    const notice = row({ chat: "a", lane, notBefore: new Date(t0 + 5_000) });
    const reply = row({ chat: "a" });
    lanes.add(notice, t0);
    lanes.add(reply, t0);
    expect(lanes.next(t0, false)).toBe(reply);
    lanes.answered("a", t0);
    expect(lanes.next(t0, false)).toBeNull();
    expect(lanes.wakeAt()).toBe(t0 + 5_000);
    expect(lanes.next(t0 + 5_000, false)).toBe(notice);
  });

  test("a reply in back-off holds its chat's later replies and notices", () => {
    const lanes = open();
    const [first, second, notice] = [row({ chat: "a", notBefore: new Date(t0 + 5_000) }), row({ chat: "a" }), row({ chat: "a", lane: "news" })];
    for (const one of [first, second, notice]) lanes.add(one, t0);
    expect(lanes.next(t0, false)).toBeNull();
    expect(lanes.next(t0 + 5_000, false)).toBe(first);
  });

  test("a class I recall never waits for its chat's other messages", () => {
    const lanes = open();
    const [reply, recall] = [row({ chat: "a" }), row({ chat: "a", lane: "recall_1" })];
    lanes.add(reply, t0);
    lanes.add(recall, t0);
    expect(lanes.next(t0, false)).toBe(recall);
  });

  test("a chat without a token waits for its own bucket only", () => {
    const buckets = createBuckets({ refillPerSecond: 1, size: 2, maxKeys: 100 });
    const lanes = createLanes({ waitMs: buckets.waitMs });
    const take = (nowMs: number): string | null => {
      const next = lanes.next(nowMs, false);
      if (next === null) return null;
      buckets.take(next.chat, nowMs);
      lanes.answered(next.chat, nowMs);
      return next.chat;
    };
    for (let i = 0; i < 4; i++) lanes.add(row({ chat: "a" }), t0);
    for (let i = 0; i < 3; i++) lanes.add(row({ chat: "b", lane: "news" }), t0);
    expect([take(t0), take(t0), take(t0), take(t0), take(t0)]).toEqual(["a", "a", "b", "b", null]);
    expect(lanes.wakeAt()).toBe(t0 + 1_000);
    expect([take(t0 + 1_000), take(t0 + 1_000), take(t0 + 1_000)]).toEqual(["a", "b", null]);
  });

  test("forgets a chat that has nothing left", () => {
    const lanes = open();
    for (let i = 0; i < 1_000; i++) {
      lanes.add(row({ chat: `c${i}`, lane: "news" }), t0);
      lanes.add(row({ chat: `c${i}` }), t0);
    }
    expect(pick(lanes, 5_000)).toHaveLength(2_000);
    expect(lanes.size).toBe(0);
    expect(lanes.chatsWith(0)).toEqual([]);
    expect(lanes.ready("reply") + lanes.ready("news")).toBe(0);
  });
});

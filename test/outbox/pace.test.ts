import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createBuckets } from "../../src/lib/bucket.js";
import { createPace } from "../../src/outbox/pace.js";

/** Most arrivals in any sliding second. */
function worst(arrivals: number[]): number {
  const sorted = [...arrivals].sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last++) {
    while (sorted[last]! - sorted[first]! > 1_000) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Sends as fast as the pace allows; real instants are fractional, the pace sees whole milliseconds. */
function simulate(perSecond: number, sends: { out: number; back: number }[], stalls: { everyMs: number; forMs: number }): { arrivals: number[]; endMs: number } {
  const pace = createPace(perSecond);
  const arrivals: number[] = [];
  const answers: number[] = [];
  let now = 1_700_000_000_000.4;
  let next = 0;
  for (let guard = 0; next < sends.length && guard < 200_000; guard++) {
    if (stalls.forMs > 0 && guard % stalls.everyMs === stalls.everyMs - 1) now += stalls.forMs;
    answers.sort((a, b) => a - b);
    while (answers.length > 0 && answers[0]! <= now) {
      answers.shift();
      pace.answered(Math.floor(now));
    }
    while (next < sends.length && pace.free(Math.floor(now))) {
      const { out, back } = sends[next++]!;
      pace.left(Math.floor(now));
      arrivals.push(now + out);
      answers.push(now + out + back);
    }
    const free = pace.freeAt(Math.floor(now));
    now = Math.max(now + 0.37, Math.min(free ?? Infinity, answers[0] ?? Infinity));
  }
  return { arrivals, endMs: now - 1_700_000_000_000.4 };
}

describe("pace", () => {
  test("a receiver never sees more than N in any sliding second, whatever the latencies and stalls", () => {
    const send = fc.record({ out: fc.double({ min: 0, max: 3_000, noNaN: true }), back: fc.double({ min: 0, max: 3_000, noNaN: true }) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.oneof(send, fc.record({ out: fc.double({ min: 0, max: 5, noNaN: true }), back: fc.double({ min: 0, max: 5, noNaN: true }) })), { minLength: 1, maxLength: 80 }),
        fc.record({ everyMs: fc.integer({ min: 2, max: 40 }), forMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2_500 })) }),
        (n, sends, stalls) => {
          const { arrivals } = simulate(n, sends, stalls);
          expect(arrivals).toHaveLength(sends.length);
          expect(worst(arrivals)).toBeLessThanOrEqual(n);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("uses the whole rate but for the latency", () => {
    const { endMs } = simulate(30, Array.from({ length: 900 }, () => ({ out: 2, back: 3 })), { everyMs: 1, forMs: 0 });
    expect(900 / (endMs / 1_000)).toBeGreaterThan(29.5);
  });

  test("a place is free only when a second has passed since an answer", () => {
    const pace = createPace(2);
    pace.left(1_000);
    pace.left(1_000);
    expect(pace.free(5_000)).toBe(false);
    expect(pace.freeAt(5_000)).toBeNull();
    pace.answered(5_000);
    expect(pace.freeAt(5_500)).toBe(6_001);
    expect(pace.free(6_000)).toBe(false);
    expect(pace.free(6_001)).toBe(true);
  });

  test("a clock set back by an hour holds for a second, not for an hour", () => {
    const pace = createPace(1);
    pace.left(10_000_000);
    pace.answered(10_000_010);
    expect(pace.free(6_400_000)).toBe(false);
    expect(pace.free(6_401_001)).toBe(true);
  });

  test("spreads bulk over the second", () => {
    const pace = createPace(30);
    pace.left(1_000);
    expect(pace.evenAt()).toBeGreaterThan(1_000);
    expect(pace.evenAt()).toBeLessThan(1_034);
  });
});

describe("buckets", () => {
  test("gives the size at once and then the refill", () => {
    const buckets = createBuckets({ refillPerSecond: 1, size: 5, maxKeys: 10 });
    for (let i = 0; i < 5; i++) expect(buckets.take("a", 1_000)).toBe(true);
    expect(buckets.take("a", 1_000)).toBe(false);
    expect(buckets.waitMs("a", 1_000)).toBe(1_000);
    expect(buckets.take("a", 2_000)).toBe(true);
    expect(buckets.take("a", 2_000)).toBe(false);
    expect(buckets.take("b", 2_000)).toBe(true);
  });

  test("keeps no full bucket and never more than maxKeys", () => {
    const buckets = createBuckets({ refillPerSecond: 10, size: 1, maxKeys: 100 });
    for (let i = 0; i < 5_000; i++) {
      buckets.take(`k${i}`, 1_000 + i);
      expect(buckets.keys).toBeLessThanOrEqual(100);
    }
    for (let i = 0; i < 5_000; i++) buckets.take(`late${i}`, 100_000 + i * 10);
    expect(buckets.keys).toBeLessThanOrEqual(65);
  });

  test("a clock set back costs at most a whole refill", () => {
    const buckets = createBuckets({ refillPerSecond: 1, size: 2, maxKeys: 10 });
    buckets.take("a", 9_000_000);
    expect(buckets.waitMs("a", 0)).toBeLessThanOrEqual(1_000);
  });
});

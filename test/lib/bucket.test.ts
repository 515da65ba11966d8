import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createBuckets } from "../../src/lib/bucket.js";

describe("a bucket", () => {
  test("gives its size at once, then one for each refill", () => {
    const buckets = createBuckets({ refillPerSecond: 2, size: 3, maxKeys: 10 });
    expect([0, 0, 0, 0].map((at) => buckets.take("a", at))).toEqual([true, true, true, false]);
    expect(buckets.waitMs("a", 0)).toBe(500);
    expect([499, 500, 500, 999, 1_000].map((at) => buckets.take("a", at))).toEqual([false, true, false, false, true]);
  });

  test("holds no more than its size, however long it rests", () => {
    const buckets = createBuckets({ refillPerSecond: 1, size: 2, maxKeys: 10 });
    expect(buckets.take("a", 0)).toBe(true);
    expect([1_000_000, 1_000_000, 1_000_000].map((at) => buckets.take("a", at))).toEqual([true, true, false]);
  });

  test("of one key is no affair of another", () => {
    const buckets = createBuckets({ refillPerSecond: 1, size: 1, maxKeys: 10 });
    expect([buckets.take("a", 0), buckets.take("a", 0), buckets.take("b", 0)]).toEqual([true, false, true]);
  });

  test("waits no longer than an empty one when the clock is set back", () => {
    const buckets = createBuckets({ refillPerSecond: 1, size: 3, maxKeys: 10 });
    for (let n = 0; n < 3; n++) buckets.take("a", 1_000_000);
    expect(buckets.waitMs("a", 0)).toBe(1_000);
  });

  test("whose wait is over gives a token", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3_000 }), { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }), (gaps, refillPerSecond, size) => {
        const buckets = createBuckets({ refillPerSecond, size, maxKeys: 10 });
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const wait = buckets.waitMs("a", now);
          expect(buckets.take("a", now)).toBe(wait === 0);
          if (wait > 0) expect(buckets.waitMs("a", now + wait)).toBe(0);
        }
      }),
    );
  });

  test("never gives more than its size and its refill in any span", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 700 }), { maxLength: 100 }), (gaps) => {
        const buckets = createBuckets({ refillPerSecond: 2, size: 4, maxKeys: 10 });
        let now = 0;
        const taken: number[] = [];
        for (const gap of gaps) if (buckets.take("a", (now += gap))) taken.push(now);
        taken.forEach((from, i) => taken.slice(i).forEach((to, n) => expect(n + 1).toBeLessThanOrEqual(4 + (to - from) / 500 + 1e-9)));
      }),
    );
  });
});

describe("many keys", () => {
  test("that are full again are forgotten, and cost nothing", () => {
    const buckets = createBuckets({ refillPerSecond: 1, size: 1, maxKeys: 100_000 });
    for (let n = 0; n < 10_000; n++) buckets.take(`k${n}`, n * 1_000);
    expect(buckets.keys).toBeLessThan(200);
  });

  test("are never more than allowed: those touched longest ago are taken for full", () => {
    const buckets = createBuckets({ refillPerSecond: 0.001, size: 1, maxKeys: 100 });
    for (let n = 0; n < 1_000; n++) {
      expect(buckets.take(`k${n}`, 0)).toBe(true);
      expect(buckets.keys).toBeLessThanOrEqual(101);
    }
    expect(buckets.take("k999", 0)).toBe(false);
    expect(buckets.take("k0", 0)).toBe(true);
  });
});

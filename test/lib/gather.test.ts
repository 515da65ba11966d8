import { expect, test } from "@jest/globals";
import { gather } from "../../src/lib/gather.js";

/** Work that ends when the test says so. */
function rig(options: { most: number; lingerMs: number }) {
  const batches: { items: number[]; finish(): void; fail(error: Error): void }[] = [];
  let came: (() => void) | null = null;
  const call = gather<number, string>(
    (items) =>
      new Promise((resolve, reject) => {
        batches.push({ items, finish: () => resolve(items.map((item) => `did ${item}`)), fail: reject });
        came?.();
      }),
    { room: 1_000, ...options },
  );
  /** Resolves once the nth batch is under way. */
  async function batch(n: number): Promise<(typeof batches)[number]> {
    while (batches[n] === undefined) await new Promise<void>((resolve) => (came = resolve));
    return batches[n];
  }
  return { call, batch, batches };
}

test("answers each call its own result, in order, from one batch", async () => {
  const { call, batch, batches } = rig({ most: 10, lingerMs: 1 });
  const calls = [1, 2, 3].map(call);
  (await batch(0)).finish();
  expect(await Promise.all(calls)).toEqual(["did 1", "did 2", "did 3"]);
  expect(batches.map(({ items }) => items)).toEqual([[1, 2, 3]]);
});

test("gathers while a batch is worked on, never two at once", async () => {
  const { call, batch, batches } = rig({ most: 10, lingerMs: 1 });
  const first = call(1);
  const under = await batch(0);
  const later = [2, 3].map(call);
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(batches).toHaveLength(1);
  under.finish();
  await first;
  (await batch(1)).finish();
  expect(await Promise.all(later)).toEqual(["did 2", "did 3"]);
});

test("never gives more than `most` to one batch, and forgets none", async () => {
  const { call, batch, batches } = rig({ most: 2, lingerMs: 1 });
  const calls = [1, 2, 3, 4, 5].map(call);
  for (const n of [0, 1, 2]) (await batch(n)).finish();
  expect(await Promise.all(calls)).toEqual([1, 2, 3, 4, 5].map((n) => `did ${n}`));
  expect(batches.map(({ items }) => items)).toEqual([[1, 2], [3, 4], [5]]);
});

test("rejects every call of a batch that failed, and goes on with the next", async () => {
  const { call, batch } = rig({ most: 2, lingerMs: 1 });
  const calls = [1, 2, 3].map(call);
  const ends = Promise.allSettled(calls);
  (await batch(0)).fail(new Error("store is away"));
  (await batch(1)).finish();
  expect((await ends).map((each) => (each.status === "rejected" ? String(each.reason) : each.value))).toEqual(["Error: store is away", "Error: store is away", "did 3"]);
});

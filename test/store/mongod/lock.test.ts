import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { lockServe } from "../../../src/store/mongod/lock.js";
import { createWorld } from "../../support/mongod-world.js";

let world: Awaited<ReturnType<typeof createWorld>>;
beforeAll(async () => void (world = await createWorld()), 120_000);
afterAll(() => world.end());

test("a second serve is told the pid of the first, and served once that has stopped", async () => {
  const dataDir = world.folder();
  const first = await world.child("serve", dataDir);
  await expect(lockServe(dataDir)).rejects.toMatchObject({ code: "already_serving", message: expect.stringContaining(`pid ${first.process.pid}`) });
  await first.stop();
  const lock = await lockServe(dataDir);
  await expect(lockServe(dataDir)).rejects.toMatchObject({ code: "already_serving" });
  await lock.release();
});

test("a lock left by kill -9 is taken over", async () => {
  const dataDir = world.folder();
  const first = await world.child("serve", dataDir);
  await first.kill9();
  const lock = await lockServe(dataDir);
  expect((await readdir(join(dataDir, "locks"))).sort()).toEqual(["serve-2"]);
  await lock.release();
  expect(await readdir(join(dataDir, "locks"))).toEqual([]);
});

test("a lock whose pid now belongs to another process does not hold", async () => {
  const dataDir = world.folder();
  await mkdir(join(dataDir, "locks"), { recursive: true });
  await writeFile(join(dataDir, "locks", "serve-1"), JSON.stringify({ pid: process.pid, mark: "another boot" }));
  await (await lockServe(dataDir)).release();
});

test("of processes that race for a stale lock exactly one wins", async () => {
  for (let round = 0; round < 3; round++) {
    const dataDir = world.folder();
    const dead = await world.child("serve", dataDir);
    await dead.kill9();
    const racers = await Promise.all(Array.from({ length: 5 }, () => world.child("serve", dataDir)));
    const won = racers.filter((racer) => racer.said["pid"] !== undefined);
    expect(won).toHaveLength(1);
    expect(racers.filter((racer) => racer.said["code"] === "already_serving")).toHaveLength(4);
    await won[0]?.stop();
  }
});

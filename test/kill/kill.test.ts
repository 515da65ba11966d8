import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startEmbedded } from "../../src/store/mongod/embedded.js";
import { startFakeTelegram, type FakeTelegram } from "../fakes/telegram.js";
import { silent } from "../support/mongod-world.js";
import { createProcesses, freePort, kill9, lives, look, mongodPid, pause, until, type Processes } from "../support/processes.js";
import { chance, codesSeen, converse, planKills, steps, type Kill } from "../support/processes-conversation.js";
import { claimedIn, endStateOf, leftIn } from "../support/processes-end.js";
import { talkOnTelegram, talkOnWeb } from "../support/processes-talk.js";

/** The same twenty points at each run; another number tries others. */
const seed = Number(process.env["OCOP_KILL_SEED"] ?? 20_261_125);
const replyWithinMs = Number(process.env["OCOP_KILL_WITHIN_MS"] ?? 60_000);
/** The product gives the store 1.4 s; the rest is for a busy machine, and still far from waiting until the store is back. */
const refusedWithinMs = 4_000;
const figures: Record<string, number[]> = {};
const note = (name: string, ms: number): void => void (figures[name] ??= []).push(Math.round(ms));
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

describe("kill -9", () => {
  let processes: Processes;
  beforeAll(async () => {
    processes = await createProcesses();
  });
  afterAll(async () => {
    await processes.end();
    for (const [name, all] of Object.entries(figures)) tell(`${name}: ${[...all].sort((a, b) => a - b).join(" ")}`);
  });

  const envOf = (telegram: FakeTelegram): Record<string, string> => ({ TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.url });

  /** The same conversation on both channels side by side, with what `kills` says. */
  async function run(kills: readonly Kill[]): Promise<{ states: unknown[]; codes: string[]; told: string[][] }> {
    const telegram = await startFakeTelegram();
    const dataDir = processes.dataDir();
    const port = await freePort();
    const env = { ...envOf(telegram), PORT: String(port) };
    const address = `http://127.0.0.1:${port}`;
    let serving = processes.serve(dataDir, env);
    await serving.ready.catch(async (error: unknown) => {
      await telegram.close();
      throw error;
    });
    note("first start, ms (its own line)", serving.seconds() * 1_000);

    let queue = Promise.resolve();
    let struck: { at: number; target: string } | null = null;
    const strike = (kill: Kill): Promise<void> =>
      (queue = queue.then(async () => {
        if (kill.target === "mongod") await serving.ready;
        const pid = await mongodPid(dataDir).catch(() => null);
        struck = { at: performance.now(), target: kill.target };
        if (kill.target !== "mongod") await serving.kill9();
        if (kill.target !== "node" && pid !== null) await kill9(pid);
        if (kill.target === "mongod") return;
        logs.push(...serving.lines);
        serving = processes.serve(dataDir, env);
        void serving.ready.then(() => note(kill.target === "node" ? "start on an orphaned mongod, ms (its own line)" : "start after both were killed, ms (its own line)", serving.seconds() * 1_000), () => undefined);
      }));
    const logs: string[] = [];
    const talkers = [talkOnTelegram(telegram, 501), await talkOnWeb(address)];
    try {
      await Promise.all(
        talkers.map((talker, index) =>
          converse(talker, {
            kills: kills.filter((kill) => kill.talker === index),
            strike,
            withinMs: replyWithinMs,
            onReply(step, ms) {
              if (struck !== null) note(`from kill of ${struck.target} to the next reply, ms`, performance.now() - struck.at);
              struck = null;
              if (kills.length > 0 && ms > 5_000) tell(`  slow: ${talker.channel}, step ${step}: ${Math.round(ms)} ms`);
            },
          }),
        ),
      );
      await pause(300);
      const ends = await Promise.all(talkers.map((talker) => endStateOf(dataDir, talker)));
      expect(await serving.terminate()).toBe(0);
      return { states: ends.map(({ state }) => state), codes: ends.map(({ code }) => code), told: talkers.map(codesSeen) };
    } catch (error) {
      const left = await leftIn(dataDir).catch((cause: unknown) => String(cause));
      await writeFile(join(tmpdir(), "ocop-kill.log"), [...logs, "---- last process", ...serving.lines, "---- not done", JSON.stringify(left, null, 1)].join("\n"));
      throw error;
    } finally {
      for (const talker of talkers) await talker.close();
      await serving.kill9();
      await telegram.close();
    }
  }

  describe("anywhere in a registration", () => {
    let reference: Awaited<ReturnType<typeof run>>;
    const random = chance(seed);
    const targets: Kill["target"][] = Array.from({ length: 20 }, (_, n) => (["node", "mongod", "both"] as const)[n % 3] ?? "node");
    for (let n = targets.length - 1; n > 0; n--) {
      const other = Math.floor(random() * (n + 1));
      [targets[n], targets[other]] = [targets[other] ?? "node", targets[n] ?? "node"];
    }

    const plans = Array.from({ length: 5 }, (_, n) => planKills(random, targets.slice(4 * n, 4 * n + 4)));

    beforeAll(async () => {
      tell(`kill: OCOP_KILL_SEED=${seed}`);
      reference = await run([]);
      for (const state of reference.states as { registrations: unknown[]; said: unknown[]; files: unknown[] }[]) {
        expect(state.registrations).toHaveLength(1);
        expect(state.said).toHaveLength(steps.length);
        expect(state.files).toHaveLength(1);
      }
    }, 120_000);

    test.each(plans.map((kills, n) => ({ n: n + 1, kills })))("loses nothing and does nothing twice (conversation $n, four kills)", async ({ n, kills }) => {
      tell(`conversation ${n}: ${kills.map((kill) => `${kill.target} ${kill.when} step ${kill.step} of ${kill.talker === 0 ? "telegram" : "web"} +${kill.delayMs} ms`).join("; ")}`);
      const began = performance.now();
      const ended = await run(kills);
      tell(`  ended after ${Math.round(performance.now() - began)} ms`);
      expect(ended.states).toEqual(reference.states);
      expect(ended.told).toEqual(ended.codes.map((code) => [code]));
    }, 300_000);
  });

  test("an orphaned mongod is adopted; what was claimed and queued goes on at once", async () => {
    const telegram = await startFakeTelegram();
    const dataDir = processes.dataDir();
    let serving = processes.serve(dataDir, envOf(telegram));
    await serving.ready;
    const mongod = await mongodPid(dataDir);
    const users = Array.from({ length: 30 }, (_, n) => telegram.user(600 + n));
    for (const user of users) await user.say("/start");
    for (const user of users) await user.nextReply(30_000);

    // Replies on their way that nobody answers, and inputs that are in the middle of being handled.
    telegram.answerNext("sendMessage", "hang", 10);
    for (const user of users.slice(0, 10)) await user.say("/trogiup");
    await until(() => telegram.callsOf("sendMessage").length >= 40);
    for (const user of users.slice(10)) await user.say("/trogiup");
    await until(() => look(dataDir, async (db) => (await db.collection("inbox").countDocuments({ state: "new" })) > 0 || (await db.collection("deliveries").countDocuments({})) > 40));
    await serving.kill9();
    telegram.clearFaults();

    // What the dead process had claimed and not begun: it is the sender's lease holder too.
    const dead = (await readFile(join(dataDir, "instance"), "utf8")).trim();
    const late = users[0];
    await look(dataDir, async (db) => {
      const done = await db.collection("inbox").findOne({ "inbound.user": String(late?.id) });
      const inbound = { ...(done?.["inbound"] as Record<string, unknown>), id: "telegram:7000001:900000", order: 900_000, content: { kind: "text", text: "/dangky" } };
      await db.collection("inbox").insertOne({ _id: inbound.id as never, state: "new", by: dead, until: new Date(Date.now() + 60_000), at: new Date(), inbound });
      expect((await claimedIn(db)).deliveries).toBeGreaterThanOrEqual(10);
    });
    expect(lives(mongod)).toBe(true);

    serving = processes.serve(dataDir, envOf(telegram));
    await serving.ready;
    expect(await mongodPid(dataDir)).toBe(mongod);
    expect(serving.lines.some((line) => line.includes('"adopted":true'))).toBe(true);
    for (const user of users) await until(() => user.replies().filter((each) => each.fromBot).length >= 2, 15_000, "the queued reply");
    await until(() => late?.replies().some((each) => /có đồng ý/.test(each.text)) === true, 15_000, "the reply to what the dead process had claimed");
    note("from ready to the last queued reply, ms", performance.now() - serving.readyAt());
    await until(() => look(dataDir, async (db) => JSON.stringify(await claimedIn(db)) === JSON.stringify({ inbox: 0, deliveries: 0 })));
    expect(await serving.terminate()).toBe(0);
    await telegram.close();
  }, 120_000);

  test("a photo that was being fetched by a killed process is fetched again", async () => {
    const telegram = await startFakeTelegram();
    const dataDir = processes.dataDir();
    let serving = processes.serve(dataDir, envOf(telegram));
    await serving.ready;
    const talker = talkOnTelegram(telegram, 501);
    let replaced = false;
    telegram.answerNext("file", "hang");
    await converse(talker, {
      withinMs: 30_000,
      kills: [{ talker: 0, step: steps.findIndex(({ input }) => "photo" in input), when: "after", delayMs: 0, target: "node" }],
      async strike() {
        await until(() => telegram.callsOf("file").length === 1);
        await serving.kill9();
        serving = processes.serve(dataDir, envOf(telegram));
        replaced = true;
        await serving.ready;
      },
      onReply(_step, ms) {
        if (replaced) note("photo half fetched: from kill to its reply, ms", ms);
        replaced = false;
      },
    });
    expect(await serving.terminate()).toBe(0);
    await telegram.close();
  }, 120_000);

  test("a second serve on the same data directory is told so, and the first goes on", async () => {
    const dataDir = processes.dataDir();
    const first = processes.serve(dataDir);
    const address = await first.ready;
    const second = processes.serve(dataDir);
    expect(await second.ended).not.toBe(0);
    expect(second.lines.join("\n")).toContain(`another server (pid ${first.pid}) already serves`);
    const talker = await talkOnWeb(address);
    await talker.send({ text: "/start" });
    await until(() => talker.seen().length > 0);
    await talker.close();
    expect(await first.terminate()).toBe(0);
  }, 120_000);

  test("a serve that cannot listen says so, ends, and leaves no mongod behind", async () => {
    const telegram = await startFakeTelegram();
    const dataDir = processes.dataDir();
    const serving = processes.serve(dataDir, { PORT: new URL(telegram.url).port });
    const code = await Promise.race([serving.ended, pause(60_000).then(() => "still there")]);
    expect(code).toBe(1);
    expect(serving.lines.join("\n")).toContain("EADDRINUSE");
    const pid = await mongodPid(dataDir).catch(() => null);
    expect(pid === null || !lives(pid)).toBe(true);
    await telegram.close();
  }, 120_000);

  test("SIGTERM in the middle of work ends in order, and the next start goes on", async () => {
    const telegram = await startFakeTelegram();
    const dataDir = processes.dataDir();
    const first = processes.serve(dataDir, envOf(telegram));
    await first.ready;
    const mongod = await mongodPid(dataDir);
    const users = Array.from({ length: 60 }, (_, n) => telegram.user(700 + n));
    for (const user of users) await user.say("/start");
    await until(() => telegram.callsOf("sendMessage").length > 0);
    const began = performance.now();
    expect(await first.terminate()).toBe(0);
    note("SIGTERM to the end, ms", performance.now() - began);
    expect(lives(mongod)).toBe(false);

    const at = await startEmbedded({ dataDir, configured: process.env["OCOP_TEST_MONGOD_BINARY"] ?? "", pathEnv: "", log: silent });
    const { default: mongoose } = await import("mongoose");
    const client = new mongoose.mongo.MongoClient(at.uri);
    expect(await claimedIn(client.db("ocop_demo"))).toEqual({ inbox: 0, deliveries: 0 });
    await client.close();
    await at.stop();

    const next = processes.serve(dataDir, envOf(telegram));
    await next.ready;
    note("warm start, mongod too, ms (its own line)", next.seconds() * 1_000);
    for (const user of users) await until(() => user.replies().some((each) => each.fromBot), 15_000, "the reply after the next start");
    expect(await next.terminate()).toBe(0);
    await telegram.close();
  }, 120_000);

  test("a mongod killed alone is started again; what comes meanwhile is refused in time and stored when it is sent again", async () => {
    const telegram = await startFakeTelegram();
    const dataDir = processes.dataDir();
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const hold = join(processes.base, "hold");
    const slowMongod = join(processes.base, "slow-mongod");
    await writeFile(slowMongod, `#!/bin/sh\nif [ "$1" != "--version" ] && [ -e "${hold}" ]; then sleep 8; fi\nexec "${process.env["OCOP_TEST_MONGOD_BINARY"]}" "$@"\n`, { mode: 0o755 });
    const serving = processes.serve(dataDir, { ...envOf(telegram), PORT: String(port), PUBLIC_URL: address, TELEGRAM_MODE: "webhook", TELEGRAM_WEBHOOK_SECRET: "a-secret-for-tests", MONGOD_BINARY: slowMongod });
    await serving.ready;
    const ready = async (): Promise<number> => {
      const asked = performance.now();
      const { status } = await fetch(`${address}/readyz`);
      expect(performance.now() - asked).toBeLessThan(refusedWithinMs);
      return status;
    };
    await until(async () => (await ready()) === 200);
    const refused: { status: number; ms: number }[] = [];
    const web = await talkOnWeb(address, (status, ms) => void refused.push({ status, ms }));
    const user = telegram.user(801);

    await writeFile(hold, "");
    await kill9(await mongodPid(dataDir));
    const began = performance.now();
    await until(async () => (await ready()) === 503);
    const asked = performance.now();
    const hook = user.say("/start").then((status) => ({ status, ms: performance.now() - asked }));
    await web.send({ text: "/start" });
    const first = await hook;
    expect(first.status).toBe(503);
    expect(first.ms).toBeLessThan(refusedWithinMs);
    expect(refused.length).toBeGreaterThan(0);
    for (const { status, ms } of refused) {
      expect(status).toBe(503);
      expect(ms).toBeLessThan(refusedWithinMs);
    }
    await until(async () => (await ready()) === 200, 30_000);
    note("mongod held down for 8 s: from its kill to ready, ms", performance.now() - began);
    await until(() => web.seen().some(({ text }) => text.includes("Trợ lý OCOP")), 15_000, "the web reply");
    await until(() => user.replies().some((each) => each.fromBot), 15_000, "the reply on Telegram");
    await pause(1_000);
    expect(user.replies().filter((each) => each.fromBot)).toHaveLength(1);
    expect(web.seen().filter(({ text }) => text.includes("Trợ lý OCOP"))).toHaveLength(1);
    await web.close();
    expect(await serving.terminate()).toBe(0);
    await telegram.close();
  }, 120_000);
});

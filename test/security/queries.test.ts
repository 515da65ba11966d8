import "../app/one-realm.js";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Connection } from "mongoose";
import { run } from "../../src/app/cli/run.js";
import { createStores } from "../../src/app/stores.js";
import { readConfig } from "../../src/config/config.js";
import type { Turn } from "../../src/domain/capabilities.js";
import { asJson, type Json } from "../../src/domain/json.js";
import type { Registration } from "../../src/domain/registration.js";
import { silent } from "../../src/lib/log.js";
import { connect } from "../../src/store/connect.js";
import { createWebVisitor, type WebVisitor } from "../fakes/web-visitor.js";
import { freshDatabase } from "../support/database.js";
import { manualClock } from "../support/manual-clock.js";
import { startRunningService, type RunningService } from "../support/running-service.js";

const uri = process.env["OCOP_TEST_MONGODB_URI"] ?? "";
const at = new Date("2026-11-23T09:12:00+07:00");
/** Somebody else's: nothing of it may come out under an operator. */
const others: Registration = {
  _id: "other:1",
  code: "US26-104187-9",
  call: { code: "US26", revision: 1 },
  contactId: "contact:other",
  ownerId: "owner:other",
  product: { name: "Chè Canary", folded: "che canary" },
  province: { code: "82", name: "Đồng Tháp" },
  ownerName: "Cơ sở Canary Mẫu",
  answers: { productName: "Chè Canary" },
  fileIds: [],
  state: "submitted",
  late: false,
  submittedAt: at,
  history: [{ state: "submitted", at, by: "contact:other" }],
  version: 1,
};
const operators: Json[] = [{ $ne: null }, { $gt: "" }, { $regex: ".*" }, { $where: "true" }, { $expr: { $eq: [1, 1] } }, { $nor: [{ code: "x" }] }, { $in: ["US26-104187-9"] }, { $eq: "US26-104187-9" }, ["US26-104187-9"], [{ $ne: null }]];
const asTexts = [...operators.map((each) => JSON.stringify(each)), "$where", "$ne", "[$ne]=", "' || '1'=='1", "__proto__", "a.b.$c", "US26-104187-9\u0000x"];

let running: RunningService;
let connection: Connection;
let visitor: WebVisitor;
beforeAll(async () => {
  running = await startRunningService();
  connection = await connect({ uri, database: running.database, poolSize: 2 });
  const { transactions, registrations } = running.service.stores;
  await transactions.run((tx) => registrations.insert(tx, others));
  visitor = await createWebVisitor(running.address);
});
afterAll(async () => {
  await visitor?.close();
  await connection?.close();
  await running?.stop();
});

const inboxRows = (): Promise<number> => connection.collection("inbox").countDocuments({});
const unchanged = async (): Promise<void> => {
  const row = await running.service.stores.registrations.byCode(null, others.code);
  expect([row?.state, row?.version]).toEqual(["submitted", 1]);
};
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${running.address}${path}`, { method: "POST", headers: { origin: running.address, cookie: visitor.cookie, "content-type": "application/json" }, body: JSON.stringify(body) });

describe("13: an operator where a value is due", () => {
  test("is what the lookup would find, were it a value", async () => {
    const page = await fetch(`${running.address}/verify/${others.code}`);
    expect([page.status, (await page.text()).includes(others.ownerName)]).toEqual([200, true]);
  });

  test.each(asTexts)("as a code, %j is a code that nobody has", async (text) => {
    for (const path of [`/verify/${encodeURIComponent(text)}`, `/verify?code=${encodeURIComponent(text)}`]) {
      const page = await fetch(`${running.address}${path}`);
      expect(page.status).toBe(404);
      expect(await page.text()).not.toContain("Canary");
    }
  });

  test.each(["/verify?code[$ne]=", "/verify?code[$gt]=&lang[$ne]=en", "/verify?code[]=US26-104187-9", "/verify?code[$in][]=US26-104187-9", "/verify?code.$ne=1", "/verify?__proto__[code]=US26-104187-9"])("%s is the empty form", async (path) => {
    const page = await fetch(`${running.address}${path}`);
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/name="code" value=""/);
  });

  test.each(["/chat/events?after[$ne]=", "/files/[$ne]=", `/files/${encodeURIComponent('{"$ne":null}')}`, "/chat/qr?t[$ne]=", "/chat/qr?t[]=x"])("%s without a right is refused", async (path) => {
    const answer = await fetch(`${running.address}${path}`);
    expect([400, 401, 403, 404]).toContain(answer.status);
    expect(await answer.text()).not.toMatch(/Canary|at \w+ \(/);
  });

  test("in the body or the address of a message is refused, and nothing is stored", async () => {
    const before = await inboxRows();
    for (const [n, wrong] of operators.entries()) {
      const id = `operator-${n}`;
      for (const body of [{ id: wrong, text: "a" }, { id, text: wrong }, { id, press: wrong, label: "a" }, { id, press: "a", label: wrong }, { id, text: "a", language: wrong }, { id, text: "a", user: wrong }, { id, text: "a", $where: "1" }, wrong]) {
        expect((await post("/chat/messages", body)).status).toBe(400);
      }
      expect((await post("/chat/session", { persona: wrong })).status).toBe(400);
    }
    expect((await post("/chat/messages?id[$ne]=x&text[$ne]=y", { text: "a" })).status).toBe(400);
    for (const query of ["id[$ne]=", "id=operator-file&name[$ne]=", "id=operator-file&caption[$gt]=", "id=operator-file&language[$ne]=vi", "id=operator-file&group[$ne]="]) {
      const sent = await fetch(`${running.address}/chat/files?${query}`, { method: "POST", headers: { origin: running.address, cookie: visitor.cookie, "content-type": "image/jpeg" }, body: Buffer.from("x") });
      // A name that is no name of ours is left out; an id that is none is refused.
      expect(query.startsWith("id=") ? [200, 400] : [400]).toContain(sent.status);
    }
    expect(await connection.collection("inbox").countDocuments({ _id: /operator-\d/ } as never)).toBe(0);
    expect((await inboxRows()) - before).toBeLessThanOrEqual(1);
  });

  test("as what is said is a text: kept as typed, looked up as such, and finds nothing", async () => {
    const typed = asTexts.filter((text) => !text.includes("\u0000"));
    await visitor.say("hủy");
    await visitor.nextReply(20_000);
    for (const text of typed) {
      for (const said of [`start ${text}`, "tra cứu", text, "hủy"]) {
        await visitor.say(said);
        await visitor.nextReply(20_000);
      }
    }
    expect(visitor.replies().length).toBeGreaterThan(typed.length);
    expect(JSON.stringify(visitor.replies())).not.toContain("Canary");
    const kept = (await connection.collection("transcripts").find({ from: "person" }).toArray()).map((row) => String(row["text"]));
    for (const text of typed) expect(kept).toContain(text);
    expect(await connection.collection("inbox").countDocuments({ state: "parked" })).toBe(0);
    await unchanged();
  }, 120_000);

  test("as an argument of any query or action of a conversation gives nothing away", async () => {
    const { people, registrations, bundle, stores } = running.service;
    const steps = Object.values(bundle.flows).flatMap((flow) => Object.values(flow.steps));
    const names = [...new Set(steps.flatMap((step) => ("args" in step && step.args !== undefined ? Object.keys(step.args) : [])))];
    expect(names).toEqual(expect.arrayContaining(["code", "ownerId"]));
    const contact = { _id: "contact:stranger", language: "vi" as const, grants: [], owners: [], consents: [] };
    const account = { _id: "web-chat:site:stranger", contactId: contact._id, channel: "web-chat", account: "site", user: "stranger", chat: "stranger", reachable: true, since: at };
    const answers: unknown[] = [];
    for (const wrong of operators) {
      const args = Object.fromEntries(names.map((name) => [name, wrong]));
      for (const does of [...people.queries, ...registrations.queries, ...people.actions, ...registrations.actions]) {
        const work = stores.transactions.run(async (tx) => {
          const turn = { tx, key: "stranger", now: at, contact, account, language: "vi", drafts: 0, underWay: false };
          answers.push(asJson(await does.run(args as never, turn as unknown as Turn)));
          throw new Error("only looked at");
        });
        await work.catch(() => undefined);
      }
    }
    expect(answers.length).toBeGreaterThan(operators.length * 10);
    expect(JSON.stringify(answers)).not.toContain("Canary");
    await unchanged();
  }, 60_000);

  test("is thrown back by the store, were it to come so far", async () => {
    const { registrations, people } = running.service.stores;
    const { $eq: _same, ...widening } = Object.assign({}, ...operators.filter((each) => !Array.isArray(each))) as Record<string, Json>;
    expect(Object.keys(widening).length).toBeGreaterThanOrEqual(6);
    for (const [operator, value] of Object.entries(widening)) {
      const wrong = { [operator]: value };
      await expect(registrations.byCode(null, wrong as never)).rejects.toThrow();
      await expect(registrations.byId(null, wrong as never)).rejects.toThrow();
      await expect(registrations.ofContact(null, wrong as never)).rejects.toThrow();
      await expect(people.invitation(null, wrong as never)).rejects.toThrow();
    }
  });

  test.each(['{"$ne":null}', "[$ne]="])("%s on the command line is a word like any other", async (text) => {
    const ocop = async (...command: string[]): Promise<{ code: number; said: string }> => {
      const said: string[] = [];
      const [verb = "", ...rest] = command;
      const config = { ...readConfig({ MONGODB_URI: uri, DATA_DIR: "./data", DEMO: "1", SESSION_SECRET: "a-secret-for-tests", SECRETS_KEY: "0".repeat(64) }), database: running.database };
      const code = await run({ config, log: silent, verb, rest, out: (line) => void said.push(line), fail: (line) => void said.push(line), stdin: Readable.from([]) });
      return { code, said: said.join("\n") };
    };
    const officer = (await running.service.stores.people.officers())[0]?._id ?? "";
    const tries = [
      await ocop("registrations", "move", text, "--to", "rejected", "--as", officer, "--reason", "x"),
      await ocop("registrations", "move", others.code, "--to", "rejected", `--as=${text}`, "--reason", "x"),
      await ocop("registrations", "move", others.code, `--to=${text}`, "--as", officer, "--reason", "x"),
      await ocop("outbox", "retry", text),
      await ocop("invite", "--role", "owner", `--owner=${text}`),
      await ocop("invite", "--role", "province_officer", `--province=${text}`),
    ];
    expect(tries.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1, 1]);
    for (const { said } of tries) expect(said).not.toMatch(/Canary|at \w+ \(/);
    await unchanged();
  }, 60_000);
});

describe("14: a filter with a key that a model does not have", () => {
  test("throws in every model, whatever is asked", async () => {
    const { connection: fresh, drop } = await freshDatabase();
    createStores(fresh, { clock: manualClock(), log: silent });
    const models = Object.values(fresh.models);
    expect(models.length).toBeGreaterThanOrEqual(15);
    const verbs = ["find", "findOne", "countDocuments", "deleteMany", "deleteOne", "findOneAndDelete"] as const;
    const taken: string[] = [];
    for (const model of models) {
      for (const verb of verbs) {
        const asked = (model[verb] as (filter: object) => PromiseLike<unknown>).call(model, { nobodyKnows: 1 });
        const error = await Promise.resolve(asked).then(() => null, (thrown: Error) => thrown);
        if (!/nobodyKnows/.test(error?.message ?? "")) taken.push(`${model.modelName}.${verb}`);
      }
      const error = await Promise.resolve(model.updateMany({ nobodyKnows: 1 }, {})).then(() => null, (thrown: Error) => thrown);
      if (!/nobodyKnows/.test(error?.message ?? "")) taken.push(`${model.modelName}.updateMany`);
    }
    await drop();
    expect(taken).toEqual([]);
  });
});

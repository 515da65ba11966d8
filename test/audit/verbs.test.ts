import "../app/one-realm.js";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { run } from "../../src/app/cli/run.js";
import { verbs } from "../../src/app/cli/verbs.js";
import { seedDemo } from "../../src/app/demo.js";
import { actionOutcomes } from "../../src/app/registered.js";
import { readSecrets } from "../../src/app/secrets.js";
import { createService, type Service } from "../../src/app/service.js";
import { readConfig, type Config } from "../../src/config/config.js";
import type { AuditEntry, WaitingEntry } from "../../src/domain/audit.js";
import type { Action } from "../../src/domain/capabilities.js";
import type { JsonObject } from "../../src/domain/json.js";
import { audited, mayDo } from "../../src/domain/policy.js";
import { Flow } from "../../src/engine/flow.js";
import { countingIds } from "../../src/lib/ids.js";
import { silent } from "../../src/lib/log.js";
import { createRig, event, type Rig } from "../conversation/rig.js";

const commands: ReadonlyMap<string, string> = new Map(Object.entries(audited).flatMap(([verb, of]) => ("command" in of ? [[of.command, verb]] : [])));
/** Verbs of the command line that change nothing and take nobody's data out. */
const looking = ["doctor", "users list", "call list", "outbox status", "outbox dead", "flows check", "flows graph", "audit verify"];

describe("the table of what is audited", () => {
  test("has every action that flows can do, and no other but what is nobody's: the service does it by itself", () => {
    const actions = Object.entries(audited).flatMap(([verb, of]) => ("command" in of || of.by.length === 0 ? [] : [verb]));
    expect(actions.toSorted()).toEqual([...actionOutcomes.keys()].toSorted());
  });

  test("has every verb of the command line that changes something", () => {
    expect([...commands.keys(), ...looking].toSorted()).toEqual(Object.keys(verbs).toSorted());
  });

  test("lets everybody do what is for citizens and owners, officers what is theirs, an admin all of it, and nobody what is not in it", () => {
    const since = new Date(0);
    const citizen = { contactId: "c", grants: [] };
    const officer = { contactId: "o", grants: [{ role: "central_officer" as const, since }] };
    const admin = { contactId: "a", grants: [{ role: "admin" as const, since }] };
    const may = (verb: string): boolean[] => [citizen, officer, admin].map((actor) => mayDo(actor, verb));
    expect(Object.fromEntries(["people.consent", "registrations.withdraw", "calls.import", "toString"].map((verb) => [verb, may(verb)]))).toEqual({
      "people.consent": [true, true, true],
      "registrations.withdraw": [true, true, true],
      "calls.import": [false, false, true],
      toString: [false, false, false],
    });
  });
});

describe("each verb, done on a real database, is found in the audit", () => {
  const actions = new Map<string, Action>();
  const flows: Record<string, Flow> = {};
  let folder: string;
  let config: Config;
  let service: Service;
  let rig: Rig;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ocop-verbs-"));
    const later: { audit?: Service["audit"] } = {};
    rig = await createRig(() => ({ actions, bundle: { hash: "test", flows }, bundleOf: () => ({ hash: "test", flows }), audit: { record: (tx, act) => later.audit?.record(tx, act) } }));
    config = { ...readConfig({ MONGODB_URI: process.env["OCOP_TEST_MONGODB_URI"] ?? "", DATA_DIR: folder, DEMO: "1" }), database: rig.connection.name };
    service = await createService({ config, connection: rig.connection, secrets: await readSecrets(config), clock: rig.clock, ids: countingIds("verbs"), instance: "test/verbs", log: silent });
    later.audit = service.audit;
    for (const action of [...service.people.actions, ...service.registrations.actions]) actions.set(action.name, action);
    await service.calls.refresh();
    await seedDemo(service, rig.clock.now());
  });
  afterAll(async () => {
    await rig.close();
    await rm(folder, { recursive: true, force: true });
  });

  const entriesOf = async (verb: string): Promise<AuditEntry[]> => (await rig.connection.collection<WaitingEntry>("audit_waiting").find({ "entry.verb": verb }).sort({ _id: 1 }).toArray()).map(({ entry }) => entry);
  const newestOf = async (verb: string): Promise<AuditEntry | undefined> => (await entriesOf(verb)).at(-1);

  let said = 0;
  /** One person asks for one action, through a conversation of one step. */
  async function asksFor(verb: string, user: string, given: JsonObject = {}): Promise<void> {
    const word = `viec${++said}`;
    const outcomes = actions.get(verb)?.outcomes ?? [];
    const args = Object.fromEntries(Object.keys(given).map((name) => [name, name]));
    const steps = { given: { set: given, next: "go" }, go: { do: verb, args, then: Object.fromEntries(outcomes.map((outcome) => [outcome, "done"])) }, done: { end: true } };
    flows[word] = Flow.parse({ id: word, words: [word], start: "given", steps });
    await rig.hear(event(user, said, word));
    await rig.settled();
  }

  async function does(verb: string, user: string, given: JsonObject = {}): Promise<AuditEntry | undefined> {
    await asksFor(verb, user, given);
    expect(rig.bugs).toEqual([]);
    return newestOf(verb);
  }

  async function ocop(...command: string[]): Promise<{ code: number; out: string; fail: string }> {
    const [out, fail]: string[][] = [[], []];
    const code = await run({ config, log: silent, verb: command[0] ?? "", rest: command.slice(1), out: (line) => void out?.push(line), fail: (line) => void fail?.push(line), stdin: Readable.from([]) });
    return { code, out: out?.join("\n") ?? "", fail: fail?.join("\n") ?? "" };
  }

  const registered = async (user: string) => (await rig.stores.registrations.ofContact(null, `contact:telegram:bot:${user}`)).at(-1);
  const owner = () => {
    const match = service.places.match("Ấp 3, xã Cái Bè, tỉnh Đồng Tháp");
    if (match.kind !== "place") throw new Error("no such place");
    return { phone: "+84901234567", ownerName: "HTX Mẫu", representative: "Nguyễn Văn Mẫu", place: JSON.parse(JSON.stringify(match.place)) as JsonObject };
  };
  async function submits(user: string, productName: string): Promise<AuditEntry | undefined> {
    const call = service.calls.open(rig.clock.now())[0];
    if (call === undefined) throw new Error("no call is open");
    return does("registrations.submit", user, { answers: { ...owner(), productName, keptOwner: { ownerId: `owner:${user}` }, call: { code: call.call.code, revision: call.revision } } });
  }

  const played: Record<keyof typeof audited, () => Promise<void>> = {
    "people.consent": async () => {
      const entry = await does("people.consent", "11");
      expect(entry).toMatchObject({ subject: entry?.actor, details: { outcome: "kept", channel: "telegram" }, digests: { account: expect.any(String), said: expect.any(String) } });
    },
    "people.refuse": async () => expect(await does("people.refuse", "12")).toMatchObject({ details: { outcome: "forgotten" } }),
    "people.keep_owner": async () => {
      const entry = await does("people.keep_owner", "13", owner());
      expect(entry).toMatchObject({ details: { outcome: "kept" } });
      for (const secret of ["901234567", "HTX Mẫu", "Nguyễn Văn Mẫu", "telegram:bot"]) expect(JSON.stringify(entry)).not.toContain(secret);
    },
    "people.redeem": async () => {
      const { code } = await service.people.invite({ role: "central_officer", by: "demo:centre", now: rig.clock.now() });
      const entry = await does("people.redeem", "14", { code });
      expect(entry).toMatchObject({ subject: entry?.actor, details: { outcome: "accepted" } });
      expect(JSON.stringify(entry)).not.toContain(code);
    },
    "people.withdraw": async () => {
      expect(await does("people.withdraw", "20", { purpose: "news" })).toMatchObject({ details: { outcome: "withdrawn" } });
    },
    "people.copy": async () => expect(await does("people.copy", "21")).toMatchObject({ details: { outcome: expect.any(String) } }),
    "people.request_erasure": async () => {
      expect(await does("people.request_erasure", "22", { words: "xóa hết" })).toMatchObject({ details: { outcome: "received" } });
    },
    "people.drop_draft_files": async () => expect(await does("people.drop_draft_files", "23")).toMatchObject({ details: { outcome: "dropped" } }),
    "people.erase": async () => {
      await does("people.request_erasure", "24", { words: "xóa hết" });
      await service.retention.run(new Date(rig.clock.now().getTime() + 15 * 86_400_000));
      expect(await newestOf("people.erase")).toMatchObject({ actor: "system", subject: expect.stringMatching(/^DL-/) });
    },
    "registrations.submit": async () => {
      const entry = await submits("15", "Mít sấy");
      expect(entry).toMatchObject({ subject: (await registered("15"))?.code, details: { outcome: "accepted" } });
    },
    "registrations.amend": async () => {
      await submits("16", "Mít sấy");
      const code = (await registered("16"))?.code ?? "";
      expect(await does("registrations.amend", "16", { code, version: 1, answers: { productName: "Mít sấy giòn" } })).toMatchObject({ subject: code, details: { outcome: "amended" } });
    },
    "registrations.withdraw": async () => {
      await submits("17", "Mít sấy");
      const code = (await registered("17"))?.code ?? "";
      expect(await does("registrations.withdraw", "17", { code })).toMatchObject({ subject: code, details: { outcome: "withdrawn" } });
    },
    "registrations.move": async () => {
      await submits("18", "Mít sấy");
      const code = (await registered("18"))?.code ?? "";
      expect(await ocop("registrations", "move", code, "--to", "returned", "--as", "demo:officer", "--reason", "Ảnh mờ")).toMatchObject({ code: 0 });
      const entry = await newestOf("registrations.move");
      expect(entry).toMatchObject({ actor: expect.stringMatching(/^person:/), subject: code, province: "82", details: { from: "submitted", to: "returned" }, digests: { reason: expect.any(String) } });
      expect(JSON.stringify(entry)).not.toContain("Ảnh mờ");
    },
    "people.invite": async () => {
      expect(await ocop("invite", "--role", "province_officer", "--province", "82", "--name", "Phạm Văn Mẫu")).toMatchObject({ code: 0 });
      const entry = await newestOf("people.invite");
      expect(entry).toMatchObject({ actor: "cli", province: "82", details: { role: "province_officer" } });
      const [, id] = /^invitation:(.+)$/.exec(entry?.subject ?? "") ?? [];
      expect(await rig.stores.people.invitation(null, id ?? "")).toMatchObject({ role: "province_officer" });
      expect(JSON.stringify(entry)).not.toContain("Mẫu");
    },
    "calls.import": async () => {
      expect((await entriesOf("calls.import")).map(({ actor, subject }) => [actor, subject])).toEqual([["system", "US24/1"], ["system", "US26/1"]]);
      expect(await ocop("call", "import", "test/support/thin-call.yaml")).toMatchObject({ code: 0 });
      expect(await newestOf("calls.import")).toMatchObject({ actor: "cli", subject: expect.stringMatching(/\/\d+$/) });
      const before = (await entriesOf("calls.import")).length;
      expect(await ocop("call", "import", "test/support/thin-call.yaml")).toMatchObject({ code: 0 });
      expect(await entriesOf("calls.import")).toHaveLength(before);
    },
    "registrations.export": async () => {
      const out = join(folder, "all.csv");
      expect(await ocop("registrations", "export", "--call", "US26", "--province", "82", "--format", "csv", "--out", out)).toMatchObject({ code: 0 });
      expect((await stat(out)).size).toBeGreaterThan(0);
      expect(await newestOf("registrations.export")).toMatchObject({ actor: "cli", subject: "US26", province: "82", details: { format: "csv", rows: (await rig.connection.collection("registrations").countDocuments({ "call.code": "US26", "province.code": "82" })) } });
    },
    "outbox.retry": async () => {
      await rig.stores.deliveries.insert(null, [{ _id: "dead/1", lane: "reply", channel: "telegram", account: "other", user: "1", chat: "1", contactId: "c", order: 1, state: "dead", attempts: 5, content: { text: "x" }, queuedAt: rig.clock.now(), error: "message_refused" }]);
      expect(await ocop("outbox", "retry", "dead/1")).toMatchObject({ code: 0 });
      expect(await newestOf("outbox.retry")).toMatchObject({ actor: "cli", subject: "outbox", details: { all: false, queued: 1 } });
    },
    "store.migrate": async () => {
      expect(await ocop("migrate")).toMatchObject({ code: 0 });
      expect(await newestOf("store.migrate")).toMatchObject({ actor: "cli", subject: "database", details: { migrations: expect.any(Number), indexes: expect.any(Number) } });
    },
    "demo.seed": async () => {
      expect(await ocop("seed", "demo")).toMatchObject({ code: 0 });
      expect(await newestOf("demo.seed")).toMatchObject({ actor: "cli", subject: "database" });
    },
  };

  test.each(Object.keys(played) as (keyof typeof audited)[])("%s", (verb) => played[verb]());

  test("and an action that the table does not let them do is not done", async () => {
    const ran: string[] = [];
    actions.set("people.crown", { name: "people.crown", outcomes: ["crowned"], run: () => (ran.push("people.crown"), Promise.resolve({ outcome: "crowned" })) });
    await asksFor("people.crown", "19");
    expect(rig.bugs).toMatchObject([{ error: { message: "people.crown: not allowed by policy.ts" } }]);
    expect([ran, await entriesOf("people.crown")]).toEqual([[], []]);
  });

  test("`audit verify` exits 0 with counts, and 1 naming the entry that does not hold", async () => {
    expect(await ocop("audit", "verify", "--json")).toMatchObject({ code: 0, fail: "" });
    const { out } = await ocop("audit", "verify");
    const waiting = await rig.connection.collection("audit_waiting").countDocuments();
    expect(out).toBe(`0 entries hold; ${waiting} wait to be sealed; 0 heads in ${join(folder, "audit-heads.jsonl")} are in the chain`);
    await rig.connection.collection<{ _id: number }>("audit").insertOne({ _id: 1 });
    expect(await ocop("audit", "verify")).toEqual({ code: 1, out: "entry 1 is not what was sealed; entries before it hold", fail: "" });
  });
});

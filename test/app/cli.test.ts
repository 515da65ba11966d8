import "./one-realm.js";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Connection } from "mongoose";
import { run } from "../../src/app/cli/run.js";
import { verbs } from "../../src/app/cli/verbs.js";
import { createStores, type Stores } from "../../src/app/stores.js";
import { readConfig } from "../../src/config/config.js";
import type { Delivery } from "../../src/domain/delivery.js";
import type { Registration } from "../../src/domain/registration.js";
import { silent } from "../../src/lib/log.js";
import { connect } from "../../src/store/connect.js";
import { manualClock } from "../support/manual-clock.js";

const uri = process.env["OCOP_TEST_MONGODB_URI"] ?? "";
const database = `test_${randomBytes(6).toString("hex")}`;
const at = new Date("2026-11-23T09:12:00+07:00");
let folder: string;
let connection: Connection;
let stores: Stores;

interface Ran {
  code: number;
  out: string;
  fail: string;
  /** What `--json` printed. */
  json(): unknown;
}

async function ocop(command: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const [verb = "", ...rest] = command;
  const out: string[] = [];
  const fail: string[] = [];
  const config = { ...readConfig({ MONGODB_URI: uri, DATA_DIR: folder, DEMO: "1", ...env }), database };
  const code = await run({ config, log: silent, verb, rest, out: (line) => void out.push(line), fail: (line) => void fail.push(line), stdin: Readable.from([]) });
  return { code, out: out.join("\n"), fail: fail.join("\n"), json: () => JSON.parse(out.join("\n")) as unknown };
}

function registration(n: number, change: Partial<Registration> = {}): Registration {
  return {
    _id: `test:${n}`,
    code: codes[n] ?? "",
    call: { code: "US26", revision: 1 },
    contactId: "demo:owner",
    ownerId: "owner:demo",
    product: { name: `Sản phẩm ${n}`, folded: `san pham ${n}` },
    province: { code: "82", name: "Đồng Tháp" },
    ownerName: "Hợp tác xã Trái cây Mẫu",
    answers: { productName: `Sản phẩm ${n}`, commitment: true, decision: { fileIds: ["f1"], decisionNumber: "1187/QĐ-UBND", decisionOn: "2025-03-15", stars: 4 } },
    fileIds: ["f1"],
    state: "submitted",
    late: false,
    submittedAt: new Date(at.getTime() + n * 1_000),
    history: [{ state: "submitted", at, by: "demo:owner" }],
    version: 1,
    ...change,
  };
}
const codes = ["US26-104187-9", "US26-000001-3", "US26-000002-1", "US26-000003-7"];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ocop-cli-"));
  connection = await connect({ uri, database, poolSize: 4 });
  stores = createStores(connection, { clock: manualClock(), log: silent });
  const seeded = await ocop(["seed", "demo"]);
  if (seeded.code !== 0) throw new Error(seeded.fail);
  for (const each of [registration(0), registration(1, { province: { code: "75", name: "Đồng Nai" } })]) await stores.transactions.run((tx) => stores.registrations.insert(tx, each));
});
afterAll(async () => {
  await connection.dropDatabase();
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a call that is off", () => {
  test("without a verb names the verbs and exits 2", async () => {
    const { code, fail } = await ocop([]);
    expect(code).toBe(2);
    for (const name of ["serve", ...Object.keys(verbs)]) expect(fail).toContain(name);
  });

  test.each([["frobnicate"], ["call frobnicate"], ["constructor"], ["__proto__"], ["toString"], ["call"], ["flows"], ["outbox"], ["seed"], ["users"]])("`%s` is no verb: exits 2 and says so", async (line) => {
    const { code, out, fail } = await ocop(line.split(" "));
    expect(code).toBe(2);
    expect(fail).toContain(`no such verb: ${line}`);
    expect(out).toBe("");
  });

  test.each(["users revoke", "notice import", "notice list", "notice show", "import", "reminders preview", "reminders tick", "zalo tokens", "backup", "restore", "seed national"])("`%s` comes later: exits 2 and says so", async (line) => {
    const { code, fail } = await ocop([...line.split(" "), "--json"].slice(0, line.includes(" ") ? undefined : 1));
    expect(code).toBe(2);
    expect(fail).toBe(`${line}: not built yet; CHANGELOG.md tells what is`);
  });

  test("a verb that comes later says so whatever follows it", async () => {
    expect(await ocop(["import", "owners.xlsx", "--kind", "owners"])).toMatchObject({ code: 2, fail: expect.stringContaining("not built yet") });
    expect(await ocop(["backup", "/tmp/somewhere"])).toMatchObject({ code: 2, fail: expect.stringContaining("not built yet") });
  });

  test.each(Object.keys(verbs))("`%s` with an option it does not have exits 2 and tells its use", async (name) => {
    const { code, out, fail } = await ocop([...name.split(" "), "--frobnicate"]);
    expect(code).toBe(2);
    expect(fail).toContain("--frobnicate");
    expect(fail).toContain(`Use: ${verbs[name]?.usage ?? "?"}`);
    expect(out).toBe("");
  });

  test("an option without its value exits 2", async () => {
    expect(await ocop(["invite", "--role"])).toMatchObject({ code: 2, fail: expect.stringContaining("--role") });
  });
});

describe("what is missing or wrong is told in a line, exit 1", () => {
  test.each<[string[], string]>([
    [["invite"], "--role is missing"],
    [["invite", "--role", ""], "--role is missing"],
    [["invite", "--role", "king"], "--role: must be one of admin, central_officer"],
    [["invite", "--role", "province_officer"], "needs --province"],
    [["invite", "--role", "province_officer", "--province", "83"], "no province has this code"],
    [["call", "import"], "FILE.yaml is missing"],
    [["call", "import", "/nowhere/call.yaml"], "/nowhere/call.yaml: cannot be read (ENOENT)"],
    [["registrations", "export", "--format", "csv", "--out", "x"], "--call is missing"],
    [["registrations", "export", "--call", "US26", "--out", "x"], "--format is missing"],
    [["registrations", "export", "--call", "US26", "--format", "csv"], "--out is missing"],
    [["registrations", "export", "--call", "XX26", "--format", "csv", "--out", "x"], "there is no such call"],
    [["registrations", "export", "--call", "US26", "--format", "pdf", "--out", "x"], "must be csv or json; was: pdf"],
    [["registrations", "export", "--call", "US26", "--format", "xlsx", "--out", "x"], "--format xlsx"],
    [["registrations", "export", "--call", "US26", "--province", "83", "--format", "csv", "--out", "x"], "no province has this code"],
    [["registrations", "export", "--call", "US26", "--format", "csv", "--out", "/nowhere/at/all.csv"], "--out /nowhere/at/all.csv: cannot be written (ENOENT)"],
    [["registrations", "move"], "CODE is missing"],
    [["registrations", "move", "US26-104187-9"], "--to is missing"],
    [["registrations", "move", "US26-104187-9", "--to", "lost"], "--to: must be one of submitted"],
    [["registrations", "move", "US26-104187-9", "--to", "endorsed"], "--as is missing"],
    [["registrations", "move", "US26-104187-9", "--to", "endorsed", "--as", "Nobody"], "no officer has this id or name"],
    [["registrations", "move", "US26-104187-3", "--to", "endorsed", "--as", "demo:officer"], "one digit is wrong"],
    [["registrations", "move", "US26-999999-4", "--to", "endorsed", "--as", "demo:officer"], "US26-999999-4: "],
    [["registrations", "move", "US26-104187-9", "--to", "selected", "--as", "demo:officer"], "from there it can become: returned, endorsed, rejected, withdrawn"],
    [["registrations", "move", "US26-104187-9", "--to", "endorsed", "--as", "demo:centre"], "may not move"],
    [["registrations", "move", "US26-104187-9", "--to", "returned", "--as", "demo:officer"], "needs --reason"],
    [["registrations", "move", "US26-104187-9", "--to", "endorsed", "--as", "demo:officer", "--fields", "decision"], "--fields and --until go with --to returned"],
    [["registrations", "move", "US26-104187-9", "--to", "endorsed", "--as", "demo:officer", "--until", "2099-01-31"], "--fields and --until go with --to returned"],
    [["registrations", "move", "US26-104187-9", "--to", "returned", "--as", "demo:officer", "--reason", "x", "--until", "2099-02-30"], "--until: must be a day such as 2026-12-04; was: 2099-02-30"],
    [["registrations", "move", "US26-104187-9", "--to", "returned", "--as", "demo:officer", "--reason", "x", "--until", "2020-01-31"], "--until 2020-01-31 is over"],
    [["registrations", "move", "US26-104187-9", "--to", "returned", "--as", "demo:officer", "--reason", "x", "--fields", "decision,photo"], "photo: no such field in US26; there are: productName, "],
    [["outbox", "retry"], "name the messages, or --all"],
  ])("%j", async (command, said) => {
    const { code, out, fail } = await ocop(command);
    expect({ code, out, fail }).toEqual({ code: 1, out: "", fail: expect.stringContaining(said) });
    expect(fail).not.toMatch(/\n\s+at /);
  });

  test("as an object with `--json`", async () => {
    const { code, fail } = await ocop(["invite", "--role", "king", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(fail)).toEqual({ error: "no_such_role", message: expect.stringContaining("king") });
  });

  test("a database that cannot be reached is told, not thrown", async () => {
    const { code, fail } = await ocop(["outbox", "status"], { MONGODB_URI: "mongodb://127.0.0.1:9/?replicaSet=rs0&serverSelectionTimeoutMS=200" });
    expect(code).toBe(1);
    expect(fail).toContain("MONGODB_URI: cannot be reached");
  });

  test("demo data goes nowhere but into the demo database", async () => {
    expect(await ocop(["seed", "demo"], { DEMO: "0" })).toMatchObject({ code: 1, fail: expect.stringContaining("DEMO=1") });
  });
});

describe("invite", () => {
  test("prints a code that is kept as a digest only", async () => {
    const ran = await ocop(["invite", "--role", "province_officer", "--province", "82", "--name", "Phạm Văn Mẫu", "--json"]);
    expect(ran.code).toBe(0);
    const { code, web, expiresAt } = ran.json() as { code: string; web: string; expiresAt: string };
    expect(web).toBe(`http://127.0.0.1:3000/chat?start=${code}`);
    const kept = await connection.collection("invitations").find({}).toArray();
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({ role: "province_officer", province: "82", name: "Phạm Văn Mẫu", expiresAt: new Date(expiresAt) });
    expect(JSON.stringify(kept)).not.toContain(code);
  });

  test("uses the public address where there is one", async () => {
    const { code, out } = await ocop(["invite", "--role", "admin"], { PUBLIC_URL: "https://ocop.example.org/" });
    expect(code).toBe(0);
    expect(out).toMatch(/^Single use, until .+\nhttps:\/\/ocop\.example\.org\/chat\?start=[A-Za-z0-9_-]{22}$/);
  });
});

describe("lists", () => {
  test("users, as lines and as JSON", async () => {
    expect((await ocop(["users", "list", "--json"])).json()).toEqual([
      { id: "demo:centre", name: "Lê Văn Mẫu", grants: [{ role: "central_officer", province: null }] },
      { id: "demo:officer", name: "Trần Thị Mẫu", grants: [{ role: "province_officer", province: "82" }] },
    ]);
    expect((await ocop(["users", "list"])).out).toContain("demo:officer\tTrần Thị Mẫu\tprovince_officer 82");
  });

  test("calls, with which are open", async () => {
    const { code, json } = await ocop(["call", "list", "--json"]);
    expect(code).toBe(0);
    expect(json()).toEqual([expect.objectContaining({ code: "US24", open: false, trial: false }), expect.objectContaining({ code: "US26", open: true, trial: true })]);
    expect((await ocop(["call", "list"])).out).toMatch(/^US24\trevision 1\tclosed, 2024-10-25 until before 2024-11-11\t/m);
  });
});

describe("call import", () => {
  const text = "code: TH26\ntitle: Đợt thử\nopensOn: 2026-01-01\nclosesBefore: 2026-02-01\nlate: refused\ncontact: { office: Mẫu }\nsections: [{ id: one, title: Một }]\nfields:\n  - { id: productName, section: one, ask: text, label: Tên }\n  - { id: weight, section: one, ask: weight, label: Nặng }\n";

  test("keeps a revision, the same file again none", async () => {
    const file = join(folder, "call.yaml");
    await writeFile(file, text);
    expect((await ocop(["call", "import", file, "--json"])).json()).toEqual({ code: "TH26", revision: 1, isNew: true });
    expect((await ocop(["call", "import", file])).out).toBe("TH26: revision 1 (unchanged)");
  });

  test("tells file, line and key of what is wrong, and keeps nothing", async () => {
    const file = join(folder, "broken.yaml");
    await writeFile(file, text.replace("late: refused", "late: perhaps").replace("TH26", "TH27"));
    const { code, fail } = await ocop(["call", "import", file]);
    expect(code).toBe(1);
    expect(fail).toMatch(/broken\.yaml:5: late: /);
    expect((await ocop(["call", "list"])).out).not.toContain("TH27");
  });
});

describe("registrations move", () => {
  test("moves by the officer's name and tells the owner", async () => {
    const { code, json } = await ocop(["registrations", "move", "us26 1041879", "--to", "returned", "--as", "Trần Thị Mẫu", "--reason", "Ảnh mờ", "--json"]);
    expect(code).toBe(0);
    expect(json()).toEqual({ code: "US26-104187-9", state: "returned", asked: { fields: [], until: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) } });
    const told = await connection.collection("deliveries").find({ contactId: "demo:owner" }).toArray();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ state: "queued", content: { push: true, text: expect.stringContaining("“Ảnh mờ”") } });
  });

  test("sends back the fields that are named, through the day that is named", async () => {
    await stores.transactions.run((tx) => stores.registrations.insert(tx, registration(2, { contactId: "demo:owner" })));
    const { code, out } = await ocop(["registrations", "move", "US26-000002-1", "--to", "returned", "--as", "demo:officer", "--reason", "Ảnh mờ", "--fields", "decision, labelPhotos", "--until", "2099-01-30"]);
    expect({ code, out }).toEqual({ code: 0, out: "US26-000002-1 is returned, to be mended through 2099-01-30; its owner is told" });
    expect((await stores.registrations.byCode(null, "US26-000002-1"))?.asked).toEqual({ fields: ["decision", "labelPhotos"], until: "2099-01-30" });
    await connection.collection("registrations").deleteOne({ code: "US26-000002-1" });
  });

  test("of another province's registration is refused and changes nothing", async () => {
    const { code, fail } = await ocop(["registrations", "move", "US26-000001-3", "--to", "endorsed", "--as", "demo:officer"]);
    expect({ code, fail }).toEqual({ code: 1, fail: expect.stringContaining("may not move") });
    expect((await stores.registrations.byCode(null, "US26-000001-3"))?.state).toBe("submitted");
  });
});

describe("outbox", () => {
  const dead = (id: string): Delivery => ({ _id: id, lane: "reply", channel: "telegram", account: "bot", user: "1", chat: "1", contactId: "c", order: 1, state: "dead", attempts: 5, content: { text: "x" }, queuedAt: at, error: "message_refused" });
  beforeAll(() => stores.deliveries.insert(null, [dead("dead/1"), dead("dead/2")]));

  test("status counts by channel, lane and state", async () => {
    const { code, json } = await ocop(["outbox", "status", "--json"]);
    expect(code).toBe(0);
    expect(json()).toContainEqual({ channel: "telegram", lane: "reply", state: "dead", count: 2 });
    expect((await ocop(["outbox", "status"])).out).toContain("telegram\treply\tdead\t2");
  });

  test("dead lists them without their text", async () => {
    const { code, out, json } = await ocop(["outbox", "dead", "--json"]);
    expect(code).toBe(0);
    expect(json()).toContainEqual({ id: "dead/1", channel: "telegram", lane: "reply", error: "message_refused", attempts: 5, queuedAt: at.toISOString() });
    expect(out).not.toContain("content");
  });

  test("retry queues those that are named, and answers 1 when none of them is dead", async () => {
    expect(await ocop(["outbox", "retry", "dead/1"])).toMatchObject({ code: 0, out: "1 messages are queued again" });
    expect(await ocop(["outbox", "retry", "dead/1"])).toMatchObject({ code: 1 });
    expect((await ocop(["outbox", "retry", "--all", "--json"])).json()).toEqual({ queued: 1 });
    expect((await ocop(["outbox", "dead"])).out).toBe("no dead messages");
  });
});

describe("flows", () => {
  test("check finds nothing wrong with the product's own", async () => {
    const { code, json } = await ocop(["flows", "check", "--json"]);
    expect(code).toBe(0);
    expect(json()).toEqual({ flows: expect.any(Number), problems: [] });
  });

  test("graph draws every step of every flow, and only arrows between steps that are drawn", async () => {
    const { code, json } = await ocop(["flows", "graph", "--json"]);
    expect(code).toBe(0);
    const { dot } = json() as { dot: string };
    const nodes = new Set([...dot.matchAll(/^ {4}"([a-z_.]+)" \[label/gm)].map((each) => each[1]));
    const arrows = [...dot.matchAll(/^ {4}"([a-z_.]+)" -> "([a-z_.]+)";$/gm)];
    expect(nodes.has("register.review")).toBe(true);
    expect(arrows.length).toBeGreaterThan(nodes.size / 2);
    for (const [, from, to] of arrows) expect([nodes.has(from), nodes.has(to)]).toEqual([true, true]);
  });
});

describe("migrate, seed and doctor", () => {
  test("migrate can be repeated: the second time there is nothing to do", async () => {
    expect((await ocop(["migrate"])).code).toBe(0);
    expect((await ocop(["migrate", "--json"])).json()).toEqual({ ran: [], indexesBuilt: 0 });
  });

  test("seed demo can be repeated: nothing is there twice, and what was changed stays", async () => {
    const before = await connection.collection("calls").countDocuments();
    await connection.collection("contacts").updateOne({ _id: "demo:owner" } as never, { $set: { language: "en" } });
    expect((await ocop(["seed", "demo", "--json"])).json()).toEqual({ seeded: true });
    expect(await connection.collection("calls").countDocuments()).toBe(before);
    expect(await connection.collection("contacts").countDocuments({ _id: { $regex: "^demo:" } } as never)).toBe(3);
    expect((await stores.people.contacts(null, ["demo:owner"]))[0]?.language).toBe("en");
  });

  test("doctor looks at everything, and exits 0 only when all is well", async () => {
    const { code, json } = await ocop(["doctor", "--json"]);
    expect(code).toBe(0);
    const { findings } = json() as { findings: { what: string; ok: boolean }[] };
    expect(findings.map((each) => each.what)).toEqual(["node", "data directory", "flows and locales", "server", "database", "web chat"]);
    expect(findings.every((each) => each.ok)).toBe(true);
  });

  test("help lists every verb with its use", async () => {
    const { code, out } = await ocop(["help"]);
    expect(code).toBe(0);
    for (const usage of ["serve", "call import FILE.yaml", "outbox retry"]) expect(out).toContain(usage);
  });

  test("doctor names what to mend", async () => {
    const { code, out } = await ocop(["doctor"], { MONGODB_URI: "mongodb://127.0.0.1:9/?replicaSet=rs0&serverSelectionTimeoutMS=200" });
    expect(code).toBe(1);
    expect(out).toMatch(/^MEND database: MONGODB_URI: cannot be reached/m);
    expect(out).toMatch(/^ok {3}flows and locales/m);
  });
});

describe("registrations export", () => {
  test("writes a call's registrations, province by province, as CSV that only its owner may read", async () => {
    const out = join(folder, "all.csv");
    const ran = await ocop(["registrations", "export", "--call", "US26", "--format", "csv", "--out", out, "--json"]);
    expect(ran.json()).toEqual({ rows: 2, out });
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    const text = await readFile(out, "utf8");
    expect(text.startsWith("\ufeffcode,call,province_code,")).toBe(true);
    expect(text.trimEnd().split("\r\n").slice(1).map((line) => line.split(",")[0])).toEqual(["US26-000001-3", "US26-104187-9"]);
    expect(await readdir(folder)).not.toContain("all.csv.partial");
  });

  test("of one province writes that province's alone", async () => {
    const out = join(folder, "one.json");
    expect((await ocop(["registrations", "export", "--call", "US26", "--province", "75", "--format", "json", "--out", out])).code).toBe(0);
    const rows = JSON.parse(await readFile(out, "utf8")) as Record<string, unknown>[];
    expect(rows.map((row) => row["code"])).toEqual(["US26-000001-3"]);
    expect(rows[0]).not.toHaveProperty("contactId");
  });

  test("of a call without registrations is a file without rows", async () => {
    const out = join(folder, "none.json");
    expect((await ocop(["registrations", "export", "--call", "US24", "--format", "json", "--out", out])).out).toBe(`0 registrations written to ${out}`);
    expect(JSON.parse(await readFile(out, "utf8"))).toEqual([]);
  });
});

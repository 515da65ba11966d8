import "./one-realm.js";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { verbs } from "../../src/app/cli/verbs.js";
import { collections, createStores } from "../../src/app/stores.js";
import type { Delivery } from "../../src/domain/delivery.js";
import type { Registration } from "../../src/domain/registration.js";
import { silent } from "../../src/lib/log.js";
import { connect } from "../../src/store/connect.js";
import { ensureCollections } from "../../src/store/migrations.js";
import { startEmbedded } from "../../src/store/mongod/embedded.js";
import { manualClock } from "../support/manual-clock.js";
import { createProcesses, lives, look, mongodOf, runVerb, until, type Processes, type Serving } from "../support/processes.js";

const at = new Date("2026-11-23T09:12:00+07:00");
const moved = "US26-104187-9";
const codes = [moved, "US26-000001-3"];

let processes: Processes;
beforeAll(async () => {
  processes = await createProcesses();
  await writeFile(join(processes.base, "call.yaml"), callFile);
});
afterAll(() => processes.end());

const callFile = `code: TH26
title: Đợt thử
opensOn: 2026-01-01
closesBefore: 2026-02-01
late: refused
contact: { office: Mẫu }
sections: [{ id: one, title: Một }]
fields:
  - { id: productName, section: one, ask: text, label: Tên }
`;

interface VerbCase {
  args: string[];
  code: number;
  /** What `--json` prints: on standard output, when it exits 1 on standard error. */
  printed: unknown;
  /** What it left behind. */
  left?: () => Promise<void>;
}

/** Every verb of the README's table in an order in which each has something to do. `server` is what `doctor` finds of one. */
function cases(server: unknown): VerbCase[] {
  const file = (name: string): string => join(processes.base, name);
  const exported = (format: "csv" | "json", read: (text: string) => string[]): VerbCase => {
    const out = file(`all.${format}`);
    return {
      args: ["registrations", "export", "--call", "US26", "--format", format, "--out", out],
      code: 0,
      printed: { rows: 2, out },
      async left() {
        expect(read(await readFile(out, "utf8")).sort()).toEqual([...codes].sort());
        expect((await stat(out)).mode & 0o777).toBe(0o600);
      },
    };
  };
  return [
    { args: ["seed", "demo"], code: 0, printed: { seeded: true } },
    { args: ["migrate"], code: 0, printed: { ran: expect.any(Array), indexesBuilt: expect.any(Number) } },
    { args: ["doctor"], code: 0, printed: { findings: expect.arrayContaining([{ what: "server", ok: true, found: server }, { what: "database", ok: true, found: expect.stringMatching(/^ocop_demo: [23] calls/) }]) } },
    { args: ["call", "import", file("call.yaml")], code: 0, printed: { code: "TH26", revision: 1, isNew: true } },
    { args: ["call", "list"], code: 0, printed: expect.arrayContaining([expect.objectContaining({ code: "US26", open: true, trial: true }), expect.objectContaining({ code: "TH26", open: false, revision: 1 })]) },
    { args: ["invite", "--role", "province_officer", "--province", "82", "--name", "Phạm Văn Mẫu"], code: 0, printed: { code: expect.stringMatching(/^[\w-]{22}$/), web: expect.stringContaining("/chat?start="), expiresAt: expect.any(String) } },
    { args: ["users", "list"], code: 0, printed: expect.arrayContaining([{ id: "demo:officer", name: "Trần Thị Mẫu", grants: [{ role: "province_officer", province: "82" }] }]) },
    exported("csv", (text) => text.trimEnd().split("\r\n").slice(1).map((line) => line.split(",")[0] ?? "")),
    exported("json", (text) => (JSON.parse(text) as { code: string }[]).map(({ code }) => code)),
    { args: ["registrations", "move", "US26-999999-4", "--to", "endorsed", "--as", "demo:officer"], code: 1, printed: { error: expect.any(String), message: expect.stringMatching(/^US26-999999-4: \S+ \S+/) } },
    { args: ["registrations", "move", moved, "--to", "returned", "--as", "demo:officer", "--reason", "Ảnh mờ"], code: 0, printed: { code: moved, state: "returned", asked: { fields: [], until: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) } } },
    { args: ["outbox", "dead"], code: 0, printed: [expect.objectContaining({ id: "dead/1", channel: "web-chat", error: "message_refused", attempts: 5 })] },
    { args: ["outbox", "status"], code: 0, printed: expect.arrayContaining([{ channel: "web-chat", lane: "reply", state: "dead", count: 1 }]) },
    { args: ["outbox", "retry", "--all"], code: 0, printed: { queued: 1 } },
    { args: ["flows", "check"], code: 0, printed: { flows: expect.any(Number), problems: [] } },
    { args: ["flows", "graph"], code: 0, printed: { dot: expect.stringMatching(/^digraph flows \{[^]+\n\}$/) } },
    { args: ["audit", "verify"], code: 0, printed: expect.objectContaining({ holds: true }) },
  ];
}

const named = (args: readonly string[]): string => [args[0], args[1]].filter((word) => word !== undefined && /^[a-z]+$/.test(word)).join(" ");
/** By name and number, for the cases themselves know paths that are not there yet. */
const listed = (): [string, number][] => verbNames.map((name, n) => [name, n]);
const verbNames = ["seed demo", "migrate", "doctor", "call import", "call list", "invite", "users list", "registrations export (csv)", "registrations export (json)", "registrations move (unknown)", "registrations move", "outbox dead", "outbox status", "outbox retry", "flows check", "flows graph", "audit verify"];

test("the cases are all the verbs there are", () => {
  const tried = cases(null).map(({ args }) => named(args));
  expect(tried).toEqual(verbNames.map((name) => name.replace(/ \(.*/, "")));
  expect([...new Set(tried)].sort()).toEqual(Object.keys(verbs).sort());
});

async function check(each: VerbCase | undefined, dataDir: string, env: Record<string, string> = {}): Promise<void> {
  if (each === undefined) throw new Error("there is no such case");
  const { code, out, fail } = await runVerb(processes.base, dataDir, [...each.args, "--json"], env);
  expect({ code, ...(each.code === 0 ? { fail } : { out }) }).toEqual({ code: each.code, ...(each.code === 0 ? { fail: "" } : { out: "" }) });
  expect(JSON.parse(each.code === 0 ? out : fail)).toEqual(each.printed);
  await each.left?.();
}

/** The pids of mongods on this data. */
async function mongods(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const words = (await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "")).split("\0");
    if (words.includes(join(folder, "db"))) found.push(Number(entry));
  }
  return found;
}

/** How many mongods were ever started on this data, by mongod's own log. */
async function startedMongods(folder: string): Promise<number> {
  const log = await readFile(join(folder, "mongod.log"), "utf8").catch(() => "");
  return [...log.matchAll(/"msg":"MongoDB starting"/g)].length;
}

/** What the verbs need beside the demo data: two registrations, and a message that was given up. */
async function stock({ uri, database }: { uri: string; database: string }): Promise<void> {
  const connection = await connect({ uri, database, poolSize: 2 });
  try {
    await ensureCollections(connection, collections);
    const stores = createStores(connection, { clock: manualClock(), log: silent });
    for (const code of codes) await stores.transactions.run((tx) => stores.registrations.insert(tx, registration(code)));
    await stores.deliveries.insert(null, [dead]);
  } finally {
    await connection.close();
  }
}

const dead: Delivery = { _id: "dead/1", lane: "reply", channel: "web-chat", account: "site", user: "persona-htx-mau", chat: "persona-htx-mau", contactId: "demo:owner", order: 1, state: "dead", attempts: 5, content: { text: "x" }, queuedAt: at, error: "message_refused" };

function registration(code: string): Registration {
  return {
    _id: `test:${code}`,
    code,
    call: { code: "US26", revision: 1 },
    contactId: "demo:owner",
    ownerId: "owner:demo",
    product: { name: `Sản phẩm ${code}`, folded: `san pham ${code}` },
    province: { code: "82", name: "Đồng Tháp" },
    ownerName: "Hợp tác xã Trái cây Mẫu",
    answers: { productName: `Sản phẩm ${code}`, commitment: true },
    fileIds: [],
    state: "submitted",
    late: false,
    submittedAt: at,
    history: [{ state: "submitted", at, by: "demo:owner" }],
    version: 1,
  };
}

describe("beside a running server", () => {
  /** Its own mongod would not start: a verb that does not find the server's fails. */
  const elsewhere = { MONGOD_BINARY: "/nowhere/mongod" };
  let dataDir: string;
  let serving: Serving;
  let mongod: number;
  beforeAll(async () => {
    dataDir = processes.dataDir();
    serving = processes.serve(dataDir);
    await serving.ready;
    await until(() => serving.lines.some((line) => line.includes("indexes are built")), 20_000, "the end of building indexes");
    const state = await mongodOf(dataDir);
    mongod = state.pid;
    await stock(state);
  });

  test.each(listed())("`%s` works beside it", (_name, n) =>
    check(cases(expect.stringMatching(new RegExp(`^mongod \\d+\\.\\d+\\.\\d+ runs \\(pid ${mongod}\\)$`)))[n], dataDir, elsewhere),
  );

  test("the server sends what a verb queued", async () => {
    const states = (): Promise<string[]> => look(dataDir, async (db) => (await db.collection<Delivery>("deliveries").find({ contactId: "demo:owner" }).toArray()).map(({ state }) => state));
    await until(async () => (await states()).every((state) => state === "sent"), 20_000, "sending the message to the owner and the one that was dead");
    expect(await states()).toHaveLength(2);
  });

  test("a verb takes the server's database, whatever its own environment would have chosen", async () => {
    const { code, out } = await runVerb(processes.base, dataDir, ["users", "list"], { ...elsewhere, DEMO: "0" });
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("demo:officer\tTrần Thị Mẫu\tprovince_officer 82") });
  });

  test("server and mongod are still the same ones, and end together", async () => {
    expect([lives(serving.pid), await mongods(dataDir), await startedMongods(dataDir)]).toEqual([true, [mongod], 1]);
    expect(await serving.terminate()).toBe(0);
    expect(await mongods(dataDir)).toEqual([]);
  });
});

describe("without a server", () => {
  const alone = new Set(["flows check", "flows graph"]);
  let dataDir: string;
  beforeAll(async () => {
    dataDir = processes.dataDir();
    const configured = process.env["OCOP_TEST_MONGOD_BINARY"];
    const mongod = await startEmbedded({ dataDir, pathEnv: process.env["PATH"] ?? "", log: silent, ...(configured === undefined ? {} : { configured }) });
    try {
      await stock({ uri: mongod.uri, database: "ocop_demo" });
    } finally {
      await mongod.stop();
    }
  });

  test.each(listed())("`%s` starts a mongod for its own time and leaves none", async (name, n) => {
    const before = await startedMongods(dataDir);
    await check(cases("none runs on this data directory")[n], dataDir);
    expect(await startedMongods(dataDir)).toBe(before + (alone.has(name) ? 0 : 1));
    expect(await mongods(dataDir)).toEqual([]);
    await expect(mongodOf(dataDir)).rejects.toThrow("ENOENT");
  });

  test("on a folder that is not there yet a verb answers, and leaves no mongod", async () => {
    const folder = processes.dataDir();
    const { code, out, fail } = await runVerb(processes.base, folder, ["users", "list", "--json"]);
    expect({ code, fail, printed: JSON.parse(out) as unknown }).toEqual({ code: 0, fail: "", printed: [] });
    expect([await startedMongods(folder), await mongods(folder)]).toEqual([1, []]);
  });

  test("where no mongod can be had a verb says so in a line and exits 1", async () => {
    const { code, out, fail } = await runVerb(processes.base, dataDir, ["users", "list"], { MONGOD_BINARY: "/nowhere/mongod" });
    expect({ code, out, fail }).toEqual({ code: 1, out: "", fail: expect.stringMatching(/^[^\n]*MONGOD_BINARY: \/nowhere\/mongod does not exist[^\n]*\n$/) });
  });
});

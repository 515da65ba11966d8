import "./one-realm.js";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cell, exportRegistrations } from "../../src/app/cli/export.js";
import type { Registration } from "../../src/domain/registration.js";

type Service = Parameters<typeof exportRegistrations>[0];
const at = new Date("2026-11-23T02:12:00Z");
const told = (): Promise<void> => Promise.resolve();

function registration(product: string, change: Partial<Registration> = {}): Registration {
  return {
    _id: "r",
    code: "US26-104187-9",
    call: { code: "US26", revision: 1 },
    contactId: "telegram:bot:501",
    ownerId: "owner:1",
    product: { name: product, folded: product },
    province: { code: "82", name: "Đồng Tháp" },
    ownerName: "HTX Mẫu",
    answers: {},
    fileIds: [],
    state: "submitted",
    late: true,
    submittedAt: at,
    history: [],
    version: 1,
    ...change,
  };
}

function serviceOf(rows: readonly Registration[], fails = false): Service {
  return {
    calls: { latest: () => [{ call: { code: "US26" } }] },
    places: { province: () => undefined },
    registrations: {
      async *ofCall() {
        yield* rows;
        if (fails) throw new Error("the database went away");
      },
    },
  } as unknown as Service;
}

/** RFC 4180, as a spreadsheet reads it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? "";
    if (quoted) {
      if (char === '"' && text[i + 1] === '"') field += text[++i] ?? "";
      else if (char === '"') quoted = false;
      else field += char;
    } else if (char === '"') quoted = true;
    else if (char === ",") {
      rows.at(-1)?.push(field);
      field = "";
    } else if (char === "\r" && text[i + 1] === "\n") {
      rows.at(-1)?.push(field);
      rows.push([]);
      field = "";
      i++;
    } else field += char;
  }
  return rows.slice(0, -1);
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ocop-export-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("what a spreadsheet would take for a formula", () => {
  test.each(["=1+1", "+84901", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", '=HYPERLINK("http://x","y")'])("%j gets a quote in front", async (name) => {
    const out = join(folder, "x.csv");
    await exportRegistrations(serviceOf([registration(name, { ownerName: name, answers: { decision: { decisionNumber: name } } })]), { call: "US26", province: undefined, format: "csv", out }, told);
    const [heads = [], row = []] = readCsv((await readFile(out, "utf8")).slice(1));
    const value = (column: string): string | undefined => row[heads.indexOf(column)];
    expect([value("product"), value("owner"), value("decision_number")]).toEqual([`'${name}`, `'${name}`, `'${name}`]);
    for (const field of row) expect(field).not.toMatch(/^[=+\-@\t\r\0]/);
  });

  test.each(["Mít sấy", "a=b", "1-2", "", "'x", "mít@nhà"])("%j stays as it is", (value) => {
    expect(cell(value)).toBe(value);
  });
});

describe("commas, quotes and line breaks", () => {
  test.each(["a,b", 'Mít "giòn"', "hai\ndòng", "hai\r\ndòng", '","', '"'])("%j comes back whole", async (name) => {
    const out = join(folder, "x.csv");
    await exportRegistrations(serviceOf([registration(name), registration("after")]), { call: "US26", province: undefined, format: "csv", out }, told);
    const rows = readCsv((await readFile(out, "utf8")).slice(1));
    const column = rows[0]?.indexOf("product") ?? -1;
    expect(rows.slice(1).map((row) => row[column])).toEqual([name, "after"]);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  });
});

test("each column holds what its head says", async () => {
  const out = join(folder, "x.csv");
  const answers = { decision: { fileIds: ["f"], decisionNumber: "1187/QĐ-UBND", decisionOn: "2025-03-15", stars: 4 }, commitment: true };
  expect(await exportRegistrations(serviceOf([registration("Mít", { answers, fileIds: ["f"] })]), { call: "US26", province: undefined, format: "csv", out }, told)).toEqual({ rows: 1, out });
  const [heads = [], row = []] = readCsv((await readFile(out, "utf8")).slice(1));
  expect(Object.fromEntries(heads.map((head, index) => [head, row[index]]))).toEqual({
    code: "US26-104187-9",
    call: "US26",
    province_code: "82",
    province: "Đồng Tháp",
    owner: "HTX Mẫu",
    product: "Mít",
    state: "submitted",
    late: "yes",
    submitted_at: "2026-11-23T02:12:00.000Z",
    decision_number: "1187/QĐ-UBND",
    decision_on: "2025-03-15",
    stars: "4",
    commitment: "yes",
    files: "1",
  });
});

test("JSON holds names as they are, and neither contact nor owner id", async () => {
  const out = join(folder, "x.json");
  await exportRegistrations(serviceOf([registration("=1+1"), registration("Mít")]), { call: "US26", province: undefined, format: "json", out }, told);
  const text = await readFile(out, "utf8");
  expect((JSON.parse(text) as { product: string }[]).map((each) => each.product)).toEqual(["=1+1", "Mít"]);
  expect(text).not.toMatch(/telegram:bot:501|owner:1/);
});

test("an export that breaks off leaves no file, whole or partial", async () => {
  await expect(exportRegistrations(serviceOf([registration("Mít")], true), { call: "US26", province: undefined, format: "csv", out: join(folder, "x.csv") }, told)).rejects.toThrow("the database went away");
  expect(await readdir(folder)).toEqual([]);
});

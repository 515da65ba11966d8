import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createFileReferences } from "../../src/store/file-references.js";
import { createFileRows } from "../../src/store/file-rows.js";
import { registrationIndexes } from "../../src/store/registrations.js";
import { buildIndexes } from "../../src/store/migrations.js";
import { fileDatabase } from "../files/mongo.js";

let database: Awaited<ReturnType<typeof fileDatabase>>;
beforeAll(async () => {
  database = await fileDatabase();
  await buildIndexes(database.connection, [registrationIndexes]);
});
afterAll(() => database.drop());

type Row = Record<string, unknown>;
const insert = (name: string, row: Row): Promise<unknown> => database.connection.collection(name).insertOne(row as never);
const kept = (id: string, contactId = "c1"): Promise<void> =>
  createFileRows(database.connection).insert(null, { _id: id, contactId, channel: "telegram", account: "b", user: "1", chat: "1", source: { ref: "r" }, state: "kept", attempts: 1, createdAt: new Date(0) });
const referenced = async (...ids: string[]): Promise<string[]> => [...(await createFileReferences(database.connection)(ids))].toSorted();

beforeEach(async () => {
  for (const name of ["file_rows", "sessions", "contacts", "registrations", "products"]) await database.connection.collection(name).deleteMany({});
  await insert("contacts", { _id: "c1", owners: [{ ownerId: "owner:1" }] });
  await insert("contacts", { _id: "c2", owners: [{ ownerId: "owner:1" }] });
  await insert("contacts", { _id: "c3", owners: [] });
  for (const id of ["f1", "f2", "f3"]) await kept(id);
});

describe("what refers to a file", () => {
  it("is nothing at first", async () => {
    expect(await referenced("f1", "f2", "f3")).toEqual([]);
    expect(await referenced()).toEqual([]);
  });

  it.each<[string, string, Row]>([
    ["the question that is open", "sessions", { _id: "c1", state: { question: { partial: { waiting: ["f1"], fileIds: ["f2"] } } } }],
    ["a draft put aside", "sessions", { _id: "c1", state: { drafts: [{ answers: { decision: { fileIds: ["f1", "f2"] } } }] } }],
    ["papers that are sorted", "sessions", { _id: "c1", state: { talks: [{ answers: { papers: { sorted: [{ kind: "iso", fileIds: ["f1"] }, { kind: "haccp", fileIds: ["f2"] }] } } }] } }],
    ["the draft of another who acts for the same owner", "sessions", { _id: "c2", state: { talks: [{ answers: { decision: { fileIds: ["f1", "f2"] } } }] } }],
    ["a registration", "registrations", { _id: "r", code: "1", contactId: "c1", ownerId: "owner:1", fileIds: ["f1", "f2"] }],
    ["a registration that now belongs to somebody else", "registrations", { _id: "r", code: "1", contactId: "c9", ownerId: "owner:9", fileIds: ["f1", "f2"] }],
    ["what stood in a registration before it was amended", "registrations", { _id: "r", code: "1", contactId: "c1", ownerId: "owner:1", fileIds: [], history: [{ changed: [{ field: "decision", before: { fileIds: ["f1", "f2"] } }] }] }],
    ["a product's recognition", "products", { _id: "owner:1/mit", ownerId: "owner:1", recognition: { fileIds: ["f1", "f2"] } }],
  ])("is %s", async (_, collection, row) => {
    await insert(collection, row);
    expect(await referenced("f1", "f2", "f3")).toEqual(["f1", "f2"]);
  });

  it("is looked for through indexes, not in every registration", async () => {
    const plan = (await database.connection.collection("registrations").find({ $or: [{ fileIds: { $in: ["f1"] } }, { contactId: { $in: ["c1"] } }, { ownerId: { $in: ["owner:1"] } }] } as never).explain("queryPlanner")) as { queryPlanner: { winningPlan: unknown } };
    expect(JSON.stringify(plan.queryPlanner.winningPlan)).not.toContain("COLLSCAN");
  });
});

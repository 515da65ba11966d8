import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Schema, type Connection } from "mongoose";
import { modelOf } from "../../src/store/connect.js";
import { freshDatabase } from "../support/database.js";

let connection: Connection;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ connection, drop } = await freshDatabase());
});
afterAll(() => drop());

describe("a filter", () => {
  const things = () => modelOf(connection, "Thing", new Schema<{ name: string }>({ name: String }, { strict: "throw", versionKey: false }), "things");

  test.each(["find", "deleteMany", "countDocuments", "findOne"] as const)("of %s with a key that the schema does not have throws: it must not widen", async (verb) => {
    await things().collection.insertOne({ name: "a" });
    await expect((things()[verb] as (filter: object) => Promise<unknown>)({ typo: 1 })).rejects.toThrow(/typo/);
    expect(await things().countDocuments({})).toBeGreaterThan(0);
  });

  test("with an operator where a value is due finds nothing it should not", async () => {
    await expect(things().findOne({ name: { $ne: null } } as never)).rejects.toThrow();
  });
});

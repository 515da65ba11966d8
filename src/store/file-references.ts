import type { Connection } from "mongoose";

type Row = Record<string, unknown>;

/**
 * Which of these files are named anywhere in the sessions (drafts are in them), registrations and products of the people they came
 * from, or of others who act for the same owners. All of a document counts: a file that was replaced is named in its history still.
 * Sessions are read first: what is sent meanwhile moves from there to the others.
 */
export function createFileReferences(connection: Connection): (ids: readonly string[]) => Promise<ReadonlySet<string>> {
  const rowsOf = (name: string, filter: Row, fields?: Row): AsyncIterable<Row> => connection.collection(name).find(filter as never, fields === undefined ? {} : { projection: fields }) as AsyncIterable<Row>;

  return async (ids) => {
    const asked = new Set(ids);
    const found = new Set<string>();
    if (asked.size === 0) return found;
    const note = (value: unknown): void => {
      if (typeof value === "string" && asked.has(value)) found.add(value);
      else if (typeof value === "object" && value !== null) Object.values(value).forEach(note);
    };
    const contactIds = new Set<unknown>();
    const ownerIds = new Set<unknown>();
    for await (const row of rowsOf("file_rows", { _id: { $in: [...asked] } }, { contactId: 1 })) contactIds.add(row["contactId"]);
    for await (const row of rowsOf("contacts", { _id: { $in: [...contactIds] } }, { owners: 1 })) for (const { ownerId } of (row["owners"] as { ownerId: string }[] | undefined) ?? []) ownerIds.add(ownerId);
    for await (const row of rowsOf("contacts", { "owners.ownerId": { $in: [...ownerIds] } }, { _id: 1 })) contactIds.add(row["_id"]);

    for await (const row of rowsOf("sessions", { _id: { $in: [...contactIds] } })) note(row["state"]);
    for await (const row of rowsOf("products", { ownerId: { $in: [...ownerIds] } })) note(row);
    for await (const row of rowsOf("registrations", { $or: [{ fileIds: { $in: [...asked] } }, { contactId: { $in: [...contactIds] } }, { ownerId: { $in: [...ownerIds] } }] })) note(row);
    return found;
  };
}

import type { Connection } from "mongoose";
import type { Migration } from "../store/migrations.js";

/**
 * Several owners for a contact, each with a role and dates, several phones for an owner. When somebody began to act for an
 * owner was not kept: their first consent stands for it, else the instant the owner was kept last.
 */
const ownersWithRoles: Migration = {
  id: "2026-11-25-owners-with-roles",
  async run(connection: Connection) {
    const contacts = connection.collection<{ _id: string }>("contacts");
    const owners = connection.collection<{ _id: string }>("owners");
    for await (const row of contacts.find({ ownerIds: { $exists: true } } as never)) {
      const { _id, ownerIds, consents } = row as unknown as { _id: string; ownerIds: string[]; consents: { at: Date }[] };
      const kept = (await owners.find({ _id: { $in: ownerIds } }).toArray()) as unknown as { _id: string; updatedAt: Date }[];
      const memberships = ownerIds.map((ownerId) => ({ ownerId, role: "representative", from: consents[0]?.at ?? kept.find((each) => each._id === ownerId)?.updatedAt ?? new Date(0) }));
      await contacts.updateOne({ _id, ownerIds: { $exists: true } } as never, { $set: { owners: memberships }, $unset: { ownerIds: "" } } as never);
    }
    await owners.updateMany({ phone: { $exists: true } } as never, [{ $set: { phones: ["$phone"] } }, { $unset: "phone" }] as never);
  },
};

/** Changes of stored data, oldest first. Never edit one that has been released: add another. */
export const migrations: readonly Migration[] = [ownersWithRoles];

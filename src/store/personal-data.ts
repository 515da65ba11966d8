import type { Connection } from "mongoose";
import type { PersonalData } from "../domain/data-request.js";
import { Account, Contact, type Role } from "../domain/person.js";
import type { Tx } from "../domain/ports.js";
import { within } from "./connect.js";

const officialRoles: ReadonlySet<Role> = new Set(["admin", "central_officer", "province_officer", "commune_officer"]);

/** Repeated here for every collection that holds something of a person: a new one belongs in this file. */
export function createPersonalData(connection: Connection): PersonalData {
  const rows = (name: string) => connection.collection<{ _id: string }>(name);

  /** Who nobody else acts for and nothing was sent for goes too; another loses what is this person's own. */
  async function leaveOwner(tx: Tx, ownerId: string, contact: Contact): Promise<void> {
    const others = await rows("contacts").countDocuments({ "owners.ownerId": ownerId, _id: { $ne: contact._id } } as never, within(tx));
    const sent = await rows("registrations").countDocuments({ ownerId } as never, within(tx));
    if (others + sent === 0) {
      await rows("owners").deleteOne({ _id: ownerId }, within(tx));
      await rows("products").deleteMany({ ownerId } as never, within(tx));
      return;
    }
    await rows("owners").updateOne({ _id: ownerId }, { $pull: { phones: contact.phone ?? "" }, ...(others > 0 ? {} : { $unset: { email: "" } }) } as never, within(tx));
  }

  return {
    async unlink(tx, contactId, erasedId, at) {
      const session = within(tx);
      const found = await rows("contacts").findOne({ _id: contactId }, session);
      if (found === null) return null;
      const contact = Contact.parse(found);
      const accounts = Account.array().parse(await rows("accounts").find({ contactId } as never, session).toArray());
      await rows("consent_proofs").updateOne({ _id: erasedId }, { $push: { consents: { $each: contact.consents } }, $set: { erasedAt: at } } as never, { ...session, upsert: true });
      for (const ownerId of new Set(contact.owners.map((each) => each.ownerId))) await leaveOwner(tx, ownerId, contact);
      await rows("registrations").updateMany({ contactId } as never, { $set: { contactId: erasedId, "history.$[own].by": erasedId } } as never, { ...session, arrayFilters: [{ "own.by": contactId }] });
      await rows("file_rows").deleteMany({ contactId, state: { $ne: "kept" } } as never, session);
      await rows("file_rows").updateMany({ contactId } as never, { $set: { contactId: erasedId, user: "", chat: "", source: { ref: "erased" } }, $unset: { dueAt: "" } } as never, session);
      await rows("invitations").updateMany({ usedBy: contactId } as never, { $set: { usedBy: erasedId }, $unset: { name: "" } } as never, session);
      await rows("data_requests").updateMany({ contactId, kind: "withdrawal" } as never, { $set: { contactId: erasedId } } as never, session);
      await rows("deadlines").deleteMany({ contactId } as never, session);
      await rows("sessions").deleteOne({ _id: contactId }, session);
      await rows("accounts").deleteMany({ contactId } as never, session);
      await rows("contacts").deleteOne({ _id: contactId }, session);
      const addresses = accounts.sort((a, b) => Number(b.reachable) - Number(a.reachable)).map(({ channel, account, user, chat }) => ({ channel, account, user, chat }));
      return { language: contact.language, addresses, official: contact.grants.some(({ role }) => officialRoles.has(role)) };
    },

    async removeWritten(contactId, addresses, before) {
      await rows("transcripts").deleteMany({ contactId, at: { $lt: before } } as never);
      await rows("deliveries").deleteMany({ contactId, queuedAt: { $lt: before } } as never);
      for (const { channel, account, user } of addresses) {
        await rows("inbox").deleteMany({ state: { $in: ["done", "parked"] }, at: { $lt: before }, "inbound.channel": channel, "inbound.account": account, "inbound.user": user } as never);
      }
    },

    async removeMessage(deliveryId, screen) {
      if (screen === "clear") await rows("transcripts").deleteOne({ _id: deliveryId });
      await rows("deliveries").deleteOne({ _id: deliveryId });
    },
  };
}

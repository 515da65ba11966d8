import { Schema, trusted, type Connection } from "mongoose";
import type { PeopleStore } from "../domain/people-ports.js";
import { Account, Contact, Invitation, Owner } from "../domain/person.js";
import { modelOf, queueInsert, queueUpdate, within, type CollectionIndexes } from "./connect.js";

const options = { strict: "throw", versionKey: false, minimize: false } as const;
const accountSchema = new Schema<Account>({ _id: String, contactId: String, channel: String, account: String, user: String, chat: String, reachable: Boolean, since: Date }, options);
const contactSchema = new Schema<Contact>(
  { _id: String, language: String, grants: [{ _id: false, role: String, province: String, since: Date }], name: String, phone: String, owners: [{ _id: false, ownerId: String, role: String, from: Date, to: Date }], consents: [{ _id: false, purpose: String, given: Boolean, textVersion: String, at: Date, channel: String }] },
  options,
);
const ownerSchema = new Schema<Owner>(
  { _id: String, name: String, type: { type: String }, taxCode: String, place: Schema.Types.Mixed, representative: String, phones: [String], email: String, updatedAt: Date },
  options,
);
const invitationSchema = new Schema<Invitation>({ _id: String, role: String, province: String, ownerId: String, name: String, invitedBy: String, expiresAt: Date, usedBy: String, usedAt: Date }, options);

export const peopleIndexes: CollectionIndexes[] = [
  { collection: "accounts", indexes: [{ key: { contactId: 1 } }] },
  { collection: "contacts", indexes: [{ key: { "grants.role": 1 } }, { key: { "owners.ownerId": 1 } }] },
];

export function createPeopleStore(connection: Connection): PeopleStore {
  const accounts = modelOf<Account>(connection, "Account", accountSchema, "accounts");
  const contacts = modelOf<Contact>(connection, "Contact", contactSchema, "contacts");
  const owners = modelOf<Owner>(connection, "Owner", ownerSchema, "owners");
  const invitations = modelOf<Invitation>(connection, "Invitation", invitationSchema, "invitations");

  return {
    accounts: async (tx, ids) => (ids.length === 0 ? [] : ((await accounts.collection.find({ _id: { $in: [...ids] } } as never, within(tx)).toArray()) as unknown as Account[])),
    accountsOf: async (tx, contactId) => Account.array().parse(await accounts.find({ contactId }, null, within(tx)).lean()),
    contacts: async (tx, ids) => (await contacts.collection.find({ _id: { $in: [...ids] } } as never, within(tx)).toArray()) as unknown as Contact[],
    officers: async () => Contact.array().parse(await contacts.collection.find({ "grants.0": { $exists: true } }, { sort: { _id: 1 } }).toArray()),
    insert(tx, people) {
      for (const { account, contact } of people) {
        queueInsert(tx, contacts.collection, contact);
        queueInsert(tx, accounts.collection, account);
      }
    },
    async setReachable(tx, accountId, reachable) {
      await accounts.updateOne({ _id: accountId }, { $set: { reachable } }, within(tx));
    },
    updateContact(tx, id, change) {
      queueUpdate(tx, contacts.collection, { q: { _id: id }, u: { $set: change } });
    },
    addConsent(tx, id, consent) {
      queueUpdate(tx, contacts.collection, { q: { _id: id }, u: { $push: { consents: consent } } });
    },
    async owners(tx, ids) {
      if (ids.length === 0) return [];
      const found = Owner.array().parse(await owners.find({ _id: trusted({ $in: [...ids] }) }, null, within(tx)).lean());
      return ids.flatMap((id) => found.find((owner) => owner._id === id) ?? []);
    },
    saveOwner(tx, owner) {
      queueUpdate(tx, owners.collection, { q: { _id: owner._id }, u: owner, upsert: true });
    },
    invitation: async (tx, id) => {
      const found = await invitations.findById(id, null, within(tx)).lean();
      return found === null ? null : Invitation.parse(found);
    },
    async saveInvitation(tx, invitation) {
      await invitations.replaceOne({ _id: invitation._id }, invitation, { ...within(tx), upsert: true });
    },
  };
}

import { z } from "zod";
import { ownerTypes } from "./owner-name.js";
import { Place } from "./place.js";
import { Language } from "./shown.js";

export const roles = ["admin", "central_officer", "province_officer", "commune_officer", "owner", "distributor", "citizen"] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/** A role, and the unit it reaches where it is a province's. */
export const Grant = z.object({ role: Role, province: z.string().exactOptional(), since: z.date() });
export type Grant = z.infer<typeof Grant>;

/** One way to reach one person. `_id` is `channel:account:user`. */
export const Account = z.object({
  _id: z.string(),
  contactId: z.string(),
  channel: z.string(),
  account: z.string(),
  user: z.string(),
  chat: z.string(),
  reachable: z.boolean(),
  since: z.date(),
});
export type Account = z.infer<typeof Account>;

/** For whom somebody acts, and as what; ended at `to`. */
export const Membership = z.object({ ownerId: z.string(), role: z.enum(["representative", "member"]), from: z.date(), to: z.date().exactOptional() });
export type Membership = z.infer<typeof Membership>;

/** What a consent can be for. Each is asked for by itself. */
export const purposes = ["registration", "news"] as const;
export const Purpose = z.enum(purposes);
export type Purpose = z.infer<typeof Purpose>;

/** What was agreed to or refused: `textVersion` is a digest of the sentences shown. A withdrawal is one that is not given. */
export const Consent = z.object({ purpose: Purpose, given: z.boolean(), textVersion: z.string(), at: z.date(), channel: z.string() });
export type Consent = z.infer<typeof Consent>;

export const Contact = z.object({
  _id: z.string(),
  language: Language,
  grants: z.array(Grant),
  /** The name officers know the person by; not set for a person who gave none. */
  name: z.string().exactOptional(),
  phone: z.string().exactOptional(),
  /** Append-only. */
  consents: z.array(Consent),
  owners: z.array(Membership),
});
export type Contact = z.infer<typeof Contact>;

export const Owner = z.object({
  _id: z.string(),
  name: z.string(),
  type: z.enum(ownerTypes).exactOptional(),
  taxCode: z.string().exactOptional(),
  place: Place,
  representative: z.string(),
  /** E.164, the one given last first. */
  phones: z.array(z.string()),
  email: z.string().exactOptional(),
  updatedAt: z.date(),
});
export type Owner = z.infer<typeof Owner>;

/** Single use, bound to a role and a province or an owner. Its id is a digest of the code, which is shown once. */
export const Invitation = z.object({
  _id: z.string(),
  role: Role,
  province: z.string().exactOptional(),
  ownerId: z.string().exactOptional(),
  name: z.string().exactOptional(),
  invitedBy: z.string(),
  expiresAt: z.date(),
  usedBy: z.string().exactOptional(),
  usedAt: z.date().exactOptional(),
});
export type Invitation = z.infer<typeof Invitation>;

/** The owners a contact acts for at an instant. */
export function ownersOf(contact: Pick<Contact, "owners">, now: Date): Membership[] {
  return contact.owners.filter(({ from, to }) => from <= now && (to === undefined || now < to));
}

/** What holds of a purpose now: the entry made last. */
export function consentTo(contact: Pick<Contact, "consents">, purpose: Purpose): Consent | undefined {
  return contact.consents.findLast((each) => each.purpose === purpose);
}

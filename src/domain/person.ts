import { z } from "zod";
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

export const Contact = z.object({
  _id: z.string(),
  language: Language,
  grants: z.array(Grant),
  /** The name officers know the person by; not set for a person who gave none. */
  name: z.string().exactOptional(),
  phone: z.string().exactOptional(),
  /** Append-only: what was agreed to or refused, provably. */
  consents: z.array(z.object({ purpose: z.string(), given: z.boolean(), textVersion: z.string(), at: z.date(), channel: z.string() })),
  ownerIds: z.array(z.string()),
});
export type Contact = z.infer<typeof Contact>;

export const Owner = z.object({
  _id: z.string(),
  name: z.string(),
  place: Place,
  representative: z.string(),
  phone: z.string(),
  updatedAt: z.date(),
});
export type Owner = z.infer<typeof Owner>;

/** Single use, bound to a role and a province. Its id is a digest of the code, which is shown once. */
export const Invitation = z.object({
  _id: z.string(),
  role: Role,
  province: z.string().exactOptional(),
  name: z.string().exactOptional(),
  invitedBy: z.string(),
  expiresAt: z.date(),
  usedBy: z.string().exactOptional(),
  usedAt: z.date().exactOptional(),
});
export type Invitation = z.infer<typeof Invitation>;

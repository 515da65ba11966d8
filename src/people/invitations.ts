import type { Action } from "../domain/capabilities.js";
import { UserError } from "../domain/errors.js";
import { asJson } from "../domain/json.js";
import { ownersOf, type Invitation, type Role } from "../domain/person.js";
import type { Tx } from "../domain/ports.js";
import { words, type Shown } from "../domain/shown.js";
import { mac } from "../lib/ids.js";
import type { PeopleDeps } from "./deps.js";

export interface Invitations {
  /** Makes a single-use invitation; the code is shown once and kept as a digest only. `by`: a contact's id, or "cli". Throws `UserError`. */
  invite(invitation: { role: Role; province?: string; ownerId?: string; name?: string; by: string; now: Date; days?: number }): Promise<{ code: string; expiresAt: Date }>;
  /** Who an invitation code is for, or null when there is none to take up. */
  invitation(tx: Tx | null, code: string, now: Date): Promise<{ role: Shown; where: Shown } | null>;
  redeem: Action;
}

export function createInvitations(deps: Pick<PeopleDeps, "store" | "transactions" | "audit" | "ids" | "secret" | "provinceName">): Invitations {
  const { store } = deps;
  const digest = (code: string): string => mac(deps.secret, `invitation:${code.trim()}`);

  async function usable(tx: Tx | null, code: string, now: Date): Promise<Invitation | null> {
    const found = await store.invitation(tx, digest(code));
    return found === null || found.usedAt !== undefined || found.expiresAt <= now ? null : found;
  }

  async function shown(tx: Tx | null, { role, province, ownerId }: Invitation): Promise<{ role: Shown; where: Shown }> {
    const [owner] = ownerId === undefined ? [] : await store.owners(tx, [ownerId]);
    const place = owner?.name ?? (province === undefined ? undefined : (deps.provinceName(province) ?? province));
    return { role: words(`role.${role}`), where: place === undefined ? words("invitation.nowhere") : words("invitation.where", { province: place }) };
  }

  /** Throws `UserError` for a role that lacks its unit, and a unit that is not there. */
  async function check({ role, province, ownerId }: { role: Role; province?: string; ownerId?: string }): Promise<void> {
    const needsProvince = role === "province_officer" || role === "commune_officer";
    if (needsProvince && province === undefined) throw new UserError("province_missing", `--role ${role} needs --province CODE (two digits, as in "82" for Đồng Tháp)`);
    if (province !== undefined && deps.provinceName(province) === undefined) throw new UserError("no_such_province", `--province ${province}: no province has this code today; see resources/units/provinces.json`);
    if (ownerId === undefined) return;
    if (role !== "owner") throw new UserError("not_an_owner", `--owner goes with --role owner; was: ${role}`);
    if ((await store.owners(null, [ownerId])).length === 0) throw new UserError("no_such_owner", `--owner ${ownerId}: no owner has this id`);
  }

  return {
    async invite({ by, now, days = 14, ...invited }) {
      await check(invited);
      const code = deps.ids.id();
      const expiresAt = new Date(now.getTime() + days * 86_400_000);
      await deps.transactions.runAnew(async (tx) => {
        await store.saveInvitation(tx, { _id: digest(code), ...invited, invitedBy: by, expiresAt });
        deps.audit.record(tx, {
          at: now,
          by: by === "cli" ? by : { contactId: by },
          verb: "people.invite",
          subject: `invitation:${digest(code)}`,
          ...(invited.province === undefined ? {} : { province: invited.province }),
          details: { role: invited.role },
        });
      });
      return { code, expiresAt };
    },

    async invitation(tx, code, now) {
      const found = await usable(tx, code, now);
      return found === null ? null : shown(tx, found);
    },

    redeem: {
      name: "people.redeem",
      outcomes: ["accepted", "gone"],
      async run(args, { tx, now, contact }) {
        const invitation = typeof args["code"] === "string" ? await usable(tx, args["code"], now) : null;
        if (invitation === null) return { outcome: "gone" };
        const { role, province, ownerId, name } = invitation;
        await store.saveInvitation(tx, { ...invitation, usedBy: contact._id, usedAt: now });
        const joins = ownerId !== undefined && !ownersOf(contact, now).some((each) => each.ownerId === ownerId);
        store.updateContact(tx, contact._id, {
          grants: [...contact.grants, { role, since: now, ...(province === undefined ? {} : { province }) }],
          ...(joins ? { owners: [...contact.owners, { ownerId, role: "member", from: now }] } : {}),
          ...(name === undefined ? {} : { name }),
        });
        return { outcome: "accepted", value: asJson(await shown(tx, invitation)) };
      },
    },
  };
}

import { z } from "zod";
import type { Action, Capability, Query } from "../domain/capabilities.js";
import { UserError } from "../domain/errors.js";
import type { FileRows } from "../domain/file-ports.js";
import type { PeopleStore } from "../domain/people-ports.js";
import type { Contact, Invitation, Owner, Role } from "../domain/person.js";
import { Place, placeLabel } from "../domain/place.js";
import type { Transactions, TranscriptStore, Tx } from "../domain/ports.js";
import type { RegistrationStore } from "../domain/registration-ports.js";
import type { Shown } from "../domain/shown.js";
import { asJson } from "../domain/json.js";
import { mac, type Ids } from "../lib/ids.js";

export interface PeopleDeps {
  store: PeopleStore;
  registrations: Pick<RegistrationStore, "ofContact">;
  transcripts: Pick<TranscriptStore, "erase">;
  files: Pick<FileRows, "ofContact">;
  transactions: Transactions;
  ids: Ids;
  secret: string;
  /** What the consent's text is called, so that it can be proven what was agreed to. */
  consentVersion: string;
  office(): Shown;
  provinceName(code: string): string | undefined;
}

export interface People extends Capability {
  /** Makes a single-use invitation; the code is shown once and kept as a digest only. Throws `UserError`. */
  invite(invitation: { role: Role; province?: string; name?: string; by: string; now: Date; days?: number }): Promise<{ code: string; expiresAt: Date }>;
  /** Who an invitation code is for, or null when there is none to take up. */
  invitation(tx: Tx | null, code: string, now: Date): Promise<{ role: Shown; where: Shown } | null>;
  /** Finds an officer by contact id or name, for `--as`. Throws `UserError` when none or several fit. */
  officer(who: string): Promise<Contact>;
}

const KeptOwner = z.object({ phone: z.string(), ownerName: z.string(), place: Place, representative: z.string() });

export function createPeople(deps: PeopleDeps): People {
  const { store } = deps;
  const digest = (code: string): string => mac(deps.secret, `invitation:${code.trim()}`);
  const where = (province: string | undefined): Shown =>
    province === undefined ? { show: "words", key: "invitation.nowhere" } : { show: "words", key: "invitation.where", values: { province: deps.provinceName(province) ?? province } };
  const roleName = (role: Role): Shown => ({ show: "words", key: `role.${role}` });

  const known: Query = {
    name: "people.known",
    async run(_args, turn) {
      const { contact } = turn;
      const owner = await ownerOf(store, turn.tx, contact);
      // Whoever has sent a registration has an owner on record.
      const sent = owner === null ? [] : await deps.registrations.ofContact(turn.tx, contact._id);
      const consent = contact.consents.findLast((each) => each.purpose === "registration");
      return {
        me: { displayName: turn.displayName ?? null, registrations: sent.length === 0 ? null : sent.length },
        ...(owner === null ? {} : { ownerName: owner.name, place: asJson(owner.place), representative: owner.representative }),
        ...(contact.phone === undefined ? {} : { phone: contact.phone }),
        ...(consent?.given === true ? { consent: "given" } : {}),
      };
    },
  };

  const kept: Query = {
    name: "people.kept",
    async run(_args, turn) {
      const { contact } = turn;
      const [owner, sent, files, accounts] = [
        await ownerOf(store, turn.tx, contact),
        await deps.registrations.ofContact(turn.tx, contact._id),
        await deps.files.ofContact(contact._id),
        await store.accountsOf(turn.tx, contact._id),
      ];
      const photos = files.filter((file) => file.state === "kept").length;
      const rows: { name: Shown; value: Shown }[] = [];
      const row = (key: string, value: Shown): void => void rows.push({ name: { show: "words", key: `my_data.${key}` }, value });
      if (contact.phone !== undefined) row("contact", { show: "words", key: "my_data.contact_is", values: { phone: { show: "phone", e164: contact.phone }, accounts: accounts.length } });
      if (owner !== null) {
        row("owner", owner.name);
        row("place", placeLabel(owner.place));
        row("representative", owner.representative);
      }
      if (sent.length + turn.drafts + photos > 0) row("registrations", { show: "words", key: "my_data.registrations_is", values: { sent: sent.length, drafts: turn.drafts, files: photos } });
      const consent = contact.consents.findLast((each) => each.purpose === "registration");
      if (consent?.given === true) row("consent", { show: "words", key: "my_data.consent_is", values: { at: { show: "instant", at: consent.at.toISOString() } } });
      for (const grant of contact.grants) row("role", { show: "words", key: `role.${grant.role}` });
      return { count: rows.length, rows: asJson(rows), office: asJson(deps.office()) };
    },
  };

  const consent: Action = {
    name: "people.consent",
    outcomes: ["kept"],
    run(_args, turn) {
      store.addConsent(turn.tx, turn.contact._id, { purpose: "registration", given: true, textVersion: deps.consentVersion, at: turn.now, channel: turn.account.channel });
      return Promise.resolve({ outcome: "kept", value: { at: { show: "instant", at: turn.now.toISOString() } } });
    },
  };

  /** A refusal keeps nothing: what was said before it is erased too. */
  const refuse: Action = {
    name: "people.refuse",
    outcomes: ["forgotten"],
    async run(_args, turn) {
      if (turn.contact.consents.length === 0 && turn.contact.grants.length === 0) await deps.transcripts.erase(turn.tx, turn.contact._id);
      return { outcome: "forgotten" };
    },
  };

  const keepOwner: Action = {
    name: "people.keep_owner",
    outcomes: ["kept"],
    run(args, turn) {
      const said = KeptOwner.parse(args);
      const id = turn.contact.ownerIds[0] ?? `owner:${turn.contact._id}`;
      const owner: Owner = { _id: id, name: said.ownerName, place: said.place, representative: said.representative, phone: said.phone, updatedAt: turn.now };
      store.saveOwner(turn.tx, owner);
      store.updateContact(turn.tx, turn.contact._id, { phone: said.phone, name: said.representative, ownerIds: turn.contact.ownerIds.includes(id) ? turn.contact.ownerIds : [...turn.contact.ownerIds, id] });
      return Promise.resolve({ outcome: "kept" });
    },
  };

  const redeem: Action = {
    name: "people.redeem",
    outcomes: ["accepted", "gone"],
    async run(args, turn) {
      const invitation = typeof args["code"] === "string" ? await usable(turn.tx, args["code"], turn.now) : null;
      if (invitation === null) return { outcome: "gone" };
      await store.saveInvitation(turn.tx, { ...invitation, usedBy: turn.contact._id, usedAt: turn.now });
      const grant = { role: invitation.role, since: turn.now, ...(invitation.province === undefined ? {} : { province: invitation.province }) };
      store.updateContact(turn.tx, turn.contact._id, { grants: [...turn.contact.grants, grant], ...(invitation.name === undefined ? {} : { name: invitation.name }) });
      return { outcome: "accepted", value: asJson({ role: roleName(invitation.role), where: where(invitation.province) }) };
    },
  };

  async function usable(tx: Tx | null, code: string, now: Date): Promise<Invitation | null> {
    const found = await store.invitation(tx, digest(code));
    return found === null || found.usedAt !== undefined || found.expiresAt <= now ? null : found;
  }

  return {
    queries: [known, kept],
    actions: [consent, refuse, keepOwner, redeem],

    async invite({ role, province, name, by, now, days = 14 }) {
      const needsProvince = role === "province_officer" || role === "commune_officer";
      if (needsProvince && province === undefined) throw new UserError("province_missing", `--role ${role} needs --province CODE (two digits, as in "82" for Đồng Tháp)`);
      if (province !== undefined && deps.provinceName(province) === undefined) throw new UserError("no_such_province", `--province ${province}: no province has this code today; see resources/units/provinces.json`);
      const code = deps.ids.id();
      const expiresAt = new Date(now.getTime() + days * 86_400_000);
      await store.saveInvitation(null, { _id: digest(code), role, invitedBy: by, expiresAt, ...(province === undefined ? {} : { province }), ...(name === undefined ? {} : { name }) });
      return { code, expiresAt };
    },

    async invitation(tx, code, now) {
      const found = await usable(tx, code, now);
      return found === null ? null : { role: roleName(found.role), where: where(found.province) };
    },

    async officer(who) {
      const officers = await store.officers();
      const fit = officers.filter((each) => each._id === who || each.name === who);
      if (fit.length === 1 && fit[0] !== undefined) return fit[0];
      const names = officers.map((each) => each.name ?? each._id).join(", ");
      throw new UserError("no_such_officer", `--as ${who}: ${fit.length === 0 ? "no officer has this id or name" : "several officers have this name, give the id"}; there are: ${names === "" ? "none yet (make one with `invite`)" : names}`);
    },
  };
}

async function ownerOf(store: PeopleStore, tx: Tx, contact: Contact): Promise<Owner | null> {
  const id = contact.ownerIds[0];
  return id === undefined ? null : store.owner(tx, id);
}

import { z } from "zod";
import type { Action, Query, Turn } from "../domain/capabilities.js";
import { localDate } from "../domain/dates.js";
import { sentLater } from "../domain/answers.js";
import { asJson } from "../domain/json.js";
import { ownerTypes } from "../domain/owner-name.js";
import { consentTo, ownersOf, type Owner } from "../domain/person.js";
import { Place, placeLabel } from "../domain/place.js";
import { words, type Row, type Shown } from "../domain/shown.js";
import { mac } from "../lib/ids.js";
import type { PeopleDeps } from "./deps.js";

const KeptOwner = z.object({
  ownerId: z.string().nullish(),
  phone: z.string().nullish(),
  ownerName: z.string(),
  ownerType: z.enum(ownerTypes).nullish(),
  taxCode: z.string().nullish(),
  place: Place,
  representative: z.string(),
  email: z.string().nullish(),
});

/** For whom a person acts, and what is known of them. */
export function ownerQueries({ store, registrations }: Pick<PeopleDeps, "store" | "registrations">): Query[] {
  const theirs = ({ tx, contact, now }: Turn): Promise<Owner[]> => store.owners(tx, ownersOf(contact, now).map(({ ownerId }) => ownerId));

  const known: Query = {
    name: "people.known",
    async run({ ownerId }, turn) {
      const { contact } = turn;
      const owners = await theirs(turn);
      const owner = typeof ownerId === "string" ? owners.find(({ _id }) => _id === ownerId) : owners.length === 1 ? owners[0] : undefined;
      // Whoever has sent a registration has an owner on record.
      const sent = owners.length === 0 ? [] : await registrations.ofContact(turn.tx, contact._id);
      const news = consentTo(contact, "news");
      return asJson({
        me: { displayName: turn.displayName ?? null, registrations: sent.length === 0 ? null : sent.length, owners: owners.length, ...(news === undefined ? {} : { news: news.given ? "given" : "refused" }) },
        ...(owner === undefined ? {} : { ownerId: owner._id, ownerName: owner.name, ownerType: owner.type, taxCode: owner.taxCode, place: owner.place, representative: owner.representative, email: owner.email }),
        phone: contact.phone,
        ...(consentTo(contact, "registration")?.given === true ? { consent: "given" } : {}),
      });
    },
  };

  const choices: Query = {
    name: "people.owners",
    run: async (_args, turn) => asJson([...(await theirs(turn)).map(({ _id, name }) => ({ value: _id, label: name })), { value: "@new", label: words("people.another_owner") }]),
  };

  const profile: Query = {
    name: "people.profile",
    async run(_args, turn) {
      const { contact } = turn;
      const owners = await theirs(turn);
      const row = (key: string, value: Shown): Row => ({ name: words(`profile.${key}`), value });
      const rows = [
        ...(contact.name === undefined ? [] : [row("name", contact.name)]),
        ...(contact.phone === undefined ? [] : [row("phone", { show: "phone", e164: contact.phone })]),
        row("language", words(`profile.language_${turn.language}`)),
        ...owners.flatMap((owner) => {
          const membership = ownersOf(contact, turn.now).find(({ ownerId }) => ownerId === owner._id);
          return [
            row("owner", words("profile.owner_is", { name: owner.name, role: words(`profile.role_${membership?.role ?? "member"}`), since: { show: "date", on: localDate(membership?.from ?? turn.now) } })),
            row("representative", owner.representative),
            row("place", placeLabel(owner.place)),
            ...(owner.taxCode === undefined ? [] : [row("tax_code", owner.taxCode)]),
            ...(owner.email === undefined ? [] : [row("email", owner.email)]),
          ];
        }),
        ...contact.grants.map(({ role }) => row("role", words(`role.${role}`))),
      ];
      return asJson({ rows, owners: owners.length });
    },
  };

  return [known, choices, profile];
}

/** Keeps an owner as its person tells it. Who is not theirs now is a new one; what is to follow stays as it was. */
export function keepOwner({ store, secret }: Pick<PeopleDeps, "store" | "secret">): Action {
  return {
    name: "people.keep_owner",
    outcomes: ["kept"],
    async run(args, { tx, key, now, contact }) {
      const said = KeptOwner.parse(args);
      const current = ownersOf(contact, now);
      const [before] = current.some(({ ownerId }) => ownerId === said.ownerId) ? await store.owners(tx, [said.ownerId ?? ""]) : [];
      const ownerId = before?._id ?? `owner:${mac(secret, `owner:${key}`, 22)}`;
      const taxCode = said.taxCode === sentLater ? before?.taxCode : (said.taxCode ?? before?.taxCode);
      const phone = said.phone ?? contact.phone;
      const type = said.ownerType ?? before?.type;
      const email = said.email ?? before?.email;
      const represents = before === undefined || current.some((each) => each.ownerId === before._id && each.role === "representative");
      store.saveOwner(tx, {
        _id: ownerId,
        name: said.ownerName,
        ...(type === undefined ? {} : { type }),
        ...(taxCode === undefined ? {} : { taxCode }),
        place: said.place,
        representative: said.representative,
        phones: [...new Set([...(phone === undefined ? [] : [phone]), ...(before?.phones ?? []).filter((each) => each !== contact.phone)])],
        ...(email === undefined ? {} : { email }),
        updatedAt: now,
      });
      store.updateContact(tx, contact._id, {
        ...(phone === undefined ? {} : { phone }),
        ...(before === undefined ? { owners: [...contact.owners, { ownerId, role: "representative", from: now }] } : {}),
        ...(represents && (contact.name === undefined || contact.name === before?.representative) ? { name: said.representative } : {}),
      });
      return { outcome: "kept", value: { ownerId } };
    },
  };
}

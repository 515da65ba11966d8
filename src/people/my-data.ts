import type { Action, Query } from "../domain/capabilities.js";
import { copyPrefix, copyTypeOf, copyTypes } from "../domain/file.js";
import { asJson } from "../domain/json.js";
import { consentTo, ownersOf } from "../domain/person.js";
import { instant, languages, words, type Row, type Shown } from "../domain/shown.js";
import { mac } from "../lib/ids.js";
import { fold } from "../lib/text.js";
import { requestShown, type DataRequests } from "./data-requests.js";
import type { PeopleDeps } from "./deps.js";

/** How long a copy can be opened; the sweep of files that nothing refers to takes it away after as long. */
const copyValidMs = 24 * 3_600_000;

/** What is kept about a person, and what they can have done with it. */
export function createMyData(deps: PeopleDeps, asking: DataRequests): { queries: Query[]; actions: Action[] } {
  const { store, registrations } = deps;

  const kept: Query = {
    name: "people.kept",
    async run(_args, { tx, contact, drafts, now }) {
      const [sent, files, accounts, open] = [await registrations.ofContact(tx, contact._id), await deps.files.ofContact(contact._id), await store.accountsOf(tx, contact._id), await deps.requests.openOf(tx, contact._id)];
      const owners = await store.owners(tx, ownersOf(contact, now).map(({ ownerId }) => ownerId));
      const photos = files.filter((file) => file.state === "kept" && copyTypeOf(file) === null).length;
      const given = (["registration", "news"] as const).flatMap((purpose) => {
        const consent = consentTo(contact, purpose);
        return consent?.given === true ? [{ purpose, at: consent.at }] : [];
      });
      const rows: Row[] = [];
      const row = (key: string, value: Shown): void => void rows.push({ name: words(`my_data.${key}`), value });
      if (contact.phone !== undefined) row("contact", words("my_data.contact_is", { phones: 1, accounts: { show: "list", of: accountsShown(accounts.map(({ channel }) => channel)) } }));
      if (owners.length > 0) row("owner", { show: "list", of: owners.map(({ name }) => name) });
      if (sent.length + drafts + photos > 0) row("registrations", words("my_data.registrations_is", { sent: sent.length, drafts, files: photos }));
      for (const { purpose, at } of given) row(`consent_${purpose}`, instant(at));
      for (const { role } of contact.grants) row("role", words(`role.${role}`));
      const erasure = open.find(({ kind }) => kind === "erasure");
      return asJson({
        count: rows.length,
        rows,
        drafts,
        given: given.map(({ purpose }) => purpose),
        registration: given.some(({ purpose }) => purpose === "registration"),
        news: given.some(({ purpose }) => purpose === "news"),
        untold: sent.length === 0 ? words("erasure.none_sent") : words("erasure.untold", { codes: { show: "list", of: sent.map(({ code }) => code) } }),
        roles: contact.grants.length === 0 ? words("erasure.no_roles") : words("erasure.roles", { roles: { show: "list", of: contact.grants.map(({ role }) => words(`role.${role}`)) } }),
        office: deps.office(),
        ...(erasure === undefined ? {} : { erasure: requestShown(erasure) }),
      });
    },
  };

  const copy: Action = {
    name: "people.copy",
    outcomes: ["given", "no_way"],
    async run(_args, { tx, key, now, contact, account }) {
      const until = now.getTime() + copyValidMs;
      const made = Object.keys(copyTypes).map((mime) => ({ mime, id: `${copyPrefix}${mac(deps.secret, `copy:${key}:${mime}`, 22)}` }));
      const [page, data] = made.flatMap(({ id }) => deps.fileAddress(id, until, account.channel) ?? []);
      if (page === undefined || data === undefined) return { outcome: "no_way" };
      const { channel, account: bot, user, chat } = account;
      for (const { id, mime } of made) {
        await deps.files.insert(tx, { _id: id, contactId: contact._id, channel, account: bot, user, chat, source: { ref: "copy" }, state: "kept", attempts: 0, createdAt: now, settledAt: now, mime });
      }
      return { outcome: "given", value: asJson({ page, data, until: instant(new Date(until)) }) };
    },
  };

  const erase: Action = {
    name: "people.request_erasure",
    outcomes: ["received", "not_said"],
    async run(args, turn) {
      const said = typeof args["words"] === "string" ? fold(args["words"]) : "";
      const meant = languages.some((language) => fold(deps.i18n.text(language, { key: "erasure.words" })) === said);
      return meant ? { outcome: "received", value: requestShown(await asking.ask("erasure", turn)) } : { outcome: "not_said" };
    },
  };

  /** The photos of what was not sent; the drafts themselves leave with the session. Bytes go before their rows: what is cut off between the two is done again. */
  const dropDraftFiles: Action = {
    name: "people.drop_draft_files",
    outcomes: ["dropped"],
    async run(_args, { tx, contact }) {
      const sent = JSON.stringify(await registrations.ofContact(tx, contact._id));
      const gone = (await deps.files.ofContact(contact._id)).filter((file) => file.state !== "receiving" && copyTypeOf(file) === null && !sent.includes(`"${file._id}"`)).map(({ _id }) => _id);
      for (const id of gone) await deps.fileStore.remove(id);
      await deps.files.remove(gone);
      return { outcome: "dropped" };
    },
  };

  return { queries: [kept, asking.query], actions: [copy, erase, dropDraftFiles] };
}

/** "1 tài khoản Telegram" for each channel. */
function accountsShown(channels: readonly string[]): Shown[] {
  return [...new Set(channels)].map((channel) => words("my_data.accounts_on", { count: channels.filter((each) => each === channel).length, channel: words(`my_data.channel_${channel.replaceAll("-", "_")}`) }));
}

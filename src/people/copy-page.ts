import type { Call } from "../domain/call.js";
import { placeLabel } from "../domain/place.js";
import { instant, words, type Shown, type ShownValues } from "../domain/shown.js";
import { html, Html } from "../lib/html.js";
import type { Copy } from "./copy-contents.js";
import type { PeopleDeps } from "./deps.js";
import { answerName, answerShown } from "./copy-answers.js";

const style = new Html(
  '<style>body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:44rem;margin:0 auto;padding:1rem;color:#1b1b1b}h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #bbb}dt{color:#4a4f48}dd,li{margin:0 0 .6rem;overflow-wrap:anywhere;white-space:pre-line}@media print{a::after{content:" " attr(href);font-size:.7rem}}</style>',
);

/** The copy to read: one page that needs nothing else, in the person's language, fit to be printed. */
export function copyPage(copy: Copy, deps: Pick<PeopleDeps, "i18n" | "form">): string {
  const { i18n } = deps;
  const { language } = copy.contact;
  const say = (key: string, values: ShownValues = {}): string => i18n.text(language, { key, values });
  const show = (value: Shown): string => say("ask.shown", { value });
  const row = (name: string, value: Shown): Html => html`<dt>${name}</dt><dd>${show(value)}</dd>`;
  const own = (key: string, value: Shown | undefined): Html[] => (value === undefined ? [] : [row(say(`copy.${key}`), value)]);
  const channelName = (channel: string): Shown => words(`my_data.channel_${channel.replaceAll("-", "_")}`);
  const section = (key: string, parts: readonly Html[]): Html => (parts.length === 0 ? html`` : html`<h2>${say(`copy.${key}`)}</h2>${parts}`);
  const list = (rows: readonly Html[]): Html => html`<dl>${rows}</dl>`;
  const answers = (given: Readonly<Record<string, unknown>>, call: Call | undefined): Html[] =>
    // What has no name is the flow's own affair, not the person's.
    Object.entries(given).flatMap(([id, value]) => (call?.fields.some((field) => field.id === id) === true || i18n.has("vi", `label.${id}`) ? [row(show(answerName(i18n, id, call)), answerShown(i18n, language, id, value))] : []));

  const { contact } = copy;
  const sections = [
    section("contact", [
      list([
        ...own("name", contact.name),
        ...own("phone", contact.phone === undefined ? undefined : { show: "phone", e164: contact.phone }),
        ...copy.accounts.flatMap(({ channel, user, since }) => own("account", words("copy.account_is", { channel: channelName(channel), user, since: instant(since) }))),
        ...contact.grants.flatMap(({ role, since }) => own("role", words("copy.role_is", { role: words(`role.${role}`), since: instant(since) }))),
      ]),
    ]),
    section(
      "consents",
      contact.consents.map(({ purpose, given, at, channel, textVersion }) => list([row(say(`my_data.purpose_${purpose}`), words(given ? "copy.given" : "copy.not_given", { at: instant(at), channel: channelName(channel), version: textVersion }))])),
    ),
    section(
      "owners",
      copy.owners.map((owner) =>
        list([
          ...own("owner", owner.name),
          ...own("owner_type", owner.type === undefined ? undefined : words(`owner_type.${owner.type}`)),
          ...own("tax_code", owner.taxCode),
          ...own("place", placeLabel(owner.place)),
          ...own("representative", owner.representative),
          ...own("phone", { show: "list", of: owner.phones.map((e164): Shown => ({ show: "phone", e164 })) }),
          ...own("email", owner.email),
        ]),
      ),
    ),
    section(
      "registrations",
      copy.registrations.map((each) => {
        const moves = each.history.map(({ state, at, reason }) => row(say(`state.${state}`), reason === undefined ? instant(at) : words("copy.with_reason", { at: instant(at), reason })));
        return html`<h3>${each.product.name} – ${each.code}</h3>${list([...answers(each.answers, deps.form(each.call)), ...moves])}`;
      }),
    ),
    section("drafts", copy.drafts.map((draft) => html`<h3>${say("copy.draft_is", { since: instant(draft.since) })}</h3>${list(answers(draft.answers, undefined))}`)),
    section("requests", copy.requests.map(({ code, kind, at }) => list([row(code, words("copy.request_is", { what: words(`my_data.kind_${kind}`), at: instant(at) }))]))),
    section("files", copy.files.map(({ file, address }) => {
      const name = file.source.name ?? file._id;
      return html`<li>${address === null ? name : html`<a href="${address}">${name}</a>`}, ${show(instant(file.createdAt))}</li>`;
    })),
    section("transcript", copy.transcript.map(({ at, from, text, outgoing }) => {
      const said = [text, ...(outgoing?.rows ?? []).map(({ name, value }) => `${name}: ${value}`), outgoing?.after ?? "", ...(outgoing?.choices ?? []).map(({ label }) => `[${label}]`)].filter((line) => line !== "");
      return html`<li><b>${show(instant(at))}, ${say(`copy.${from}`)}</b>\n${said.join("\n")}</li>`;
    })),
  ];
  const title = say("copy.title");
  return html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>${style}</head>
<body><h1>${title}</h1><p>${say("copy.made", { at: instant(copy.madeAt) })}</p>${sections}</body></html>
`.markup;
}

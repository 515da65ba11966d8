import type { Audit } from "../domain/audit.js";
import type { Action, Query, Turn } from "../domain/capabilities.js";
import { readCode } from "../domain/codes.js";
import { fileIdOf } from "../domain/file.js";
import { canonicalJson, type Json, type JsonObject } from "../domain/json.js";
import type { Account, Contact } from "../domain/person.js";
import type { Content, Inbound, Outgoing } from "../domain/message.js";
import { mayDo } from "../domain/policy.js";
import type { Tx } from "../domain/ports.js";
import type { Bundle } from "../engine/flow.js";
import { step, type Input, type StepContext } from "../engine/step.js";
import { newSession, type EngineSession } from "../engine/session.js";
import type { I18n } from "../i18n/i18n.js";
import { mac } from "../lib/ids.js";
import { shownText, word } from "./word.js";

/** One input may lead to this many look-ups and actions; more is a flow gone astray. */
const maxNeeds = 20;

export interface TurnDeps {
  i18n: I18n;
  queries: ReadonlyMap<string, Query>;
  actions: ReadonlyMap<string, Action>;
  audit: Pick<Audit, "record">;
  bundle: Bundle;
  bundleOf(hash: string): Bundle | undefined;
  form: StepContext["form"];
  latest: StepContext["latest"];
  places: StepContext["places"];
  office(now: Date): StepContext["office"];
  unbuilt: readonly string[];
  idleMs: number;
  secret: string;
  /** Channels on which the person has chosen the language already, such as the web page. */
  choosesLanguage(channel: string): boolean;
}

export interface Person {
  account: Account;
  contact: Contact;
  session: EngineSession | null;
}

export interface Turned {
  session: EngineSession;
  out: Outgoing[];
  chosen: string | null;
  /** A photo that the open question now waits for. */
  waitsFor: string | null;
}

/** Takes one input through the engine, doing in `tx` what it needs; `onAction` is told before anything may be written. */
export async function turn(deps: TurnDeps, tx: Tx, person: Person, inbound: Inbound, now: Date, onAction: () => void): Promise<Turned> {
  const { i18n } = deps;
  const before = person.session ?? newSession(firstLanguage(deps, inbound));
  const ctx: StepContext = {
    now,
    bundle: deps.bundle,
    bundleOf: deps.bundleOf,
    form: deps.form,
    latest: deps.latest,
    places: deps.places,
    office: deps.office(now),
    unbuilt: deps.unbuilt,
    idleMs: deps.idleMs,
    text: (language, part) => i18n.text(language, part),
    shown: (language, value) => shownText(i18n, language, value),
    has: (key) => i18n.has("vi", key),
    questionId: (n) => mac(deps.secret, `question:${person.contact._id}:${n}`, 10),
  };
  let stepped = step(before, { is: "answer", answer: answerOf(inbound), receivedAt: inbound.receivedAt }, ctx);
  const { chosen } = stepped;
  const say = [...stepped.say];
  for (let n = 0; stepped.need !== null; n++) {
    if (n >= maxNeeds) throw new Error(`more than ${maxNeeds} look-ups for one input, the last: ${stepped.need.name}`);
    if (stepped.need.kind === "action") onAction();
    const result = await provide(deps, tx, person, inbound, stepped.need, `${inbound.id}/${stepped.need.id}/${n}`, stepped.session, now);
    stepped = step(stepped.session, result, ctx);
    say.push(...stepped.say);
  }
  const fileId = fileIdOf(inbound.id);
  return {
    session: stepped.session,
    out: say.map((message) => word(i18n, stepped.session.language, message)),
    chosen: chosen === null ? null : i18n.text(stepped.session.language, { key: "press.chosen", values: { label: chosen } }),
    waitsFor: inbound.content.kind === "file" && JSON.stringify(stepped.session.question?.partial ?? null).includes(fileId) ? fileId : null,
  };
}

async function provide(deps: TurnDeps, tx: Tx, person: Person, inbound: Inbound, need: NonNullable<ReturnType<typeof step>["need"]>, key: string, session: EngineSession, now: Date): Promise<Input> {
  const open = session.talks.filter((talk) => deps.bundle.flows[talk.flow]?.keeps_draft === true).length;
  const at: Turn = {
    tx,
    key,
    now,
    contact: person.contact,
    account: person.account,
    language: session.language,
    drafts: session.drafts.length + open,
    underWay: open > 0,
    ...(inbound.name === undefined ? {} : { displayName: inbound.name }),
  };
  if (need.kind === "query") {
    const query = deps.queries.get(need.name);
    if (query === undefined) throw new Error(`no such query: ${need.name}`);
    return { is: "result", id: need.id, value: await query.run(need.args, at) };
  }
  const action = deps.actions.get(need.name);
  if (action === undefined) throw new Error(`no such action: ${need.name}`);
  if (!mayDo({ contactId: at.contact._id, grants: at.contact.grants }, need.name)) throw new Error(`${need.name}: not allowed by policy.ts`);
  const { outcome, value = null } = await action.run(need.args, at);
  const by = { contactId: at.contact._id };
  deps.audit.record(tx, {
    at: now,
    by,
    verb: need.name,
    subject: codeIn(value) ?? codeIn(need.args) ?? by,
    details: { outcome, channel: at.account.channel },
    personal: { of: by.contactId, values: { account: at.account._id, said: canonicalJson(need.args) } },
  });
  return { is: "result", id: need.id, value, outcome };
}

/** The code of what an action was about; other texts under this name, such as an invitation's, are secrets. */
function codeIn(value: Json | JsonObject): string | undefined {
  const code = typeof value === "object" && value !== null && !Array.isArray(value) ? value["code"] : undefined;
  const read = typeof code === "string" ? readCode(code) : undefined;
  return read?.ok === true ? read.code : undefined;
}

function firstLanguage(deps: TurnDeps, inbound: Inbound): "vi" | "en" {
  return inbound.language === "en" && deps.choosesLanguage(inbound.channel) ? "en" : "vi";
}

function answerOf(inbound: Inbound): Extract<Input, { is: "answer" }>["answer"] {
  const content: Content = inbound.content;
  switch (content.kind) {
    case "text":
      return { is: "text", text: content.text };
    case "press":
      return { is: "press", data: content.data };
    case "file":
      return {
        is: "file",
        fileId: fileIdOf(inbound.id),
        media: content.media,
        ...(content.file.name === undefined ? {} : { name: content.file.name }),
        ...(content.caption === undefined ? {} : { caption: content.caption }),
      };
    case "location":
      return { is: "location", latitude: content.latitude, longitude: content.longitude };
    case "contact":
      return { is: "contact", phone: content.phone, own: content.own };
    case "other":
      return { is: "other", what: content.what };
    case "file_settled":
      return {
        is: "settled",
        fileId: content.fileId,
        ...(content.problem === undefined ? {} : { problem: content.problem }),
        ...(content.values === undefined ? {} : { values: content.values }),
        ...(content.slow === undefined ? {} : { slow: content.slow }),
      };
    case "reach":
      throw new Error("a change of reach is no answer");
  }
}

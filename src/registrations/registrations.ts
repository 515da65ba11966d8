import { z } from "zod";
import type { Audit } from "../domain/audit.js";
import type { Action, Capability, Query } from "../domain/capabilities.js";
import { filesIn } from "../domain/answers.js";
import { freeCode, readCode } from "../domain/codes.js";
import { addDays, lastMomentBefore, localDate, startOfDay } from "../domain/dates.js";
import { assess, clauseShown, type Finding, type Verdict } from "../domain/eligibility.js";
import { UserError } from "../domain/errors.js";
import { asJson } from "../domain/json.js";
import { ownersOf, type Contact } from "../domain/person.js";
import { Place } from "../domain/place.js";
import { mayMove } from "../domain/policy.js";
import type { Pushes, Transactions, Tx } from "../domain/ports.js";
import type { ProductStore, RegistrationStore } from "../domain/registration-ports.js";
import { moveBetween, movesFrom, type Registration, type RegistrationState } from "../domain/registration.js";
import { instant, words, type Language, type Part, type Shown } from "../domain/shown.js";
import type { DeadlineStore } from "../domain/deadline.js";
import type { Rule } from "../domain/rules.js";
import type { I18n } from "../i18n/i18n.js";
import { fold } from "../lib/text.js";
import { afterSending } from "./after.js";
import { titleOf, type Calls } from "./calls.js";
import { catalogues } from "./catalogues.js";
import { createDue } from "./due.js";
import { keepProduct, onFileQueries } from "./on-file.js";
import { judgedQuery } from "./judged.js";
import { statusQuery, type StatusDeps } from "./status.js";

export interface RegistrationDeps extends Pick<StatusDeps, "officer"> {
  store: RegistrationStore;
  products: ProductStore;
  deadlines: DeadlineStore;
  calls: Calls;
  transactions: Transactions;
  audit: Pick<Audit, "record">;
  pushes: Pushes;
  i18n: I18n;
  languageOf(contactId: string): Promise<Language>;
  invitation(tx: Tx | null, code: string, now: Date): Promise<{ role: Shown; where: Shown } | null>;
  /** What a QR code of this registration holds. */
  address(code: string, channel: string): string;
  secret: string;
  addWorkingDays(on: string, days: number): string;
  /** What the law says, and since when. */
  rules: readonly Rule[];
}

/** What anybody may see of a registration: nothing but this. */
export interface PublicView {
  code: string;
  call: Shown;
  product: string;
  owner: string;
  province: string;
  state: RegistrationState;
  history: { state: RegistrationState; at: Date }[];
}

export interface Registrations extends Capability {
  look(code: string): Promise<{ kind: "found"; view: PublicView } | { kind: "unknown" | "check_digit" }>;
  /** Moves a registration by the state table and tells its owner, in one transaction. Throws `UserError`. */
  move(request: { code: string; to: RegistrationState; actor: Contact; reason?: string; /** What the owner is to mend, by field id, when it is returned; through that local date (default: seven working days). */ fields?: readonly string[]; until?: string; now: Date }): Promise<Registration>;
  ofCall: RegistrationStore["ofCall"];
}

/** Working days in which an owner mends what was returned, where the officer names no date. */
const mendWithinDays = 7;

const Answers = z.looseObject({
  call: z.object({ code: z.string(), revision: z.number() }),
  productName: z.string(),
  ownerName: z.string(),
  place: Place,
  phone: z.string(),
  keptOwner: z.object({ ownerId: z.string() }),
  remindOn: z.string().optional().catch(undefined),
});

export function createRegistrations(deps: RegistrationDeps): Registrations {
  const { store, calls } = deps;
  const due = createDue(deps.deadlines);
  const after = afterSending({ store, products: deps.products, calls, due });

  const submit: Action = {
    name: "registrations.submit",
    outcomes: ["accepted", "late", "closed"],
    async run(args, turn) {
      const all = z.object({ answers: z.record(z.string(), z.unknown()) }).parse(args).answers;
      const said = Answers.parse(all);
      const { ownerId } = said.keptOwner;
      const call = calls.form(said.call);
      if (call === undefined) throw new Error(`no such call revision: ${said.call.code}/${said.call.revision}`);
      const before = await store.byId(turn.tx, turn.key);
      const late = before?.late ?? turn.now > lastMomentBefore(call.closesBefore);
      if (before === null && (turn.now < startOfDay(call.opensOn) || (late && call.late === "refused"))) return { outcome: "closed" };
      const registration: Registration = before ?? {
        _id: turn.key,
        code: await freeCode({ secret: deps.secret, seed: turn.key, prefix: call.code }, async (code) => (await store.byCode(turn.tx, code)) !== null),
        call: said.call,
        contactId: turn.contact._id,
        ownerId,
        product: { name: said.productName, folded: fold(said.productName) },
        province: { code: said.place.province.code, name: said.place.province.name },
        ownerName: said.ownerName,
        answers: Object.fromEntries(call.fields.filter((field) => all[field.id] !== undefined).map((field) => [field.id, all[field.id]])),
        fileIds: filesIn(call.fields.map((field) => all[field.id])),
        state: "submitted",
        late,
        submittedAt: turn.now,
        history: [{ state: "submitted", at: turn.now, by: turn.contact._id }],
        version: 1,
      };
      if (before === null) {
        await store.insert(turn.tx, registration);
        keepProduct(deps.products, turn.tx, registration, turn.now);
        due.sent(turn.tx, registration, call, said.remindOn);
      }
      const check = firstCheck(assess(call, registration.answers, { lastOn: localDate(lastMomentBefore(call.closesBefore)), today: localDate(turn.now), rules: deps.rules }));
      const province = said.place.province.name;
      const next: Shown =
        call.answerWithinDays === undefined
          ? { show: "words", key: "register.next", values: { province } }
          : { show: "words", key: "register.next_by", values: { province, by: { show: "date", on: addDays(localDate(registration.submittedAt), call.answerWithinDays) } } };
      return {
        outcome: late ? "late" : "accepted",
        value: asJson({ code: registration.code, at: instant(registration.submittedAt), check, next, qr: deps.address(registration.code, turn.account.channel) }),
      };
    },
  };

  /** How many requirements are met, and which are not or wait for a person. */
  function firstCheck(findings: readonly Finding[]): Shown {
    if (findings.length === 0) return words("eligibility.none");
    const named = (verdict: Verdict): Shown[] => findings.filter((each) => each.verdict === verdict).map(({ id, clause }) => (deps.i18n.has("vi", `requirement.${id}`) ? words(`requirement.${id}`) : clauseShown(clause)));
    const rest = (key: string, names: Shown[]): Shown => {
      const [first, ...more] = names;
      return first === undefined ? words("eligibility.none") : words(key, { names: more.reduce((all, name) => words("eligibility.and", { all, name }), first) });
    };
    return words("eligibility.summary", {
      met: findings.filter(({ verdict }) => verdict === "met").length,
      total: findings.length,
      not_met: rest("eligibility.not_met", named("not_met")),
      to_look: rest("eligibility.to_look", named("needs_person")),
    });
  }

  const sameProduct: Query = {
    name: "registrations.same_product",
    async run(args, turn) {
      const said = z.object({ call: z.object({ code: z.string() }), product: z.string(), ownerId: z.string() }).parse(args);
      const own = ownersOf(turn.contact, turn.now).some(({ ownerId }) => ownerId === said.ownerId);
      const same = own ? await store.sameProduct(turn.tx, said.call.code, said.ownerId, fold(said.product)) : null;
      if (same === null || same.state === "withdrawn") return null;
      return { product: same.product.name, code: same.code, on: { show: "date", on: localDate(same.submittedAt) } };
    },
  };

  const lookUp: Query = {
    name: "registrations.look_up",
    async run(args) {
      const seen = await look(typeof args["code"] === "string" ? args["code"] : "");
      if (seen.kind !== "found") return { kind: seen.kind };
      const { view } = seen;
      const row = (name: string, value: Shown): { name: Shown; value: Shown } => ({ name: { show: "words", key: `lookup.${name}` }, value });
      const rows = [
        row("call", view.call),
        row("product", view.product),
        row("owner", view.owner),
        row("province", view.province),
        row("state", { show: "words", key: "status.row", values: { state: { show: "words", key: `state.${view.state}` }, since: instant(view.history.at(-1)?.at ?? new Date(0)) } }),
      ];
      return { kind: "found", code: view.code, rows: asJson(rows) };
    },
  };

  const resolve: Query = {
    name: "codes.resolve",
    async run(args, turn) {
      const given = typeof args["code"] === "string" ? args["code"].trim() : "";
      const read = readCode(given);
      if (read.ok) return { kind: read.prefix === "DL" ? "data_request" : "registration" };
      if (calls.latest().some(({ call }) => call.code === given.toUpperCase())) return { kind: "call", call: given.toUpperCase() };
      const invitation = await deps.invitation(turn.tx, given, turn.now);
      return invitation === null ? { kind: "none" } : asJson({ kind: "invitation", ...invitation });
    },
  };

  async function look(text: string): Promise<{ kind: "found"; view: PublicView } | { kind: "unknown" | "check_digit" }> {
    const read = readCode(text);
    if (!read.ok) return { kind: read.why === "check_digit" ? "check_digit" : "unknown" };
    const found = await store.byCode(null, read.code);
    if (found === null) return { kind: "unknown" };
    const call = calls.form(found.call);
    return {
      kind: "found",
      view: {
        code: found.code,
        call: call === undefined ? found.call.code : titleOf(call),
        product: found.product.name,
        owner: found.ownerName,
        province: found.province.name,
        state: found.state,
        history: found.history.map(({ state, at }) => ({ state, at })),
      },
    };
  }

  return {
    queries: [...calls.queries, ...catalogues, judgedQuery(deps.rules), ...onFileQueries({ store, products: deps.products, form: calls.form }), ...after.queries, sameProduct, statusQuery({ store, calls, officer: deps.officer }), lookUp, resolve],
    actions: [submit, ...after.actions],
    look,
    ofCall: store.ofCall.bind(store),

    async move({ code, to, actor, reason, fields, until, now }) {
      const read = readCode(code);
      if (!read.ok) throw new UserError("bad_code", `${code}: ${read.why === "check_digit" ? "one digit is wrong (the check digit does not fit)" : "not a code such as US26-104187-9"}`);
      const moved = deps.transactions.runAnew(async (tx) => {
        const found = await store.byCode(tx, read.code);
        if (found === null) throw new UserError("no_such_registration", `${read.code}: no registration has this code`);
        const may = mayMove({ contactId: actor._id, grants: actor.grants }, found, to);
        if (may === "no_such_move") {
          const possible = movesFrom(found.state).map((move) => move.to);
          throw new UserError("no_such_move", `${read.code} is ${found.state}; from there it can become: ${possible.length === 0 ? "nothing (final)" : possible.join(", ")}`);
        }
        if (may === "not_allowed") throw new UserError("not_allowed", `${actor.name ?? actor._id} may not move ${read.code} of ${found.province.name} to ${to}`);
        if (moveBetween(found.state, to)?.needsReason === true && (reason ?? "").trim() === "") throw new UserError("reason_missing", `moving to ${to} needs --reason TEXT: the owner is shown it word for word`);
        const call = calls.form(found.call);
        const unknown = (fields ?? []).find((id) => call?.fields.every((field) => field.id !== id) ?? true);
        if (unknown !== undefined) throw new UserError("no_such_field", `${unknown}: no such field in ${found.call.code}; there are: ${call?.fields.map(({ id }) => id).join(", ") ?? "none"}`);
        if (until !== undefined && until < localDate(now)) throw new UserError("until_past", `--until ${until} is over: name a day from ${localDate(now)} on`);
        const asked = to === "returned" ? { fields: [...(fields ?? [])], until: until ?? deps.addWorkingDays(localDate(now), mendWithinDays) } : undefined;
        const entry = { state: to, at: now, by: actor._id, ...(reason === undefined ? {} : { reason }) };
        if (!(await store.move(tx, found._id, found.version, { state: to, ...(asked === undefined ? {} : { asked }) }, entry))) throw changedMeanwhile(read.code);
        const { asked: _mended, ...standing } = found;
        const after: Registration = { ...standing, state: to, version: found.version + 1, history: [...found.history, entry], ...(asked === undefined ? {} : { asked }) };
        await due.settled(tx, found, now, movesFrom(to).length === 0 ? "over" : "looked_at");
        due.returned(tx, after, now);
        deps.audit.record(tx, {
          at: now,
          by: { contactId: actor._id },
          verb: "registrations.move",
          subject: found.code,
          province: found.province.code,
          details: { from: found.state, to },
          ...(reason === undefined ? {} : { personal: { of: found.contactId, values: { reason } } }),
        });
        const language = await deps.languageOf(found.contactId);
        const part: Part = { key: `moved.${to}`, values: { code: found.code, product: found.product.name, at: instant(now), reason: reason ?? "", office: calls.office(now), until: asked === undefined ? "" : { show: "day", on: asked.until } } };
        const worded = deps.i18n.say(language, withTrial(part, call?.trial ?? false));
        await deps.pushes.push(tx, { key: `move:${found._id}:${after.version}`, contactId: found.contactId, lane: "reply", content: { ...worded, push: true }, now });
        return after;
      });
      return moved.catch((error: unknown) => {
        if (deps.transactions.isConflict(error)) throw changedMeanwhile(read.code);
        throw error;
      });
    },
  };
}

function changedMeanwhile(code: string): UserError {
  return new UserError("changed_meanwhile", `${code} was changed by somebody else just now; look again and repeat`);
}

/** Pushes about a trial's registrations are headed as one. */
function withTrial(part: Part, trial: boolean): Part {
  return { key: "moved.headed", values: { head: { show: "words", key: trial ? "register.trial" : "register.not_trial" }, text: { show: "words", key: part.key, values: part.values ?? {} } } };
}

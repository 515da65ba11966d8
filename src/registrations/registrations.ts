import { z } from "zod";
import type { Action, Capability, Query } from "../domain/capabilities.js";
import { makeCode, readCode } from "../domain/codes.js";
import { addDays, lastMomentBefore, localDate, startOfDay } from "../domain/dates.js";
import { assess, type Finding, type Verdict } from "../domain/eligibility.js";
import { UserError } from "../domain/errors.js";
import { asJson, type Json } from "../domain/json.js";
import type { Contact } from "../domain/person.js";
import { Place, provinceLabel } from "../domain/place.js";
import { mayMove } from "../domain/policy.js";
import type { Pushes, Transactions, Tx } from "../domain/ports.js";
import type { RegistrationStore } from "../domain/registration-ports.js";
import { moveBetween, movesFrom, type Registration, type RegistrationState } from "../domain/registration.js";
import type { Language, Part, Shown, ShownValues } from "../domain/shown.js";
import type { I18n } from "../i18n/i18n.js";
import { createHmac } from "node:crypto";
import { fold } from "../lib/text.js";
import { titleOf, type Calls } from "./calls.js";

export interface RegistrationDeps {
  store: RegistrationStore;
  calls: Calls;
  transactions: Transactions;
  pushes: Pushes;
  i18n: I18n;
  languageOf(contactId: string): Promise<Language>;
  invitation(tx: Tx | null, code: string, now: Date): Promise<{ role: Shown; where: Shown } | null>;
  /** What a QR code of this registration holds. */
  address(code: string, channel: string): string;
  secret: string;
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
  move(request: { code: string; to: RegistrationState; actor: Contact; reason?: string; now: Date }): Promise<Registration>;
  ofCall: RegistrationStore["ofCall"];
}

const Answers = z.looseObject({
  call: z.object({ code: z.string(), revision: z.number() }),
  productName: z.string(),
  ownerName: z.string(),
  place: Place,
  phone: z.string(),
});

export function createRegistrations(deps: RegistrationDeps): Registrations {
  const { store, calls } = deps;

  const submit: Action = {
    name: "registrations.submit",
    outcomes: ["accepted", "late", "closed"],
    async run(args, turn) {
      const all = z.object({ answers: z.record(z.string(), z.unknown()) }).parse(args).answers;
      const said = Answers.parse(all);
      const call = calls.form(said.call);
      if (call === undefined) throw new Error(`no such call revision: ${said.call.code}/${said.call.revision}`);
      const before = await store.byId(turn.tx, turn.key);
      const late = before?.late ?? turn.now > lastMomentBefore(call.closesBefore);
      if (before === null && (turn.now < startOfDay(call.opensOn) || (late && call.late === "refused"))) return { outcome: "closed" };
      const registration: Registration = before ?? {
        _id: turn.key,
        code: await freeCode(turn.tx, call.code, turn.key),
        call: said.call,
        contactId: turn.contact._id,
        ownerId: turn.contact.ownerIds[0] ?? `owner:${turn.contact._id}`,
        product: { name: said.productName, folded: fold(said.productName) },
        province: { code: said.place.province.code, name: said.place.province.name },
        ownerName: said.ownerName,
        answers: Object.fromEntries(call.fields.filter((field) => all[field.id] !== undefined).map((field) => [field.id, all[field.id]])),
        fileIds: Object.values(all).flatMap(fileIds),
        state: "submitted",
        late,
        submittedAt: turn.now,
        history: [{ state: "submitted", at: turn.now, by: turn.contact._id }],
        version: 1,
      };
      if (before === null) await store.insert(turn.tx, registration);
      const check = firstCheck(assess(call, registration.answers, localDate(lastMomentBefore(call.closesBefore))));
      const province = provinceLabel(said.place.province);
      const next: Shown =
        call.answerWithinDays === undefined
          ? { show: "words", key: "register.next", values: { province } }
          : { show: "words", key: "register.next_by", values: { province, by: { show: "date", on: addDays(localDate(registration.submittedAt), call.answerWithinDays) } } };
      return {
        outcome: late ? "late" : "accepted",
        value: asJson({ code: registration.code, at: { show: "instant", at: registration.submittedAt.toISOString() }, check, next, qr: deps.address(registration.code, turn.account.channel) }),
      };
    },
  };

  /** How many requirements are met, and which are not or wait for a person. */
  function firstCheck(findings: readonly Finding[]): Shown {
    if (findings.length === 0) return words("eligibility.none");
    const named = (verdict: Verdict): Shown[] => findings.filter((each) => each.verdict === verdict).map(({ id, clause }) => (deps.i18n.has("vi", `requirement.${id}`) ? words(`requirement.${id}`) : words("eligibility.clause", { clause })));
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

  /** Six digits drawn from the submission's key, so that a repeat gets the same; the next draw when they are taken. */
  async function freeCode(tx: Tx, prefix: string, key: string): Promise<string> {
    for (let n = 0; ; n++) {
      const digits = createHmac("sha256", deps.secret).update(`${key}#${n}`).digest().readUInt32BE(0) % 1_000_000;
      const code = makeCode(prefix, String(digits).padStart(6, "0"));
      if ((await store.byCode(tx, code)) === null) return code;
    }
  }

  const sameProduct: Query = {
    name: "registrations.same_product",
    async run(args, turn) {
      const said = z.object({ call: z.object({ code: z.string() }), product: z.string() }).parse(args);
      const ownerId = turn.contact.ownerIds[0];
      const same = ownerId === undefined ? null : await store.sameProduct(turn.tx, said.call.code, ownerId, fold(said.product));
      if (same === null || same.state === "withdrawn") return null;
      return { product: same.product.name, code: same.code, on: { show: "date", on: localDate(same.submittedAt) } };
    },
  };

  /** Where it stands and since when; the reason too while it is the owner's turn or the end. */
  function stateOf({ state, late, history, submittedAt }: Registration): Shown {
    const last = history.at(-1);
    const values = { state: { show: "words", key: `state.${state}` }, since: instant(last?.at ?? submittedAt) } as const;
    if (last?.reason !== undefined && ["returned", "rejected", "not_selected"].includes(state)) return { show: "words", key: "status.row_reason", values: { ...values, reason: last.reason } };
    return { show: "words", key: late ? "status.row_late" : "status.row", values };
  }

  const mine: Query = {
    name: "registrations.mine",
    async run(_args, turn) {
      const found = await store.ofContact(turn.tx, turn.contact._id);
      const rows = found.map((each) => ({
        name: { show: "words", key: "status.row_name", values: { product: each.product.name, code: each.code } },
        value: stateOf(each),
      }));
      return { count: found.length, drafts: turn.drafts, underWay: turn.underWay, rows: asJson(rows), office: calls.office(turn.now) as Json };
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
      if (readCode(given).ok) return { kind: "registration" };
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
    queries: [...calls.queries, sameProduct, mine, lookUp, resolve],
    actions: [submit],
    look,
    ofCall: store.ofCall.bind(store),

    async move({ code, to, actor, reason, now }) {
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
        const entry = { state: to, at: now, by: actor._id, ...(reason === undefined ? {} : { reason }) };
        if (!(await store.move(tx, found._id, found.version, to, entry))) throw changedMeanwhile(read.code);
        const language = await deps.languageOf(found.contactId);
        const part: Part = { key: `moved.${to}`, values: { code: found.code, product: found.product.name, at: instant(now), reason: reason ?? "", office: calls.office(now) } };
        const worded = deps.i18n.say(language, withTrial(part, calls.form(found.call)?.trial ?? false));
        await deps.pushes.push(tx, { key: `move:${found._id}:${found.version + 1}`, contactId: found.contactId, lane: "reply", content: { ...worded, push: true }, now });
        return { ...found, state: to, version: found.version + 1, history: [...found.history, entry] };
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

function instant(at: Date): Shown {
  return { show: "instant", at: at.toISOString() };
}

function fileIds(value: unknown): string[] {
  const parsed = z.looseObject({ fileIds: z.array(z.string()) }).safeParse(value);
  return parsed.success ? parsed.data.fileIds : [];
}

function words(key: string, values?: ShownValues): Shown {
  return { show: "words", key, ...(values === undefined ? {} : { values }) };
}

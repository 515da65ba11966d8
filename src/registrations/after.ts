import { z } from "zod";
import { isDeepStrictEqual } from "node:util";
import type { Action, Query, Turn } from "../domain/capabilities.js";
import { filesIn, sentLater, WithFiles } from "../domain/answers.js";
import type { Call } from "../domain/call.js";
import { addDays, localDate } from "../domain/dates.js";
import { asJson, type Json } from "../domain/json.js";
import { mayMove } from "../domain/policy.js";
import type { ProductStore, RegistrationStore } from "../domain/registration-ports.js";
import { isToFollow, mayAmend, stillMissing, type Registration } from "../domain/registration.js";
import { instant, words, type Shown } from "../domain/shown.js";
import { fold } from "../lib/text.js";
import { titleOf, type Calls } from "./calls.js";
import type { Due } from "./due.js";
import { keepProduct } from "./on-file.js";

export interface AfterDeps {
  store: RegistrationStore;
  products: Pick<ProductStore, "save">;
  calls: Calls;
  due: Due;
}

/** What an owner does with a registration that was sent: see it, add to it, correct it, withdraw it. */
export function afterSending({ store, products, calls, due }: AfterDeps): { queries: Query[]; actions: Action[] } {
  /** Theirs, or null: a code alone opens nothing. */
  async function own(args: Record<string, unknown>, turn: Turn): Promise<{ registration: Registration; call: Call } | null> {
    const found = typeof args["code"] === "string" ? await store.byCode(turn.tx, args["code"]) : null;
    const call = found === null ? undefined : calls.form(found.call);
    return found === null || call === undefined || found.contactId !== turn.contact._id ? null : { registration: found, call };
  }

  const choices: Query = {
    name: "registrations.choices",
    async run(_args, turn) {
      const found = await store.ofContact(turn.tx, turn.contact._id);
      return asJson(found.reverse().map(({ code, product }) => ({ value: code, label: product.name, also: [code] })));
    },
  };

  const open: Query = {
    name: "registrations.open",
    async run(args, turn) {
      const found = await own(args, turn);
      if (found === null) return { registration: null };
      const { registration, call } = found;
      const missing = stillMissing(registration).filter((id) => call.fields.some((field) => field.id === id));
      const fileField = missing.find((id) => call.fields.some((field) => field.id === id && (field.ask === "files" || field.ask === "photo")));
      return asJson({
        registration: {
          code: registration.code,
          version: registration.version,
          product: registration.product.name,
          missing,
          what: { show: "list", of: missing.map((id) => words(`label.${id}`)) },
          mayAmend: mayAmend(registration.state),
          mayWithdraw: mayMove({ contactId: turn.contact._id, grants: turn.contact.grants }, registration, "withdrawn") === "yes",
        },
        fileField: fileField ?? null,
      });
    },
  };

  /** Everything that was answered, as the form has it; without what is to be asked again, when `again` is set. */
  const answers: Query = {
    name: "registrations.answers",
    async run(args, turn) {
      const found = await own(args, turn);
      if (found === null) return {};
      const { registration, call } = found;
      const again = args["again"] === true ? stillMissing(registration) : [];
      const kept = Object.entries(registration.answers).filter(([id]) => !again.includes(id));
      return asJson({
        ...Object.fromEntries(kept),
        ownerName: registration.ownerName,
        call: { code: call.code, revision: registration.call.revision, title: titleOf(call), pinned: true },
        had: Object.fromEntries(again.flatMap((id) => { const files = WithFiles.safeParse(registration.answers[id]); return files.success ? [[id, files.data.fileIds.length]] : []; })),
      });
    },
  };

  /** `version` is the one that was shown: what changed since is looked at again before anything is written over it. */
  const amend: Action = {
    name: "registrations.amend",
    outcomes: ["amended", "unchanged", "not_now"],
    async run(args, turn) {
      const { version, answers: given } = z.looseObject({ version: z.number(), answers: z.record(z.string(), z.unknown()) }).parse(args);
      const found = await own(args, turn);
      if (found === null || found.registration.version !== version || !mayAmend(found.registration.state)) return { outcome: "not_now" };
      const { registration, call } = found;
      const askedAgain = given["again"] === true ? stillMissing(registration) : [];
      const now: Record<string, unknown> = {};
      const changed: { field: string; before: unknown }[] = [];
      for (const { id, when } of call.fields) {
        const before = registration.answers[id];
        const said = given[id];
        // An answer leaves only with the condition it hung on.
        const value = askedAgain.includes(id) ? joined(before, said) : (said ?? (when === undefined ? before : undefined));
        if (value !== undefined) now[id] = value;
        if (!isDeepStrictEqual(plain(before), plain(value))) changed.push({ field: id, before: before ?? null });
      }
      if (changed.length === 0) return { outcome: "unchanged" };
      const name = typeof now["productName"] === "string" ? now["productName"] : registration.product.name;
      const openFields = (registration.asked?.fields ?? []).filter((id) => given[id] === sentLater || !changed.some(({ field }) => field === id));
      const asked = registration.asked === undefined || openFields.length === 0 ? undefined : { ...registration.asked, fields: openFields };
      const state = asked === undefined ? ("submitted" as const) : ("returned" as const);
      const change = { state, answers: now, fileIds: [...new Set(filesIn(Object.values(now)))], product: { name, folded: fold(name) }, ...(asked === undefined ? {} : { asked }) };
      if (!(await store.amend(turn.tx, registration._id, registration.version, change, { state, at: turn.now, by: turn.contact._id, changed }))) return { outcome: "not_now" };
      keepProduct(products, turn.tx, { ...registration, ...change }, turn.now);
      const left = stillMissing({ answers: now, ...(asked === undefined ? {} : { asked }) });
      if (left.length === 0) await due.settled(turn.tx, registration, turn.now, "amended");
      const by = call.answerAgainWithinDays === undefined ? undefined : addDays(localDate(turn.now), call.answerAgainWithinDays);
      const next: Shown = asked !== undefined ? words("amended.next_missing") : by === undefined ? words("amended.next") : words("amended.next_by", { by: { show: "date", on: by } });
      const missing: Shown = left.length === 0 ? words("amended.whole") : words("amended.missing", { names: { show: "list", of: left.map((id) => words(`label.${id}`)) } });
      return { outcome: "amended", value: asJson({ at: instant(turn.now), missing, next }) };
    },
  };

  const withdraw: Action = {
    name: "registrations.withdraw",
    outcomes: ["withdrawn", "not_now"],
    async run(args, turn): Promise<{ outcome: string; value?: Json }> {
      const found = await own(args, turn);
      if (found === null) return { outcome: "not_now" };
      const { registration } = found;
      const may = mayMove({ contactId: turn.contact._id, grants: turn.contact.grants }, registration, "withdrawn") === "yes";
      if (!may || !(await store.move(turn.tx, registration._id, registration.version, { state: "withdrawn" }, { state: "withdrawn", at: turn.now, by: turn.contact._id }))) return { outcome: "not_now" };
      await due.settled(turn.tx, registration, turn.now, "over");
      return { outcome: "withdrawn", value: asJson({ at: instant(turn.now) }) };
    },
  };

  return { queries: [choices, open, answers], actions: [amend, withdraw] };
}

/** What is sent afterwards joins what is there, photos and papers alike: nothing that was sent is lost. */
function joined(before: unknown, said: unknown): unknown {
  if (Array.isArray(before) && before.length > 0) {
    const added = Array.isArray(said) ? (said as unknown[]) : [];
    // A paper that was to follow gives way to what came.
    return [...(before as unknown[]).filter((item) => added.length === 0 || !isToFollow(item)), ...added];
  }
  const old = WithFiles.safeParse(before);
  if (old.success && said === sentLater) return { ...old.data, restLater: true };
  const added = WithFiles.safeParse(said);
  if (!old.success || !added.success) return said ?? before;
  return { ...added.data, fileIds: [...new Set([...old.data.fileIds, ...added.data.fileIds])] };
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

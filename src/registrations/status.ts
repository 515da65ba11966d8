import type { Query } from "../domain/capabilities.js";
import { daysBetween, localDate } from "../domain/dates.js";
import { asJson, type Json } from "../domain/json.js";
import type { RegistrationStore } from "../domain/registration-ports.js";
import { stillMissing, type Registration } from "../domain/registration.js";
import { instant, words, type Shown } from "../domain/shown.js";
import { showPhone } from "../lib/phone.js";
import type { Calls } from "./calls.js";

export interface StatusDeps {
  store: Pick<RegistrationStore, "ofContact">;
  calls: Calls;
  /** An officer's name and number, where they gave them. */
  officer(contactId: string): Promise<{ name?: string; phone?: string } | null>;
}

/** Where a person's registrations stand: a line each, and all about the one when there is only one. */
export function statusQuery({ store, calls, officer }: StatusDeps): Query {
  const nameOf = (each: Registration): Shown => words("status.row_name", { product: each.product.name, code: each.code });

  async function details(each: Registration, now: Date): Promise<{ name: Shown; value: Shown }[]> {
    const rows = [{ name: nameOf(each), value: stateOf(each) }];
    const row = (key: string, value: Shown): void => void rows.push({ name: words(`status.${key}`), value });
    const missing = stillMissing(each);
    if (missing.length > 0) row("missing", { show: "list", of: missing.map((id) => words(`label.${id}`)) });
    if (each.asked !== undefined) row("until", words("status.until_is", { day: { show: "day", on: each.asked.until }, left: daysBetween(localDate(now), each.asked.until) }));
    const last = each.history.at(-1);
    const person = each.state === "returned" && last !== undefined ? await officer(last.by) : null;
    const office = words("status.department", { province: each.province.name });
    const phone = person?.phone === undefined ? [] : [showPhone(person.phone)];
    if (person?.name !== undefined) row("officer", { show: "list", of: [person.name, office, ...phone] });
    return rows;
  }

  return {
    name: "registrations.mine",
    async run(_args, turn) {
      const found = await store.ofContact(turn.tx, turn.contact._id);
      const [only] = found;
      const rows = found.length === 1 && only !== undefined ? await details(only, turn.now) : found.map((each) => ({ name: nameOf(each), value: stateOf(each) }));
      return { count: found.length, one: found.length === 1 ? (only?.code ?? null) : null, drafts: turn.drafts, underWay: turn.underWay, rows: asJson(rows), office: calls.office(turn.now) as Json };
    },
  };
}

/** Where it stands and since when; the reason too while it is the owner's turn or the end. */
function stateOf({ state, late, history, submittedAt }: Registration): Shown {
  const last = history.at(-1);
  const values = { state: words(`state.${state}`), since: instant(last?.at ?? submittedAt) } as const;
  if (last?.reason !== undefined && ["returned", "rejected", "not_selected"].includes(state)) return words("status.row_reason", { ...values, reason: last.reason });
  return words(late ? "status.row_late" : "status.row", values);
}

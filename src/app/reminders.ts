import { mayAmend, stillMissing } from "../domain/registration.js";
import type { Pushes } from "../domain/ports.js";
import type { Language } from "../domain/shown.js";
import type { Bundle } from "../engine/flow.js";
import { promisedIn } from "../engine/left-alone.js";
import type { I18n } from "../i18n/i18n.js";
import type { Log } from "../lib/log.js";
import { createPromised, type PromisedDraft } from "../reminders/promised.js";
import type { Stores } from "./stores.js";

/** What keeps the promised reminders, over the stores. */
export function remindersOf({ stores, bundle, wakeSender, ...shared }: { stores: Stores; bundle: Bundle; pushes: Pushes; i18n: I18n; log: Log; languageOf(contactId: string): Promise<Language>; wakeSender(): void }) {
  const { deadlines, deliveries, registrations, sessions, transactions } = stores;
  async function* drafts(from: string, to: string): AsyncGenerator<PromisedDraft> {
    for await (const { _id, state, updatedAt } of sessions.withDraftsToRemind(from, to)) {
      for (const { key, title } of promisedIn(state, updatedAt, from, to, bundle)) yield { contactId: _id, key, ...(title === undefined ? {} : { title }) };
    }
  }
  const promised = createPromised({
    ...shared,
    deadlines,
    deliveries,
    transactions,
    drafts,
    async stillOpen({ subject }) {
      const found = await registrations.byCode(null, subject);
      return found !== null && mayAmend(found.state) && stillMissing(found).length > 0;
    },
  });
  return {
    async run(now: Date): Promise<number> {
      const told = await promised.run(now);
      if (told > 0) wakeSender();
      return told;
    },
  };
}

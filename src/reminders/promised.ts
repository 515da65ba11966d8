import { addDays, localDate } from "../domain/dates.js";
import type { Deadline, DeadlineStore } from "../domain/deadline.js";
import type { DeliveryStore, Pushes, Transactions } from "../domain/ports.js";
import type { Language, Part, Shown } from "../domain/shown.js";
import type { I18n } from "../i18n/i18n.js";
import type { Log } from "../lib/log.js";

/** A draft whose owner was told the day on which they are reminded of it. */
export interface PromisedDraft {
  contactId: string;
  /** The same for as long as nobody touches it. */
  key: string;
  title?: Shown;
}

export interface PromisedDeps {
  deadlines: Pick<DeadlineStore, "toRemind">;
  /** Drafts to be reminded of on a local date from `from` through `to`. */
  drafts(from: string, to: string): AsyncIterable<PromisedDraft>;
  /** Whether the owner can still do something about what is due. */
  stillOpen(deadline: Deadline): Promise<boolean>;
  deliveries: Pick<DeliveryStore, "look">;
  pushes: Pushes;
  transactions: Transactions;
  i18n: Pick<I18n, "say">;
  languageOf(contactId: string): Promise<Language>;
  log: Log;
}

/** A reminder that a stopped service missed still goes out within so many days. */
const daysLate = 3;

/** Keeps the promise "you will be reminded on …": once each, on the day or as soon after it as the service runs. Answers how many were told. */
export function createPromised(deps: PromisedDeps): { run(now: Date): Promise<number> } {
  /** One that cannot be told keeps nobody else's from going out. */
  async function tell(key: string, contactId: string, part: Part, now: Date): Promise<boolean> {
    return tellOne(key, contactId, part, now).catch((error: unknown) => {
      deps.log.warn({ key, err: error instanceof Error ? error.name : "unknown" }, "a reminder was not told");
      return false;
    });
  }

  async function tellOne(key: string, contactId: string, part: Part, now: Date): Promise<boolean> {
    if ((await deps.deliveries.look([key])).length > 0) return false;
    const content = { ...deps.i18n.say(await deps.languageOf(contactId), part), push: true };
    await deps.transactions.runAnew((tx) => deps.pushes.push(tx, { key, contactId, lane: "reminder", content, now }));
    return true;
  }

  return {
    async run(now) {
      const today = localDate(now);
      const from = addDays(today, -daysLate);
      let told = 0;
      for (const deadline of await deps.deadlines.toRemind(from, today)) {
        if (deadline.contactId === undefined || !(await deps.stillOpen(deadline))) continue;
        const values = { code: deadline.subject, last: { show: "day", on: localDate(deadline.dueAt) } } as const;
        if (await tell(`remind:${deadline._id}`, deadline.contactId, { key: "reminder.missing", values }, now)) told++;
      }
      for await (const { contactId, key, title } of deps.drafts(from, today)) {
        const values = { title: title ?? { show: "words", key: "retention.no_title" } } as const;
        if (await tell(`remind:draft:${contactId}:${key}`, contactId, { key: "reminder.draft", values }, now)) told++;
      }
      return told;
    },
  };
}

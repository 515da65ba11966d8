import { addDays, localDate } from "../domain/dates.js";
import type { DeliveryStore, Pushes, Transactions, Tx } from "../domain/ports.js";
import type { Language, Shown } from "../domain/shown.js";
import type { I18n } from "../i18n/i18n.js";

/** Something begun and not sent, as the session of one person holds it. */
export interface LeftAlone {
  /** The same for as long as nobody touches it. */
  key: string;
  since: Date;
  title?: Shown;
}

export interface SessionRow {
  _id: string;
  version: number;
  state: unknown;
  updatedAt: Date;
}

export interface DraftDeps {
  sessions: {
    /** Those with something begun that nobody touched since an instant, one after another. */
    withDraftsBefore(before: Date): AsyncIterable<SessionRow>;
    /** By compare-and-set: the transaction conflicts when the person was there first. */
    save(tx: Tx, rows: readonly { id: string; version: number; state: unknown; now: Date }[]): void;
  };
  /** What a session holds that was begun and not sent. */
  leftAlone(state: unknown, touchedAt: Date): LeftAlone[];
  without(state: unknown, keys: ReadonlySet<string>, touchedAt: Date): unknown;
  deliveries: Pick<DeliveryStore, "look">;
  pushes: Pushes;
  transactions: Transactions;
  i18n: I18n;
  languageOf(contactId: string): Promise<Language>;
  /** Days that a draft is kept after it was left, and days between the warning and the end (CONTRACT, "What is kept"). */
  settings: { keptDays: number; warnedDays: number };
}

/** Warns of drafts that were left alone, and removes those whose warning is old enough; their photos go with the sweep of files. */
export function createDrafts(deps: DraftDeps): { run(now: Date): Promise<{ warned: number; removed: number }> } {
  const { keptDays, warnedDays } = deps.settings;
  const idOf = (contactId: string, key: string): string => `draft:${contactId}:${key}`;

  /** The last local date on which a draft is kept: nobody loses one without a warning in time, however late that went out. */
  function lastOn(since: Date, warnedAt: Date): string {
    const [kept, warned] = [addDays(localDate(since), keptDays), addDays(localDate(warnedAt), warnedDays)];
    return kept > warned ? kept : warned;
  }

  async function warn(contactId: string, draft: LeftAlone, now: Date): Promise<void> {
    const values = { title: draft.title ?? { show: "words" as const, key: "retention.no_title" }, since: { show: "date" as const, on: localDate(draft.since) }, last: { show: "day" as const, on: lastOn(draft.since, now) } };
    const content = { ...deps.i18n.say(await deps.languageOf(contactId), { key: "retention.draft_goes", values }), push: true };
    await deps.transactions.runAnew((tx) => deps.pushes.push(tx, { key: idOf(contactId, draft.key), contactId, lane: "reminder", content, now }));
  }

  async function look(row: SessionRow, now: Date): Promise<{ warned: number; removed: number }> {
    const today = localDate(now);
    const old = deps.leftAlone(row.state, row.updatedAt).filter(({ since }) => addDays(localDate(since), keptDays - warnedDays) <= today);
    const warnings = new Map((await deps.deliveries.look(old.map(({ key }) => idOf(row._id, key)))).map(({ _id, queuedAt }) => [_id, queuedAt]));
    const gone = new Set<string>();
    let warned = 0;
    for (const draft of old) {
      const warnedAt = warnings.get(idOf(row._id, draft.key));
      if (warnedAt === undefined) {
        await warn(row._id, draft, now);
        warned++;
      } else if (lastOn(draft.since, warnedAt) < today) gone.add(draft.key);
    }
    if (gone.size === 0) return { warned, removed: 0 };
    const state = deps.without(row.state, gone, row.updatedAt);
    await deps.transactions.run((tx) => Promise.resolve(deps.sessions.save(tx, [{ id: row._id, version: row.version, state, now: row.updatedAt }])));
    return { warned, removed: gone.size };
  }

  return {
    async run(now) {
      const total = { warned: 0, removed: 0 };
      const before = new Date(now.getTime() - (keptDays - warnedDays - 1) * 86_400_000);
      for await (const row of deps.sessions.withDraftsBefore(before)) {
        const done = await look(row, now).catch((error: unknown) => {
          // Whoever is there just now has not left it alone.
          if (deps.transactions.isConflict(error)) return { warned: 0, removed: 0 };
          throw error;
        });
        total.warned += done.warned;
        total.removed += done.removed;
      }
      return total;
    },
  };
}

import type { Audit } from "../domain/audit.js";
import type { Pushes } from "../domain/ports.js";
import type { Language } from "../domain/shown.js";
import type { Bundle } from "../engine/flow.js";
import { begunIn, withoutBegun } from "../engine/left-alone.js";
import type { I18n } from "../i18n/i18n.js";
import type { Log } from "../lib/log.js";
import { createDrafts } from "../retention/drafts.js";
import { createErasure } from "../retention/erasure.js";
import { createRetention, type Removed } from "../retention/retention.js";
import type { Stores } from "./stores.js";

/** CONTRACT, "What is kept, how long". */
const drafts = { keptDays: 90, warnedDays: 14 };
const graceMs = 24 * 3_600_000;

/** What removes things in time, over the stores. */
export function retentionOf(deps: {
  stores: Stores;
  bundle: Bundle;
  pushes: Pushes;
  audit: Audit;
  i18n: I18n;
  languageOf(contactId: string): Promise<Language>;
  nextOrder(): number;
  showsTranscript(channel: string): boolean;
  wakeSender(): void;
  count(what: keyof Removed, n: number): void;
  secret: string;
  log: Log;
}) {
  const { stores, bundle, ...shared } = deps;
  const { transactions, deliveries } = stores;
  return createRetention({
    ...shared,
    drafts: createDrafts({
      ...shared,
      sessions: stores.sessions,
      leftAlone: (state, touchedAt) => begunIn(state, touchedAt, bundle),
      without: (state, keys, touchedAt) => withoutBegun(state, keys, touchedAt, bundle),
      deliveries,
      transactions,
      settings: drafts,
    }),
    erasure: createErasure({ ...shared, requests: stores.dataRequests, personal: stores.personal, files: stores.fileRows, fileStore: stores.files, isReferenced: stores.fileReferences, deliveries, transactions, graceMs }),
  });
}

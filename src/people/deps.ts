import type { Audit } from "../domain/audit.js";
import type { Call } from "../domain/call.js";
import type { DataRequestStore } from "../domain/data-request.js";
import type { FileRows, FileStore } from "../domain/file-ports.js";
import type { JsonObject } from "../domain/json.js";
import type { PeopleStore } from "../domain/people-ports.js";
import type { Transactions, TranscriptStore } from "../domain/ports.js";
import type { RegistrationStore } from "../domain/registration-ports.js";
import type { Shown } from "../domain/shown.js";
import type { I18n } from "../i18n/i18n.js";
import type { Clock } from "../lib/clock.js";
import type { Ids } from "../lib/ids.js";

export interface PeopleDeps {
  store: PeopleStore;
  registrations: Pick<RegistrationStore, "ofContact">;
  transcripts: Pick<TranscriptStore, "erase" | "ofContact">;
  files: Pick<FileRows, "ofContact" | "insert" | "remove">;
  fileStore: Pick<FileStore, "write" | "remove">;
  requests: DataRequestStore;
  transactions: Transactions;
  audit: Pick<Audit, "record">;
  i18n: I18n;
  clock: Clock;
  ids: Ids;
  secret: string;
  office(): Shown;
  provinceName(code: string): string | undefined;
  /** The n-th working day after a local date. */
  addWorkingDays(on: string, days: number): string;
  /** What a contact has begun and not sent. */
  draftsOf(contactId: string): Promise<Draft[]>;
  form(ref: { code: string; revision: number }): Call | undefined;
  /** The address under which a file of ours can be opened until then: from a channel's screen, or from anywhere (`null`). Null where none leads here. */
  fileAddress(fileId: string, untilMs: number, channel: string | null): string | null;
}

/** What somebody has begun and not sent. */
export interface Draft {
  since: Date;
  answers: JsonObject;
}

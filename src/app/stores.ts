import type { Connection } from "mongoose";
import type { Clock } from "../lib/clock.js";
import type { Log } from "../lib/log.js";
import { auditIndexes, createAuditStore } from "../store/audit.js";
import { createBundleStore } from "../store/bundles.js";
import { createTransactions, type CollectionIndexes } from "../store/connect.js";
import { createDataRequestStore, dataRequestIndexes } from "../store/data-requests.js";
import { createDeadlineStore, deadlineIndexes } from "../store/deadlines.js";
import { createDeliveryStore, deliveryIndexes } from "../store/deliveries.js";
import { createFileReferences } from "../store/file-references.js";
import { createFileRows, fileIndexes } from "../store/file-rows.js";
import { createFileStore } from "../store/files.js";
import { createInboxStore, inboxIndexes } from "../store/inbox.js";
import { createLeases, leaseIndexes } from "../store/leases.js";
import { createPeopleStore, peopleIndexes } from "../store/people.js";
import { createCallStore, createRegistrationStore, registrationIndexes } from "../store/registrations.js";
import { createPersonalData } from "../store/personal-data.js";
import { createProductStore, productIndexes } from "../store/products.js";
import { createSessionStore } from "../store/sessions.js";
import { createSignals, signalCollection } from "../store/signals.js";
import { createTranscriptStore, transcriptIndexes } from "../store/transcripts.js";

/** Inbox rows leave a week after they are done (CONTRACT, "What is kept"). */
const inboxKeptDays = 7;
/** Twelve months (CONTRACT). */
const transcriptKeptDays = 366;

export const indexes: readonly CollectionIndexes[] = [
  inboxIndexes(inboxKeptDays),
  deliveryIndexes,
  leaseIndexes,
  transcriptIndexes(transcriptKeptDays),
  registrationIndexes,
  productIndexes,
  deadlineIndexes,
  dataRequestIndexes,
  auditIndexes,
  ...peopleIndexes,
  ...fileIndexes,
];

export const collections = ["inbox", "sessions", "deliveries", "transcripts", "accounts", "contacts", "owners", "invitations", "registrations", "products", "calls", "flow_bundles", "file_rows", "leases", "deadlines", "data_requests", "consent_proofs", "audit", "audit_waiting", "audit_salts", signalCollection, "migrations"];

/** Every repository over one connection. */
export function createStores(connection: Connection, { clock, log }: { clock: Clock; log: Log }) {
  const onError = (error: unknown): void => log.warn({ err: error instanceof Error ? error.name : "unknown" }, "change stream broken; resuming");
  return {
    transactions: createTransactions(connection),
    inbox: createInboxStore(connection),
    sessions: createSessionStore(connection),
    people: createPeopleStore(connection),
    registrations: createRegistrationStore(connection),
    products: createProductStore(connection),
    calls: createCallStore(connection),
    bundles: createBundleStore(connection),
    deliveries: createDeliveryStore(connection),
    transcripts: createTranscriptStore(connection, { clock }),
    leases: createLeases(connection),
    dataRequests: createDataRequestStore(connection),
    personal: createPersonalData(connection),
    deadlines: createDeadlineStore(connection),
    audit: createAuditStore(connection),
    signals: createSignals(connection, { clock, onError }),
    files: createFileStore(connection),
    fileRows: createFileRows(connection),
    fileReferences: createFileReferences(connection),
  };
}

export type Stores = ReturnType<typeof createStores>;

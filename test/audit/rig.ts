import "../app/one-realm.js";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "mongoose";
import { createAudit } from "../../src/audit/audit.js";
import { createHeads, type Heads } from "../../src/audit/heads.js";
import { createSealer, type Sealer } from "../../src/audit/sealer.js";
import { verifyAudit } from "../../src/audit/verify.js";
import type { Act, Audit, AuditStore } from "../../src/domain/audit.js";
import type { Transactions } from "../../src/domain/ports.js";
import { randomIds } from "../../src/lib/ids.js";
import { silent } from "../../src/lib/log.js";
import { createAuditStore, auditIndexes } from "../../src/store/audit.js";
import { createTransactions } from "../../src/store/connect.js";
import { createLeases } from "../../src/store/leases.js";
import { ensureCollections } from "../../src/store/migrations.js";
import { freshDatabase } from "../support/database.js";
import { manualClock, type ManualClock } from "../support/manual-clock.js";

export interface AuditRig {
  connection: Connection;
  transactions: Transactions;
  store: AuditStore;
  audit: Audit;
  heads: Heads;
  headsPath: string;
  clock: ManualClock;
  sealer: Sealer;
  /** Another sealer on the same chain, of a process of that name. */
  anotherSealer(holder: string, change?: { transactions?: Transactions; store?: AuditStore }): Sealer;
  record(...acts: Partial<Act>[]): Promise<void>;
  verify(): ReturnType<typeof verifyAudit>;
  close(): Promise<void>;
}

export async function auditRig(): Promise<AuditRig> {
  const { connection, drop } = await freshDatabase([auditIndexes]);
  await ensureCollections(connection, ["audit", "audit_waiting", "audit_salts", "leases"]);
  const folder = await mkdtemp(join(tmpdir(), "ocop-audit-"));
  const headsPath = join(folder, "data", "audit-heads.jsonl");
  const clock = manualClock();
  const transactions = createTransactions(connection);
  const store = createAuditStore(connection);
  const heads = createHeads(headsPath);
  let order = clock.now().getTime() * 1_000;
  const audit = createAudit({ store, ids: randomIds, nextOrder: () => ++order });
  const usual = { store, transactions, leases: createLeases(connection), heads, clock, log: silent };
  return {
    connection,
    transactions,
    store,
    audit,
    heads,
    headsPath,
    clock,
    sealer: createSealer({ ...usual, holder: "test/one" }),
    anotherSealer: (holder, change = {}) => createSealer({ ...usual, holder, ...change }),
    async record(...acts) {
      for (const act of acts) {
        await transactions.run((tx) => Promise.resolve(audit.record(tx, { at: clock.now(), by: "cli", verb: "calls.import", subject: "US26/1", ...act })));
      }
    },
    verify: () => verifyAudit({ store, heads }),
    async close() {
      await drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

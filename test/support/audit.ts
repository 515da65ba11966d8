import type { Connection } from "mongoose";
import { createAudit } from "../../src/audit/audit.js";
import type { Audit } from "../../src/domain/audit.js";
import { randomIds } from "../../src/lib/ids.js";
import { createAuditStore } from "../../src/store/audit.js";

/** The audit on a test's own database. */
export function auditOn(connection: Connection): Audit {
  let order = 0;
  return createAudit({ store: createAuditStore(connection), ids: randomIds, nextOrder: () => ++order });
}

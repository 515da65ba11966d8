import { createHeads } from "../../audit/heads.js";
import { verifyAudit, type Breach } from "../../audit/verify.js";
import type { Act } from "../../domain/audit.js";
import type { Tx } from "../../domain/ports.js";
import { systemClock } from "../../lib/clock.js";
import { auditHeadsPath, type Service } from "../service.js";
import type { Verb } from "./verb.js";

/** Does something in one transaction, with what is recorded of it: the one who acts sits at the command line. */
export function asOperator<T>({ stores, audit }: Pick<Service, "stores" | "audit">, work: (tx: Tx, record: (act: Omit<Act, "at" | "by">) => void) => Promise<T> | T): Promise<T> {
  return stores.transactions.runAnew(async (tx) => work(tx, (act) => audit.record(tx, { ...act, at: systemClock.now(), by: "cli" })));
}

const whys: Readonly<Record<Breach["why"], string>> = {
  missing: "is missing",
  changed: "is not what was sealed",
  unlinked: "does not follow on the one before",
  other_than_written: "is not the one whose hash was written out",
};

/** `audit verify`: 0 when the whole chain holds and the heads that were written out are in it. */
export const auditVerify: Verb = {
  usage: "audit verify",
  options: {},
  async with({ call, print, service }) {
    const path = auditHeadsPath(call.config);
    const verified = await verifyAudit({ store: service.stores.audit, heads: createHeads(path) });
    if (verified.holds) {
      print(verified, [`${verified.sealed} entries hold; ${verified.waiting} wait to be sealed; ${verified.heads} heads in ${path} are in the chain`]);
      return 0;
    }
    print(verified, "first" in verified ? [`entry ${verified.first.seq} ${whys[verified.first.why]}; entries before it hold`] : verified.problems);
    return 1;
  },
};

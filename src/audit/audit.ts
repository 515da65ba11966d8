import type { Audit, AuditSalt, AuditStore } from "../domain/audit.js";
import type { Ids } from "../lib/ids.js";
import { personDigest, valueDigest } from "./digests.js";

/**
 * Every entry gets salts of its own, one a person in it: nothing has to be read to write one, two acts of the same person
 * never wait for each other, and erased they leave nothing that joins a person's entries.
 */
export function createAudit({ store, ids, nextOrder }: { store: AuditStore; ids: Ids; /** Milliseconds since 1970 × 1,000 and a counter: rising. */ nextOrder(): number }): Audit {
  return {
    record(tx, { at, by, verb, subject, province, details = {}, personal }) {
      const _id = `${String(nextOrder()).padStart(16, "0")}-${ids.id()}`;
      const salts: AuditSalt[] = [];
      const saltOf = (contactId: string): string => {
        const there = salts.find((each) => each.contactId === contactId);
        if (there !== undefined) return there.salt;
        const made = { _id: `${_id}/${salts.length}`, contactId, salt: ids.id() };
        salts.push(made);
        return made.salt;
      };
      const named = (who: string | { contactId: string }): string => (typeof who === "string" ? who : personDigest(saltOf(who.contactId), who.contactId));
      const entry = {
        _id,
        at,
        actor: named(by),
        verb,
        subject: named(subject),
        ...(province === undefined ? {} : { province }),
        details: { ...details },
        digests: personal === undefined ? {} : Object.fromEntries(Object.entries(personal.values).map(([name, value]) => [name, valueDigest(saltOf(personal.of), name, value)])),
      };
      store.add(tx, { entry, salts });
    },
    eraseSalts: (tx, contactId) => store.eraseSalts(tx, contactId),
  };
}

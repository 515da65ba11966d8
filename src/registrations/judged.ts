import { words } from "../domain/shown.js";
import type { Query } from "../domain/capabilities.js";
import { localDate } from "../domain/dates.js";
import { exemptingKind } from "../domain/eligibility.js";
import { asJson } from "../domain/json.js";
import type { Rule } from "../domain/rules.js";

/** What the certificates given so far spare their owner. */
export function judgedQuery(rules: readonly Rule[]): Query {
  return {
    name: "certificates.judged",
    run({ certificates }, turn) {
      const kind = exemptingKind(certificates, { today: localDate(turn.now), rules });
      return Promise.resolve(asJson({ said: kind === null ? "" : words("certificate.spares", { kind: words(`certificate_kind.${kind.id}`) }) }));
    },
  };
}

import type { Grant, Role } from "./person.js";
import { moveBetween, moves, type RegistrationState } from "./registration.js";

/** Who acts. An owner acts on what is theirs: `contactId` is compared. */
export interface Actor {
  contactId: string;
  grants: readonly Grant[];
}

function holds(actor: Actor, role: Role, province?: string): boolean {
  return actor.grants.some((grant) => grant.role === role && (province === undefined || grant.province === undefined || grant.province === province));
}

/** Whether this actor may move this registration; the only place that decides it. */
export function mayMove(actor: Actor, registration: { contactId: string; state: RegistrationState; province: { code: string } }, to: RegistrationState): "yes" | "no_such_move" | "not_allowed" {
  const move = moveBetween(registration.state, to);
  if (move === undefined) return "no_such_move";
  if (holds(actor, "admin")) return "yes";
  const allowed = move.by.some((role) => {
    if (role === "owner") return registration.contactId === actor.contactId;
    if (role === "province_officer") return actor.grants.some((grant) => grant.role === role && grant.province === registration.province.code);
    return holds(actor, role);
  });
  return allowed ? "yes" : "not_allowed";
}

interface Audited {
  /** Everybody is a citizen, and the owner of what is theirs; the action itself looks whose it is. Whoever sits at the command line acts as admin. */
  by: readonly Role[];
  /** The verb of the command line that does it. */
  command?: string;
}

/** All that changes something or takes personal data out: who may do it. Each leaves an entry in the audit, in the transaction that does it. */
export const audited = {
  "people.consent": { by: ["citizen"] },
  "people.refuse": { by: ["citizen"] },
  "people.keep_owner": { by: ["citizen"] },
  "people.redeem": { by: ["citizen"] },
  "people.withdraw": { by: ["citizen"] },
  "people.copy": { by: ["citizen"] },
  "people.request_erasure": { by: ["citizen"] },
  "people.drop_draft_files": { by: ["citizen"] },
  /** Asked for by the person, done by the daily job. */
  "people.erase": { by: [] },
  "people.invite": { by: ["admin"], command: "invite" },
  "registrations.submit": { by: ["citizen"] },
  "registrations.amend": { by: ["owner"] },
  "registrations.withdraw": { by: ["owner"] },
  "registrations.move": { by: [...new Set(moves.flatMap((move) => move.by))], command: "registrations move" },
  "registrations.export": { by: ["admin"], command: "registrations export" },
  "calls.import": { by: ["admin"], command: "call import" },
  "outbox.retry": { by: ["admin"], command: "outbox retry" },
  "store.migrate": { by: ["admin"], command: "migrate" },
  "demo.seed": { by: ["admin"], command: "seed demo" },
} as const satisfies Record<string, Audited>;

/** Whether a person may do this at all. What is not in the table nobody may do; what is, an admin may. */
export function mayDo(actor: Actor, verb: string): boolean {
  if (!Object.hasOwn(audited, verb)) return false;
  const { by }: Audited = audited[verb as keyof typeof audited];
  return holds(actor, "admin") || by.some((role) => role === "citizen" || role === "owner" || holds(actor, role));
}

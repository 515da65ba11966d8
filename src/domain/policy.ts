import type { Grant, Role } from "./person.js";
import { moveBetween, type RegistrationState } from "./registration.js";

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

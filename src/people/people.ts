import type { Capability } from "../domain/capabilities.js";
import { UserError } from "../domain/errors.js";
import type { StoredFile } from "../domain/file.js";
import type { Contact } from "../domain/person.js";
import { consentActions } from "./consents.js";
import { createCopies } from "./copy.js";
import { createDataRequests } from "./data-requests.js";
import type { PeopleDeps } from "./deps.js";
import { createInvitations, type Invitations } from "./invitations.js";
import { createMyData } from "./my-data.js";
import { ownerTypeOf } from "./owner-type.js";
import { keepOwner, ownerQueries } from "./owners.js";

export interface People extends Capability, Pick<Invitations, "invite" | "invitation"> {
  /** Finds an officer by contact id or name, for `--as`. Throws `UserError` when none or several fit. */
  officer(who: string): Promise<Contact>;
  /** Writes the bytes of somebody's copy of their data when it is first opened. */
  writeCopy(row: StoredFile): Promise<void>;
}

/** People, for whom they act, what they agreed to, and what they can ask about their data. */
export function createPeople(deps: PeopleDeps): People {
  const { store } = deps;
  const asking = createDataRequests(deps);
  const { invite, invitation, redeem } = createInvitations(deps);
  const myData = createMyData(deps, asking);

  return {
    queries: [ownerTypeOf, ...ownerQueries(deps), ...myData.queries],
    actions: [...consentActions(deps, asking), keepOwner(deps), redeem, ...myData.actions],
    invite,
    invitation,
    writeCopy: createCopies(deps).write,

    async officer(who) {
      const officers = await store.officers();
      const fit = officers.filter((each) => each._id === who || each.name === who);
      if (fit.length === 1 && fit[0] !== undefined) return fit[0];
      const names = officers.map((each) => each.name ?? each._id).join(", ");
      throw new UserError("no_such_officer", `--as ${who}: ${fit.length === 0 ? "no officer has this id or name" : "several officers have this name, give the id"}; there are: ${names === "" ? "none yet (make one with `invite`)" : names}`);
    },
  };
}

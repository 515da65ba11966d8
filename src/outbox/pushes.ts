import type { Delivery } from "../domain/delivery.js";
import type { Outgoing } from "../domain/message.js";
import type { PeopleStore } from "../domain/people-ports.js";
import type { DeliveryStore, Pushes } from "../domain/ports.js";

export interface PushDeps {
  people: Pick<PeopleStore, "accountsOf">;
  deliveries: Pick<DeliveryStore, "insert">;
  nextOrder(): number;
  /** The question the contact has open: said again after the push, so that it is the last thing seen. */
  openQuestion(contactId: string): Promise<Outgoing | null>;
}

/** Pushed messages go to a contact's reachable account; a repeat under the same key is the same message. */
export function createPushes(deps: PushDeps): Pushes {
  return {
    async push(tx, { key, contactId, lane, content, now }) {
      const accounts = await deps.people.accountsOf(tx, contactId);
      const to = accounts.find((account) => account.reachable) ?? accounts[0];
      if (to === undefined) return;
      const row = (_id: string, said: Outgoing): Delivery => ({
        _id,
        lane,
        channel: to.channel,
        account: to.account,
        user: to.user,
        chat: to.chat,
        contactId,
        order: deps.nextOrder(),
        state: "queued",
        attempts: 0,
        content: said,
        queuedAt: now,
      });
      const question = await deps.openQuestion(contactId);
      await deps.deliveries.insert(tx, [row(key, content), ...(question === null ? [] : [row(`${key}/question`, question)])]);
    },
  };
}

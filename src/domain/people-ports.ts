import type { Account, Consent, Contact, Invitation, Owner } from "./person.js";
import type { Tx } from "./ports.js";

export interface PeopleStore {
  accounts(tx: Tx | null, ids: readonly string[]): Promise<Account[]>;
  accountsOf(tx: Tx | null, contactId: string): Promise<Account[]>;
  contacts(tx: Tx | null, ids: readonly string[]): Promise<Contact[]>;
  /** Contacts holding any grant, for `users list` and `--as`. */
  officers(): Promise<Contact[]>;
  insert(tx: Tx, people: readonly { account: Account; contact: Contact }[]): void;
  setReachable(tx: Tx | null, accountId: string, reachable: boolean): Promise<void>;
  updateContact(tx: Tx, id: string, change: Partial<Pick<Contact, "language" | "name" | "phone" | "owners" | "grants">>): void;
  addConsent(tx: Tx, id: string, consent: Consent): void;
  /** In the order of their ids; those that are not there are left out. */
  owners(tx: Tx | null, ids: readonly string[]): Promise<Owner[]>;
  saveOwner(tx: Tx, owner: Owner): void;
  invitation(tx: Tx | null, id: string): Promise<Invitation | null>;
  saveInvitation(tx: Tx | null, invitation: Invitation): Promise<void>;
}

import type { Json, JsonObject } from "./json.js";
import type { Contact } from "./person.js";
import type { Account } from "./person.js";
import type { Tx } from "./ports.js";
import type { Language } from "./shown.js";

/** Whose turn it is, and within which transaction. */
export interface Turn {
  tx: Tx;
  /** `(inbox id, step id, n)`: the same for a repeat of the same step. */
  key: string;
  now: Date;
  contact: Contact;
  account: Account;
  language: Language;
  /** The name on the person's account in the channel. */
  displayName?: string;
  /** Drafts the person has open, for what is shown of them. */
  drafts: number;
  /** Whether one of them lies open under what is done now, and is taken up after it. */
  underWay: boolean;
}

/** Looked up by flows; answers plain data. */
export interface Query {
  name: string;
  run(args: JsonObject, turn: Turn): Promise<Json>;
}

/** Done by flows in the step's transaction; ends in one of its outcomes. */
export interface Action {
  name: string;
  outcomes: readonly string[];
  run(args: JsonObject, turn: Turn): Promise<{ outcome: string; value?: Json }>;
}

export interface Capability {
  queries: Query[];
  actions: Action[];
}

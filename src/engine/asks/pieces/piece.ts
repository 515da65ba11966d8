import type { Json, JsonObject } from "../../../domain/json.js";
import type { Part, Shown } from "../../../domain/shown.js";
import type { AskContext, AskSpec } from "../ask.js";

/** A named group of pieces that one text can hold, such as a decision's number, date and stars. */
export interface Pieces {
  names: readonly string[];
  /** The piece whose date can be mended by itself. */
  dateName?: string;
  /** Asked for once and no more: what is not said may follow. */
  optional: boolean;
  example: Shown;
  /** Reads what it can. `asking` names the one piece that was asked for, so that a bare number can be it. */
  read(text: string, asking: string | undefined, ctx: AskContext): { said: JsonObject; problem?: { part: Part; asking: string } };
  /** Asks for the missing pieces (all when empty); `said` is what is known. */
  ask(missing: readonly string[], said: JsonObject): Part;
  noted(said: JsonObject): Part;
  show(said: JsonObject): Shown;
  /** Rows of the card, where it is not one for all: each corrected by itself. */
  rows?: readonly { id: string; names: readonly string[]; show(said: JsonObject): Shown }[];
  /** All pieces are there: what they mean, and the choices; null when nothing needs to be confirmed. */
  verdict(said: JsonObject, spec: AskSpec, ctx: AskContext): Verdict | null;
}

export interface Verdict {
  parts: Part[];
  /** What was said goes in a message of its own. */
  before?: Part[];
  options: { value: Json; label: Shown }[];
}

import type { Outgoing } from "../domain/message.js";
import { EngineSession } from "../engine/session.js";
import type { I18n } from "../i18n/i18n.js";
import type { SessionStore } from "./batch.js";
import { word } from "./word.js";

/** The question a contact has open, worded to be said again after a pushed message; null when none is. */
export async function openQuestion(deps: { sessions: Pick<SessionStore, "load">; i18n: I18n }, contactId: string): Promise<Outgoing | null> {
  const [row] = await deps.sessions.load([contactId]);
  const session = row === undefined ? undefined : EngineSession.safeParse(row.state).data;
  if (session === undefined || session.question === null) return null;
  const { parts, options, numbered, id, wants } = session.question;
  return word(deps.i18n, session.language, {
    parts: [{ key: "problem.question_is" }, ...parts],
    wants,
    ...(options.length === 0 ? {} : { options, numbered, questionId: id }),
  });
}

import type { JsonObject } from "../domain/json.js";
import type { Shown } from "../domain/shown.js";
import { at } from "./conditions.js";
import type { Bundle } from "./flow.js";
import { EngineSession, type Talk } from "./session.js";

/** Something begun and not sent. */
export interface Begun {
  /** The same for as long as nobody touches it. */
  key: string;
  since: Date;
  title?: Shown;
  answers: JsonObject;
}

/** What a stored session holds that was begun and not sent: drafts, and what was open when the person left. Nothing for one that cannot be read. */
export function begunIn(state: unknown, touchedAt: Date, bundle: Bundle): Begun[] {
  const session = EngineSession.safeParse(state);
  return session.success ? begun(session.data, touchedAt, bundle).map(({ key, since, talk }) => shown(key, since, talk, bundle)) : [];
}

/** Drafts whose owner was told a day, from `from` through `to`, on which they are reminded. */
export function promisedIn(state: unknown, touchedAt: Date, from: string, to: string, bundle: Bundle): Begun[] {
  const session = EngineSession.safeParse(state);
  if (!session.success) return [];
  return begun(session.data, touchedAt, bundle)
    .filter(({ talk: { remindOn } }) => remindOn !== undefined && remindOn >= from && remindOn <= to)
    .map(({ key, since, talk }) => shown(key, since, talk, bundle));
}

/** The session without these. What is open goes as a whole, with its question. */
export function withoutBegun(state: unknown, keys: ReadonlySet<string>, touchedAt: Date, bundle: Bundle): unknown {
  const session = EngineSession.parse(state);
  const gone = new Set(begun(session, touchedAt, bundle).flatMap(({ key, talk }) => (keys.has(key) ? [talk] : [])));
  const drafts = session.drafts.filter((talk) => !gone.has(talk));
  return session.talks.some((talk) => gone.has(talk)) ? { ...session, drafts, talks: [], question: null } : { ...session, drafts };
}

function begun({ drafts, talks }: EngineSession, touchedAt: Date, bundle: Bundle): { key: string; since: Date; talk: Talk }[] {
  const open = talks.filter(({ flow, history, answers }) => {
    const { keeps_draft: keeps, titled } = bundle.flows[flow] ?? {};
    return keeps === true && (history.length > 0 || (titled !== undefined && at(answers, titled) !== undefined));
  });
  const sinces = new Map<number, number>();
  return [...drafts, ...open].map((talk) => {
    const since = talk.keptAt ?? touchedAt;
    const n = sinces.get(since.getTime()) ?? 0;
    sinces.set(since.getTime(), n + 1);
    return { key: `${since.getTime()}-${n}`, since, talk };
  });
}

function shown(key: string, since: Date, { flow, answers }: Talk, bundle: Bundle): Begun {
  const { titled } = bundle.flows[flow] ?? {};
  const title = titled === undefined ? undefined : (at(answers, titled) as Shown | undefined);
  return { key, since, answers, ...(title === undefined ? {} : { title }) };
}

import { addDays, lastMomentBefore, localDate } from "../domain/dates.js";
import { deadlineId, type Deadline, type DeadlineStore } from "../domain/deadline.js";
import type { Call } from "../domain/call.js";
import type { Tx } from "../domain/ports.js";
import { remindLaterDays, stillMissing, type Registration } from "../domain/registration.js";

/** What falls due with a registration: the province's look, what is to follow, what was sent back to be mended. */
export interface Due {
  /** `remindOn`: the day its owner was told, if any. */
  sent(tx: Tx, registration: Registration, call: Call, remindOn?: string): void;
  /** `registration` as it is after the move. */
  returned(tx: Tx, registration: Registration, now: Date): void;
  /** Closes what a move or a correction settles. `registration` as it was before. */
  settled(tx: Tx, registration: Registration, now: Date, what: "looked_at" | "amended" | "over"): Promise<void>;
}

export function createDue(store: DeadlineStore): Due {
  const id = (kind: string, { code, version }: Registration): string => deadlineId(kind === "mend" ? { kind, subject: code, revision: version } : { kind, subject: code });
  /** Of every time that it was sent back: a correction that left something out has raised the version since. */
  const mends = ({ code, version }: Registration): string[] => Array.from({ length: version }, (_, n) => deadlineId({ kind: "mend", subject: code, revision: n + 1 }));
  const row = (kind: string, registration: Registration, at: Date, change: Pick<Deadline, "dueAt" | "basis"> & Partial<Deadline>): Deadline => ({
    _id: id(kind, registration),
    kind,
    subject: registration.code,
    province: registration.province.code,
    state: "open",
    openedAt: at,
    ...change,
  });

  return {
    sent(tx, registration, call, remindOn) {
      const at = registration.submittedAt;
      const rows: Deadline[] = [];
      if (call.answerWithinDays !== undefined) rows.push(row("look", registration, at, { dueAt: lastMomentBefore(addDays(localDate(at), call.answerWithinDays + 1)), basis: `${call.code}: answerWithinDays` }));
      if (stillMissing(registration).length > 0) {
        rows.push(row("later", registration, at, { contactId: registration.contactId, dueAt: lastMomentBefore(call.closesBefore), remindOn: remindOn !== undefined && remindOn > localDate(at) ? remindOn : addDays(localDate(at), remindLaterDays), basis: `${call.code}: closesBefore` }));
      }
      if (rows.length > 0) store.open(tx, rows);
    },
    returned(tx, registration, now) {
      const { asked, contactId } = registration;
      if (asked === undefined) return;
      store.open(tx, [row("mend", registration, now, { contactId, dueAt: lastMomentBefore(addDays(asked.until, 1)), remindOn: addDays(asked.until, -1), basis: "returned" })]);
    },
    async settled(tx, registration, now, what) {
      const kinds = { looked_at: ["look"], amended: ["later"], over: ["look", "later"] }[what];
      const ids = [...kinds.map((kind) => id(kind, registration)), ...mends(registration)];
      await store.close(tx, ids, what === "over" ? "cancelled" : "done", now);
    },
  };
}

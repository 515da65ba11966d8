import { createHash } from "node:crypto";
import type { TranscriptEntry } from "../../domain/ports.js";

/**
 * How far back a resuming page is searched for entries it has not seen, in units of `order` (2 minutes):
 * entries are committed a little out of their order.
 */
const windowOrder = 120_000_000;

export interface Seen {
  has(entry: TranscriptEntry): boolean;
  add(entry: TranscriptEntry): void;
  /** Where to read on from: everything later is either new or `has`. */
  from(): number;
  /** Nothing up to this order is wanted: the page began after it. */
  beginAfter(order: number): void;
  /** The event id after `entry`: `order.beginning:_id~marks`, the marks naming what else was seen in the window. */
  eventId(entry: TranscriptEntry): string;
}

/** What one page has been sent. Its event ids carry enough that any process resumes it with nothing missed and nothing twice. */
export function createSeen(lastEventId?: string): Seen {
  const marks = new Map<string, number>();
  let highest = 0;
  let beginning = 0;
  const [, order, began, list] = cursor.exec(lastEventId ?? "") ?? [];
  if (began !== undefined) beginning = Number(began);
  if (order !== undefined && list !== undefined) {
    highest = Number(order);
    for (let at = 0; at + markLength <= list.length; at += markLength) marks.set(list.slice(at, at + markLength), highest);
  }
  return {
    has: (entry) => marks.has(mark(entry)),
    add(entry) {
      marks.set(mark(entry), Math.max(entry.order, highest));
      highest = Math.max(highest, entry.order);
      for (const [old, at] of marks) if (at <= highest - windowOrder) marks.delete(old);
    },
    from: () => Math.max(highest - windowOrder, beginning),
    beginAfter: (order) => void (beginning = order),
    eventId: (entry) => `${highest}.${beginning}:${entry._id.replace(/[~\s\0]/g, "_")}~${[...marks.keys()].join("")}`,
  };
}

const cursor = /^(\d{1,16})(?:\.(\d{1,16}))?:[^~]*~([A-Za-z0-9_-]*)$/;

const markLength = 5;
function mark(entry: TranscriptEntry): string {
  return createHash("sha256").update(entry._id).digest("base64url").slice(0, markLength);
}

export function isCursor(lastEventId: string | undefined): lastEventId is string {
  return lastEventId !== undefined && cursor.test(lastEventId);
}

import { lanes } from "../domain/message.js";
import type { Lane } from "../domain/message.js";
import { rankOf } from "./turns.js";

/**
 * Chats that have a row in back-off in the store, by lane: their later rows of that lane must stay behind it. An entry
 * outlives its instant until the store says that the chat has nothing queued there any more.
 */
export interface Deferrals {
  /** `lane` null: all of the chat's lanes. */
  add(chat: string, lane: Lane | null, untilMs: number): void;
  has(chat: string, lane: Lane): boolean;
  /** Chats of a lane that are not due. */
  notDue(lane: Lane, nowMs: number): string[];
  /** Chats of a lane whose instant has passed. */
  due(lane: Lane, nowMs: number): string[];
  forget(chat: string, lane: Lane): void;
  /** The earliest instant still to come, null if none. */
  earliest(nowMs: number): number | null;
  clear(): void;
}

/** Past this many chats of one lane the oldest is forgotten: its later rows may then overtake it. */
const mostChats = 20_000;

export function createDeferrals(): Deferrals {
  const chats = lanes.map(() => new Map<string, number>());
  const of = (lane: Lane): Map<string, number> => chats[rankOf[lane]]!;
  const pick = (lane: Lane, fits: (untilMs: number) => boolean): string[] => {
    const found: string[] = [];
    for (const [chat, until] of of(lane)) if (fits(until)) found.push(chat);
    return found;
  };
  return {
    add(chat, lane, untilMs) {
      for (const name of lane === null ? lanes : [lane]) {
        const map = of(name);
        map.set(chat, Math.max(untilMs, map.get(chat) ?? 0));
        const [oldest] = map.keys();
        if (map.size > mostChats && oldest !== undefined) map.delete(oldest);
      }
    },
    has: (chat, lane) => of(lane).has(chat),
    notDue: (lane, nowMs) => pick(lane, (until) => until > nowMs),
    due: (lane, nowMs) => pick(lane, (until) => until <= nowMs),
    forget: (chat, lane) => void of(lane).delete(chat),
    earliest(nowMs) {
      let least = Infinity;
      for (const map of chats) for (const until of map.values()) if (until > nowMs && until < least) least = until;
      return least === Infinity ? null : least;
    },
    clear: () => chats.forEach((map) => map.clear()),
  };
}

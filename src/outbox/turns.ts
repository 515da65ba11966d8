import { lanes } from "../domain/message.js";

/** A lane by its place in `lanes`: 0 is class I recalls, 1 replies. */
export const rankOf = Object.fromEntries(lanes.map((lane, rank) => [lane, rank])) as Record<(typeof lanes)[number], number>;
const recallRank = rankOf.recall_1;
const replyRank = rankOf.reply;

/**
 * Which lane is next. Class I recalls get two of three turns while any waits (CONTRACT asks for 60 %; two of three keeps
 * that in any eight turns or more). The rest go by rank. A lane that waited `ageMs` without a turn moves up one rank,
 * and again after each further `ageMs`, and keeps that until it is empty; lanes of one rank alternate.
 */
export interface Turns {
  /** `ready(rank)`: whether that lane has anything. `urgentOnly`: nothing but class I recalls and replies. -1: none. */
  pick(ready: (rank: number) => boolean, nowMs: number, urgentOnly: boolean): number;
  /** That lane had its turn. */
  served(rank: number, nowMs: number): void;
}

export function createTurns(ageMs: number): Turns {
  let recallTurns = 0;
  let turn = 0;
  const state = lanes.map(() => ({ sinceMs: null as number | null, raised: 0, lastTurn: 0 }));

  function age(rank: number, waiting: boolean, nowMs: number): void {
    const lane = state[rank]!;
    if (!waiting) {
      lane.sinceMs = null;
      lane.raised = 0;
      return;
    }
    if (lane.sinceMs === null || lane.sinceMs > nowMs) lane.sinceMs = nowMs;
    const steps = Math.floor((nowMs - lane.sinceMs) / ageMs);
    if (steps === 0) return;
    lane.raised += steps;
    lane.sinceMs += steps * ageMs;
  }

  function bestOther(ready: (rank: number) => boolean, nowMs: number, urgentOnly: boolean): number {
    let best = -1;
    let bestRank = Infinity;
    for (let rank = replyRank; rank < lanes.length; rank++) {
      const waiting = ready(rank);
      age(rank, waiting, nowMs);
      if (!waiting || (urgentOnly && rank !== replyRank)) continue;
      const now = Math.max(replyRank, rank - state[rank]!.raised);
      if (now > bestRank || (now === bestRank && state[rank]!.lastTurn >= state[best]!.lastTurn)) continue;
      best = rank;
      bestRank = now;
    }
    return best;
  }

  return {
    pick(ready, nowMs, urgentOnly) {
      const recall = ready(recallRank);
      if (!recall) recallTurns = 0;
      const other = bestOther(ready, nowMs, urgentOnly);
      if (!recall) return other;
      return other !== -1 && recallTurns >= 2 ? other : recallRank;
    },
    served(rank, nowMs) {
      recallTurns = rank === recallRank ? Math.min(2, recallTurns + 1) : 0;
      const lane = state[rank]!;
      lane.lastTurn = ++turn;
      lane.sinceMs = nowMs;
    },
  };
}

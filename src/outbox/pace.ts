/** Longest a receiver's window can be told to be: one second, and a millisecond because clocks are read in whole ones. */
export const windowMs = 1_001;

/**
 * At most `perSecond` messages in any sliding second AT THE RECEIVER, whatever the latency and however the process stalls:
 * a message may leave only while (in flight + answered within the last second) < `perSecond`. What the receiver saw within
 * a second of a message was sent before that message and answered later than a second before it, so it is counted.
 */
export interface Pace {
  /** Whether a message may leave now. */
  free(nowMs: number): boolean;
  left(nowMs: number): void;
  answered(nowMs: number): void;
  /** When the next one may leave if nothing more is answered; null: only an answer can free a place. */
  freeAt(nowMs: number): number | null;
  /** When bulk messages may leave, spread over the second so that a reply never waits for a whole burst's window. */
  evenAt(): number;
  /** When the window will be empty (for who takes over), not counting what is still in flight. */
  emptyAt(): number;
  readonly inFlight: number;
}

export function createPace(perSecond: number): Pace {
  const most = Math.max(1, Math.floor(perSecond));
  const spaceMs = (1_000 / most) * 0.95;
  const answeredIn = new Uint32Array(windowMs);
  let inFlight = 0;
  let recent = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  let oldestMs = 0;
  let newestMs = Number.NEGATIVE_INFINITY;
  let even = Number.NEGATIVE_INFINITY;

  const slot = (ms: number): number => ((ms % windowMs) + windowMs) % windowMs;

  function advance(nowMs: number): void {
    if (nowMs === lastMs) return;
    if (nowMs < lastMs) restamp(nowMs);
    else if (nowMs - lastMs >= windowMs) {
      answeredIn.fill(0);
      recent = 0;
    } else {
      for (let ms = lastMs + 1; ms <= nowMs; ms++) {
        const at = slot(ms);
        recent -= answeredIn[at] ?? 0;
        answeredIn[at] = 0;
      }
    }
    lastMs = nowMs;
    oldestMs = Math.max(oldestMs, nowMs - windowMs + 1);
  }

  /** The clock was set back: everything counts as answered now, which can only be late. */
  function restamp(nowMs: number): void {
    answeredIn.fill(0);
    answeredIn[slot(nowMs)] = recent;
    oldestMs = nowMs;
    newestMs = nowMs;
    even = nowMs;
  }

  return {
    free(nowMs) {
      advance(nowMs);
      return inFlight + recent < most;
    },
    left(nowMs) {
      inFlight++;
      even = Math.max(even, nowMs - 20) + spaceMs;
    },
    answered(nowMs) {
      advance(nowMs);
      inFlight--;
      if (recent === 0) oldestMs = nowMs;
      recent++;
      newestMs = nowMs;
      const at = slot(nowMs);
      answeredIn[at] = (answeredIn[at] ?? 0) + 1;
    },
    freeAt(nowMs) {
      advance(nowMs);
      if (inFlight + recent < most) return nowMs;
      if (recent === 0) return null;
      while (oldestMs < nowMs && answeredIn[slot(oldestMs)] === 0) oldestMs++;
      return oldestMs + windowMs;
    },
    evenAt: () => even,
    emptyAt: () => newestMs + windowMs,
    get inFlight() {
      return inFlight;
    },
  };
}

/** For a channel without a rate: everything may leave at once. */
export const unpaced: Pace = {
  free: () => true,
  left: () => undefined,
  answered: () => undefined,
  freeAt: (nowMs) => nowMs,
  evenAt: () => Number.NEGATIVE_INFINITY,
  emptyAt: () => Number.NEGATIVE_INFINITY,
  inFlight: 0,
};

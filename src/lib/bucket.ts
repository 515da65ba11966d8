/** Token buckets of one shape, one for each key. */
export interface Buckets {
  /** Takes one token; false when none is there. */
  take(key: string, nowMs: number): boolean;
  /** Puts back a token that was taken for nothing. */
  giveBack(key: string): void;
  /** Milliseconds until a token is there; 0: now. */
  waitMs(key: string, nowMs: number): number;
  readonly keys: number;
}

/**
 * A bucket is one number, the instant at which it will be full again; full buckets are dropped.
 * Past `maxKeys` the half touched longest ago is forgotten, that is: taken for full.
 */
export function createBuckets(shape: { refillPerSecond: number; size: number; maxKeys: number }): Buckets {
  const tokenMs = 1_000 / shape.refillPerSecond;
  const spanMs = tokenMs * shape.size;
  const fullAt = new Map<string, number>();
  let dropPast = Math.min(shape.maxKeys, 64);

  // A clock set back must not make a bucket wait longer than an empty one does.
  const debtMs = (key: string, nowMs: number): number => Math.min(spanMs, Math.max(0, (fullAt.get(key) ?? 0) - nowMs));
  const waitMs = (key: string, nowMs: number): number => Math.max(0, Math.ceil(debtMs(key, nowMs) + tokenMs - spanMs - 1e-6));

  /** Looks through all of them each time their number has doubled, so that a take costs the same on average. */
  function dropFull(nowMs: number): void {
    if (fullAt.size <= dropPast) return;
    for (const [key, at] of fullAt) if (at <= nowMs) fullAt.delete(key);
    let excess = fullAt.size > shape.maxKeys ? fullAt.size - Math.ceil(shape.maxKeys / 2) : 0;
    for (const key of fullAt.keys()) {
      if (excess-- <= 0) break;
      fullAt.delete(key);
    }
    dropPast = Math.min(shape.maxKeys, Math.max(64, fullAt.size * 2));
  }

  return {
    take(key, nowMs) {
      if (waitMs(key, nowMs) > 0) return false;
      const at = nowMs + debtMs(key, nowMs) + tokenMs;
      fullAt.delete(key);
      fullAt.set(key, at);
      dropFull(nowMs);
      return true;
    },
    giveBack(key) {
      const at = fullAt.get(key);
      if (at !== undefined) fullAt.set(key, at - tokenMs);
    },
    waitMs,
    get keys() {
      return fullAt.size;
    },
  };
}

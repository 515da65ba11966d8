/** A message held longer than this before it is sent takes its place when it is sent. */
export const heldMs = 30_000;

/**
 * Where a message stands in its conversation: at `delivery.order`, unless it was held back (quiet hours, back-off).
 * Then it stands where it is sent, so that a page which resumes after what it has seen still meets it.
 */
export function createPlaces(): (order: number, nowMs: number) => number {
  let last = 0;
  return (order, nowMs) => {
    if (order >= (nowMs - heldMs) * 1_000) return order;
    last = Math.max(last + 1, nowMs * 1_000);
    return last;
  };
}

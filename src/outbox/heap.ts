/** A binary heap, earliest first. */
export interface Heap<T> {
  push(atMs: number, item: T): void;
  /** Takes the earliest item if it is due. */
  popDue(nowMs: number): T | undefined;
  earliest(): number | null;
  clear(): void;
}

export function createHeap<T>(): Heap<T> {
  let nodes: { at: number; item: T }[] = [];
  const before = (a: number, b: number): boolean => (nodes[a]?.at ?? Infinity) < (nodes[b]?.at ?? Infinity);
  const swap = (a: number, b: number): void => {
    [nodes[a], nodes[b]] = [nodes[b]!, nodes[a]!];
  };
  return {
    push(at, item) {
      let i = nodes.push({ at, item }) - 1;
      while (i > 0) {
        const up = (i - 1) >> 1;
        if (!before(i, up)) return;
        swap(i, up);
        i = up;
      }
    },
    popDue(nowMs) {
      const top = nodes[0];
      if (top === undefined || top.at > nowMs) return undefined;
      const last = nodes.pop()!;
      if (nodes.length === 0) return top.item;
      nodes[0] = last;
      for (let i = 0; ; ) {
        const left = 2 * i + 1;
        const least = before(left + 1, left) ? left + 1 : left;
        if (!before(least, i)) return top.item;
        swap(i, least);
        i = least;
      }
    },
    earliest: () => nodes[0]?.at ?? null,
    clear() {
      nodes = [];
    },
  };
}

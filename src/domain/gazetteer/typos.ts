/** Names shorter than this are never matched with a typo: "Huế" and "Hue" are, "Hui" is not. */
const FEWEST_LETTERS = 5;

/** Whether one letter added, dropped, replaced or swapped with its neighbour turns `a` into `b`. Digits must agree. */
export function oneLetterApart(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  if (/\d/.test(left + right)) return false;
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}

/** An edit touches one spot, so the first or the last two letters of the name always stand: names are kept under both. */
export function createTypoIndex(names: Iterable<string>): (typed: string) => string[] {
  const buckets = new Map<string, string[]>();
  const put = (bucket: string, name: string): void => {
    const held = buckets.get(bucket);
    if (held === undefined) buckets.set(bucket, [name]);
    else held.push(name);
  };
  for (const name of names) {
    if (name.replace(/\d/g, "").length < FEWEST_LETTERS) continue;
    put(`${name.length}<${name.slice(0, 2)}`, name);
    put(`${name.length}>${name.slice(-2)}`, name);
  }
  return (typed) => {
    const found = new Set<string>();
    if (typed.length < FEWEST_LETTERS - 1) return [];
    for (let length = typed.length - 1; length <= typed.length + 1; length++) {
      for (const bucket of [`${length}<${typed.slice(0, 2)}`, `${length}>${typed.slice(-2)}`]) {
        for (const name of buckets.get(bucket) ?? []) if (oneLetterApart(typed, name)) found.add(name);
      }
    }
    return [...found];
  };
}

/** How alike two squashed names are, 0 to 1: the share of letter pairs they have in common. */
export function likeness(a: string, b: string): number {
  if (a.length < 2 || b.length < 2) return a === b ? 1 : 0;
  const pairs = new Map<string, number>();
  for (let n = 0; n < a.length - 1; n++) pairs.set(a.slice(n, n + 2), (pairs.get(a.slice(n, n + 2)) ?? 0) + 1);
  let common = 0;
  for (let n = 0; n < b.length - 1; n++) {
    const left = pairs.get(b.slice(n, n + 2)) ?? 0;
    if (left > 0) {
      common++;
      pairs.set(b.slice(n, n + 2), left - 1);
    }
  }
  const headStart = a.slice(0, 2) === b.slice(0, 2) ? 0.1 : 0;
  return Math.min(1, (2 * common) / (a.length + b.length - 2) + headStart);
}

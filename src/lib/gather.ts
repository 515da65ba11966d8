/**
 * Gathers calls into batches: while one batch is worked on, the next gathers, up to `most`. A call that comes alone is
 * worked on at once; when the last batch held several, the next waits up to `lingerMs` for more (load is made of many).
 * `work` answers one result for each item, in order; when it rejects, every call of the batch rejects. Past `room`
 * items that wait, a call is refused with `Full` at once.
 */
export function gather<T, R>(work: (items: T[]) => Promise<readonly R[]>, options: { most: number; lingerMs: number; room: number }): (item: T) => Promise<R> {
  const waiting: { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }[] = [];
  let running = false;
  let timer: NodeJS.Timeout | null = null;
  let lastSize = 0;

  function begin(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (running || waiting.length === 0) return;
    const batch = waiting.splice(0, options.most);
    running = true;
    lastSize = batch.length;
    work(batch.map((each) => each.item))
      .then(
        (results) => batch.forEach((each, index) => each.resolve(results[index] as R)),
        (error: unknown) => batch.forEach((each) => each.reject(error)),
      )
      .finally(() => {
        running = false;
        soon();
      });
  }

  function soon(): void {
    if (running || waiting.length === 0) return;
    if (waiting.length >= options.most) return begin();
    timer ??= lastSize > 1 ? setTimeout(begin, options.lingerMs) : (setImmediate(begin), null);
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= options.room) return reject(new Full("too much waits already"));
      waiting.push({ item, resolve, reject });
      soon();
    });
}

/** What gathers behind a batch that takes too long has a limit. */
export class Full extends Error {
  override readonly name = "Full";
}

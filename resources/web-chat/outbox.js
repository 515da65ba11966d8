import { keep } from "./dom.js";

/**
 * What was written but not acknowledged: kept across reloads, sent one by one, each under its own id until stored.
 * `onState(item, "sending" | "waiting" | "sent" | "failed")`.
 */
export function createOutbox({ key, session, onState }) {
  let busy = false;
  let tries = 0;
  let timer = 0;

  let memory = keep.read(key, []);
  const all = () => (memory = keep.read(key, memory));
  const save = (items) => keep.write(key, (memory = items));
  const remove = (item) => save(all().filter((each) => each.body.id !== item.body.id));

  async function post(item) {
    const control = new AbortController();
    const late = setTimeout(() => control.abort(), 20_000);
    try {
      return await fetch("/chat/messages", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(item.body),
        signal: control.signal,
      });
    } finally {
      clearTimeout(late);
    }
  }

  function later(ms) {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  }

  async function one(item) {
    onState(item, "sending");
    let status = 0;
    let after = 0;
    try {
      const response = await post(item);
      status = response.status;
      after = Number(response.headers.get("retry-after") || 0) * 1_000;
    } catch (_error) {
      status = 0;
    }
    if (status === 200 || status === 400 || status === 413) {
      tries = 0;
      remove(item);
      onState(item, status === 200 ? "sent" : "failed");
      return true;
    }
    onState(item, "waiting");
    if (status === 401) await session().catch(() => undefined);
    later(Math.max(after, Math.min(30_000, 1_000 * 2 ** tries++)));
    return false;
  }

  async function run() {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    try {
      for (let items = all(); items.length > 0; items = all()) if (!(await one(items[0]))) break;
    } finally {
      busy = false;
    }
  }

  addEventListener("online", () => {
    tries = 0;
    void run();
  });

  return {
    waiting: all,
    add(item) {
      save([...all(), item]);
      onState(item, busy ? "waiting" : "sending");
      void run();
    },
    run,
  };
}

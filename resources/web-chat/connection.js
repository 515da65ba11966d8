import { byId } from "./dom.js";

/** Longer without a sign of life than this, and the connection is taken for dead. The server beats every 20 s. */
const deadMs = 50_000;

/** Keeps the event stream open, whatever the network does. Resumes after the last event seen. */
export function createConnection(words, { session, onEntry, onReady }) {
  const line = byId("connection");
  let source = null;
  let lastId = "";
  let lastSign = Date.now();
  let tries = 0;
  let timer = 0;

  function show(state) {
    if (line.dataset.state === state) return;
    const before = line.dataset.state;
    line.dataset.state = state;
    line.textContent = state === "online" ? (before === "offline" ? words.online : "") : words[state];
    if (state === "online" && before === "offline") setTimeout(() => line.dataset.state === "online" && (line.textContent = ""), 3000);
  }

  function sign() {
    lastSign = Date.now();
  }

  function open() {
    clearTimeout(timer);
    if (source) source.close();
    sign();
    source = new EventSource(`/chat/events${lastId ? `?after=${encodeURIComponent(lastId)}` : ""}`);
    source.onmessage = (event) => {
      sign();
      lastId = event.lastEventId || lastId;
      onEntry(JSON.parse(event.data));
    };
    source.addEventListener("beat", sign);
    source.addEventListener("ready", () => {
      sign();
      tries = 0;
      show("online");
      onReady();
    });
    source.onerror = () => {
      show("offline");
      // The browser comes back by itself, except after a refusal.
      if (source.readyState === EventSource.CLOSED) again();
    };
  }

  function again() {
    clearTimeout(timer);
    const waitMs = Math.min(30_000, 1_000 * 2 ** tries++) * (0.75 + Math.random() / 2);
    timer = setTimeout(() => session().then(open, again), waitMs);
  }

  function look() {
    if (source && Date.now() - lastSign > deadMs) {
      show("offline");
      open();
    }
  }

  setInterval(look, 5_000);
  addEventListener("online", () => {
    tries = 0;
    if (line.dataset.state !== "online") session().then(open, again);
  });
  addEventListener("offline", () => show("offline"));
  document.addEventListener("visibilitychange", () => document.hidden || look());

  return {
    start: () => session().then(open, () => (show("offline"), again())),
    isOpen: () => line.dataset.state === "online",
  };
}

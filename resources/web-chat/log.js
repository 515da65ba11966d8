import { dayLine, ownBubble, serviceBubble } from "./bubbles.js";
import { byId, day } from "./dom.js";

/** The conversation on screen: each message once, own ones merged with what the service wrote down. */
export function createLog(words, { onPress, onWants, onAlert }) {
  const log = byId("log");
  const newer = byId("newer");
  const seen = new Set();
  const own = new Map();
  let openChoices = [];
  let lastDay = "";
  let stick = true;

  let lastTop = 0;
  log.addEventListener("scroll", () => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    // Only a reader who scrolls up stays there; a picture that grows does not count.
    if (atEnd) stick = true;
    else if (log.scrollTop < lastTop - 2) stick = false;
    lastTop = log.scrollTop;
    if (stick) newer.hidden = true;
  });
  newer.addEventListener("click", () => toEnd(true));
  log.addEventListener("load", () => stick && toEnd(true), true);
  if (window.ResizeObserver) new ResizeObserver(() => stick && toEnd(true)).observe(log);

  function toEnd(anyway) {
    if (!anyway && !stick) return void (newer.hidden = false);
    stick = true;
    newer.hidden = true;
    log.scrollTop = log.scrollHeight;
  }

  function place(row, at) {
    if (day(at) !== lastDay) {
      lastDay = day(at);
      log.append(dayLine(at, words));
    }
    log.append(row);
  }

  /** What was said answers the open question, or a pushed message that has these words. */
  function closeQuestions(text) {
    const pushed = openChoices.find((each) => each.push && each.choices.names(text));
    if (pushed) {
      openChoices = openChoices.filter((each) => each !== pushed);
      return pushed.choices.close(text);
    }
    openChoices = openChoices.filter((each) => {
      if (each.push) return true;
      each.choices.close(text);
      return false;
    });
  }

  /** Shows a message of the person's before anyone has stored it. */
  function showOwn(clientId, { text, at, media }) {
    if (own.has(clientId)) return own.get(clientId);
    const bubble = ownBubble({ text, at, media }, words);
    own.set(clientId, bubble);
    place(bubble.row, at);
    closeQuestions(text);
    toEnd(true);
    return bubble;
  }

  function fromPerson(entry) {
    const hidden = (entry.clientId || "").startsWith("start-") || /^\/start(\s|$)/.test(entry.text);
    if (hidden) return;
    const known = entry.clientId && own.get(entry.clientId);
    if (known) {
      known.merge();
      if (entry.files && !known.bubble.querySelector("img")) known.addFiles(entry.files);
      return;
    }
    const bubble = ownBubble({ text: entry.text, at: new Date(entry.at), files: entry.files }, words);
    if (entry.clientId) own.set(entry.clientId, bubble);
    place(bubble.row, new Date(entry.at));
    closeQuestions(entry.text);
  }

  function fromService(entry) {
    const made = serviceBubble(entry, words, onPress, log.getAttribute("aria-busy") === "false");
    const { outgoing, choices } = made;
    if (!outgoing.push && (choices || outgoing.wants)) closeQuestions("");
    if (choices) openChoices.push({ choices, push: Boolean(outgoing.push) });
    place(made.row, new Date(entry.at));
    if (!outgoing.push) onWants(outgoing.wants ? outgoing.wants.kind : choices && outgoing.numbered !== false ? "choices" : "text");
    if (made.isAlert) onAlert(entry, made.row);
  }

  return {
    showOwn,
    known: (clientId) => own.has(clientId),
    toEnd,
    isEmpty: () => seen.size === 0,
    show(entry) {
      if (seen.has(entry.id)) return;
      seen.add(entry.id);
      if (entry.from === "person") fromPerson(entry);
      else fromService(entry);
      toEnd(false);
    },
    settled() {
      log.setAttribute("aria-busy", "false");
    },
  };
}

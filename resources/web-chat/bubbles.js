import { choiceList } from "./choices.js";
import { day, el, hour } from "./dom.js";
import { card, lines } from "./text.js";

/** One message of the service. `onPress(choice, byKeyboard)`. Only what comes while the page is open is called out. */
export function serviceBubble(entry, words, onPress, live) {
  const outgoing = entry.outgoing || { text: entry.text };
  const isAlert = outgoing.push && words.alerts.some((label) => outgoing.text.includes(label));
  const inner = [el("span", { class: "unseen" }, words.fromService)];
  if (outgoing.push) inner.push(el("p", { class: "mark" }, words.pushed));
  if (outgoing.text) inner.push(lines(outgoing.text, outgoing.bold));
  if (outgoing.rows && outgoing.rows.length) inner.push(card(outgoing.rows));
  if (outgoing.after) inner.push(lines(outgoing.after));
  if (entry.qr) inner.push(qrPicture(entry.qr, outgoing.qr.alt, words));
  inner.push(...fileLinks(entry.files, words));
  inner.push(el("p", { class: "when" }, el("time", { datetime: entry.at }, hour(new Date(entry.at)))));
  const bubble = el("div", { class: "bubble" }, ...inner);
  const row = el("div", { class: `entry service${outgoing.push ? " push" : ""}${isAlert ? " is-alert" : ""}`, role: isAlert && live ? "alert" : null }, bubble);
  let choices = null;
  if (outgoing.choices && outgoing.choices.length) {
    choices = choiceList(outgoing, words, onPress);
    row.append(choices.element);
  }
  return { row, choices, outgoing, isAlert };
}

function qrPicture(src, alt, words) {
  return el(
    "figure",
    { class: "qr" },
    el("img", { src, alt, width: "200", height: "200" }),
    el("figcaption", {}, el("a", { href: src, download: "ocop-qr.png" }, words.saveQr)),
  );
}

function fileLinks(files, words) {
  const links = files || [];
  return links.map((href, index) => {
    const text = words.openFile.replace("{n}", links.length > 1 ? String(index + 1) : "").trim();
    return el("p", { class: "file" }, el("a", { href, target: "_blank", rel: "noopener" }, text));
  });
}

/** One message of the person's, with the state of its sending. */
export function ownBubble({ text, at, files, media }, words) {
  let merged = false;
  const state = el("span", { class: "state" });
  const when = el("p", { class: "when" }, state, el("time", {}, hour(at)));
  const bubble = el("div", { class: "bubble" }, el("span", { class: "unseen" }, words.fromPerson));
  if (media) bubble.append(media);
  if (text) bubble.append(el("p", { class: "text" }, text));
  bubble.append(...fileLinks(files, words));
  bubble.append(when);
  return {
    row: el("div", { class: "entry person" }, bubble),
    bubble,
    when,
    /** `sending`, `waiting`, `sent`, `failed`, or null for none. */
    say(kind, sentence) {
      if (merged) return;
      state.textContent = kind === null ? "" : sentence || words[kind];
      state.className = `state ${kind || ""}`;
    },
    /** The service has it in the conversation: nothing is left to say about sending. */
    merge() {
      this.say(null);
      merged = true;
    },
    addFiles(links) {
      when.before(...fileLinks(links, words));
    },
  };
}

/** A line between days: "Hôm nay", else the date. */
export function dayLine(at, words) {
  return el("p", { class: "day" }, el("span", {}, day(at) === day(new Date()) ? words.today : day(at)));
}

import { el } from "./dom.js";

const address = /https?:\/\/[^\s<>"“”]+[^\s<>"“”.,;:!?)]|\/files\/[\w-]{60,}/g;

/** Plain text with its bold spans (UTF-16 units). Line breaks stay by style. Links lead to our own pages only. */
export function lines(text, bold) {
  const spans = (bold || []).slice().sort((a, b) => a.at - b.at);
  const parts = [];
  let at = 0;
  for (const span of spans) {
    if (span.at < at) continue;
    parts.push(...linked(text.slice(at, span.at)));
    parts.push(el("strong", {}, text.slice(span.at, span.at + span.length)));
    at = span.at + span.length;
  }
  parts.push(...linked(text.slice(at)));
  return el("p", { class: "text" }, ...parts);
}

function linked(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll ? text.matchAll(address) : []) {
    if (!found[0].startsWith("/files/") && !found[0].startsWith(location.origin + "/")) continue;
    parts.push(text.slice(at, found.index), el("a", { href: found[0], target: "_blank", rel: "noopener" }, found[0]));
    at = found.index + found[0].length;
  }
  return [...parts, text.slice(at)];
}

export function card(rows) {
  return el("dl", { class: "card" }, ...rows.map((row) => el("div", {}, el("dt", {}, row.name), el("dd", {}, row.value))));
}

/** For comparing what was typed with a choice: as the server folds it. */
export function fold(text) {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

import { byId, el, keep } from "./dom.js";

/** The latest recall stays pinned over the conversation until its reader closes it. */
export function createAlert(words, key) {
  const bar = byId("alert");
  return function show(entry, row) {
    if (keep.read(key, []).includes(entry.id)) return;
    const close = () => {
      keep.write(key, [...keep.read(key, []), entry.id].slice(-50));
      bar.hidden = true;
    };
    bar.replaceChildren(
      el("button", { type: "button", class: "alert-text", onclick: () => row.scrollIntoView({ block: "center" }) },
        el("span", { class: "unseen" }, `${words.showAlert}: `),
        el("span", {}, entry.text.split("\n")[0])),
      el("button", { type: "button", class: "small", onclick: close }, words.closeAlert),
    );
    bar.hidden = false;
  };
}

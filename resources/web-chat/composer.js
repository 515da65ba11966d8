import { byId } from "./dom.js";

const modes = { text: "text", choices: "text", phone: "tel", number: "numeric", photo: "text" };

/** The input: Enter sends, Shift+Enter breaks the line; it grows with its text and fits what the question takes. */
export function createComposer(words, { onText, onFiles }) {
  const form = byId("composer");
  const input = byId("message");
  const photo = byId("photo");
  const hint = byId("hint");

  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 4, 160)}px`;
  }

  function take() {
    const text = input.value.trim();
    input.value = "";
    grow();
    return text;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = take();
    if (text !== "") onText(text);
    input.focus();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("send").click();
  });
  input.addEventListener("input", grow);
  // The keyboard of a phone closes when a button takes the focus.
  byId("send").addEventListener("pointerdown", (event) => document.activeElement === input && event.preventDefault());

  photo.addEventListener("change", () => {
    const files = Array.from(photo.files);
    photo.value = "";
    if (files.length > 0) onFiles(files, take());
  });

  return {
    focus: () => input.focus({ preventScroll: true }),
    wants(kind) {
      input.inputMode = modes[kind] || "text";
      hint.textContent = words.hints[kind] || words.hints.text;
      form.dataset.wants = kind;
    },
  };
}

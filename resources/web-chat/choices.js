import { byKeyboard, el } from "./dom.js";
import { fold } from "./text.js";

/**
 * The choices of one message as a list of buttons.
 * `close(text)` turns them into text: what was chosen if `text` names it, else the list as it stood.
 */
export function choiceList(outgoing, words, onPress) {
  const numbered = outgoing.numbered !== false;
  const list = el("ul", { class: outgoing.push || !numbered ? "choices words" : "choices", "aria-label": words.choices });
  let open = true;
  const label = (choice, index) => (numbered ? `${index + 1} ${choice.label}` : choice.label);

  const choose = (choice, index) => {
    list.replaceWith(el("p", { class: "chosen" }, `${words.chosen} ${label(choice, index)}`));
  };
  const press = (choice, index) => (event) => {
    if (!open) return;
    open = false;
    choose(choice, index);
    onPress(choice, byKeyboard(event));
  };
  outgoing.choices.forEach((choice, index) => {
    const number = numbered ? el("span", { class: "number" }, String(index + 1)) : null;
    const button = el(
      "button",
      // Pressing must not take the focus from the input.
      { type: "button", onclick: press(choice, index), onpointerdown: (event) => event.preventDefault(), onmousedown: (event) => event.preventDefault() },
      number,
      numbered ? " " : null,
      el("span", { class: "label" }, choice.label),
    );
    list.append(el("li", {}, button));
  });

  const named = (text) => {
    const said = fold(text);
    return outgoing.choices.findIndex(
      (choice, at) => said !== "" && (fold(choice.label) === said || (numbered && (String(at + 1) === said || fold(label(choice, at)) === said))),
    );
  };

  return {
    element: list,
    /** Whether `text` is one of the choices. */
    names: (text) => named(text) >= 0,
    close(text) {
      if (!open) return;
      open = false;
      const index = named(text);
      if (index >= 0) return choose(outgoing.choices[index], index);
      list.classList.add("closed");
      list.querySelectorAll("button").forEach((button) => button.replaceWith(...button.childNodes));
    },
  };
}

/** Builds an element. Texts become text nodes: nothing here ever reads markup. */
export function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Fills `{name}` in a sentence. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

const zone = "Asia/Ho_Chi_Minh";
const hourFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "2-digit", year: "numeric", timeZone: zone });
export const hour = (at) => hourFormat.format(at);
export const day = (at) => dayFormat.format(at);

/** Works where storage is refused (private windows): then nothing outlives the page. */
export const keep = {
  read(key, otherwise) {
    try {
      const found = localStorage.getItem(key);
      return found === null ? otherwise : JSON.parse(found);
    } catch (_error) {
      return otherwise;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch (_error) {
      /* kept in memory only */
    }
  },
};

/** An id of the client's own, 22 characters of `[A-Za-z0-9_-]`. */
export function newId() {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => alphabet[byte & 63]).join("");
}

export const byKeyboard = (event) => event.detail === 0;
export const withMouse = matchMedia("(hover: hover) and (pointer: fine)").matches;

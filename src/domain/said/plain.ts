/** Lower case without accents, every dash as "-", one sign for each sign of the NFC text, so that places in both agree. */
export function plain(text: string): string {
  let out = "";
  for (let n = 0; n < text.length; n++) {
    const sign = text.charAt(n);
    const base = sign.normalize("NFD").charAt(0).toLowerCase();
    out += base === "đ" ? "d" : base === "–" || base === "—" ? "-" : base.length === 1 ? base : sign;
  }
  return out;
}

/** The text with a stretch replaced by spaces, so that it is not read twice and places stay. */
export function blank(text: string, from: number, to: number): string {
  return text.slice(0, from) + " ".repeat(to - from) + text.slice(to);
}

/**
 * Folds a text for comparing and searching: no accents, `đ` as `d`, lower case, one space between words.
 * `Hoà` and `Hòa`, `ĐỒNG THÁP` and `dong thap` fold to the same key.
 */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/đ/g, "d")
    .replace(/Đ/g, "D")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** The form that text is stored in: NFC, no control or invisible characters but line breaks, trimmed. */
export function clean(text: string): string {
  return text
    .normalize("NFC")
    .replace(/\r\n?/g, "\n")
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .trim();
}

/** Length in characters as a person counts them (code points of the NFC form). */
export function characters(text: string): number {
  return [...text].length;
}

/** Whether the text holds at least one letter of any script. */
export function hasLetter(text: string): boolean {
  return /\p{L}/u.test(text);
}

import { clean } from "../../lib/text.js";

const before = /^(?:(?:dạ|da|vâng|vang|ừ|thưa|thì|là|ok)[\s,.]+)+/iu;
const after = /(?:[\s,.!]+(?:ạ|a|nhé|nhe|nha|nghe|nghen|nhen|đó|đấy|day|luôn|luon|rồi|roi|thôi|thoi|đi|di|lại|lai|chứ|em|anh|chị|chi))+[\s,.!]*$/iu;

const longest = 300;

/** One line without the words that only make it polite: "dạ 35k nha" is "35k". What is nothing but such words stays, and what is no short answer. */
export function withoutParticles(text: string): string {
  const typed = clean(text).replace(/\s+/g, " ");
  if (typed.length > longest) return typed;
  const bare = typed.replace(before, "").replace(after, "").trim();
  return bare === "" ? typed : bare;
}

import { accentDistance } from "../gazetteer/accents.js";
import { oneLetterApart } from "../gazetteer/typos.js";
import type { Word } from "../gazetteer/words.js";
import { plain } from "./plain.js";

/**
 * Words that turn what stands beside them: a refusal, a question, a condition, a doubt.
 * Where one is left over, nothing was chosen.
 */
const TURNING =
  "không ko k kh khg hông hổng hong hok hk hem chưa đừng chẳng chả khỏi thôi đâu trừ ngoài bỏ rút hủy chối bất nếu nhưng hay hoặc gì sao nào hả biết rõ hiểu chắc nhớ " +
  "no not don never without except refuse withdraw cannot won if but or what why which how";
const FORMS = new Map<string, string[]>();
for (const form of TURNING.split(" ")) FORMS.set(plain(form), [...(FORMS.get(plain(form)) ?? []), form]);

const SHORT_NO = ["ko", "k", "kh", "khg", "hong", "hok", "hk", "hem"];
const KEYED_NOT_YET = ["chuwa", "chuaw", "cuha", "hcua", "chuaa"];
const NOT_MISSPELT = ["khoang"];

/** Whether a word that was typed turns the others, misspelt and without its accents too. "đúng" does not, "dung" may. */
export function turns({ raw, key }: Word): boolean {
  return FORMS.get(key)?.some((form) => accentDistance([raw], form) !== 2) ?? isMisspeltNo(key);
}

/** Whether a word of a label, which has its accents, turns the others: "chưa", not "chua". */
export function labelTurns({ raw, key }: Word): boolean {
  return FORMS.get(key)?.some((form) => accentDistance([raw], form) === 0) ?? false;
}

/** "ko" and the like said in full; other words stay. */
export function inFull(word: Word): Word {
  return SHORT_NO.includes(word.key) ? { ...word, raw: "không", key: "khong" } : word;
}

/** "khog", "kong", "chuwa": never taken for another word. */
export function isMisspeltNo(key: string): boolean {
  return KEYED_NOT_YET.includes(key) || (key.length >= 4 && oneLetterApart(key, "khong") && !NOT_MISSPELT.includes(key));
}

const NEVER_LESS = new Map(["đừng", "chưa", "chẳng"].map((word) => [plain(word), word]));

/** "đừng" is never "Đúng", nor "chưa" "chua". */
export function contradicts(typed: Word, label: Word): boolean {
  const word = NEVER_LESS.get(typed.key);
  return word !== undefined && spelled(typed) === word && spelled(label) !== word;
}

function spelled({ raw }: Word): string {
  return raw.normalize("NFC").toLowerCase();
}

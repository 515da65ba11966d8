import { fold } from "../../lib/text.js";
import { accentDistance } from "./accents.js";

/** A word or number of the text; a letter beside a digit starts a new one ("q1" is "q", "1"). */
export interface Word {
  raw: string;
  /** Folded; numbers of up to three digits without leading zeros. */
  key: string;
  from: number;
  to: number;
  /** A comma, bracket or line break stands before it. */
  opens: boolean;
}

export type Level = "hamlet" | "commune" | "district" | "city" | "province";

/** Words that say what the name behind them is: "xã", "tp", "tổ dân phố". */
export interface Marker {
  level: Level;
  /** The kind in full, as in the data. */
  kind: string;
  text: string;
  size: number;
}

export function readWords(text: string): Word[] {
  const words: Word[] = [];
  let end = 0;
  for (const match of text.matchAll(/\p{L}[\p{L}\p{M}]*|\p{N}+/gu)) {
    const raw = match[0];
    const folded = fold(raw);
    words.push({
      raw,
      key: /^\d{1,3}$/.test(folded) ? String(Number(folded)) : folded,
      from: match.index,
      to: match.index + raw.length,
      opens: words.length === 0 || /[,;()[\]\n|]/.test(text.slice(end, match.index)),
    });
    end = match.index + raw.length;
  }
  return words;
}

const LEVELS: Record<Level, Record<string, string[]>> = {
  commune: {
    xã: ["xã", "x"],
    phường: ["phường", "p", "f"],
    "thị trấn": ["thị trấn", "tt"],
    "đặc khu": ["đặc khu", "đk"],
  },
  district: { huyện: ["huyện", "h", "huyện đảo"], quận: ["quận", "q"], "thị xã": ["thị xã", "tx"] },
  city: { "thành phố": ["thành phố", "tp", "t p"] },
  province: { tỉnh: ["tỉnh", "t"] },
  hamlet: Object.fromEntries(
    (
      "ấp,thôn,xóm,bản,buôn,bon,làng,khóm,khu phố,kp,tổ dân phố,tdp,tổ,khu,khu vực,kv,đường,số,số nhà,ngõ,hẻm,ngách," +
      "đội,cụm,sóc,phum,plei,plây,tiểu khu,tk,quốc lộ,ql,tỉnh lộ"
    )
      .split(",")
      .map((text) => [text, [text]]),
  ),
};

const MARKERS = new Map<string, Marker>();
for (const [level, kinds] of Object.entries(LEVELS) as [Level, Record<string, string[]>][]) {
  for (const [kind, texts] of Object.entries(kinds)) {
    for (const text of texts) MARKERS.set(fold(text), { level, kind, text, size: text.split(" ").length });
  }
}

function markerOf(words: readonly Word[], from: number, size: number): Marker | undefined {
  const span = words.slice(from, from + size);
  if (span.length < size || span.some((word, n) => n > 0 && word.opens)) return undefined;
  const marker = MARKERS.get(span.map((word) => word.key).join(" "));
  if (marker === undefined) return undefined;
  return accentDistance(span.map((word) => word.raw), marker.text) === 2 ? undefined : marker;
}

/** The marker that ends right before word `at`, the longest one. */
export function markerBefore(words: readonly Word[], at: number): Marker | undefined {
  if (words[at]?.opens === true) return undefined;
  for (const size of [3, 2, 1]) {
    const marker = at >= size ? markerOf(words, at - size, size) : undefined;
    if (marker !== undefined) return marker;
  }
  return undefined;
}

/** The marker that starts at word `at`, the longest one. */
export function markerAt(words: readonly Word[], at: number): Marker | undefined {
  for (const size of [3, 2, 1]) {
    const marker = markerOf(words, at, size);
    if (marker !== undefined) return marker;
  }
  return undefined;
}

const FILLERS = new Set("cu moi nay truoc day la thuoc o tai viet nam vn dia chi toi em minh".split(" "));

/** Whether the word says nothing about the place: "(Tiền Giang cũ)", "ở", "Việt Nam". */
export function isFiller(word: Word): boolean {
  return FILLERS.has(word.key);
}

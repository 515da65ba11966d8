export interface Span {
  at: number;
  length: number;
}
/** A text with its bold spans, in UTF-16 units. */
export interface Styled {
  text: string;
  bold: Span[];
}

/** Spans that Telegram takes: in range, not empty, not half of a surrogate pair. */
export function clip(text: string, spans: readonly Span[]): Span[] {
  const clipped: Span[] = [];
  for (const span of spans) {
    let from = Math.max(0, span.at);
    let to = Math.min(text.length, span.at + span.length);
    if (insidePair(text, from)) from += 1;
    if (insidePair(text, to)) to -= 1;
    if (to > from && text.slice(from, to).trim() !== "") clipped.push({ at: from, length: to - from });
  }
  return clipped;
}

/**
 * Cuts a text into parts of at most `limit` UTF-16 units: between lines, else sentences, else words, else anywhere
 * but inside a surrogate pair. A bold span that a cut would halve moves to the next part whole where it fits,
 * else continues there. Parts of white space alone are dropped; white space at a cut is too.
 */
export function split({ text: all, bold }: Styled, limit: number): Styled[] {
  const whole = { text: all, bold: clip(all, bold) };
  if (all.length <= limit) return all.trim() === "" ? [] : [whole];
  const parts: Styled[] = [];
  for (let from = 0; from < whole.text.length; ) {
    const to = from + limit >= whole.text.length ? whole.text.length : cutBefore(whole, from, from + limit);
    const rough = whole.text.slice(from, to);
    const start = from + (rough.length - rough.trimStart().length);
    const text = rough.trim();
    if (text !== "") {
      parts.push({ text, bold: clip(text, whole.bold.map((span) => ({ at: span.at - start, length: span.length }))) });
    }
    from = to;
  }
  return parts;
}

/** Earlier cuts than this share of a part are not worth a nicer place. */
const worthwhile = 0.25;

function cutBefore({ text, bold }: Styled, from: number, most: number): number {
  const earliest = from + Math.ceil((most - from) * worthwhile);
  const window = text.slice(from, most + 1);
  const places = [/\n/g, /[.!?…;](?=\s)/g, /\s/g].map((sign) => from + lastEnd(window, sign));
  let cut = places.find((place) => place >= earliest && place <= most) ?? most;
  const halved = bold.find((span) => span.at < cut && cut < span.at + span.length);
  if (halved !== undefined && halved.at >= earliest) cut = halved.at;
  return insidePair(text, cut) && cut - 1 > from ? cut - 1 : cut;
}

function lastEnd(window: string, sign: RegExp): number {
  let end = -1;
  for (const match of window.matchAll(sign)) {
    const next = match.index + match[0].length;
    if (next < window.length) end = next;
  }
  return end;
}

function insidePair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}

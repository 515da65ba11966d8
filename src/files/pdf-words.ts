import { FileRefused, unreadable } from "./refused.js";

/** Names that make a PDF do something, carry other files, or hide what is in it (ISO 32000, 7.6, 7.11, 12.6, 13). */
const active = /\/(?:Encrypt|JavaScript|Launch|EmbeddedFiles?|RichMedia|Rendition)(?!\w)/;
const page = /\/Type\s*\/Page(?!\w)/g;
/** A name that goes on, with the `/Type` before it, is at most so long. */
const mostCarriedChars = 8_192;

const named = (text: string): string => (text.includes("#") ? text.replace(/#([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : text);

export interface PdfWords {
  look(bytes: Buffer): void;
  end(): void;
}

/** Looks through a PDF's bytes as they pass, whole names at a time. Throws `FileRefused`; `onPage` hears of each page. */
export function createPdfWords(onPage: () => void): PdfWords {
  let carried = "";

  function judge(text: string): void {
    const plain = named(text);
    const found = active.exec(plain);
    if (found !== null) throw new FileRefused("active_content", found[0]);
    for (const _ of plain.matchAll(page)) onPage();
  }

  return {
    look(bytes) {
      const all = carried + bytes.toString("latin1");
      const last = all.lastIndexOf("/");
      const before = last > 0 ? all.lastIndexOf("/", last - 1) : -1;
      const whole = before >= 0 && named(all.slice(before, last)).trimEnd() === "/Type" ? before : last;
      const cut = [whole, last].find((at) => at >= 0 && all.length - at <= mostCarriedChars) ?? all.length;
      judge(all.slice(0, cut));
      carried = all.slice(cut);
    },
    end: () => judge(carried),
  };
}

const between = String.raw`(?:\s|%[^\r\n]*[\r\n])*`;
/** Codings whose outcome is not looked at, or that are wrapped in one another: bombs and hiding places. */
const oddCodings = [
  /\/(?:LZWDecode|RunLengthDecode|ASCII85Decode|ASCIIHexDecode|Crypt)(?!\w)/,
  new RegExp(String.raw`/F(?:ilter)?${between}\[?${between}/(?:LZW|RL|A85|AHx)(?!\w)`),
  new RegExp(String.raw`/(?:FlateDecode|Fl)${between}/(?:FlateDecode|Fl)(?!\w)`),
  /\/F(?:ilter)?\s+\d+\s+\d+\s+R/,
];

/** Reads the text between two streams: whether the second's bytes are deflated, and how many they are where it says so. */
export function readStreamHead(text: string): { deflated: boolean; bytes: number | null } {
  const plain = named(text);
  if (oddCodings.some((coding) => coding.test(plain))) throw unreadable("a coding that is not looked into");
  if (/\/ObjStm(?!\w)/.test(plain) && /\/Predictor(?!\w)/.test(plain)) throw unreadable("objects behind a predictor");
  const length = [...plain.matchAll(/\/Length\s+(\d+)(?!\d|\s+\d+\s+R)/g)].at(-1)?.[1];
  return { deflated: /\/(?:FlateDecode|Fl)(?!\w)/.test(plain), bytes: length === undefined ? null : Number(length) };
}

import { words } from "../../domain/shown.js";
import { z } from "zod";
import type { Json } from "../../domain/json.js";
import type { Parsed } from "./ask.js";

/** The kind told of each photo so far; `@same`: another page of the one before. */
export const Sorted = z.array(z.string());

/** The kinds asked for photo by photo; any other paper is `other`. */
const kinds = ["iso_22000", "haccp", "gmp", "other"];

/** "Photo 2 of 3 is which paper?" */
export function askSheet(sorted: readonly string[], count: number): Pick<Extract<Parsed, { is: "more" }>, "parts" | "options" | "wants"> {
  const options = kinds.map((kind) => ({ value: kind, label: words(`certificate_kind.${kind}`) }));
  return {
    parts: [{ key: "certificate.which_sheet", values: { n: sorted.length + 1, count } }],
    options: sorted.length === 0 ? options : [...options, { value: "@same", label: words("certificate.same_as_before") }],
    wants: "text",
  };
}

/** Takes the kind of the next photo; `papers` once the last is told. */
export function sortSheet(sorted: readonly string[], fileIds: readonly string[], value: Json): { kinds: string[]; papers?: { kind: string; fileIds: string[] }[] } {
  const told = [...sorted, String(value)];
  if (told.length < fileIds.length) return { kinds: told };
  const papers: { kind: string; fileIds: string[] }[] = [];
  fileIds.forEach((id, n) => {
    const kind = told[n] ?? "other";
    const last = papers.at(-1);
    if (kind === "@same" && last !== undefined) last.fileIds.push(id);
    else papers.push({ kind, fileIds: [id] });
  });
  return { kinds: told, papers };
}

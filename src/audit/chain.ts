import { createHash } from "node:crypto";
import type { AuditEntry, SealedEntry } from "../domain/audit.js";
import { asJson, canonicalJson } from "../domain/json.js";

/** Where a chain stands. */
export type Link = Pick<SealedEntry, "seq" | "hash">;

/** Before the first entry. */
export const beginning: Link = { seq: 0, hash: "" };

/** SHA-256, hex, over the entry, its number and the hash before it. */
export function hashOf({ seq, entry, prev }: Omit<SealedEntry, "hash">): string {
  return createHash("sha256").update(canonicalJson(asJson({ seq, entry, prev }))).digest("hex");
}

/** Numbers entries onto a chain that ends in `head`. */
export function sealOnto(head: Link, entries: readonly AuditEntry[]): SealedEntry[] {
  let last = head;
  return entries.map((entry) => {
    const open = { seq: last.seq + 1, entry, prev: last.hash };
    const sealed = { ...open, hash: hashOf(open) };
    last = sealed;
    return sealed;
  });
}

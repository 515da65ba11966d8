import { SealedEntry, type AuditStore } from "../domain/audit.js";
import { beginning, hashOf } from "./chain.js";
import type { Heads } from "./heads.js";

/**
 * `missing`: nothing has this number; `changed`: what stands there is not what was sealed; `unlinked`: it does not follow on
 * the one before; `other_than_written`: a head that was written out says otherwise.
 */
export type Breach = { seq: number; why: "missing" | "changed" | "unlinked" | "other_than_written" };

export type Verified = { holds: true; sealed: number; waiting: number; heads: number } | { holds: false; first: Breach } | { holds: false; problems: string[] };

/** Walks the whole chain and holds it against the heads that were written out. Answers the first entry that does not hold. */
export async function verifyAudit({ store, heads }: { store: Pick<AuditStore, "chain" | "waiting">; heads: Pick<Heads, "read"> }): Promise<Verified> {
  const { heads: written, problems } = await heads.read();
  if (problems.length > 0) return { holds: false, problems };
  const hashAt = new Map<number, Set<string>>();
  for (const { seq, hash } of written) hashAt.set(seq, (hashAt.get(seq) ?? new Set()).add(hash));

  let last = beginning;
  for await (const row of store.chain()) {
    const first = breachAt(last, row, hashAt);
    if (first !== null) return { holds: false, first };
    last = SealedEntry.parse(row);
  }
  const beyond = Math.min(...[...hashAt.keys()].filter((seq) => seq > last.seq));
  if (beyond !== Number.POSITIVE_INFINITY) return { holds: false, first: { seq: last.seq + 1, why: "missing" } };
  return { holds: true, sealed: last.seq, waiting: await store.waiting(), heads: written.length };
}

function breachAt(last: typeof beginning, row: unknown, hashAt: ReadonlyMap<number, ReadonlySet<string>>): Breach | null {
  const seq = last.seq + 1;
  if ((row as { seq: unknown }).seq !== seq) return { seq, why: "missing" };
  const read = SealedEntry.safeParse(row);
  if (!read.success || hashOf(read.data) !== read.data.hash) return { seq, why: "changed" };
  if (read.data.prev !== last.hash) return { seq, why: "unlinked" };
  const written = hashAt.get(seq);
  return written === undefined || (written.size === 1 && written.has(read.data.hash)) ? null : { seq, why: "other_than_written" };
}

import type { StoredFile } from "../domain/file.js";
import type { FileProblem, Inbound } from "../domain/message.js";
import { clean } from "../lib/text.js";
import type { FileLimits } from "./limits.js";

const megabyte = 1024 * 1024;
const nameCharacters = 60;

/**
 * What a row becomes when its file is refused. `values`, for `file.<problem>`: `limit` and, where known, `megabytes` (both whole MB,
 * but `megabytes` is `">20"` when reading stopped there), `pages` that are the most, and `name`, the file's own as shown text,
 * `"none"` when it has none.
 */
export function refusal(row: StoredFile, problem: FileProblem, limits: FileLimits): Pick<StoredFile, "state" | "problem"> & { values: Record<string, string | number> } {
  const limit = Math.floor(limits.bytes / megabyte);
  const claimed = row.source.bytes;
  const megabytes = claimed === undefined || (problem === "too_big" && claimed <= limits.bytes) ? null : Math.ceil(claimed / megabyte);
  const size = megabytes !== null ? { megabytes } : problem === "too_big" ? { megabytes: `>${limit}` } : {};
  return { state: "refused", problem, values: { name: shownName(row.source.name), limit, pages: limits.pages, ...size } };
}

function shownName(name: string | undefined): string {
  const last = clean((name ?? "").split(/[/\\]/).at(-1) ?? "").replaceAll("\n", " ");
  return [...last].slice(0, nameCharacters).join("") || "none";
}

/** Tells the conversation, through the inbox. The same row gives the same id, so a repeat is stored once. Ordered by when the file came, in ms. */
export function toldOf(row: StoredFile, what: "slow" | "settled", now: Date): Inbound {
  const { _id, channel, account, user, chat, problem, values } = row;
  const refused = problem === undefined ? {} : { problem, ...(values === undefined ? {} : { values }) };
  return {
    id: `files:${_id}:${what}`,
    channel,
    account,
    user,
    chat,
    order: row.createdAt.getTime() + (what === "slow" ? 0 : 1),
    receivedAt: now,
    content: { kind: "file_settled", fileId: _id, ...(what === "slow" ? { slow: true } : refused) },
  };
}

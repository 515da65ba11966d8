import { createHash } from "node:crypto";
import { z } from "zod";
import { FileRef, fileProblems } from "./message.js";

/** One file a person sent: first a job (receiving), then kept or refused. Refer to it by `_id` only. */
export const StoredFile = z.object({
  _id: z.string(),
  contactId: z.string(),
  channel: z.string(),
  account: z.string(),
  user: z.string(),
  chat: z.string(),
  source: FileRef,
  /** Which album it came in, as its channel names it. */
  group: z.string().exactOptional(),
  state: z.enum(["receiving", "kept", "refused"]),
  problem: z.enum(fileProblems).exactOptional(),
  values: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
  /** How often it was claimed; a worker that was overtaken is known by it. */
  attempts: z.number().int(),
  /** When the next try is due; also the claim: a worker moves it ahead before it begins. A settled row keeps it until the conversation was told. */
  dueAt: z.date().exactOptional(),
  createdAt: z.date(),
  settledAt: z.date().exactOptional(),
  mime: z.string().exactOptional(),
  bytes: z.number().int().exactOptional(),
  sha256: z.string().exactOptional(),
  width: z.number().int().exactOptional(),
  height: z.number().int().exactOptional(),
  /** Whether the question that waits was told that it takes longer. */
  saidSlow: z.boolean().exactOptional(),
  /** When something was last found to refer to it. */
  referredAt: z.date().exactOptional(),
});
export type StoredFile = z.infer<typeof StoredFile>;

/** What is kept, known by its first bytes, and the ending that a copy gets. */
export const keptTypes = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/heic": "heic",
  "image/heif": "heif",
  "application/pdf": "pdf",
} as const;
export type KeptType = keyof typeof keptTypes;

/** What a person's own copy of their data is made as, by us; its bytes are written when it is first opened. */
export const copyTypes = { "text/html": "html", "application/json": "json" } as const;
export type CopyType = keyof typeof copyTypes;

/** Ids of copies begin so. */
export const copyPrefix = "copy-";

/** Null for what a person sent. */
export function copyTypeOf({ _id, mime }: Pick<StoredFile, "_id" | "mime">): CopyType | null {
  return _id.startsWith(copyPrefix) && mime !== undefined && Object.hasOwn(copyTypes, mime) ? (mime as CopyType) : null;
}

/** The id under which a file that came with this event is kept. */
export function fileIdOf(inboundId: string): string {
  return createHash("sha256").update(inboundId).digest("base64url").slice(0, 22);
}

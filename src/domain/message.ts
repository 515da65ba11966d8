import { z } from "zod";

/** A file as its channel names it. `ref` means something to that channel's `openFile` alone. */
export const FileRef = z.object({
  ref: z.string().min(1).max(512),
  name: z.string().max(255).exactOptional(),
  mime: z.string().max(127).exactOptional(),
  /** Size in bytes as the channel claims it; checked again when fetched. */
  bytes: z.number().int().nonnegative().exactOptional(),
});
export type FileRef = z.infer<typeof FileRef>;

/** Why a file was not kept; each has a sentence in `locales/` under `file.<problem>`. */
export const fileProblems = ["too_big", "wrong_type", "not_readable", "too_many_pixels", "too_many_pages", "active_content", "infected", "unreachable"] as const;
export type FileProblem = (typeof fileProblems)[number];

export const Content = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), text: z.string() }),
  /** A pressed button. `data` is what we put on it; it carries no authority, it is looked up in the presser's own session. */
  z.object({ kind: z.literal("press"), data: z.string().max(64) }),
  z.object({
    kind: z.literal("file"),
    media: z.enum(["photo", "document", "video", "audio"]),
    file: FileRef,
    caption: z.string().exactOptional(),
    /** Which album it came in: its parts are answered as one. */
    group: z.string().max(64).exactOptional(),
  }),
  /** A point on the map, WGS 84 degrees. */
  z.object({ kind: z.literal("location"), latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) }),
  /** A phone number the channel itself shared; `own` only when it is proven to be the sender's. */
  z.object({ kind: z.literal("contact"), phone: z.string(), own: z.boolean() }),
  z.object({ kind: z.literal("other"), what: z.enum(["voice", "sticker", "unknown"]) }),
  /** The person blocked (`false`) or unblocked (`true`) us. */
  z.object({ kind: z.literal("reach"), reachable: z.boolean() }),
  /** From our own file job: the file that a question waits for is kept, or was refused. */
  z.object({
    kind: z.literal("file_settled"),
    fileId: z.string(),
    problem: z.enum(fileProblems).exactOptional(),
    /** What the sentence about the problem needs: `name`, `megabytes`, `limit`. */
    values: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
    slow: z.boolean().exactOptional(),
  }),
]);
export type Content = z.infer<typeof Content>;

/** What arrived, verified, in no channel's terms. Stored before it is answered. */
export const Inbound = z.object({
  /** `channel:account:eventId`; the same event always has the same id. */
  id: z.string().min(1).max(200),
  channel: z.string(),
  /** Which bot or official account of that channel received it. */
  account: z.string(),
  /** The channel's own id of the person, and of the chat to answer in. */
  user: z.string().min(1).max(128),
  chat: z.string().min(1).max(128),
  /** The channel's own order among one person's events. */
  order: z.number(),
  receivedAt: z.date(),
  /** The name on the person's account, if the channel tells. */
  name: z.string().max(200).exactOptional(),
  language: z.string().max(16).exactOptional(),
  content: Content,
  /** What `acknowledge` needs (a callback's id, a message's id and text); not stored. */
  ack: z.record(z.string(), z.unknown()).exactOptional(),
});
export type Inbound = z.infer<typeof Inbound>;

/** `channel:account:user`: one way to reach one person. */
export function accountId(at: { channel: string; account: string; user: string }): string {
  return `${at.channel}:${at.account}:${at.user}`;
}

export const Choice = z.object({ data: z.string().max(64), label: z.string() });
export type Choice = z.infer<typeof Choice>;

/**
 * What leaves, worded and neutral of channel; the adapter lays it out.
 * Texts are plain: nothing in them is markup, `bold` names spans of `text` in UTF-16 units.
 */
export const Outgoing = z.object({
  text: z.string(),
  bold: z.array(z.object({ at: z.number().int(), length: z.number().int() })).exactOptional(),
  /** A card: shown as a definition list, or as `name: value` lines after the text. */
  rows: z.array(z.object({ name: z.string(), value: z.string() })).exactOptional(),
  /** Printed after the rows. */
  after: z.string().exactOptional(),
  /** Pressable, in order; the adapter numbers them from 1. */
  choices: z.array(Choice).exactOptional(),
  /** Whether the numbers 1…n answer these choices: false for word buttons on pushed messages and for questions whose answer is a number. */
  numbered: z.boolean().exactOptional(),
  /** What the open question takes, for the channel's input aids. `share` is the label of a button that shares the phone's own number. */
  wants: z.object({ kind: z.enum(["text", "phone", "photo", "number"]), share: z.string().exactOptional() }).exactOptional(),
  /** A QR code of this text, drawn by the adapter; `alt` says what it is. */
  qr: z.object({ text: z.string(), alt: z.string() }).exactOptional(),
  /** A pushed message that came in the middle of something, not an answer. */
  push: z.boolean().exactOptional(),
});
export type Outgoing = z.infer<typeof Outgoing>;

/** Best first, as CONTRACT's "Order of sending" has them. */
export const lanes = ["recall_1", "reply", "recall", "directive", "reminder", "news"] as const;
export const Lane = z.enum(lanes);
export type Lane = z.infer<typeof Lane>;

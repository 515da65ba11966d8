import type { Outgoing } from "../../domain/message.js";
import type { TranscriptEntry } from "../../domain/ports.js";
import { mac } from "../../lib/ids.js";
import { channelAccount, channelKind, type ChatDeps } from "./deps.js";
import { same } from "./visitor.js";

const linkValidMs = 3_600_000;

/** One message as the page gets it: the data of an event. */
export interface ChatEntry {
  id: string;
  from: "person" | "service";
  text: string;
  /** ISO instant. */
  at: string;
  outgoing?: Outgoing;
  /** Links that hold for an hour. */
  files?: string[];
  /** Where the picture of `outgoing.qr` is. */
  qr?: string;
  clientId?: string;
}

export function chatEntry(entry: TranscriptEntry, deps: Pick<ChatDeps, "links" | "clock" | "sessionSecret">): ChatEntry {
  const until = deps.clock.now().getTime() + linkValidMs;
  const clientId = entry.clientId ?? clientIdOf(entry);
  const qr = entry.outgoing?.qr;
  return {
    id: entry._id,
    from: entry.from,
    text: entry.text,
    at: entry.at.toISOString(),
    ...(entry.outgoing === undefined ? {} : { outgoing: entry.outgoing }),
    ...(entry.fileIds === undefined || entry.fileIds.length === 0
      ? {}
      : { files: entry.fileIds.map((id) => `/files/${deps.links.sign(id, until)}`) }),
    ...(qr === undefined ? {} : { qr: `/chat/qr?t=${qrToken(deps.sessionSecret, qr.text)}` }),
    ...(clientId === undefined ? {} : { clientId }),
  };
}

export function inboundId(user: string, clientId: string): string {
  return `${channelKind}:${channelAccount}:${user}:${clientId}`;
}

function clientIdOf(entry: TranscriptEntry): string | undefined {
  const before = inboundId(entry.user, "");
  return entry.from === "person" && entry._id.startsWith(before) ? entry._id.slice(before.length) : undefined;
}

/** Only what we said ourselves is drawn: this is no QR service for strangers. */
export function qrToken(secret: string, text: string): string {
  return `${Buffer.from(text).toString("base64url")}.${mac(secret, `web-chat qr\n${text}`, 22)}`;
}

/** The text of a token of ours, else null. */
export function qrText(secret: string, token: string): string | null {
  const [encoded = ""] = token.split(".", 1);
  const text = Buffer.from(encoded, "base64url").toString();
  return same(token, qrToken(secret, text)) ? text : null;
}

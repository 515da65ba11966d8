import type { FileStore } from "../../domain/file-ports.js";
import type { Inbound } from "../../domain/message.js";
import type { TranscriptStore } from "../../domain/ports.js";
import type { Language } from "../../domain/shown.js";
import type { Clock } from "../../lib/clock.js";
import type { Ids } from "../../lib/ids.js";
import type { ChatPageWords } from "./words.js";

export interface Persona {
  id: string;
  name: string;
  /** Who this is, in a few words: "Chủ cơ sở, Đồng Tháp". */
  about: string;
}

export interface ChatDeps {
  /** Resolves once stored (or there already), with what was not taken because there was too much of it; rejects when the store cannot be reached. */
  accept: (inbound: readonly Inbound[]) => Promise<readonly Inbound[]>;
  transcripts: TranscriptStore;
  files: Pick<FileStore, "write" | "read" | "has">;
  /** Makes the token of `/files/:token` for a file. */
  links: { sign(fileId: string, untilMs: number): string };
  sessionSecret: string;
  clock: Clock;
  ids: Ids;
  /** People to try the service as; null outside demo mode. */
  personas: readonly Persona[] | null;
  /** The address others reach the service by; its origin is accepted beside the request's own host. */
  publicUrl?: string;
  /** State-changing requests a minute. An address may stand for a whole mobile network: give it room. */
  limits: { perVisitor: number; perAddress: number };
  /** Uploads under way at once. */
  uploads: { perVisitor: number; all: number };
  words: (language: Language) => ChatPageWords;
  /** Default 20 MB. */
  maxUploadBytes?: number;
  /** Draws a QR code as PNG. */
  qrPng: (text: string) => Promise<Buffer>;
  /** How often a quiet event stream shows that it lives, in milliseconds; default 20,000. */
  heartbeatMs?: number;
  /** How long storing a message may take before it is answered 503, in milliseconds; default 1,500. */
  storeWithinMs?: number;
}

export const channelKind = "web-chat";
export const channelAccount = "site";
export const defaultMaxUploadBytes = 20 * 1024 * 1024;

/** What the page calls a message: its own id for it, the same at every resend. */
export const clientIdPattern = /^[A-Za-z0-9_-]{8,64}$/;

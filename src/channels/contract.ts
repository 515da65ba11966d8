import type { Delivery } from "../domain/delivery.js";
import type { FileRef, Inbound } from "../domain/message.js";

/** Takes what arrived; resolves once it is stored (or was there already), rejects when the store cannot be reached. */
export type Accept = (inbound: readonly Inbound[]) => Promise<void>;

/** What a webhook made of a request. `inbound` is empty unless status is 200. */
export interface Received {
  status: 200 | 401 | 413 | 415;
  inbound: Inbound[];
  /** Why it was refused, for the log. */
  reason?: string;
}

/** How fast a channel takes messages: over all in any sliding second, and a token bucket for each chat. */
export interface Rate {
  perSecond: number;
  chat: { refillPerSecond: number; size: number };
}

/**
 * One channel, bound to one bot or account. What it can do is data.
 * `send` rejects with a `SendError` and nothing else.
 */
export interface Channel {
  readonly kind: string;
  readonly account: string;
  readonly limits: { textChars: number; captionChars: number; fileBytes: number };
  readonly can: { buttons: number; shareContact: boolean; linkBack: ((code: string) => string) | null };
  readonly rate: Rate | null;
  /** Sends in flight at once, at most. */
  readonly sendsInFlight: number;
  send(delivery: Delivery, signal: AbortSignal): Promise<{ messageId: string }>;
  /** Stops a button's spinner, shows "typing". Best effort: never rejects, not stored, not paced. */
  acknowledge(inbound: Inbound): Promise<void>;
  /** After a press was taken: shows which choice was made in place of the buttons. Best effort, never rejects. */
  settle(inbound: Inbound, chosen: string): Promise<void>;
  /** Opens a file a person sent. Rejects with `FileGone` or `FileTooBig` when it can never be had, with anything else when it may work later. */
  openFile(file: FileRef, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** The file is kept or refused: what the channel itself holds of it may go. */
  forgetFile?(file: FileRef): Promise<void>;
  /** Verifies and parses one webhook request; absent where the channel has none. */
  receive?(request: { headers: Record<string, string | string[] | undefined>; body: Buffer }): Received;
  /** Asks the channel who we are there and answers it, `@ocop_bot`; rejects when it cannot be reached or refuses the token. */
  meet?(signal: AbortSignal): Promise<string>;
  start(accept: Accept): Promise<void>;
  stop(): Promise<void>;
  /** For `/readyz`: null when well, else what is wrong in a few words. */
  trouble(): string | null;
}

/** The file can never be had: too old, or removed. */
export class FileGone extends Error {
  override readonly name = "FileGone";
}

/** The file is over the channel's own limit: that it can never be had is the person's to know. */
export class FileTooBig extends Error {
  override readonly name = "FileTooBig";
}

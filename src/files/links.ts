import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../lib/clock.js";
import { mac } from "../lib/ids.js";

export interface Links {
  /** Whoever holds the token may read this one file until then; it says nothing about who they are. */
  sign(fileId: string, untilMs: number): string;
  verify(token: string): { fileId: string } | "wrong" | "expired";
}

/** Characters of the MAC (192 bits): with our ids a token has 86, under the router's limit of 100. */
const macLength = 32;

export function createLinks({ secret, clock }: { secret: string; clock: Clock }): Links {
  const seal = (fileId: string, until: string): string => mac(secret, `file-link\n${fileId}\n${until}`, macLength);

  return {
    sign(fileId, untilMs) {
      const until = Math.floor(untilMs).toString(36);
      return Buffer.from(`${fileId}.${until}.${seal(fileId, until)}`).toString("base64url");
    },
    verify(token) {
      const sealed = Buffer.from(token, "base64url");
      if (token.length > 400 || sealed.toString("base64url") !== token) return "wrong";
      const [, fileId, until, given] = /^([\w-]+)\.([0-9a-z]+)\.([\w-]+)$/.exec(sealed.toString("latin1")) ?? [];
      if (fileId === undefined || until === undefined || given === undefined || given.length !== macLength) return "wrong";
      if (!timingSafeEqual(Buffer.from(given), Buffer.from(seal(fileId, until)))) return "wrong";
      return clock.now().getTime() < Number.parseInt(until, 36) ? { fileId } : "expired";
    },
  };
}

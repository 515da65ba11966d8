import { createHash, createHmac, randomBytes, randomInt } from "node:crypto";

/** Chance, handed in so that every test is repeatable. */
export interface Ids {
  /** A new unguessable id, 22 characters of `[A-Za-z0-9_-]`. */
  id(): string;
  /** A whole number from 0 up to but not including `below`. */
  number(below: number): number;
}

export const randomIds: Ids = {
  id: () => randomBytes(16).toString("base64url"),
  number: (below) => randomInt(below),
};

/** Ids that repeat from run to run: `seed-1`, `seed-2`, … and numbers derived from them. */
export function countingIds(seed: string): Ids {
  let count = 0;
  const next = (): string => `${seed}-${++count}`;
  return {
    id: next,
    number: (below) => createHash("sha256").update(next()).digest().readUInt32BE(0) % below,
  };
}

/** Keyed digest, base64url, cut to `length` characters (6 bits each). */
export function mac(secret: string, text: string, length = 43): string {
  return createHmac("sha256", secret).update(text).digest("base64url").slice(0, length);
}

import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../../lib/clock.js";

/** Buckets of `perMinute` that refill evenly. Full ones are forgotten. */
export function createFlood(perMinute: number, clock: Clock): (key: string) => { retryAfterSeconds: number } | null {
  const buckets = new Map<string, { left: number; at: number }>();
  const perMs = perMinute / 60_000;
  const refilled = (bucket: { left: number; at: number }, now: number): number =>
    Math.min(perMinute, bucket.left + Math.max(0, now - bucket.at) * perMs);
  return (key) => {
    const now = clock.now().getTime();
    if (buckets.size >= 10_000) {
      for (const [old, bucket] of buckets) if (refilled(bucket, now) >= perMinute) buckets.delete(old);
    }
    const bucket = buckets.get(key);
    const left = bucket === undefined ? perMinute : refilled(bucket, now);
    if (left < 1) return { retryAfterSeconds: Math.ceil((1 - left) / perMs / 1_000) };
    buckets.set(key, { left: left - 1, at: now });
    return null;
  };
}

/** Whether a state-changing request was made by a page of ours: its `Origin` names this host, or the public address. */
export function ownOrigin(request: FastifyRequest, publicUrl: string | undefined): boolean {
  const { origin } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  if (publicUrl !== undefined && origin === new URL(publicUrl).origin) return true;
  return new URL(origin).host === request.host.toLowerCase();
}

/** The visitor brought more than is taken in a short time: nothing was stored, the page sends it again. */
export class TooMuch extends Error {
  override readonly name = "TooMuch";
}

/** Places for what goes on at once, in all and for one key; null when none is free, else what frees it. */
export function createPlaces(limits: { perKey: number; all: number }): (key: string) => (() => void) | null {
  const held = new Map<string, number>();
  let all = 0;
  return (key) => {
    const own = held.get(key) ?? 0;
    if (all >= limits.all || own >= limits.perKey) return null;
    all++;
    held.set(key, own + 1);
    return () => {
      all--;
      const left = (held.get(key) ?? 1) - 1;
      if (left === 0) held.delete(key);
      else held.set(key, left);
    };
  };
}

export function tooMany(reply: FastifyReply, retryAfterSeconds: number): FastifyReply {
  return reply.code(429).header("retry-after", String(retryAfterSeconds)).send({ error: "too_many_requests" });
}

/** Rejects when `work` takes longer than `ms`; `work` itself goes on. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("the store took too long")), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Why a message is not stored, for the page: it sends it again after a while. */
export function notStored(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof TooMuch) return tooMany(reply, 2);
  return reply.code(503).header("retry-after", "2").send({ error: "not_stored" });
}

import { timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { mac } from "../../lib/ids.js";
import type { ChatDeps, Persona } from "./deps.js";

const personaPrefix = "persona-";
const oneYearSeconds = 31_536_000;

export interface Visitors {
  /** The visitor of a request, null when it has no cookie of ours. */
  of(request: FastifyRequest): string | null;
  /** A new visitor, or the persona's. */
  user(persona: Persona | null): string;
  persona(user: string): Persona | null;
  remember(request: FastifyRequest, reply: FastifyReply, user: string): void;
  /** Tells visitors apart on one phone, and says nothing else. */
  tag(user: string): string;
}

/** A visitor is a cookie that holds an unguessable id and our mac of it. */
export function createVisitors({ sessionSecret, ids, personas }: Pick<ChatDeps, "sessionSecret" | "ids" | "personas">): Visitors {
  const sign = (user: string): string => mac(sessionSecret, `web-chat visitor\n${user}`);
  const persona = (user: string): Persona | null =>
    personas?.find((each) => `${personaPrefix}${each.id}` === user) ?? null;
  return {
    of(request) {
      const value = cookie(request.headers.cookie, cookieName(request));
      const [, user, signature] = /^([A-Za-z0-9_-]{1,100})\.([A-Za-z0-9_-]{43})$/.exec(value ?? "") ?? [];
      if (user === undefined || signature === undefined || !same(signature, sign(user))) return null;
      return user.startsWith(personaPrefix) && persona(user) === null ? null : user;
    },
    user: (chosen) => (chosen === null ? `v-${ids.id()}` : `${personaPrefix}${chosen.id}`),
    persona,
    remember(request, reply, user) {
      const secure = request.protocol === "https" ? "; Secure" : "";
      const attributes = `Path=/; Max-Age=${oneYearSeconds}; HttpOnly; SameSite=Lax${secure}`;
      reply.header("set-cookie", `${cookieName(request)}=${user}.${sign(user)}; ${attributes}`);
    },
    tag: (user) => mac(sessionSecret, `web-chat tag\n${user}`, 12),
  };
}

/** `__Host-` binds the cookie to this host over https; browsers refuse it over http. */
function cookieName(request: FastifyRequest): string {
  return request.protocol === "https" ? "__Host-ocop_chat" : "ocop_chat";
}

function cookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const [key, value] = part.trim().split("=", 2);
    if (key === name) return value;
  }
  return undefined;
}

export function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

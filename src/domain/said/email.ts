import { clean } from "../../lib/text.js";

const longest = 1_000;
const LOCAL = "[A-Za-z0-9_%+'-]+(?:\\.[A-Za-z0-9_%+'-]+){0,8}";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const EMAIL = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}@._%+'-])(${LOCAL})@((?:${LABEL}\\.){1,8}[A-Za-z]{2,24})(?![\\p{L}\\p{M}\\p{N}@-])`, "u");

/** Finds one address in a text; its host in lower case, at most 254 characters (RFC 5321, 4.5.3.1). */
export function readEmail(text: string): { ok: true; email: string } | { ok: false } {
  const [, local = "", host = ""] = EMAIL.exec(clean(text.slice(0, longest))) ?? [];
  const email = `${local}@${host.toLowerCase()}`;
  return local !== "" && local.length <= 64 && email.length <= 254 ? { ok: true, email } : { ok: false };
}

import { mac } from "../lib/ids.js";

/** A person as an entry has them: told by whoever has the entry's salt, by nobody else. */
export function personDigest(salt: string, contactId: string): string {
  return `person:${mac(salt, `contact:${contactId}`)}`;
}

/** HMAC-SHA-256 of a personal value under its name; base64url. */
export function valueDigest(salt: string, name: string, value: string): string {
  return mac(salt, `${name}=${value}`);
}

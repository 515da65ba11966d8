import type { KeptType } from "../domain/file.js";
import { heif, heifType } from "./heif.js";
import { jpeg } from "./jpeg.js";
import { png } from "./png.js";
import type { OnSize, Parser } from "./reader.js";
import { webp } from "./webp.js";

/** How many bytes tell the type. */
export const signatureBytes = 12;

export function typeOf(signature: Buffer): KeptType | null {
  const ascii = signature.toString("latin1");
  if (ascii.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (ascii.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (ascii.startsWith("RIFF") && ascii.slice(8) === "WEBP") return "image/webp";
  if (ascii.startsWith("%PDF-")) return "application/pdf";
  return ascii.slice(4, 8) === "ftyp" ? heifType(ascii.slice(8)) : null;
}

/** Pictures, without what cameras and programs wrote about them. Each reports the sizes of the pictures in it. */
export const pictures: Record<Exclude<KeptType, "application/pdf">, (onSize: OnSize) => Parser> = {
  "image/jpeg": jpeg,
  "image/png": png,
  "image/webp": webp,
  "image/heic": heif,
  "image/heif": heif,
};

import { z } from "zod";

/** Stands in place of an answer that is sent afterwards. */
export const sentLater = "@later";

/** An answer, or an item of one, with photos or other files. */
export const WithFiles = z.looseObject({ fileIds: z.array(z.string()), restLater: z.boolean().exactOptional() });

/** A paper as the form's `repeat: certificate` collects it. */
export const CertificateAnswer = z.looseObject({ kind: z.string(), expiresOn: z.string().exactOptional(), fileIds: z.array(z.string()).default([]) });
export type CertificateAnswer = z.infer<typeof CertificateAnswer>;

/** The files that answers refer to, in items of lists too. */
export function filesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(filesIn);
  const parsed = WithFiles.safeParse(value);
  return parsed.success ? parsed.data.fileIds : [];
}

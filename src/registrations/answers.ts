import { z } from "zod";

const WithFiles = z.looseObject({ fileIds: z.array(z.string()) });

/** The files that answers refer to, in items of lists too. */
export function filesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(filesIn);
  const parsed = WithFiles.safeParse(value);
  return parsed.success ? parsed.data.fileIds : [];
}

import { z } from "zod";

/** What was answered about a recognition, as the form keeps it. */
export const Recognition = z.object({ decisionNumber: z.string(), decisionOn: z.iso.date(), stars: z.number().int().min(1).max(5), fileIds: z.array(z.string()) });
export type Recognition = z.infer<typeof Recognition>;

/** A product of an owner, kept so that its name, group and recognition are not asked again. */
export const Product = z.object({
  /** `ownerId/folded name`. */
  _id: z.string(),
  ownerId: z.string(),
  name: z.string(),
  folded: z.string(),
  productSet: z.string().exactOptional(),
  recognition: Recognition.exactOptional(),
  updatedAt: z.date(),
});
export type Product = z.infer<typeof Product>;

export function productId(ownerId: string, folded: string): string {
  return `${ownerId}/${folded}`;
}

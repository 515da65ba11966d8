import { z } from "zod";

/** Weight, volume or a count: `{ amount: 5, unit: "tấn" }`. A unit is one of `units`, or a noun as people say it ("hộp", "chai"). */
export const Quantity = z.object({ amount: z.number().positive(), unit: z.string().min(1).max(40) });
export type Quantity = z.infer<typeof Quantity>;

/** Units that can be turned into each other, in grams or millilitres. */
export const units: Readonly<Record<string, { of: "g" | "ml"; factor: number }>> = {
  mg: { of: "g", factor: 0.001 },
  g: { of: "g", factor: 1 },
  kg: { of: "g", factor: 1_000 },
  yến: { of: "g", factor: 10_000 },
  tạ: { of: "g", factor: 100_000 },
  tấn: { of: "g", factor: 1_000_000 },
  ml: { of: "ml", factor: 1 },
  lít: { of: "ml", factor: 1_000 },
};

/** Its weight in grams; null for a volume or a count. */
export function grams({ amount, unit }: Quantity): number | null {
  const known = units[unit];
  return known?.of === "g" ? Number((amount * known.factor).toPrecision(12)) : null;
}

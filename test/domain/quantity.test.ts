import { expect, it } from "@jest/globals";
import { grams } from "../../src/domain/quantity.js";

it.each([
  [5, "tấn", 5_000_000],
  [0.07, "tấn", 70_000],
  [2, "tạ", 200_000],
  [1.5, "kg", 1_500],
  [500, "mg", 0.5],
])("%d %s is a weight of %d g", (amount, unit, weight) => {
  expect(grams({ amount, unit })).toBe(weight);
});

it.each(["lít", "ml", "hộp", "tấn/năm", "constructor"])("%s is no weight", (unit) => {
  expect(grams({ amount: 5, unit })).toBeNull();
});

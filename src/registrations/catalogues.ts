import { words } from "../domain/shown.js";
import type { Query } from "../domain/capabilities.js";
import { certificateKinds } from "../domain/certificates.js";
import { guessProductSet, productSets } from "../domain/product-sets.js";
import { asJson } from "../domain/json.js";

/** Lists that a choice is made from; `like` is a text that may tell which one. */
export const catalogues: Query[] = [
  {
    name: "products.sets",
    run({ like }) {
      const likely = typeof like === "string" ? guessProductSet(like) : null;
      return Promise.resolve(asJson(productSets.map((set) => ({ value: set.id, label: words(`product_set.${set.id}`), also: set.words, ...(set.id === likely ? { likely: true } : {}) }))));
    },
  },
  { name: "certificates.kinds", run: () => Promise.resolve(asJson(certificateKinds.map((kind) => ({ value: kind.id, label: words(`certificate_kind.${kind.id}`), also: kind.words })))) },
];

import type { JsonObject } from "../../../domain/json.js";
import { parsePacking } from "../../../domain/said/packing.js";
import { words, type Shown } from "../../../domain/shown.js";
import { shownQuantity } from "../measures.js";
import type { Pieces } from "./piece.js";

const names = ["packaging", "netWeight", "priceVnd"] as const;

/** How a product is packed, what a pack weighs and what it costs, said in one breath. */
export const packing: Pieces = {
  names,
  optional: false,
  example: words("packing.example"),
  read(text, asking) {
    const one = names.find((name) => name === asking);
    const { packaging, netWeight, priceVnd } = parsePacking(text, one);
    const said: JsonObject = {
      ...(packaging === undefined ? {} : { packaging }),
      ...(netWeight === undefined ? {} : { netWeight: { ...netWeight } }),
      ...(priceVnd === undefined ? {} : { priceVnd }),
    };
    // Asked for one piece, nothing else that was known before is changed.
    return { said: one === undefined || said[one] === undefined ? said : { [one]: said[one] } };
  },
  ask(missing, said) {
    const key = missing.length === 1 ? `packing.ask_${missing[0] ?? ""}` : "packing.ask_all";
    return { key, values: { packaging: typeof said["packaging"] === "string" ? said["packaging"] : words("packing.pack"), example: words("packing.example") } };
  },
  noted: (said) => ({ key: "echo.saved", values: { value: packing.show(said) } }),
  show: (said) => ({ show: "list", of: [packShown(said), priceShown(said)].filter((each) => each !== "") }),
  rows: [
    { id: "packaging", names: ["packaging", "netWeight"], show: packShown },
    { id: "priceVnd", names: ["priceVnd"], show: priceShown },
  ],
  verdict: () => null,
};

function packShown(said: JsonObject): Shown {
  const { packaging, netWeight } = said;
  if (typeof packaging !== "string") return netWeight === undefined ? "" : shownQuantity(netWeight);
  return netWeight === undefined ? packaging : words("packing.pack_of", { packaging, weight: shownQuantity(netWeight) });
}

function priceShown(said: JsonObject): Shown {
  return typeof said["priceVnd"] === "number" ? { show: "money", vnd: said["priceVnd"] } : "";
}

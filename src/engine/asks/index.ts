import type { AskKind } from "../../domain/call.js";
import type { AskSpec, AskType } from "./ask.js";
import { files } from "./files.js";
import { location, money, taxCode, weight } from "./measures.js";
import { pieced } from "./pieces.js";
import { place } from "./place.js";
import { businessName, choice, choices, date, email, number, phone, text, yesNo } from "./simple.js";

/** Every kind of question that is asked. */
const askTypes: Record<AskKind | "review", AskType> = {
  text,
  number,
  date,
  choice,
  choices,
  yes_no: yesNo,
  business_name: businessName,
  phone,
  email,
  tax_code: taxCode,
  place,
  photo: files,
  files,
  money,
  weight,
  location,
  review: choice,
};

export function askTypeOf(spec: Pick<AskSpec, "kind" | "extract">): AskType {
  return spec.kind === "text" && spec.extract.length > 0 ? pieced : askTypes[spec.kind];
}

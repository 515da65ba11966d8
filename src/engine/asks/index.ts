import type { AskKind } from "../../domain/call.js";
import type { AskType } from "./ask.js";
import { photo } from "./photo.js";
import { place } from "./place.js";
import { choice, date, number, phone, text, yesNo } from "./simple.js";

/** Every kind of question that is asked; `domain/call.ts` names the same in `askedKinds`. */
export const askTypes: Partial<Record<AskKind | "review", AskType>> = {
  text,
  number,
  date,
  choice,
  yes_no: yesNo,
  phone,
  place,
  photo,
  files: photo,
  review: choice,
};

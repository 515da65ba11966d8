import { z } from "zod";
import { sentLater } from "./answers.js";
import type { Role } from "./person.js";

export const registrationStates = ["submitted", "returned", "endorsed", "rejected", "filed", "selected", "not_selected", "withdrawn"] as const;
export const RegistrationState = z.enum(registrationStates);
export type RegistrationState = z.infer<typeof RegistrationState>;

export interface Move {
  from: RegistrationState;
  to: RegistrationState;
  /** Whose move it is; an admin may make any. */
  by: readonly Role[];
  /** The owner is told why in the officer's own words. */
  needsReason: boolean;
}

/** Every move there is. A state without a move out of it is final. */
export const moves: readonly Move[] = [
  { from: "submitted", to: "returned", by: ["province_officer", "central_officer"], needsReason: true },
  { from: "submitted", to: "endorsed", by: ["province_officer"], needsReason: false },
  { from: "submitted", to: "rejected", by: ["province_officer"], needsReason: true },
  { from: "submitted", to: "withdrawn", by: ["owner"], needsReason: false },
  { from: "returned", to: "submitted", by: ["owner", "province_officer"], needsReason: false },
  { from: "returned", to: "rejected", by: ["province_officer"], needsReason: true },
  { from: "returned", to: "withdrawn", by: ["owner"], needsReason: false },
  { from: "endorsed", to: "filed", by: ["province_officer"], needsReason: false },
  { from: "endorsed", to: "returned", by: ["province_officer"], needsReason: true },
  { from: "endorsed", to: "withdrawn", by: ["owner"], needsReason: false },
  { from: "rejected", to: "submitted", by: ["province_officer"], needsReason: false },
  { from: "filed", to: "returned", by: ["central_officer"], needsReason: true },
  { from: "filed", to: "selected", by: ["central_officer"], needsReason: false },
  { from: "filed", to: "not_selected", by: ["central_officer"], needsReason: true },
  { from: "filed", to: "withdrawn", by: ["owner"], needsReason: false },
];

export function moveBetween(from: RegistrationState, to: RegistrationState): Move | undefined {
  return moves.find((move) => move.from === from && move.to === to);
}

export function movesFrom(from: RegistrationState): Move[] {
  return moves.filter((move) => move.from === from);
}

export const Registration = z.object({
  /** The key of the step that submitted it: a repeat of the same submission is the same registration. */
  _id: z.string(),
  code: z.string(),
  call: z.object({ code: z.string(), revision: z.number().int() }),
  contactId: z.string(),
  ownerId: z.string(),
  product: z.object({ name: z.string(), folded: z.string() }),
  province: z.object({ code: z.string(), name: z.string() }),
  ownerName: z.string(),
  /** Every answer as given, by field id. */
  answers: z.record(z.string(), z.unknown()),
  fileIds: z.array(z.string()),
  state: RegistrationState,
  late: z.boolean(),
  submittedAt: z.date(),
  /** What an officer wants mended, by field id, through that local date; gone once it was sent. */
  asked: z.object({ fields: z.array(z.string()), until: z.iso.date() }).exactOptional(),
  /** Append-only: moves, and corrections with what stood there before. */
  history: z.array(
    z.object({ state: RegistrationState, at: z.date(), by: z.string(), reason: z.string().exactOptional(), changed: z.array(z.object({ field: z.string(), before: z.unknown() })).exactOptional() }),
  ),
  version: z.number().int(),
});
export type Registration = z.infer<typeof Registration>;

/** States in which the owner may still correct what was sent. */
const mendable: readonly RegistrationState[] = ["submitted", "returned"];

export function mayAmend(state: RegistrationState): boolean {
  return mendable.includes(state);
}

/** A paper that was named and whose photos are to follow. */
export function isToFollow(item: unknown): boolean {
  return typeof item === "object" && item !== null && "fileIds" in item && Array.isArray(item.fileIds) && item.fileIds.length === 0;
}

/** Days after which an owner is reminded of what they wanted to send later. */
export const remindLaterDays = 3;

/** Field ids that an officer asked for, or that were to follow. */
export function stillMissing({ answers, asked }: Pick<Registration, "answers" | "asked">): string[] {
  const toFollow = Object.entries(answers).filter(([, value]) => value === sentLater || (typeof value === "object" && value !== null && "restLater" in value) || (Array.isArray(value) && value.some(isToFollow))).map(([id]) => id);
  return [...new Set([...(asked?.fields ?? []), ...toFollow])];
}

import { describe, expect, test } from "@jest/globals";
import type { Role } from "../../src/domain/person.js";
import { mayMove, type Actor } from "../../src/domain/policy.js";
import { moveBetween, moves, movesFrom, registrationStates, type RegistrationState } from "../../src/domain/registration.js";

const since = new Date("2026-11-01T00:00:00Z");
const registrationIn = (state: RegistrationState) => ({ contactId: "owner", state, province: { code: "82" } });
const official = (role: Role, province?: string): Actor => ({ contactId: `${role}/${province ?? ""}`, grants: [{ role, since, ...(province === undefined ? {} : { province }) }] });

/** Everybody who may try, and by which roles of the table they act on a registration of "owner" in province 82. */
const actors = {
  owner: { actor: { contactId: "owner", grants: [] }, acts: ["owner"] },
  "other owner": { actor: { contactId: "other", grants: [{ role: "owner", since }] }, acts: [] },
  "officer of its province": { actor: official("province_officer", "82"), acts: ["province_officer"] },
  "officer of another province": { actor: official("province_officer", "01"), acts: [] },
  "officer of no province": { actor: official("province_officer"), acts: [] },
  "commune officer": { actor: official("commune_officer", "82"), acts: [] },
  "central officer": { actor: official("central_officer"), acts: ["central_officer"] },
  distributor: { actor: official("distributor"), acts: [] },
  citizen: { actor: { contactId: "citizen", grants: [] }, acts: [] },
} as const satisfies Record<string, { actor: Actor; acts: readonly Role[] }>;
type Who = keyof typeof actors | "admin";
const admin = official("admin");

const pairs = registrationStates.flatMap((from) => registrationStates.map((to) => [from, to] as const));

describe("who may move a registration", () => {
  test.each(pairs)("from %s to %s: as the table of moves has it", (from, to) => {
    const move = moveBetween(from, to);
    for (const [who, { actor, acts }] of Object.entries(actors)) {
      const verdict = move === undefined ? "no_such_move" : move.by.some((role) => (acts as readonly Role[]).includes(role)) ? "yes" : "not_allowed";
      expect({ who, may: mayMove(actor, registrationIn(from), to) }).toEqual({ who, may: verdict });
    }
    expect(mayMove(admin, registrationIn(from), to)).toBe(move === undefined ? "no_such_move" : "yes");
  });

  test.each<[Who, RegistrationState, RegistrationState, ReturnType<typeof mayMove>]>([
    ["officer of its province", "submitted", "endorsed", "yes"],
    ["officer of its province", "submitted", "returned", "yes"],
    ["officer of its province", "submitted", "rejected", "yes"],
    ["officer of its province", "returned", "submitted", "yes"],
    ["officer of its province", "endorsed", "filed", "yes"],
    ["officer of its province", "rejected", "submitted", "yes"],
    ["officer of its province", "filed", "selected", "not_allowed"],
    ["officer of its province", "submitted", "withdrawn", "not_allowed"],
    ["officer of its province", "submitted", "filed", "no_such_move"],
    ["officer of another province", "submitted", "endorsed", "not_allowed"],
    ["officer of another province", "submitted", "returned", "not_allowed"],
    ["officer of another province", "rejected", "submitted", "not_allowed"],
    ["officer of no province", "submitted", "endorsed", "not_allowed"],
    ["commune officer", "submitted", "endorsed", "not_allowed"],
    ["central officer", "submitted", "returned", "yes"],
    ["central officer", "submitted", "endorsed", "not_allowed"],
    ["central officer", "filed", "selected", "yes"],
    ["central officer", "filed", "not_selected", "yes"],
    ["central officer", "filed", "returned", "yes"],
    ["central officer", "endorsed", "filed", "not_allowed"],
    ["owner", "submitted", "withdrawn", "yes"],
    ["owner", "returned", "submitted", "yes"],
    ["owner", "endorsed", "withdrawn", "yes"],
    ["owner", "filed", "withdrawn", "yes"],
    ["owner", "submitted", "endorsed", "not_allowed"],
    ["owner", "selected", "withdrawn", "no_such_move"],
    ["owner", "rejected", "submitted", "not_allowed"],
    ["other owner", "submitted", "withdrawn", "not_allowed"],
    ["other owner", "returned", "submitted", "not_allowed"],
    ["citizen", "submitted", "withdrawn", "not_allowed"],
    ["citizen", "withdrawn", "submitted", "no_such_move"],
    ["admin", "submitted", "endorsed", "yes"],
    ["admin", "filed", "selected", "yes"],
    ["admin", "submitted", "withdrawn", "yes"],
    ["admin", "submitted", "selected", "no_such_move"],
    ["admin", "withdrawn", "submitted", "no_such_move"],
  ])("%s, %s to %s: %s", (who, from, to, verdict) => {
    expect(mayMove(who === "admin" ? admin : actors[who].actor, registrationIn(from), to)).toBe(verdict);
  });

  test("an officer of two provinces acts in both, and in no third", () => {
    const both: Actor = { contactId: "both", grants: [{ role: "province_officer", province: "01", since }, { role: "province_officer", province: "82", since }] };
    const inProvince = (code: string) => mayMove(both, { ...registrationIn("submitted"), province: { code } }, "endorsed");
    expect([inProvince("01"), inProvince("82"), inProvince("91")]).toEqual(["yes", "yes", "not_allowed"]);
  });

  test("an officer may also withdraw what is their own", () => {
    const actor: Actor = { contactId: "owner", grants: [{ role: "province_officer", province: "01", since }] };
    expect(mayMove(actor, registrationIn("submitted"), "withdrawn")).toBe("yes");
    expect(mayMove(actor, registrationIn("submitted"), "endorsed")).toBe("not_allowed");
  });
});

describe("the table of moves", () => {
  test.each(["selected", "not_selected", "withdrawn"] as const)("%s is final", (state) => {
    expect(movesFrom(state)).toEqual([]);
  });

  test("every other state has a way out", () => {
    expect(registrationStates.filter((state) => movesFrom(state).length === 0)).toEqual(["selected", "not_selected", "withdrawn"]);
  });

  test("has each move once, none to the same state", () => {
    const named = moves.map(({ from, to }) => `${from} → ${to}`);
    expect(new Set(named).size).toBe(named.length);
    expect(moves.filter(({ from, to }) => from === to)).toEqual([]);
  });

  test("asks for a reason whenever an owner is sent back or turned down", () => {
    for (const move of moves) expect({ move, reason: move.needsReason }).toEqual({ move, reason: ["returned", "rejected", "not_selected"].includes(move.to) });
  });
});

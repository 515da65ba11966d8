import { describe, expect, test } from "@jest/globals";
import { moveBetween, moves, movesFrom, Registration, registrationStates } from "../../src/domain/registration.js";

describe("the state table", () => {
  test("has exactly these moves, whose they are and whether a reason is needed", () => {
    expect(moves.map(({ from, to, by, needsReason }) => `${from} → ${to}: ${by.join(", ")}${needsReason ? ", with a reason" : ""}`).sort()).toEqual(
      [
        "submitted → returned: province_officer, central_officer, with a reason",
        "submitted → endorsed: province_officer",
        "submitted → rejected: province_officer, with a reason",
        "submitted → withdrawn: owner",
        "returned → submitted: owner, province_officer",
        "returned → rejected: province_officer, with a reason",
        "returned → withdrawn: owner",
        "endorsed → filed: province_officer",
        "endorsed → returned: province_officer, with a reason",
        "endorsed → withdrawn: owner",
        "rejected → submitted: province_officer",
        "filed → returned: central_officer, with a reason",
        "filed → selected: central_officer",
        "filed → not_selected: central_officer, with a reason",
        "filed → withdrawn: owner",
      ].sort(),
    );
  });

  test("every state can be reached from the first", () => {
    const reached = new Set<string>(["submitted"]);
    for (const from of reached) for (const move of moves) if (move.from === from) reached.add(move.to);
    expect([...reached].sort()).toEqual([...registrationStates].sort());
  });

  test("what has been decided at the centre, or withdrawn, is final", () => {
    expect(registrationStates.filter((state) => movesFrom(state).length === 0)).toEqual(["selected", "not_selected", "withdrawn"]);
  });

  test("moves are found by their two ends, and by nothing else", () => {
    for (const from of registrationStates) {
      for (const to of registrationStates) expect(moveBetween(from, to)).toBe(moves.find((move) => move.from === from && move.to === to));
    }
  });
});

test("a registration with a state nobody knows is not read", () => {
  const row = { _id: "1", code: "US26-104187-9", call: { code: "US26", revision: 1 }, contactId: "c", ownerId: "o", product: { name: "p", folded: "p" }, province: { code: "82", name: "Đồng Tháp" }, ownerName: "x", answers: {}, fileIds: [], state: "submitted", late: false, submittedAt: new Date(0), history: [], version: 1 };
  expect(Registration.safeParse(row).success).toBe(true);
  expect(Registration.safeParse({ ...row, state: "lost" }).success).toBe(false);
});

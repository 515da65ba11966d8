import { describe, expect, test } from "@jest/globals";
import { SendError, type SendErrorCode } from "../../src/domain/errors.js";
import { defaultSettings } from "../../src/outbox/types.js";
import { resultOf } from "../../src/outbox/verdict.js";
import { row } from "./rows.js";

const queuedAt = new Date("2026-11-23T02:00:00Z");
const after = (ms: number): Date => new Date(queuedAt.getTime() + ms);
const failed = (code: SendErrorCode, ageMs: number, attempts: number) => resultOf({ ...row({}), attempts, queuedAt }, new SendError(code), after(ageMs), defaultSettings);

describe.each<SendErrorCode>(["channel_down", "token_rejected"])("%s", (code) => {
  test.each([
    [0, 1_000],
    [60_000, 6_000],
    [3_600_000, 60_000],
    [2 * 86_400_000, 60_000],
  ])("uses no attempt: a row of %d ms goes again after %d ms", (ageMs, waitMs) => {
    expect(failed(code, ageMs, 9)).toMatchObject({ state: "queued", attempts: 9, notBefore: after(ageMs + waitMs) });
  });

  test("gives a row up after three days, with the reason", () => {
    expect(failed(code, 3 * 86_400_000, 0)).toMatchObject({ state: "dead", error: code });
  });
});

test("an outcome that stays unknown uses attempts, and ends", () => {
  expect(failed("outcome_unknown", 0, 0)).toMatchObject({ state: "queued", attempts: 1 });
  expect(failed("outcome_unknown", 0, 9)).toMatchObject({ state: "dead", attempts: 10 });
});

import { expect, test } from "@jest/globals";
import { lanes } from "../../src/domain/message.js";
import { createDeferrals } from "../../src/outbox/deferrals.js";

test("past 20,000 chats a chat that waits waits in every lane, and the oldest is forgotten", () => {
  const deferrals = createDeferrals();
  for (let n = 0; n < 20_000; n++) deferrals.add(`c${n}`, null, 1_000);
  deferrals.add("new", null, 2_000);
  for (const lane of lanes) {
    expect(deferrals.has("new", lane)).toBe(true);
    expect(deferrals.has("c0", lane)).toBe(false);
    expect(deferrals.has("c1", lane)).toBe(true);
  }
});

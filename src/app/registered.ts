/** What flows may look up and do, for checks without a database; a test holds it against what the rooms register. */
export const queryNames: ReadonlySet<string> = new Set([
  "people.known",
  "people.kept",
  "calls.open",
  "calls.choices",
  "calls.get",
  "calls.office",
  "registrations.same_product",
  "registrations.mine",
  "registrations.look_up",
  "codes.resolve",
]);

export const actionOutcomes: ReadonlyMap<string, readonly string[]> = new Map([
  ["people.consent", ["kept"]],
  ["people.refuse", ["forgotten"]],
  ["people.keep_owner", ["kept"]],
  ["people.redeem", ["accepted", "gone"]],
  ["registrations.submit", ["accepted", "late", "closed"]],
]);

import { instant, words } from "../domain/shown.js";
import type { Query, Turn } from "../domain/capabilities.js";
import { freeCode, readCode } from "../domain/codes.js";
import type { DataRequest } from "../domain/data-request.js";
import { addDays, localDate } from "../domain/dates.js";
import { asJson, type JsonObject } from "../domain/json.js";
import type { PeopleDeps } from "./deps.js";

/** Codes of data requests begin so. */
const prefix = "DL";
/** Law 91/2025/QH15 and Decree 356/2025/NĐ-CP: answered within 2 working days, done within 15 days. */
const replyWithinWorkingDays = 2;
const doneWithinDays = 15;

export interface DataRequests {
  /** Keeps what a person asks for; while it is not done, asking again is the same request. */
  ask(kind: DataRequest["kind"], turn: Turn): Promise<DataRequest>;
  query: Query;
}

export function createDataRequests({ requests, secret, addWorkingDays }: Pick<PeopleDeps, "requests" | "secret" | "addWorkingDays">): DataRequests {
  return {
    async ask(kind, { tx, key, now, contact }) {
      const there = (await requests.openOf(tx, contact._id)).find((each) => each.kind === kind);
      if (there !== undefined) return there;
      const on = localDate(now);
      const request: DataRequest = {
        _id: await freeCode({ secret, seed: `data-request:${key}`, prefix }, async (code) => (await requests.byCode(tx, code)) !== null),
        kind,
        contactId: contact._id,
        at: now,
        replyBy: addWorkingDays(on, replyWithinWorkingDays),
        doneBy: addDays(on, doneWithinDays),
        state: "received",
      };
      requests.insert(tx, request);
      return request;
    },

    query: {
      name: "people.request",
      /** Whose request is not done yet sees it alone; what is done leads to nobody. */
      async run(args, { tx, contact }) {
        const read = readCode(typeof args["code"] === "string" ? args["code"] : "");
        if (!read.ok) return { kind: read.why === "check_digit" ? "check_digit" : "unknown" };
        const found = read.prefix === prefix ? await requests.byCode(tx, read.code) : null;
        if (found === null || (found.state === "received" && found.contactId !== contact._id)) return { kind: "unknown" };
        return { kind: "found", ...requestShown(found) };
      },
    },
  };
}

/** What a person is told of their request. */
export function requestShown({ _id, kind, at, replyBy, doneBy, doneAt }: DataRequest): JsonObject {
  const shown = {
    code: _id,
    what: words(`my_data.kind_${kind}`),
    at: instant(at),
    replyBy: { show: "day", on: replyBy },
    doneBy: { show: "date", on: doneBy },
    state: doneAt === undefined ? words("my_data.state_received", { doneBy: { show: "date", on: doneBy } }) : words("my_data.state_done", { at: instant(doneAt) }),
  };
  return asJson(shown) as JsonObject;
}

import { createHash } from "node:crypto";
import type { Audit } from "../domain/audit.js";
import type { Query } from "../domain/capabilities.js";
import { Call, type CallRevision, type Field } from "../domain/call.js";
import { addDays, daysBetween, lastMomentBefore, localDate, startOfDay } from "../domain/dates.js";
import { UserError } from "../domain/errors.js";
import type { Json } from "../domain/json.js";
import type { Transactions } from "../domain/ports.js";
import type { CallStore } from "../domain/registration-ports.js";
import type { Shown } from "../domain/shown.js";
import { parsePhone, showPhone } from "../lib/phone.js";
import { readYaml, type SourceFile } from "../lib/yaml.js";

/** Today's calls, kept in memory and read anew on `refresh` (after an import, on the `calls` signal). */
export interface Calls {
  refresh(): Promise<void>;
  /** Reads and keeps a call file. Throws `UserError` naming file, line and key. */
  import(file: SourceFile, now: Date, change?: (call: Call) => Call, by?: "cli" | "system"): Promise<{ code: string; revision: number; isNew: boolean }>;
  latest(): CallRevision[];
  form(ref: { code: string; revision: number }): Call | undefined;
  /** The newest revision of a call; 0 when there is none. */
  revisionOf(code: string): number;
  open(now: Date): CallRevision[];
  /** The office to ask: that of the newest open call, else of the newest. */
  office(now: Date): Shown;
  queries: Query[];
}

export function createCalls(deps: { store: CallStore; transactions: Pick<Transactions, "runAnew">; audit: Pick<Audit, "record"> }): Calls {
  let revisions: CallRevision[] = [];

  const latest = (): CallRevision[] => revisions.filter((each) => !revisions.some((other) => other.call.code === each.call.code && other.revision > each.revision));
  const open = (now: Date): CallRevision[] =>
    latest().filter(({ call }) => startOfDay(call.opensOn) <= now && now <= lastMomentBefore(call.closesBefore));

  /** How an office reads, by call code: worded once. */
  const offices = new Map<string, string>();

  function office(now: Date): Shown {
    const newest = latest().sort((a, b) => (a.call.closesBefore < b.call.closesBefore ? 1 : -1));
    const { call } = open(now)[0] ?? newest[0] ?? {};
    if (call === undefined) return "Văn phòng Điều phối nông thôn mới Trung ương";
    const known = offices.get(call.code);
    if (known !== undefined) return known;
    const phone = call.contact.phone === undefined ? undefined : parsePhone(call.contact.phone);
    const reach = phone?.ok === true ? showPhone(phone.e164) : call.contact.address;
    const worded = [call.contact.office, call.contact.name, reach].filter((part) => part !== undefined).join(", ");
    offices.set(call.code, worded);
    return worded;
  }

  const queries: Query[] = [
    {
      name: "calls.open",
      run: (args, turn) => {
        const found = open(turn.now);
        const wanted = found.find(({ call }) => call.code === args["code"]);
        const last = latest().filter(({ call }) => lastMomentBefore(call.closesBefore) < turn.now).sort((a, b) => (a.call.closesBefore < b.call.closesBefore ? 1 : -1))[0];
        const only = wanted ?? (found.length === 1 ? found[0] : undefined);
        return Promise.resolve({
          count: wanted === undefined ? found.length : 1,
          only: only?.call.code ?? null,
          office: office(turn.now) as Json,
          last: (last === undefined
            ? ""
            : { show: "words", key: "register.last_closed", values: { title: titleOf(last.call), lastDay: { show: "day", on: addDays(last.call.closesBefore, -1) } } }) as Json,
        });
      },
    },
    { name: "calls.choices", run: (_args, turn) => Promise.resolve(open(turn.now).map(({ call }) => ({ value: call.code, label: titleOf(call) as Json }))) },
    {
      name: "calls.get",
      run: (args, turn) => {
        const found = latest().find(({ call }) => call.code === args["code"]);
        if (found === undefined) return Promise.resolve({});
        const { call, revision } = found;
        const lastOn = addDays(call.closesBefore, -1);
        return Promise.resolve({
          call: {
            code: call.code,
            revision,
            title: titleOf(call) as Json,
            lastDay: { show: "day", on: lastOn },
            daysLeft: daysBetween(localDate(turn.now), lastOn),
            needs: { show: "list", of: call.fields.filter(wantsPhotos).map(({ id }) => ({ show: "words", key: `label.${id}` })) },
            minutes: minutesFor(call),
            head: { show: "words", key: call.trial ? "register.trial" : "register.not_trial" },
          },
        });
      },
    },
    { name: "calls.office", run: (_args, turn) => Promise.resolve(office(turn.now) as Json) },
  ];

  return {
    async refresh() {
      revisions = await deps.store.all();
      offices.clear();
    },
    async import(file, now, change = (call) => call, by = "system") {
      const call = change(readCall(file));
      const hash = createHash("sha256").update(JSON.stringify(call)).digest("base64url");
      const { revision, isNew } = await deps.transactions.runAnew(async (tx) => {
        const saved = await deps.store.save(tx, { call, hash, importedAt: now });
        if (saved.isNew) deps.audit.record(tx, { at: now, by, verb: "calls.import", subject: `${call.code}/${saved.revision}` });
        return saved;
      });
      revisions = await deps.store.all();
      offices.clear();
      return { code: call.code, revision, isNew };
    },
    latest,
    form: ({ code, revision }) => revisions.find((each) => each.call.code === code && each.revision === revision)?.call,
    revisionOf: (code) => latest().find(({ call }) => call.code === code)?.revision ?? 0,
    open,
    office,
    queries,
  };
}

function wantsPhotos(field: Field): boolean {
  return field.ask === "photo" || field.ask === "files" || field.repeat === "certificate";
}

/** About how long a form takes on a phone: two minutes, and half a minute a question. */
function minutesFor(call: Call): number {
  return Math.round(2 + call.fields.filter(({ when }) => when === undefined).length / 2);
}

export function titleOf(call: Call): Shown {
  return { show: "either", vi: call.title, ...(call.en === undefined ? {} : { en: call.en.title }) };
}

/** Reads one call file. Throws `UserError` with a line for each thing that is wrong. */
export function readCall(file: SourceFile): Call {
  const read = readYaml(file);
  const parsed = read.problems.length > 0 ? null : Call.safeParse(read.value);
  const problems = parsed === null ? read.problems : parsed.success ? [] : parsed.error.issues.map((issue) => `${read.place(issue.path)}: ${issue.path.join(".")}: ${issue.message}`);
  if (parsed?.success !== true) throw new UserError("bad_call", problems.join("\n"));
  return parsed.data;
}

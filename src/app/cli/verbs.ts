import { z } from "zod";
import { UserError } from "../../domain/errors.js";
import { Role, roles } from "../../domain/person.js";
import { RegistrationState, registrationStates } from "../../domain/registration.js";
import { systemClock } from "../../lib/clock.js";
import { buildIndexes, migrate } from "../../store/migrations.js";
import { seedDemo } from "../demo.js";
import { migrations } from "../migrations.js";
import { readFileAsSource } from "../resources.js";
import { indexes } from "../stores.js";
import { asOperator, auditVerify } from "./audit.js";
import { doctor } from "./doctor.js";
import { exportRegistrations } from "./export.js";
import { checkAll, drawFlows } from "./flows.js";
import type { Given, Verb } from "./verb.js";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const never = (): Promise<number> => Promise.resolve(2);

function needed(given: Given, name: string, verb: Verb): string {
  const value = given.values[name];
  if (typeof value !== "string" || value === "") throw new UserError("option_missing", `--${name} is missing. Use: ${verb.usage}`);
  return value;
}

function optional(given: Given, name: string): string | undefined {
  const value = given.values[name];
  return typeof value === "string" ? value : undefined;
}

function positional(given: Given, what: string, verb: Verb): string {
  const [value] = given.positionals;
  if (value === undefined) throw new UserError("argument_missing", `${what} is missing. Use: ${verb.usage}`);
  return value;
}

const invite: Verb = {
  usage: "invite --role ROLE [--province CODE] [--owner ID] [--name NAME]",
  options: { role: text, province: text, owner: text, name: text },
  async with({ given, print, service, call }) {
    const role = Role.safeParse(needed(given, "role", invite));
    if (!role.success) throw new UserError("no_such_role", `--role: must be one of ${roles.join(", ")}; was: ${String(given.values["role"])}`);
    const province = optional(given, "province");
    const ownerId = optional(given, "owner");
    const name = optional(given, "name");
    const { code, expiresAt } = await service.people.invite({ role: role.data, by: "cli", now: systemClock.now(), ...(province === undefined ? {} : { province }), ...(ownerId === undefined ? {} : { ownerId }), ...(name === undefined ? {} : { name }) });
    const web = `${call.config.PUBLIC_URL ?? `http://${call.config.HOST}:${call.config.PORT}`}/chat?start=${code}`;
    print({ code, web, expiresAt }, [`Single use, until ${expiresAt.toISOString()}: type “start ${code}” in a chat, or open`, web]);
    return 0;
  },
};

const usersList: Verb = {
  usage: "users list",
  options: {},
  async with({ print, service }) {
    const officers = await service.stores.people.officers();
    const rows = officers.map(({ _id, name, grants }) => ({ id: _id, name: name ?? null, grants: grants.map((grant) => ({ role: grant.role, province: grant.province ?? null })) }));
    print(rows, rows.length === 0 ? ["none yet: make one with `invite`"] : rows.map((row) => `${row.id}\t${row.name ?? "–"}\t${row.grants.map((grant) => `${grant.role}${grant.province === null ? "" : ` ${grant.province}`}`).join(", ")}`));
    return 0;
  },
};

const callImport: Verb = {
  usage: "call import FILE.yaml",
  options: {},
  async with({ given, print, service }) {
    const file = await readFileAsSource(positional(given, "FILE.yaml", callImport));
    const done = await service.calls.import(file, systemClock.now(), undefined, "cli");
    await service.stores.signals.send("calls");
    print(done, [`${done.code}: revision ${done.revision}${done.isNew ? "" : " (unchanged)"}`]);
    return 0;
  },
};

const callList: Verb = {
  usage: "call list",
  options: {},
  async with({ print, service }) {
    const open = new Set(service.calls.open(systemClock.now()).map(({ call }) => call.code));
    const rows = service.calls.latest().map(({ call, revision }) => ({ code: call.code, revision, title: call.title, opensOn: call.opensOn, closesBefore: call.closesBefore, open: open.has(call.code), trial: call.trial }));
    print(rows, rows.map((row) => `${row.code}\trevision ${row.revision}\t${row.open ? "open" : "closed"}, ${row.opensOn} until before ${row.closesBefore}${row.trial ? ", trial" : ""}\t${row.title}`));
    return 0;
  },
};

const exportVerb: Verb = {
  usage: "registrations export --call CODE [--province CODE] --format csv|json --out FILE",
  options: { call: text, province: text, format: text, out: text },
  async with({ given, print, service }) {
    const wanted = { call: needed(given, "call", exportVerb), format: needed(given, "format", exportVerb), out: needed(given, "out", exportVerb), province: optional(given, "province") };
    const done = await exportRegistrations(service, wanted, (rows) =>
      asOperator(service, (_tx, record) => {
        const { call, format, province } = wanted;
        record({ verb: "registrations.export", subject: call, details: { format, rows }, ...(province === undefined ? {} : { province }) });
      }),
    );
    print(done, [`${done.rows} registrations written to ${done.out}`]);
    return 0;
  },
};

const move: Verb = {
  usage: "registrations move CODE --to STATE --as OFFICER --reason TEXT [--fields FIELD,FIELD] [--until YYYY-MM-DD]",
  options: { to: text, as: text, reason: text, fields: text, until: text },
  async with({ given, print, service }) {
    const code = positional(given, "CODE", move);
    const to = RegistrationState.safeParse(needed(given, "to", move));
    if (!to.success) throw new UserError("no_such_state", `--to: must be one of ${registrationStates.join(", ")}; was: ${String(given.values["to"])}`);
    const reason = optional(given, "reason");
    const fields = optional(given, "fields")?.split(",").map((field) => field.trim());
    const until = optional(given, "until");
    if (to.data !== "returned" && (fields !== undefined || until !== undefined)) throw new UserError("option_misplaced", "--fields and --until go with --to returned: what the owner is to mend, and through which day");
    if (until !== undefined && !z.iso.date().safeParse(until).success) throw new UserError("bad_date", `--until: must be a day such as 2026-12-04; was: ${until}`);
    const actor = await service.people.officer(needed(given, "as", move));
    const request = { code, to: to.data, actor, now: systemClock.now() };
    const moved = await service.registrations.move({ ...request, ...(reason === undefined ? {} : { reason }), ...(fields === undefined ? {} : { fields }), ...(until === undefined ? {} : { until }) });
    await service.stores.signals.send("outbox");
    const { state, asked } = moved;
    print({ code: moved.code, state, ...(asked === undefined ? {} : { asked }) }, [`${moved.code} is ${state}${asked === undefined ? "" : `, to be mended through ${asked.until}`}; its owner is told`]);
    return 0;
  },
};

const outboxStatus: Verb = {
  usage: "outbox status",
  options: {},
  async with({ print, service }) {
    const rows = await service.stores.deliveries.counts();
    print(rows, rows.length === 0 ? ["nothing was ever sent"] : rows.map((row) => `${row.channel}\t${row.lane}\t${row.state}\t${row.count}`));
    return 0;
  },
};

const outboxDead: Verb = {
  usage: "outbox dead",
  options: {},
  async with({ print, service }) {
    const rows = (await service.stores.deliveries.dead(200)).map(({ _id, channel, lane, error, attempts, queuedAt }) => ({ id: _id, channel, lane, error: error ?? null, attempts, queuedAt }));
    print(rows, rows.length === 0 ? ["no dead messages"] : rows.map((row) => `${row.id}\t${row.channel}\t${row.lane}\t${row.error ?? ""}\t${row.attempts} tries`));
    return 0;
  },
};

const outboxRetry: Verb = {
  usage: "outbox retry ID… | outbox retry --all",
  options: { all: flag },
  async with({ given, print, service }) {
    if (given.positionals.length === 0 && given.values["all"] !== true) throw new UserError("argument_missing", `name the messages, or --all. Use: ${outboxRetry.usage}`);
    const all = given.values["all"] === true;
    const queued = await asOperator(service, async (tx, record) => {
      const count = await service.stores.deliveries.retry(tx, all ? null : given.positionals);
      record({ verb: "outbox.retry", subject: "outbox", details: { all, queued: count } });
      return count;
    });
    await service.stores.signals.send("outbox");
    print({ queued }, [`${queued} messages are queued again`]);
    return queued > 0 || all ? 0 : 1;
  },
};

const migrateVerb: Verb = {
  usage: "migrate",
  options: {},
  async with({ print, service, connection, call }) {
    const ran = await migrate({ connection, leases: service.stores.leases, instance: `cli/${process.pid}`, clock: systemClock, log: call.log, migrations });
    const built = await buildIndexes(connection, indexes);
    await asOperator(service, (_tx, record) => record({ verb: "store.migrate", subject: "database", details: { migrations: ran.length, indexes: built } }));
    print({ ran, indexesBuilt: built }, [`migrations run: ${ran.length === 0 ? "none were open" : ran.join(", ")}; indexes built or changed: ${built}`]);
    return 0;
  },
};

const seedDemoVerb: Verb = {
  usage: "seed demo",
  options: {},
  async with({ print, service, call }) {
    if (!call.config.demo) throw new UserError("not_demo", "demo data goes only into the demo database: set DEMO=1 (refused in production)");
    await seedDemo(service, systemClock.now());
    await asOperator(service, (_tx, record) => record({ verb: "demo.seed", subject: "database" }));
    print({ seeded: true }, ["the demo calls, owner and officers are there"]);
    return 0;
  },
};

export const verbs: Record<string, Verb> = {
  doctor: { usage: "doctor", options: {}, alone: doctor, with: never },
  invite,
  "users list": usersList,
  "call import": callImport,
  "call list": callList,
  "registrations export": exportVerb,
  "registrations move": move,
  "outbox status": outboxStatus,
  "outbox dead": outboxDead,
  "outbox retry": outboxRetry,
  "flows check": { usage: "flows check", options: {}, alone: checkAll, with: never },
  "flows graph": { usage: "flows graph", options: {}, alone: drawFlows, with: never },
  "audit verify": auditVerify,
  migrate: migrateVerb,
  "seed demo": seedDemoVerb,
};

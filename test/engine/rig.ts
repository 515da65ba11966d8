import { loadConversations, root } from "../../src/app/resources.js";
import { actionOutcomes, queryNames } from "../../src/app/registered.js";
import { loadUnits } from "../../src/app/units.js";
import { word } from "../../src/conversation/word.js";
import { Call } from "../../src/domain/call.js";
import { createGazetteer, type Gazetteer } from "../../src/domain/gazetteer.js";
import { asJson, type Json, type JsonObject } from "../../src/domain/json.js";
import type { Outgoing } from "../../src/domain/message.js";
import type { PlaceMatch } from "../../src/domain/place.js";
import type { Language } from "../../src/domain/shown.js";
import type { Bundle } from "../../src/engine/flow.js";
import { newSession, type EngineSession, type Need, type Say } from "../../src/engine/session.js";
import { step, type Input, type StepContext } from "../../src/engine/step.js";
import { createI18n, type I18n } from "../../src/i18n/i18n.js";
import { fold } from "../../src/lib/text.js";
import { readCall } from "../../src/registrations/calls.js";
import { readFileAsSource } from "../../src/app/resources.js";
import { join } from "node:path";

export const began = new Date("2026-11-23T09:12:00+07:00");
const idleMs = 24 * 3_600_000;
export const secretOffice = "Văn phòng Mẫu, 0901 111 222";

/** What every engine test stands on: the real flows, locales, units and calls. */
export interface Stage {
  bundle: Bundle;
  i18n: I18n;
  places: Gazetteer;
  calls: Map<string, Call>;
}

let stage: Promise<Stage> | undefined;
export function loadStage(): Promise<Stage> {
  stage ??= (async () => {
    const { texts, loaded } = await loadConversations({ queries: queryNames, actions: actionOutcomes });
    const real = createGazetteer(await loadUnits(join(root, "resources/units")));
    const known = new Map<string, PlaceMatch>();
    // The same text is matched many thousand times.
    const match = (text: string): PlaceMatch => {
      const found = known.get(text) ?? real.match(text);
      known.set(text, found);
      return structuredCopy(found);
    };
    const files = await Promise.all(["resources/calls/us-2024.yaml", "test/support/thin-call.yaml"].map((name) => readFileAsSource(join(root, name))));
    const whole = readCall(await readFileAsSource(join(root, "resources/calls/us-trial.yaml")));
    const calls = [...files.map(readCall), conditional, { ...whole, code: "ALL26" }, { ...whole, code: "CERT26", fields: whole.fields.filter(({ id }) => ["productName", "certificates", "labelPhotos", "awards"].includes(id)) }];
    return { bundle: loaded.bundle, i18n: createI18n(texts.locales), places: { ...real, match }, calls: new Map(calls.map((call) => [call.code, call])) };
  })();
  return stage;
}

/** A call with a field of every kind that is asked, and conditions of every form. `c` stands before `b`, on which it depends. */
export const conditional: Call = Call.parse({
  code: "SYN26",
  title: "Đợt thử điều kiện",
  opensOn: "2026-11-01",
  closesBefore: "2026-12-24",
  late: "marked",
  trial: true,
  contact: { office: "Văn phòng Mẫu" },
  sections: [
    { id: "contact", title: "Liên hệ" },
    { id: "place", title: "Địa chỉ" },
    { id: "product", title: "Sản phẩm" },
    { id: "more", title: "Thêm" },
    { id: "review", title: "Xem lại" },
  ],
  fields: [
    { id: "c", section: "more", ask: "text", label: "Tên thứ ba", when: { field: "b", empty: false } },
    { id: "productName", section: "product", ask: "text", label: "Tên sản phẩm", min: 2, max: 120 },
    { id: "a", section: "product", ask: "yes_no", label: "Có xuất khẩu" },
    { id: "b", section: "product", ask: "text", label: "Tên thứ hai", when: { field: "a", is: true } },
    { id: "months", section: "product", ask: "number", label: "Hạn dùng", min: 1, max: 120 },
    { id: "madeOn", section: "more", ask: "date", label: "Ngày sản xuất", later: true },
    {
      id: "kind",
      section: "more",
      ask: "choice",
      label: "Loại",
      options: [
        { value: "dry", label: "Khô", en: { label: "Dry" } },
        { value: "wet", label: "Ướt" },
        { value: "other", label: "Loại khác" },
      ],
    },
    { id: "wetNote", section: "more", ask: "text", label: "Cách giữ", when: { field: "kind", in: ["wet", "other"] } },
    { id: "oldNote", section: "more", ask: "text", label: "Vì sao sớm", when: { all: [{ field: "madeOn", before: "2026-01-01" }, { not: { field: "madeOn", empty: true } }] } },
    { id: "newNote", section: "more", ask: "text", label: "Vì sao muộn", when: { any: [{ field: "madeOn", after: "2026-06-01" }, { field: "kind", is: "other" }] } },
    { id: "second", section: "more", ask: "phone", label: "Số thứ hai", prefill: "phone" },
    { id: "field", section: "more", ask: "place", label: "Vùng nguyên liệu", later: true },
    { id: "decision", section: "more", ask: "photo", label: "Quyết định", extract: ["decisionNumber", "decisionOn", "stars"], later: true },
    { id: "labels", section: "more", ask: "files", label: "Ảnh nhãn" },
    { id: "cost", section: "more", ask: "money", label: "Chi phí", when: { field: "months", is: 1 } },
    { id: "stock", section: "more", ask: "weight", label: "Tồn kho", when: { field: "months", is: 1 } },
    { id: "mail", section: "more", ask: "email", label: "Thư", when: { field: "months", is: 1 } },
    { id: "spot", section: "more", ask: "location", label: "Vị trí", when: { field: "months", is: 1 } },
    { id: "tax", section: "more", ask: "tax_code", label: "Mã thuế", when: { field: "months", is: 1 } },
  ],
});

/** What the outside answers: nothing but this decides the results of queries and actions. */
export interface World {
  open: readonly string[];
  known: boolean;
  consented: boolean;
  duplicate: boolean;
  sent: number;
  /** What is begun of them in all, and whether one lies open under what is done. */
  drafts: number;
  underWay: boolean;
  submit: "accepted" | "late" | "closed";
  /** Recognised products on file, and whether a registration that was sent lacks something. */
  onFile: number;
  missing: boolean;
  /** Whether an earlier registration has papers to use again, and how many owners the person acts for. */
  reusable: boolean;
  /** Whether a certificate spares another paper, a business's name does not tell its kind, and what was sent may not be changed any more. */
  spared: boolean;
  typeUntold: boolean;
  after: "done" | "unchanged" | "not_now";
  owners: number;
  invitation: boolean;
}
export const plainWorld: World = { open: ["US26"], known: false, consented: false, duplicate: false, sent: 0, drafts: 0, underWay: false, submit: "accepted", onFile: 0, missing: false, reusable: false, owners: 1, spared: false, typeUntold: false, after: "done", invitation: true };

/** Deterministic stand-ins for everything that flows look up or do. */
export function provide(stage: Stage, world: World, need: Need, now: Date): Extract<Input, { is: "result" }> {
  const result = (value: unknown, outcome?: string): Extract<Input, { is: "result" }> => ({ is: "result", id: need.id, value: asJson(value) ?? null, ...(outcome === undefined ? {} : { outcome }) });
  const { args } = need;
  const row = (name: string): object => ({ name: { show: "words", key: `my_data.${name}` }, value: "…" });
  switch (need.name) {
    case "people.known":
      return result({
        me: { displayName: "Nguyễn Văn Mẫu", registrations: world.sent === 0 ? null : world.sent, owners: world.known ? world.owners : 0, news: null },
        ...(world.known && (world.owners === 1 || typeof args["ownerId"] === "string") ? { ownerId: "owner:1", phone: "+84901234567", ownerName: "Hợp tác xã Trái cây Mẫu", place: cai(stage), taxCode: "1200123459", representative: "Nguyễn Văn Mẫu" } : {}),
        ...(world.consented ? { consent: "given" } : {}),
      });
    case "people.kept":
      return result({
        count: world.known ? 1 : 0,
        rows: world.known ? [row("owner")] : [],
        drafts: world.drafts,
        given: [...(world.consented ? ["registration"] : []), ...(world.sent > 0 ? ["news"] : [])],
        registration: world.consented,
        news: world.sent > 0,
        untold: { show: "words", key: "erasure.none_sent" },
        roles: { show: "words", key: "erasure.no_roles" },
        office: secretOffice,
        ...(world.duplicate ? { erasure: dataRequest(now) } : {}),
      });
    case "people.request":
      return result(args["code"] === "DL-303071-9" ? { kind: "found", ...dataRequest(now) } : { kind: String(args["code"]).startsWith("DL") ? "check_digit" : "unknown" });
    case "people.profile":
      return result({ rows: [row("owner")], owners: world.known ? world.owners : 0 });
    case "calls.open": {
      const wanted = world.open.find((code) => code === args["code"]);
      const only = wanted ?? (world.open.length === 1 ? world.open[0] : undefined);
      return result({ count: wanted === undefined ? world.open.length : 1, only: only ?? null, office: secretOffice, last: { show: "words", key: "register.last_closed", values: { title: "Đợt cũ", lastDay: { show: "day", on: "2024-11-10" } } } });
    }
    case "calls.choices":
      return result(world.open.map((code) => ({ value: code, label: { show: "either", vi: `${stage.calls.get(code)?.title ?? ""} ${code}`, en: `Call ${code}` } })));
    case "calls.get": {
      const call = stage.calls.get(String(args["code"]));
      return result(call === undefined ? {} : { call: { code: call.code, revision: 1, title: { show: "either", vi: call.title }, lastDay: { show: "day", on: "2026-12-23" }, daysLeft: 30, needs: "", minutes: 3, head: { show: "words", key: call.trial ? "register.trial" : "register.not_trial" } } });
    }
    case "calls.office":
      return result(secretOffice);
    case "registrations.same_product":
      return result(world.duplicate ? { product: args["product"], code: "US26-104187-9", on: { show: "date", on: "2026-11-20" } } : null);
    case "registrations.mine":
      return result({ count: world.sent, one: world.sent === 1 ? "US26-104187-9" : null, drafts: world.drafts, underWay: world.underWay, rows: Array.from({ length: world.sent }, () => row("registrations")), office: secretOffice });
    case "registrations.look_up": {
      const code = String(args["code"]);
      return result(code.includes("104187-9") ? { kind: "found", code: "US26-104187-9", rows: [row("owner")] } : { kind: code.includes("104187") ? "check_digit" : "unknown" });
    }
    case "codes.resolve": {
      const code = String(args["code"]);
      if (code.startsWith("DL-")) return result({ kind: "data_request" });
      if (code.includes("104187-9")) return result({ kind: "registration" });
      if (stage.calls.has(code.toUpperCase())) return result({ kind: "call", call: code.toUpperCase() });
      return result(code === "INVITE" && world.invitation ? { kind: "invitation", role: { show: "words", key: "role.province_officer" }, where: { show: "words", key: "invitation.nowhere" } } : { kind: "none" });
    }
    case "people.consent":
      return result({ at: { show: "instant", at: now.toISOString() } }, "kept");
    case "people.refuse":
      return result(null, "forgotten");
    case "people.keep_owner":
      return result({ ownerId: "owner:1" }, "kept");
    case "people.withdraw":
      return args["purpose"] === "news" ? result({ at: { show: "instant", at: now.toISOString() } }, "withdrawn") : result(dataRequest(now), "requested");
    case "people.copy":
      return world.known ? result({ page: "https://example.org/files/a", data: "https://example.org/files/b", until: { show: "instant", at: now.toISOString() } }, "given") : result(null, "no_way");
    case "people.request_erasure":
      return fold(String(args["words"])) === "xoa het" ? result(dataRequest(now), "received") : result(null, "not_said");
    case "people.drop_draft_files":
      return result(null, "dropped");
    case "people.owners":
      return result([{ value: "owner:1", label: "Hợp tác xã Mẫu" }, { value: "@new", label: { show: "words", key: "register.another_product" } }]);
    case "owners.type_of":
      return result(typeof args["type"] === "string" || world.typeUntold ? {} : { ownerType: "cooperative" });
    case "products.sets":
    case "certificates.kinds": {
      const ids = need.name === "products.sets" ? ["tea", "coffee_cocoa", "rice_cereal", "honey_other", "crafts", "tourism"] : ["iso_22000", "haccp", "gmp", "vietgap", "organic", "halal"];
      return result(ids.map((id, n) => ({ value: id, label: `Loại ${"ABCDEF".charAt(n)}${id}`, ...(n === 0 && args["like"] !== null && args["like"] !== undefined ? { likely: true } : {}) })));
    }
    case "certificates.judged":
      return result({ said: world.spared ? { show: "words", key: "certificate.spares", values: { kind: "ISO 22000" } } : "" });
    case "registrations.on_file":
      return result({ count: world.onFile });
    case "registrations.products":
      return result([...Array.from({ length: world.onFile }, (_, n) => ({ value: `product:${n}`, label: `Sản phẩm ${n}` })), { value: "@new", label: { show: "words", key: "register.another_product" } }]);
    case "registrations.product":
      return result({ productName: "Mít sấy giòn Mẫu", decision: { fileIds: ["f"], decisionNumber: "1187/QĐ-UBND", decisionOn: "2025-03-15", stars: 4 } });
    case "registrations.reusable":
      return result(world.reusable ? { from: "US26-104180-1", product: "Chuối sấy Mẫu", papers: "giấy ISO 22000 và nguyên liệu" } : { from: null });
    case "registrations.reused":
      return result({});
    case "registrations.choices":
      return result(Array.from({ length: world.sent }, (_, n) => ({ value: `US26-10418${n}-0`, label: `Sản phẩm ${n}` })));
    case "registrations.open":
      return result({ registration: { code: "US26-104187-9", version: 1, product: "Mít sấy giòn Mẫu", missing: world.missing ? ["decision"] : [], what: "", mayAmend: true, mayWithdraw: true }, fileField: world.missing ? "decision" : null });
    case "registrations.answers":
      return result({ call: { code: "US26", revision: 1, title: "Đợt thử" }, ownerName: "Hợp tác xã Mẫu", productName: "Mít sấy giòn Mẫu", commitment: true, had: {}, ...(args["again"] === true ? {} : { decision: { fileIds: ["f"], decisionNumber: "1187/QĐ-UBND", decisionOn: "2025-03-15", stars: 4 } }) });
    case "registrations.amend":
      if (world.after !== "done") return result(null, world.after);
      return result({ at: { show: "instant", at: now.toISOString() }, missing: { show: "words", key: "amended.whole" }, next: { show: "words", key: "amended.next" } }, "amended");
    case "registrations.withdraw":
      if (world.after === "not_now") return result(null, "not_now");
      return result({ at: { show: "instant", at: now.toISOString() } }, "withdrawn");
    case "people.redeem":
      return world.invitation ? result({ role: { show: "words", key: "role.province_officer" }, where: { show: "words", key: "invitation.nowhere" } }, "accepted") : result(null, "gone");
    case "registrations.submit":
      return world.submit === "closed"
        ? result(null, "closed")
        : result({ code: "US26-104187-9", at: { show: "instant", at: now.toISOString() }, check: { show: "words", key: "eligibility.none" }, next: { show: "words", key: "register.next", values: { province: "Đồng Tháp" } }, qr: "https://example.org/verify/US26-104187-9" }, world.submit);
    default:
      throw new Error(`the model of the outside does not know ${need.name}`);
  }
}

function dataRequest(now: Date): object {
  const words = (key: string): object => ({ show: "words", key });
  return { code: "DL-303071-9", what: words("my_data.kind_erasure"), at: { show: "instant", at: now.toISOString() }, state: { show: "words", key: "my_data.state_done", values: { at: { show: "instant", at: now.toISOString() } } }, doneBy: { show: "date", on: "2026-12-12" } };
}

function cai(stage: Stage): Json {
  const match = stage.places.match("Ấp 3, xã Cái Bè, tỉnh Đồng Tháp");
  return match.kind === "place" ? asJson(match.place) : null;
}

export function contextOf(stage: Stage, now: Date, change: Partial<StepContext> = {}): StepContext {
  const { i18n } = stage;
  return {
    now,
    bundle: stage.bundle,
    bundleOf: (hash) => (hash === stage.bundle.hash ? stage.bundle : undefined),
    form: ({ code }) => stage.calls.get(code),
    latest: (code) => (stage.calls.has(code) ? 1 : 0),
    text: (language, part) => i18n.text(language, part),
    shown: (language, value) => i18n.text(language, { key: "ask.shown", values: { value } }),
    has: (key) => i18n.has("vi", key),
    places: stage.places,
    office: secretOffice,
    questionId: (n) => `q${n}`,
    unbuilt: ["thongbao", "tinhhinh", "nop", "phananh", "dung"],
    idleMs,
    ...change,
  };
}

export interface Done {
  session: EngineSession;
  say: Say[];
  needs: { need: Need; outcome: string | undefined }[];
  chosen: string | null;
}

/** One input with everything that it needs, as `conversation/` does it. */
export function whole(stage: Stage, world: World, session: EngineSession, input: Input, ctx: StepContext, each: (before: EngineSession, input: Input) => void = () => undefined): Done {
  each(session, input);
  let stepped = step(session, input, ctx);
  const { chosen } = stepped;
  const say = [...stepped.say];
  const needs: Done["needs"] = [];
  while (stepped.need !== null) {
    if (needs.length >= 20) throw new Error(`more than 20 needs, the last: ${stepped.need.name}`);
    const given = provide(stage, world, stepped.need, ctx.now);
    needs.push({ need: stepped.need, outcome: given.outcome });
    each(stepped.session, given);
    stepped = step(stepped.session, given, ctx);
    say.push(...stepped.say);
  }
  return { session: stepped.session, say, needs, chosen };
}

/** A person talking with the engine alone, for tests of single things. */
export interface Person {
  readonly session: EngineSession;
  readonly answers: JsonObject;
  world: World;
  /** The value given to the last submission. */
  submitted: JsonObject | null;
  say(text: string): Outgoing[];
  press(index: number): Outgoing[];
  pressed(data: string): Outgoing[];
  photo(fileId: string, caption?: string): Outgoing[];
  give(answer: Extract<Input, { is: "answer" }>["answer"], receivedAt?: Date): Outgoing[];
  wait(ms: number): void;
  now(): Date;
}

export function person(stage: Stage, options: { world?: Partial<World>; language?: Language; context?: Partial<StepContext> } = {}): Person {
  let session = newSession(options.language ?? "vi");
  let nowMs = began.getTime();
  const self: Person = {
    get session() {
      return session;
    },
    get answers() {
      return session.talks.at(-1)?.answers ?? {};
    },
    world: { ...plainWorld, ...options.world },
    submitted: null,
    say: (text) => self.give({ is: "text", text }),
    press: (index) => self.give({ is: "press", data: `${session.question?.id ?? ""}.${index}` }),
    pressed: (data) => self.give({ is: "press", data }),
    photo(fileId, caption) {
      const out = self.give({ is: "file", fileId, media: "photo", ...(caption === undefined ? {} : { caption }) });
      return [...out, ...self.give({ is: "settled", fileId })];
    },
    give(answer, receivedAt) {
      nowMs += 1_000;
      const now = new Date(nowMs);
      const done = whole(stage, self.world, session, { is: "answer", answer, receivedAt: receivedAt ?? now }, contextOf(stage, now, options.context));
      session = done.session;
      for (const { need } of done.needs) if (need.name === "registrations.submit") self.submitted = structuredCopy(need.args["answers"]) as JsonObject;
      return done.say.map((message) => word(stage.i18n, session.language, message));
    },
    wait(ms) {
      nowMs += ms;
    },
    now: () => new Date(nowMs),
  };
  return self;
}

/** All texts of several messages, a line each. */
export function textOf(out: readonly Outgoing[]): string {
  return out.map((message) => [message.text, ...(message.rows ?? []).map((row) => `${row.name}: ${row.value}`), message.after ?? ""].filter((each) => each !== "").join("\n")).join("\n");
}

/** Deep equality whatever realm the objects come from; a key that holds `undefined` is not a missing key. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isDate(a)) return isDate(b) && a.getTime() === b.getTime();
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b) || isDate(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) if (!Object.hasOwn(b, key) || !same((a as JsonObject)[key], (b as JsonObject)[key])) return false;
  return true;
}

export function isDate(value: unknown): value is Date {
  return typeof value === "object" && value !== null && typeof (value as Date).getTime === "function";
}

/** A copy made in this realm (jest's `structuredClone` answers objects of another). */
export function structuredCopy<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (isDate(value)) return new Date(value.getTime()) as T;
  if (Array.isArray(value)) return value.map(structuredCopy) as T;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, structuredCopy(inner as unknown)])) as T;
}

export function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value) && !isDate(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}

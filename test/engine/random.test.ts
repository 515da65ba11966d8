import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import mongoose from "mongoose";
import { word } from "../../src/conversation/word.js";
import { Outgoing } from "../../src/domain/message.js";
import { askKinds } from "../../src/domain/call.js";
import { holds } from "../../src/engine/conditions.js";
import { EngineSession, newSession, type Position, type Talk } from "../../src/engine/session.js";
import type { Input } from "../../src/engine/step.js";
import { began, conditional, contextOf, frozen, isDate, loadStage, plainWorld, same, structuredCopy, whole, type Done, type Stage, type World } from "./rig.js";

const wanted = Number(process.env["OCOP_RANDOM_INPUTS"] ?? 100_000);
const perRun = 100;
/** The same talks at each run; another number tries others. */
const seed = Number(process.env["OCOP_RANDOM_SEED"] ?? 20_261_123);

type Answer = Extract<Input, { is: "answer" }>["answer"];
type Move =
  | { do: "fit"; n: number }
  | { do: "say"; text: string }
  | { do: "option"; n: number; how: "press" | "number" | "label" }
  | { do: "press"; data: string }
  | { do: "old"; n: number }
  | { do: "file"; media: "photo" | "document" | "video" | "audio"; caption?: string }
  | { do: "settle"; n: number; how: "ok" | "bad" | "slow" | "stranger" }
  | { do: "contact"; phone: string; own: boolean }
  | { do: "other"; what: "voice" | "sticker" | "unknown" }
  | { do: "early"; text: string }
  | { do: "wait"; ms: number }
  | { do: "world"; change: Partial<World> };

const decisionText = "1187/QĐ-UBND 15/3/2025 4 sao";
const likely: Record<string, readonly string[]> = {
  text: ["Hợp tác xã Trái cây Mẫu", "Mít sấy giòn Mẫu", "Nguyễn Văn Mẫu", "US26-104187-9", "US26-104187-3", "abc"],
  number: ["12", "1", "1,5", "0", "1.000.000", "mười hai"],
  date: ["15/3/2025", "1/7/2026", "31/02/2025", "15/3", "hôm nay"],
  yes_no: ["có", "không", "👍", "ok"],
  phone: ["0901234567", "+84 901 234 567", "01201234567", "+1 555 010 0199", "12"],
  place: ["ấp 3 cái bè tiền giang", "xã Cái Bè, tỉnh Đồng Tháp", "Đồng Tháp", "Mỹ Tho", "Cái Bè", "xyz", "đúng"],
  choice: ["không biết", "1", "khô", "trà", "tra"],
  choices: ["1 2", "iso va haccp", "1", "5", "gửi sau", "9"],
  business_name: ["HTX Mẫu", "Cơ sở Mẫu", "1"],
  tax_code: ["1200123459", "1200123458", "gửi sau", "12"],
  email: ["mau@vidu.vn", "mau"],
  money: ["35k", "1.500", "không"],
  weight: ["5 tan", "500", "chai"],
  location: ["10.33, 106.03", "ở nhà"],
  photo: [decisionText, "4 sao", "15/3/2020", "31/2/2025", "gửi sau", "1187/QĐ-UBND 15/3/2027 2 sao", "1"],
  files: ["gửi sau", "xong"],
  review: ["gửi", "sửa tên sản phẩm", "sua", "sửa có xuất khẩu", "sửa loại", "sửa ngày sản xuất", "sửa xyz", "👍"],
};
/** What answers questions of several pieces at once. */
const likelyFor: Record<string, string> = { packing: "túi 100 g, 35 nghìn", award: "giải Nhất hội thi OCOP, Bộ Nông nghiệp, 2024", details: "FSMS-0426, Trung tâm Chứng nhận Mẫu, hết hạn 30/6/2028", capacityPerMonth: "5 tấn", shelfLifeMonths: "12" };
const commands = ["hủy", "/huy", "quay lại", "/quaylai", "trợ giúp", "/ngonngu", "English", "tiếng việt", "/thongbao", "phản ánh", "/abc", "/", "/start US26", "start SYN26", "/start INVITE", "start US26-104187-9", "/dulieu DL-303071-9", "/dulieu DL-303071-8", "/start gibt-es-nicht", "/start@bot"];
const hostile = ["", " ", "\u0000", "​", "<b>Mít</b>", "{x}", "{count, plural, one {#}}", "'{'", "__proto__", "constructor", "toString", "$where", "a.b.$c", "😀", "👍", "𝒜".repeat(60), "x".repeat(10_000), "Mi\u0301t sa\u0302\u0301y", "99999999999999999999", "-1", "1.500", "0", "99", "w:hủy", "@right", "@later", "@send", "later", "go_on", "null", "true", "Tiếng\nnhiều\ndòng", "SELECT 1; --", "x".repeat(39) + "👍 không phải lệnh", "(".repeat(500)];
const forged = ["", ".", "q.0", "q1.", "q1.00", "q1.99", "q1.-1", "q1.0.0", "__proto__.0", "w:", "w:hủy", "w:đăng ký", "nobody.0", "q1.__proto__", "q999999.0"];

const nat = fc.nat({ max: 9_999 });
const world = fc.record(
  {
    open: fc.constantFrom<readonly string[]>([], ["US26"], ["SYN26"], ["SYN26"], ["ALL26"], ["CERT26"], ["CERT26"], ["US26", "SYN26"], ["US24", "US26", "SYN26"]),
    known: fc.boolean(),
    consented: fc.boolean(),
    duplicate: fc.boolean(),
    sent: fc.constantFrom(0, 1, 3),
    drafts: fc.constantFrom(0, 0, 1, 2),
    underWay: fc.boolean(),
    submit: fc.constantFrom<World["submit"]>("accepted", "late", "closed"),
    invitation: fc.boolean(),
    onFile: fc.constantFrom(0, 0, 2),
    missing: fc.boolean(),
    reusable: fc.boolean(),
    spared: fc.boolean(),
    typeUntold: fc.boolean(),
    after: fc.constantFrom<World["after"]>("done", "done", "unchanged", "not_now"),
    owners: fc.constantFrom(1, 1, 2),
  },
  { requiredKeys: [] },
);
let words: readonly string[] = [];
const texts = fc.oneof(fc.constantFrom(...Object.values(likely).flat()), fc.constantFrom(...hostile), fc.string({ unit: "binary", maxLength: 30 }));
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 46, arbitrary: fc.record({ do: fc.constant("fit" as const), n: nat }) },
  { weight: 14, arbitrary: fc.record({ do: fc.constant("option" as const), n: nat, how: fc.constantFrom("press" as const, "number" as const, "label" as const) }) },
  { weight: 6, arbitrary: nat.map((n): Move => ({ do: "say", text: words[n % words.length] ?? "" })) },
  { weight: 5, arbitrary: fc.constantFrom(...commands).map((text): Move => ({ do: "say", text })) },
  { weight: 4, arbitrary: fc.constantFrom("quay lại", "đăng ký").map((text): Move => ({ do: "say", text })) },
  { weight: 7, arbitrary: texts.map((text): Move => ({ do: "say", text })) },
  { weight: 2, arbitrary: fc.constantFrom(...forged).map((data): Move => ({ do: "press", data })) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("old" as const), n: nat }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("file" as const), media: fc.constantFrom("photo" as const, "photo" as const, "document" as const, "video" as const, "audio" as const), caption: fc.constantFrom(decisionText, "4 sao", "", "<b>") }, { requiredKeys: ["do", "media"] }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("settle" as const), n: nat, how: fc.constantFrom("ok" as const, "bad" as const, "slow" as const, "stranger" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("contact" as const), phone: fc.constantFrom("+84901234567", "0901234567", "+15550100199", ""), own: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("other" as const), what: fc.constantFrom("voice" as const, "sticker" as const, "unknown" as const) }) },
  { weight: 2, arbitrary: fc.oneof(texts, fc.constantFrom(...commands)).map((text): Move => ({ do: "early", text })) },
  { weight: 2, arbitrary: fc.constantFrom(1_000, 3_600_000, 23 * 3_600_000, 25 * 3_600_000, 100 * 86_400_000).map((ms): Move => ({ do: "wait", ms })) },
  { weight: 2, arbitrary: world.map((change): Move => ({ do: "world", change })) },
);

describe("whatever people send", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await loadStage();
    words = Object.values(stage.bundle.flows).flatMap((flow) => flow.words.flatMap((each) => [each, `/${each}`]));
  });

  test(
    "the talk answers, stays whole, forgets nothing and can be left, over 100,000 inputs",
    () => {
      const startedAt = performance.now();
      const seen = new Seen();
      fc.assert(
        fc.property(world, fc.array(move, { maxLength: 2 * perRun, size: "max" }), (given, moves) => {
          talk(stage, { ...plainWorld, ...given }, moves, seen);
        }),
        { numRuns: Math.ceil((wanted / perRun) * 1.25), seed, endOnFailure: process.env["OCOP_RANDOM_SHRINK"] === undefined, interruptAfterTimeLimit: 500_000, markInterruptAsFailure: true },
      );
      const seconds = (performance.now() - startedAt) / 1_000;
      process.stderr.write(`random talks: ${seen.inputs} inputs, ${seen.checked} with going back, ${seen.cancelled} left, ${seconds.toFixed(1)} s\n`);
      expect(seen.inputs).toBeGreaterThanOrEqual(wanted);
      expect(seen.missing(stage)).toEqual([]);
      expect(seen.checked).toBeGreaterThan(2_000);
    },
    600_000,
  );

  test("going back any number of times and giving the same answers again submits the same", () => {
    fc.assert(
      fc.property(
        fc.record({ a: fc.boolean(), kind: fc.constantFrom("1", "2", "3"), made: fc.constantFrom("15/3/2025", "15/3/2026", "1/7/2026", "gửi sau"), known: fc.boolean(), many: fc.boolean() }),
        fc.array(fc.record({ at: fc.nat({ max: 60 }), times: fc.integer({ min: 1, max: 8 }) }), { maxLength: 6 }),
        (said, backs) => {
          expect(registered(stage, said, backs)).toEqual(registered(stage, said, []));
        },
      ),
      { numRuns: 150, seed },
    );
  });
});

/** What was reached, so that a test that walks in circles is found out. */
class Seen {
  inputs = 0;
  checked = 0;
  cancelled = 0;
  readonly asked = new Set<string>();
  readonly needs = new Set<string>();
  readonly specials = new Set<string>();
  readonly keys = new Set<string>();

  missing(stage: Stage): string[] {
    const asks = Object.values(stage.bundle.flows).flatMap((flow) => Object.entries(flow.steps).flatMap(([name, step]) => ("ask" in step ? [`${flow.id}.${name}`] : [])));
    const says = Object.values(stage.bundle.flows).flatMap((flow) => Object.values(flow.steps).flatMap((step) => ("say" in step && step.say !== undefined && !("ask" in step) ? [`say ${step.say}`] : [])));
    const doings = Object.values(stage.bundle.flows).flatMap((flow) => Object.values(flow.steps).flatMap((step) => ("do" in step ? Object.keys(step.then).map((outcome) => `${step.do} ${outcome}`) : "get" in step ? [`${step.get} `] : [])));
    const fields = conditional.fields.map((field) => `form ${field.id}`);
    return [
      ...asks.filter((each) => !this.asked.has(each)),
      ...fields.filter((each) => !this.asked.has(each)),
      ...doings.filter((each) => !this.needs.has(each)),
      ...says.filter((each) => !this.keys.has(each)),
      ...["resume", "edit_what", "two_texts"].filter((each) => !this.specials.has(each)),
    ];
  }

  add(done: Done): void {
    for (const { need, outcome } of done.needs) this.needs.add(`${need.name} ${outcome ?? ""}`);
    for (const message of done.say) for (const part of message.parts) this.keys.add(`say ${part.key}`);
    const { question } = done.session;
    if (question === null) return;
    const position = question.stack.at(-1);
    if (question.special !== undefined) this.specials.add(question.special);
    else if (position !== undefined) this.asked.add(position.field === undefined ? `${position.flow}.${position.step}` : `form ${position.field}`);
  }
}

function talk(stage: Stage, start: World, moves: readonly Move[], seen: Seen): void {
  let session = newSession("vi");
  let outside = start;
  let nowMs = began.getTime();
  let files = 0;
  const buttons: string[] = [];
  for (const each of moves) {
    if (each.do === "wait") nowMs += each.ms;
    else if (each.do === "world") outside = { ...outside, ...each.change };
    else {
      nowMs += 1_000;
      const now = new Date(nowMs);
      const answer = answerOf(stage, session, each, buttons, () => `f${++files}`);
      const receivedAt = each.do === "early" && session.question !== null ? new Date(session.question.at.getTime() - 1) : now;
      const input: Input = { is: "answer", answer, receivedAt };
      seen.inputs++;
      try {
        session = one(stage, outside, session, input, now, seen);
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : String(error)}\n  on ${JSON.stringify(answer).slice(0, 200)}\n  at ${JSON.stringify(session.question?.stack)}`, { cause: error });
      }
      const { question } = session;
      if (question !== null && question.options.length > 0) buttons.push(`${question.id}.0`);
    }
  }
}

/** Gives one input and holds what comes of it against every rule. Answers the next session. */
function one(stage: Stage, outside: World, before: EngineSession, input: Extract<Input, { is: "answer" }>, now: Date, seen: Seen): EngineSession {
  const ctx = contextOf(stage, now);
  frozen(before);
  const done = whole(stage, outside, before, input, ctx, (session, each) => void (frozen(session), frozen(each)));
  // The dearer looks take turns, so that all of it fits into a minute or so.
  const nth = seen.inputs;
  if (nth % 3 === 0) must(JSON.stringify(done) === JSON.stringify(whole(stage, outside, before, input, ctx)), "the same input on the same session gave another result");
  seen.add(done);
  const { session } = done;
  if (nth % 3 === 1) keepsWhole(session, nth % 12 === 1);
  speaks(stage, input, done);
  asksWell(stage, session);
  if (input.answer.is === "press" && !input.answer.data.startsWith("w:") && !input.answer.data.startsWith(`${before.question?.id ?? "none"}.`)) {
    must(same(session.talks, before.talks) && same(session.question, before.question) && same(session.drafts, before.drafts), "a press of another question's button changed the talk");
  }
  holdsConditions(stage, session);
  if (nth % 3 === 2) leaves(stage, outside, session, now, seen);
  returns(stage, outside, before, input, session, now, seen);
  return session;
}

/** Goes through the database and back as it is, and does not grow without end. */
function keepsWhole(session: EngineSession, throughDatabase: boolean): void {
  const read = throughDatabase ? (mongoose.mongo.BSON.deserialize(mongoose.mongo.BSON.serialize({ state: session })) as { state: unknown }).state : session;
  must(same(EngineSession.parse(read), session), "the session does not come back from the database as it went in");
  if (throughDatabase) must(same(JSON.parse(JSON.stringify(session)), withDatesAsText(session)), "the session is not plain data");
  must(session.lead === undefined, "what leads up to a message was left unsaid");
  must(session.drafts.length <= 5, "more than five drafts");
  must(session.talks.length <= 4, `${session.talks.length} talks are open at once`);
  must(new Set(session.talks.map((each) => each.flow)).size === session.talks.length, "one flow is open twice");
  for (const each of [...session.talks, ...session.drafts]) must(each.history.length <= 60, "the way back grows without end");
}

function withDatesAsText(value: unknown): unknown {
  if (isDate(value)) return value.toISOString();
  if (Array.isArray(value)) return value.map(withDatesAsText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withDatesAsText(inner)]));
}

/** There is an answer, of words that exist, unless a file is on its way or our own job told of one. */
function speaks(stage: Stage, input: Extract<Input, { is: "answer" }>, done: Done): void {
  for (const message of done.say) {
    const out = word(stage.i18n, done.session.language, message);
    const parsed = Outgoing.safeParse(out);
    must(parsed.success, `the message cannot leave: ${parsed.error?.message ?? ""}`);
    must(out.text.trim() !== "" || (out.rows ?? []).length > 0, "an empty message");
    must(!/\p{Cs}/u.test([out.text, ...(out.choices ?? []).map((choice) => choice.label), ...(out.rows ?? []).map((row) => row.value)].join("\n")), `half a character in: ${out.text}`);
    must(!out.text.includes("undefined") && !out.text.includes("[object"), `a value that is no text: ${out.text}`);
    for (const choice of out.choices ?? []) must(choice.label.trim() !== "", "a choice without words");
  }
  const waits = input.answer.is === "file" && JSON.stringify(done.session.question?.partial ?? null).includes(JSON.stringify(input.answer.fileId));
  if (input.answer.is === "settled" || waits) return;
  must(done.say.length > 0, "no answer");
}

function asksWell(stage: Stage, session: EngineSession): void {
  const { question } = session;
  if (question === null) {
    must(session.talks.length === 0, "a talk is open without a question");
    return;
  }
  must(session.talks.length > 0, "a question is open without a talk");
  must(question.parts.some((part) => stage.i18n.text(session.language, part).trim() !== ""), "the question has no words");
  must(question.special === "edit_what" || question.options.length <= 5, `${question.options.length} choices`);
  const kind = kindAt(stage, session.talks.at(-1), question.stack.at(-1));
  must(kind !== "choice" || question.special !== undefined || question.options.length > 0 || (question.list?.length ?? 0) > 0, "a choice without choices");
  must(kind === "review" || kind === undefined || (askKinds as readonly string[]).includes(kind), `a question of kind ${String(kind)}`);
}

/** At the review no answer stands whose condition does not hold, and none is missing whose condition holds. */
function holdsConditions(stage: Stage, session: EngineSession): void {
  const talk = session.talks.at(-1);
  const { question } = session;
  if (talk === undefined || question === null || question.special !== undefined || talk.edit !== undefined) return;
  if (kindAt(stage, talk, question.stack.at(-1)) !== "review") return;
  const code = (talk.answers["call"] as { code: string }).code;
  const fields = stage.calls.get(code)?.fields ?? [];
  for (const field of fields) {
    const there = Object.hasOwn(talk.answers, field.id);
    if (holds(field.when, talk.answers)) must(there, `${field.id} is reviewed without being asked`);
    else must(!there, `${field.id} stays although its condition does not hold`);
  }
}

/** `hủy` ends the talk under way, and said often enough all of them. */
function leaves(stage: Stage, outside: World, from: EngineSession, now: Date, seen: Seen): void {
  let session = from;
  for (let left = from.talks.length; left > 0; left = session.talks.length) {
    const done = whole(stage, outside, session, { is: "answer", answer: { is: "text", text: "hủy" }, receivedAt: now }, contextOf(stage, now));
    must(done.session.talks.length < left, "cancelling did not end the talk");
    must(done.say.length > 0, "cancelling was not answered");
    session = done.session;
    seen.cancelled++;
  }
  must(session.question === null, "a question stays open after everything was cancelled");
}

/** After an answer, `quay lại` opens the same question without the answer; the same answer again leads to the same place. */
function returns(stage: Stage, outside: World, before: EngineSession, input: Extract<Input, { is: "answer" }>, after: EngineSession, now: Date, seen: Seen): void {
  const was = before.talks.at(-1);
  const is = after.talks.at(-1);
  const { question } = before;
  if (was === undefined || is === undefined || question === null || after.question === null) return;
  if (is.flow !== was.flow || is.edit !== undefined || after.question.special !== undefined || after.question.partial !== undefined) return;
  if (is.history.length !== was.history.length + 1 || !same(is.history.at(-1)?.stack, question.stack)) return;
  seen.checked++;
  const name = nameAt(stage, question.stack.at(-1));
  const back = whole(stage, outside, after, { is: "answer", answer: { is: "text", text: "quay lại" }, receivedAt: now }, contextOf(stage, now)).session;
  // Other calls may be open by now, other products on file.
  if (!same(back.question?.options, question.options)) return;
  must(same(back.question?.stack, question.stack), `going back led to ${JSON.stringify(back.question?.stack)} instead of ${JSON.stringify(question.stack)}`);
  must(same(back.talks.at(-1)?.answers, was.answers), `the answers are not what they were before ${name} was answered`);
  const plain = question.partial === undefined && question.failures === 0 && question.special === undefined && back.question?.prefill === undefined && question.prefill === undefined;
  if (input.answer.is !== "text" || !plain || input.receivedAt.getTime() < now.getTime()) return;
  const forward = whole(stage, outside, back, input, contextOf(stage, now)).session;
  must(same(forward.question?.stack, after.question.stack), "the same answer led elsewhere after going back");
  must(same(forward.talks.at(-1)?.answers, is.answers), "the same answer gave other answers after going back");
}

function kindAt(stage: Stage, talk: Talk | undefined, position: Position | undefined): string | undefined {
  if (position === undefined || talk === undefined) return undefined;
  const step = stage.bundle.flows[position.flow]?.steps[position.step];
  if (position.field === undefined) return step !== undefined && "ask" in step ? step.ask : undefined;
  const code = (talk.answers["call"] as { code?: string } | undefined)?.code;
  return code === undefined ? undefined : stage.calls.get(code)?.fields.find((field) => field.id === position.field)?.ask;
}

function nameAt(stage: Stage, position: Position | undefined): string {
  if (position === undefined) return "";
  const step = stage.bundle.flows[position.flow]?.steps[position.step];
  return position.field ?? (step !== undefined && "ask" in step ? step.save : undefined) ?? `${position.flow}.${position.step}`;
}

function answerOf(stage: Stage, session: EngineSession, each: Exclude<Move, { do: "wait" | "world" }>, buttons: readonly string[], fileId: () => string): Answer {
  const { question } = session;
  const waiting = (question?.partial as { waiting?: string[] } | undefined)?.waiting ?? [];
  switch (each.do) {
    case "say":
    case "early":
      return { is: "text", text: each.text };
    case "press":
      return { is: "press", data: each.data };
    case "old":
      return { is: "press", data: buttons[each.n % Math.max(1, buttons.length)] ?? "none.0" };
    case "option": {
      const index = each.n % Math.max(1, question?.options.length ?? 1);
      if (each.how === "press") return { is: "press", data: `${question?.id ?? "none"}.${index}` };
      const label = question?.options[index]?.label;
      return { is: "text", text: each.how === "number" || label === undefined ? String(index + 1) : stage.i18n.text(session.language, { key: "ask.shown", values: { value: label } }) };
    }
    case "file":
      return { is: "file", fileId: fileId(), media: each.media, ...(each.caption === undefined ? {} : { caption: each.caption }) };
    case "settle": {
      const id = each.how === "stranger" ? "nobody's" : (waiting[each.n % Math.max(1, waiting.length)] ?? "nobody's");
      if (each.how === "bad") return { is: "settled", fileId: id, problem: "too_big", values: { megabytes: 34, limit: 20, name: "x" } };
      return { is: "settled", fileId: id, ...(each.how === "slow" ? { slow: true } : {}) };
    }
    case "contact":
      return { is: "contact", phone: each.phone, own: each.own };
    case "other":
      return { is: "other", what: each.what };
    case "fit":
      return fitting(stage, session, each.n, waiting, fileId);
  }
}

/** An answer that a person may well give to the open question. */
function fitting(stage: Stage, session: EngineSession, n: number, waiting: readonly string[], fileId: () => string): Answer {
  const { question } = session;
  if (question === null) return { is: "text", text: ["đăng ký", "đăng ký", "đăng ký", "xin chào", "tra cứu", "trạng thái", "US26-104187-9", "start INVITE", "dữ liệu", "xin xóa", "xin xóa", "trạng thái", "trạng thái"][n % 13] ?? "" };
  const firstWaiting = waiting[0];
  if (firstWaiting !== undefined) return { is: "settled", fileId: firstWaiting };
  const kind = question.special === undefined ? (kindAt(stage, session.talks.at(-1), question.stack.at(-1)) ?? "text") : "special";
  if ((kind === "photo" || kind === "files") && question.options.length < 2) {
    const has = ((question.partial as { fileIds?: string[] } | undefined)?.fileIds ?? []).length > 0;
    if (!has) return { is: "file", fileId: fileId(), media: "photo", ...(n % 3 === 0 ? {} : { caption: decisionText }) };
    return { is: "text", text: decisionText };
  }
  if (kind === "review" && n % 3 > 0) return { is: "text", text: likely["review"]?.[n % 8] ?? "" };
  if (question.parts.some((part) => part.key === "erasure.sure") && n % 2 === 0) return { is: "text", text: "xóa hết" };
  const named = likelyFor[nameAt(stage, question.stack.at(-1))];
  if (named !== undefined && n % 5 > 0 && question.options.length < 2) return { is: "text", text: named };
  // Each of these leads somewhere of its own.
  const position = question.stack.at(-1);
  if (position !== undefined && ["status.what", "dossier.see_what", "dossier.withdraw", "erasure.sure"].includes(`${position.flow}.${position.step}`) && question.options.length > 0) return { is: "press", data: `${question.id}.${n % question.options.length}` };
  // Some way further on: the first choice is most often the one that leads there.
  if (question.options.length > 1) return { is: "press", data: `${question.id}.${n % 4 === 0 ? n % question.options.length : 0}` };
  const pool = likely[kind] ?? likely["text"] ?? [];
  return { is: "text", text: pool[n % 3 === 0 ? n % pool.length : 0] ?? "" };
}

/** Registers for the call with conditions, going back now and then; answers what was submitted. */
function registered(stage: Stage, said: { a: boolean; kind: string; made: string; known: boolean; many: boolean }, backs: readonly { at: number; times: number }[]): unknown {
  const outside: World = { ...plainWorld, known: said.known, consented: said.known, open: said.many ? ["US26", "SYN26"] : ["SYN26"] };
  let session = newSession("vi");
  // The clock stands still, so that only the answers can differ.
  const nowMs = began.getTime();
  let files = 0;
  const give = (answer: Answer): Done => {
    const done = whole(stage, outside, session, { is: "answer", answer, receivedAt: new Date(nowMs) }, contextOf(stage, new Date(nowMs)));
    session = done.session;
    return done;
  };
  const answers: Record<string, string> = { pickedCall: "2", consent: "1", phone: "0901234567", ownerName: "HTX Mẫu", place: "xã Cái Bè, tỉnh Đồng Tháp", taxCode: "gửi sau", representative: "1", begun: "1", productName: "Mít sấy", a: said.a ? "có" : "không", b: "hai", c: "ba", months: "12", madeOn: said.made, kind: said.kind, wetNote: "lạnh", oldNote: "cũ", newNote: "mới", second: "1", field: "gửi sau", decision: decisionText, cost: "35k", stock: "5 tấn", mail: "mau@vidu.vn", spot: "10.33, 106.03", tax: "1200123459" };
  give({ is: "text", text: "đăng ký" });
  for (let n = 0; n < 400; n++) {
    const { question } = session;
    if (question === null) throw new Error("the talk ended before anything was submitted");
    const back = backs.filter((each) => each.at === n).reduce((sum, each) => sum + each.times, 0);
    for (let i = 0; i < back; i++) give({ is: "text", text: "quay lại" });
    const open = session.question;
    const position = open?.stack.at(-1);
    const name = nameAt(stage, position);
    const partial = open?.partial as { fileIds?: string[]; step?: string } | undefined;
    let done: Done;
    if (kindAt(stage, session.talks.at(-1), position) === "review") done = give({ is: "text", text: "1" });
    else if ((name === "decision" || name === "labels") && (partial?.fileIds ?? []).length === 0) {
      give({ is: "file", fileId: `f${++files}`, media: "photo" });
      done = give({ is: "settled", fileId: `f${files}` });
    } else if (partial?.step === "confirm" || (name === "decision" && (open?.options.length ?? 0) > 1)) done = give({ is: "text", text: "1" });
    else done = give({ is: "text", text: answers[name] ?? "1" });
    const sent = done.needs.find(({ need }) => need.name === "registrations.submit");
    if (sent !== undefined) return withoutFiles(structuredCopy(sent.need.args["answers"]));
  }
  throw new Error("nothing was submitted within 400 answers");
}

/** File ids differ because a photo is sent again after going back; what was looked up meanwhile stands beside the answers. */
function withoutFiles(answers: unknown): unknown {
  return JSON.parse(JSON.stringify(answers, (key, value: unknown) => (key === "fileIds" ? (value as string[]).length : value)));
}

function must(holdsTrue: boolean, what: string): void {
  if (!holdsTrue) throw new Error(what);
}

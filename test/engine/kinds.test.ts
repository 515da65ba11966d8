import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Json } from "../../src/domain/json.js";
import type { Answer, AskContext, AskSpec, Parsed } from "../../src/engine/asks/ask.js";
import { askTypeOf } from "../../src/engine/asks/index.js";
import { askKinds } from "../../src/domain/call.js";
import { loadStage, secretOffice, type Stage } from "./rig.js";

let stage: Stage;
beforeAll(async () => {
  stage = await loadStage();
});

const others: Answer[] = [
  { is: "file", fileId: "f", media: "photo" },
  { is: "file", fileId: "f", media: "audio" },
  { is: "contact", phone: "+84901234567", own: true },
  { is: "other", what: "voice" },
  { is: "other", what: "sticker" },
];

function parse(kind: AskSpec["kind"], answer: Answer | string, spec: Partial<AskSpec> = {}, partial?: Json): Parsed {
  const ctx: AskContext = { today: "2026-11-23", language: "vi", places: stage.places, office: secretOffice, lastOn: "2026-12-23", remindBefore: [14, 7, 3], answers: {}, has: (key) => stage.i18n.has("vi", key) };
  const whole: AskSpec = { name: "x", kind, label: "tên", question: { key: "who.owner_name" }, later: false, extract: [], pages: false, free: false, values: {}, labelOf: String, ...spec };
  return askTypeOf(whole).parse(typeof answer === "string" ? { is: "text", text: answer } : answer, whole, partial, ctx);
}
const value = (parsed: Parsed): Json | undefined => (parsed.is === "value" ? parsed.value : undefined);
const trouble = (parsed: Parsed): string | undefined => (parsed.is === "problem" ? parsed.part.key : undefined);

test("every kind that a call may ask has its reader", () => {
  for (const kind of askKinds) expect(typeof askTypeOf({ kind, extract: [] }).parse).toBe("function");
});

describe("text", () => {
  test.each([
    ["Mít sấy", "Mít sấy"],
    ["  Mít \n  sấy  ", "Mít sấy"],
    ["Mi\u0301t sa\u0302\u0301y", "Mít sấy"],
    ["<b>Mít</b>", "<b>Mít</b>"],
    ["Mít\u202e sấy\u200b", "Mít sấy"],
    ["漢字", "漢字"],
  ])("%j is kept as %j", (said, kept) => {
    expect(value(parse("text", said))).toBe(kept);
  });

  test.each([
    ["", "problem.needs_letters"],
    ["😀", "problem.needs_letters"],
    ["123", "problem.needs_letters"],
  ])("%j is refused", (said, key) => {
    expect(trouble(parse("text", said))).toBe(key);
  });

  test("holds 500 characters, and no more", () => {
    expect(value(parse("text", "m".repeat(500)))).toHaveLength(500);
    expect(parse("text", "m".repeat(501))).toEqual({ is: "problem", part: { key: "problem.too_long", values: { length: 501, max: 500 } }, keep: "m".repeat(501) });
  });

  test("counts characters as people do, not code units", () => {
    expect(value(parse("text", `m${"𝒜".repeat(9)}`, { max: 10 }))).toBeDefined();
    expect(trouble(parse("text", `m${"𝒜".repeat(10)}`, { max: 10 }))).toBe("problem.too_long");
  });

  test("keeps the limits of its field", () => {
    expect(trouble(parse("text", "M", { min: 2 }))).toBe("problem.too_short");
    expect(value(parse("text", "Mí", { min: 2, max: 2 }))).toBe("Mí");
    expect(trouble(parse("text", "Mít", { max: 2 }))).toBe("problem.too_long");
  });
});

describe("number", () => {
  test.each([
    ["12", 12],
    ["1,5", 1.5],
    ["1.500", 1_500],
    ["khoảng 12 tháng", 12],
  ])("%j is %d", (said, read) => {
    expect(value(parse("number", said))).toBe(read);
  });

  test("within its limits, both included", () => {
    const limits = { min: 1, max: 120 };
    expect([value(parse("number", "1", limits)), value(parse("number", "120", limits))]).toEqual([1, 120]);
    expect([trouble(parse("number", "0", limits)), trouble(parse("number", "121", limits))]).toEqual(["problem.number_low", "problem.number_high"]);
  });

  test.each(["", "nhiều", "…"])("%j is none", (said) => {
    expect(trouble(parse("number", said))).toBe("problem.not_a_number");
  });
});

describe("date", () => {
  test.each([
    ["15/3/2025", "2025-03-15"],
    ["15-03-2025", "2025-03-15"],
    ["15.3.2025", "2025-03-15"],
    ["ngày 15 tháng 3 năm 2025", "2025-03-15"],
    ["29/2/2024", "2024-02-29"],
  ])("%j is %s", (said, on) => {
    expect(value(parse("date", said))).toBe(on);
  });

  test.each([
    ["31/02/2025", "problem.no_such_day"],
    ["29/2/2025", "problem.no_such_day"],
    ["15/3", "problem.no_year"],
    ["hôm nào đó", "problem.not_a_date"],
  ])("%j is told as %s", (said, key) => {
    expect(trouble(parse("date", said))).toBe(key);
  });
});

describe("yes or no", () => {
  test.each(["có", "Có", "co", "đúng", "đúng rồi", "ok", "đồng ý", "vâng", "dạ", "sẵn sàng", "YES", "phải"])("%j is yes", (said) => {
    expect(value(parse("yes_no", said))).toBe(true);
  });
  test.each(["không", "khong", "ko", "k", "sai", "chưa", "không phải", "chưa sẵn sàng", "No"])("%j is no", (said) => {
    expect(value(parse("yes_no", said))).toBe(false);
  });
  test.each([
    ["👍", "problem.choose"],
    ["có lẽ", "problem.choose"],
    ["không biết", "problem.choose"],
    ["", "problem.choose"],
  ])("%j is neither: %s", (said, key) => {
    expect(trouble(parse("yes_no", said))).toBe(key);
  });
});

describe("phone", () => {
  test.each(["0901234567", "0901 234 567", "+84901234567", "84 901 234 567", "0901.234.567"])("%j is read", (said) => {
    expect(value(parse("phone", said))).toBe("+84901234567");
  });
  test.each([
    ["+1 555 010 0199", "problem.foreign_phone"],
    ["01201234567", "problem.old_phone"],
    ["12", "problem.not_a_phone"],
    ["số của tôi", "problem.not_a_phone"],
  ])("%j is told as %s", (said, key) => {
    expect(trouble(parse("phone", said))).toBe(key);
  });
  test("is taken from the person's own contact only", () => {
    expect(value(parse("phone", { is: "contact", phone: "84901234567", own: true }))).toBe("+84901234567");
    expect(trouble(parse("phone", { is: "contact", phone: "+84901234567", own: false }))).toBe("problem.not_own_phone");
  });
});

describe("place", () => {
  const province = (parsed: Parsed): string | undefined => (value(parsed) as { province?: { name: string } } | undefined)?.province?.name;

  test("said in one breath is shown before it is taken", () => {
    const parsed = parse("place", "ap 3 cai be tien giang");
    expect(parsed).toMatchObject({ is: "more", parts: [{ key: "place.understood_former" }], partial: { step: "confirm" } });
    if (parsed.is !== "more") throw new Error("asked to confirm");
    expect(province(parse("place", { is: "option", value: "right" }, {}, parsed.partial))).toBe("Đồng Tháp");
    expect(province(parse("place", "đúng rồi", {}, parsed.partial))).toBe("Đồng Tháp");
  });

  test("of which only the province is said is asked for its commune, and keeps the hamlet", () => {
    const asked = parse("place", "Ấp 3, tỉnh Đồng Tháp");
    expect(asked).toMatchObject({ is: "more", parts: [{ key: "place.which_commune" }] });
    const then = parse("place", "Cái Bè", {}, asked.is === "more" ? asked.partial : null);
    expect(then).toMatchObject({ is: "more", partial: { step: "confirm", place: { hamlet: expect.stringMatching(/ấp 3/i), commune: { name: "Cái Bè" } } } });
  });

  test("that was read wrongly can be mended by commune or by province", () => {
    const shown = parse("place", "xã Cái Bè, tỉnh Đồng Tháp");
    const partial = shown.is === "more" ? shown.partial : null;
    expect(parse("place", { is: "option", value: "commune" }, {}, partial)).toMatchObject({ is: "more", parts: [{ key: "place.which_commune" }] });
    expect(parse("place", { is: "option", value: "province" }, {}, partial)).toMatchObject({ is: "more", parts: [{ key: "place.which_province" }] });
  });

  test.each(["zzzz qqqq", "", "😀"])("%j is nowhere, and is said so", (said) => {
    expect(parse("place", said).is).toBe("problem");
  });

  test("of more than 200 characters is not looked for", () => {
    expect(trouble(parse("place", "x".repeat(201)))).toBe("problem.too_long");
  });
});

describe("whatever is not asked for is refused, with the voice told its own way", () => {
  test.each(["text", "number", "date", "choice", "yes_no", "place"] as const)("by %s", (kind) => {
    expect(others.map((answer) => trouble(parse(kind, answer)))).toEqual(["problem.file_not_here", "problem.voice", "problem.want_words", "problem.voice", "problem.want_words"]);
  });
});

describe("photo with a decision", () => {
  const extract = ["decisionNumber", "decisionOn", "stars"];
  const spec = { extract };
  /** Gives one after the other, as the session would. */
  function all(...answers: (Answer | string)[]): Parsed {
    let parsed: Parsed = { is: "waiting", partial: null };
    let partial: Json | undefined;
    for (const each of answers) {
      parsed = parse("photo", each, spec, partial);
      if ("partial" in parsed) partial = parsed.partial;
    }
    return parsed;
  }
  const file = (fileId: string, caption?: string): Answer => ({ is: "file", fileId, media: "photo", ...(caption === undefined ? {} : { caption }) });
  const kept = (fileId: string): Answer => ({ is: "settled", fileId });
  const asked = (parsed: Parsed): string[] => (parsed.is === "more" ? [...(parsed.lead ?? []), ...parsed.parts].map((part) => part.key) : [parsed.is]);

  test("says nothing while it is fetched", () => {
    expect(all(file("a"))).toMatchObject({ is: "waiting" });
    expect(all(file("a"))).not.toHaveProperty("part");
  });

  test("asks for everything when nothing was said with it", () => {
    expect(asked(all(file("a"), kept("a")))).toEqual(["photo.saved", "decision.ask_all"]);
  });

  test("asks only for what its caption left out, piece by piece", () => {
    expect(asked(all(file("a", "1187/QĐ-UBND 15/3/2025"), kept("a")))).toEqual(["photo.saved", "decision.ask_stars"]);
    expect(asked(all(file("a", "1187/QĐ-UBND 4 sao"), kept("a")))).toEqual(["photo.saved", "decision.ask_decisionOn"]);
    expect(asked(all(file("a", "15/3/2025 4 sao"), kept("a")))).toEqual(["photo.saved", "decision.ask_decisionNumber"]);
    expect(asked(all(file("a", "4 sao"), kept("a"), "15/3/2025"))).toEqual(["decision.ask_decisionNumber"]);
  });

  test("takes a bare number for the one piece that was asked for", () => {
    expect(all(file("a", "1187/QĐ-UBND 15/3/2025"), kept("a"), "4")).toMatchObject({ is: "more", parts: [{ key: "decision.right", values: { stars: 4 } }] });
    expect(all(file("a", "15/3/2025 4 sao"), kept("a"), "1187")).toMatchObject({ is: "more", parts: [{ key: "decision.right", values: { number: "1187" } }] });
  });

  test("shows all it understood before it is taken, and takes it then", () => {
    const shown = [file("a", "1187/QD-UBND 15-3-2025 4 sao"), kept("a")];
    expect(asked(all(...shown))).toEqual(["photo.saved", "decision.right"]);
    expect(value(all(...shown, { is: "option", value: "right" }))).toEqual({ fileIds: ["a"], decisionNumber: "1187/QĐ-UBND", decisionOn: "2025-03-15", stars: 4 });
  });

  test("words before the photo are kept, and the photo is asked for", () => {
    expect(asked(all("1187/QĐ-UBND 15/3/2025 4 sao"))).toEqual(["decision.noted", "photo.now_photo"]);
    expect(asked(all("1187/QĐ-UBND 15/3/2025 4 sao", file("a"), kept("a")))).toEqual(["photo.saved", "decision.right"]);
  });

  test("several at once are answered once, when the last is there", () => {
    const parsed = all(file("a", "1187/QĐ-UBND 15/3/2025 4 sao"), file("b"), kept("b"));
    expect(parsed.is).toBe("waiting");
    expect(all(file("a", "1187/QĐ-UBND 15/3/2025 4 sao"), file("b"), kept("b"), kept("a"))).toMatchObject({ is: "more", lead: [{ key: "photo.saved", values: { count: 2 } }], parts: [{ key: "decision.right" }] });
  });

  test("one that was refused is told with its reason, and asked for again", () => {
    expect(all(file("a"), { is: "settled", fileId: "a", problem: "too_big", values: { megabytes: 34, limit: 20 } })).toMatchObject({ is: "more", parts: [{ key: "file.too_big", values: { megabytes: 34, limit: 20 } }], partial: { fileIds: [], waiting: [] } });
  });

  test("one that is slow is told so, and still counts", () => {
    expect(all(file("a"), { is: "settled", fileId: "a", slow: true })).toMatchObject({ is: "waiting", part: { key: "photo.receiving" }, partial: { waiting: ["a"] } });
    expect(asked(all(file("a"), { is: "settled", fileId: "a", slow: true }, kept("a")))).toEqual(["photo.saved", "decision.ask_all"]);
  });

  test("one that nobody waits for changes nothing", () => {
    expect(all(file("a"), kept("b"))).toMatchObject({ is: "waiting", partial: { fileIds: [], waiting: ["a"] } });
  });

  test.each([
    ["15/3/2020", "decision.expired"],
    ["15/12/2023", "decision.expires_early"],
    ["23/12/2023", "decision.right"],
    ["22/12/2023", "decision.expires_early"],
  ])("of %s is judged by the call's last day: %s", (on, key) => {
    expect(asked(all(file("a", `1187/QĐ-UBND ${on} 4 sao`), kept("a")))).toEqual(["photo.saved", ...(key === "decision.right" ? [key] : [key, "decision.what_next"])]);
  });

  test("of two stars is told that it is not enough, and may be sent all the same", () => {
    const shown = [file("a", "1187/QĐ-UBND 15/3/2025 2 sao"), kept("a")];
    expect(asked(all(...shown))).toEqual(["photo.saved", "decision.few_stars", "decision.what_next"]);
    expect(value(all(...shown, { is: "option", value: "send_anyway" }))).toMatchObject({ stars: 2 });
    expect(all(...shown, { is: "option", value: "keep_draft" })).toMatchObject({ is: "cancel", part: { key: "decision.kept_reminded" }, remindOn: "2026-12-09" });
  });

  test("after `Sửa` is read anew, also when what follows is no decision", () => {
    const mended = [file("a", "1187/QĐ-UBND 15/3/2025 4 sao"), kept("a"), { is: "option", value: "mend" } as const];
    expect(asked(all(...mended))).toEqual(["decision.ask_all"]);
    expect(all(...mended, "không rõ").is).toBe("problem");
    expect(asked(all(...mended, "99/QĐ-UBND 1/2/2026 5 sao"))).toEqual(["decision.right"]);
  });

  test("after `Sửa ngày ghi sai` only the date is asked for", () => {
    const mended = [file("a", "1187/QĐ-UBND 15/3/2020 4 sao"), kept("a"), { is: "option", value: "mend_date" } as const];
    expect(asked(all(...mended))).toEqual(["decision.ask_decisionOn"]);
    expect(all(...mended, "15/3/2025")).toMatchObject({ is: "more", parts: [{ key: "decision.right", values: { number: "1187/QĐ-UBND", stars: 4 } }] });
  });

  test.each([
    ["a date that is not yet", "1187/QĐ-UBND 15/3/2027 4 sao", "decision.not_yet"],
    ["a day that is not", "1187/QĐ-UBND 31/02/2025 4 sao", "problem.no_such_day"],
  ])("with %s in its words asks for the date", (_what, said, key) => {
    expect(asked(all(file("a"), kept("a"), said))).toEqual([key]);
    expect(asked(all(file("a", said), kept("a")))).toContain(key);
    expect(asked(all(file("a"), kept("a"), said, "15/3/2025"))).toEqual(["decision.right"]);
  });

  test.each([
    [{ is: "file", fileId: "v", media: "video" } as const, "problem.video"],
    [{ is: "file", fileId: "v", media: "audio" } as const, "problem.voice"],
    [{ is: "other", what: "sticker" } as const, "problem.want_photo"],
    [{ is: "contact", phone: "0901234567", own: true } as const, "problem.want_photo"],
    ["xin chào", "problem.want_photo"],
  ])("takes nothing else: %j", (answer, key) => {
    expect(trouble(parse("photo", answer, spec))).toBe(key);
  });
});

test("photos without anything to read are whole as soon as one is kept", () => {
  const parsed = parse("files", { is: "file", fileId: "a", media: "document" });
  expect(value(parse("files", { is: "settled", fileId: "a" }, {}, parsed.is === "waiting" ? parsed.partial : null))).toEqual({ fileIds: ["a"] });
});

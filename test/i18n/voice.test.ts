import { beforeAll, describe, expect, test } from "@jest/globals";
import { actionOutcomes, queryNames } from "../../src/app/registered.js";
import { loadConversations } from "../../src/app/resources.js";
import { fold } from "../../src/lib/text.js";
import type { Shown, ShownValues } from "../../src/domain/shown.js";
import type { AskStep, Step } from "../../src/engine/flow.js";
import { placeholdersOf } from "../../src/i18n/check.js";
import { createI18n, type I18n } from "../../src/i18n/i18n.js";

/** UX.md section 0 and its checklist, over what people read. */
let vi: Record<string, string>;
let i18n: I18n;
let steps: Step[];
beforeAll(async () => {
  const { texts, loaded } = await loadConversations({ queries: queryNames, actions: actionOutcomes });
  vi = { ...texts.locales.vi };
  i18n = createI18n(texts.locales);
  steps = Object.values(loaded.bundle.flows).flatMap((flow) => Object.values(flow.steps));
});

/** Long, yet no longer than what is asked for allows; anything else is as long as a commune with its province. */
const long: Record<string, Shown> = {
  product: "Bưởi da xanh ruột hồng sấy dẻo Hợp tác xã Mẫu, hộp 250 g",
  title: "Đăng ký sản phẩm OCOP bán thử tại siêu thị Mỹ",
  office: "Văn phòng Điều phối nông thôn mới Trung ương, Nguyễn Thị Mẫu, 0901 111 222",
  reason: "Ảnh quyết định bị mờ, chưa đọc được số và ngày ký; mời anh/chị chụp lại cả trang giấy ở nơi đủ sáng",
  code: "US26-104187-9",
  n: 6,
  total: 6,
  count: 12,
  month: 2,
  day: 31,
  min: 2,
  max: 10_000,
  length: 10_000,
  megabytes: 25,
  limit: 20,
  stars: 4,
  accounts: 2,
  sent: 3,
  drafts: 2,
  files: 10,
  value: 10_000,
  daysLeft: 100,
  emoji: "👍",
  until: "15/03/2028",
  lastDay: { show: "day", on: "2026-12-23" },
  at: { show: "instant", at: "2026-11-23T02:12:00.000Z" },
  by: "07/12/2026",
  date: "15/03/2025",
  on: "23/11/2026",
  head: "[CHẠY THỬ] ",
  state: "tỉnh đã gửi Trung ương",
  since: "09:12 ngày 23/11/2026",
  number: "1187/QĐ-UBND",
  lastOn: "23/12/2026",
  label: "tên sản phẩm ghi trên nhãn",
  /** What the engine hands on whole, a message of its own length. */
  text: "mời xem giúp việc này",
};
const elsewhere = "xã Cái Bè, tỉnh Đồng Tháp (cũ: Tiền Giang)";

function filled(key: string): string {
  const values: ShownValues = Object.fromEntries([...placeholdersOf(vi[key] ?? "")].map((name) => [name, long[name] ?? elsewhere]));
  return i18n.text("vi", { key, values });
}

const asks = (): AskStep[] => steps.filter((step): step is AskStep => "ask" in step);
const keysWhere = (fits: (key: string, text: string) => boolean): string[] => Object.entries(vi).flatMap(([key, text]) => (fits(key, text) ? [key] : []));

/** `word` with nothing of a word before or after it; "anh/chị" and "em" are told apart from "xem". */
const holds = (text: string, word: string): boolean => new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, "iu").test(text.normalize("NFC"));

describe("the voice of locales/vi", () => {
  test.each(["em", "tôi", "mình", "bạn", "quý khách", "hệ thống", "vui lòng", "ạ", "bot"])("never says “%s”", (word) => {
    expect(keysWhere((_key, text) => holds(text, word))).toEqual([]);
  });

  test.each(["tải lên", "upload", "bấm chuột", "click", "chủ thể", "còn hiệu lực", "endorse", "ID", "link", "email", "demo", "video"])("says its own word for “%s”", (word) => {
    expect(keysWhere((_key, text) => holds(text, word))).toEqual([]);
  });

  test("never says “tải về” but where a file could not be fetched", () => {
    expect(keysWhere((_key, text) => holds(text, "tải về"))).toEqual(["file.unreachable"]);
  });

  test("has no exclamation mark", () => {
    expect(keysWhere((_key, text) => text.includes("!"))).toEqual([]);
  });

  test("speaks to one person as anh/chị, always both, and never of “bà con” beside it", () => {
    const halves = keysWhere((_key, text) => /(?<![\p{L}/])(?:anh(?!\/chị)|chị)(?![\p{L}])/iu.test(text.replaceAll("anh/chị", "").replaceAll("Anh/chị", "")));
    expect(halves).toEqual([]);
    expect(keysWhere((_key, text) => holds(text, "bà con"))).toEqual([]);
  });

  test("says sorry only where the fault is ours", () => {
    expect(keysWhere((_key, text) => /xin lỗi/i.test(text))).toEqual(["problem.sorry"]);
  });

  test("has at most one emoji in a text, and none where something went wrong", () => {
    const emoji = (text: string): number => text.match(/\p{Extended_Pictographic}/gu)?.length ?? 0;
    expect(keysWhere((key, text) => emoji(text) > (key.startsWith("problem.") || key.startsWith("file.") ? 0 : 1))).toEqual([]);
  });

  test("begins with a label in brackets only in pushed messages and the trial's heading", () => {
    expect(keysWhere((key, text) => text.startsWith("[") && !key.startsWith("moved.") && key !== "register.trial" && key !== "chat.alerts" && key !== "retention.draft_goes" && !key.startsWith("reminder."))).toEqual([]);
    expect(keysWhere((key, text) => key.startsWith("moved.") && key !== "moved.headed" && !/^\[HỒ SƠ \{code\}\] /.test(text))).toEqual([]);
  });

  test("types no date, amount of money or phone number but as an example", () => {
    const typed = keysWhere((_key, text) => /\d{1,2}\/\d{1,2}(?:\/\d{4})?|\d{4} \d{3} \d{3}|\d+ ?(?:đồng|VND|₫)/.test(text.replace(/ví dụ:?[^{}]*/giu, "")));
    // A paper's own words, and the day the provinces were merged.
    expect(typed.filter((key) => !["decision.example", "certificate.example", "packing.example", "place.understood_former", "consent.full"].includes(key))).toEqual([]);
  });

  test("offers at most five choices at once, each of at most 40 characters", () => {
    const options = asks().flatMap((step) => (Array.isArray(step.options) ? step.options.map((option) => option.say) : []));
    expect(options.length).toBeGreaterThan(15);
    const labels = [...new Set([...options, ...keysWhere((key) => /^(?:choice\.|ask\.(?:right|other|later|yes|no)$|place\.(?:right|mend_)|owner_type\.|product_set\.|certificate_kind\.|photo\.(?:enough_yes|more_photos|rest_later|one_paper|several_papers|not_meant)|tax_code\.(?:mend|keep)|review\.(?:send|edit|edit_more|see_all|later)$|resume\.(?:go_on|look|another)$|edit\.none$)/.test(key)), "decision.yes", "decision.mend", "decision.more_photos", "decision.new_paper", "decision.mend_date", "decision.keep_draft", "decision.send_anyway"])];
    expect(labels.filter((key) => filled(key).length > 40 || filled(key).includes("\n"))).toEqual([]);
    expect(asks().filter((step) => Array.isArray(step.options) && step.options.length > 5)).toEqual([]);
  });

  test("asks in at most 300 characters, whatever is filled in", () => {
    const asking = new Set([...asks().map((step) => step.say), ...keysWhere((key, text) => /^(?:who|place|decision|field|resume|edit|two|certificate|award|packing|tax_code|photo|prefill|status|dossier|news|register)\./.test(key) && text.includes("?"))]);
    expect(asking.size).toBeGreaterThan(20);
    // Longer than the checklist has it; shorten them, do not add to this list.
    const tooLong: string[] = [];
    expect([...asking].filter((key) => filled(key).length > 300 && !tooLong.includes(key))).toEqual([]);
  });

  test("says nothing longer than 600 characters", () => {
    expect(keysWhere((key) => filled(key).length > 600)).toEqual([]);
  });

  test("asks one thing at a time", () => {
    // The registration form's own words hold a hint that is no second question.
    const two = asks().map((step) => step.say).filter((key) => (filled(key).match(/\?/g) ?? []).length > 1);
    expect([...new Set(two)]).toEqual([]);
  });

  test("names words to type that are understood without accents", () => {
    const words = [...(vi["help.all"] ?? "").matchAll(/^([^\n–]+) – /gm)].map((match) => fold(match[1] ?? "").replaceAll(" ", ""));
    expect(words).toEqual(expect.arrayContaining(["dangky", "trangthai", "tracuu", "dulieu", "quaylai", "huy", "hotro"]));
  });
});

import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { join } from "node:path";
import { loadLocales, readFileAsSource, readSources, root } from "../../src/app/resources.js";
import { readRules } from "../../src/app/rules.js";
import type { Call } from "../../src/domain/call.js";
import { certificateKind, certificateKinds } from "../../src/domain/certificates.js";
import { assess, clauseShown, exemptingKind, leastStars, priorityOf, reasonIds, recognisedUntil, type Finding, type Verdict } from "../../src/domain/eligibility.js";
import { productSets, sectors } from "../../src/domain/product-sets.js";
import type { Rule } from "../../src/domain/rules.js";
import { languages } from "../../src/domain/shown.js";
import { createI18n, type I18n } from "../../src/i18n/i18n.js";
import { readCall } from "../../src/registrations/calls.js";

type Answers = Record<string, unknown>;

const lastOn = "2026-12-23";
const today = "2026-11-25";
let call: Call;
let rules: Rule[];
let i18n: I18n;
let locales: Awaited<ReturnType<typeof loadLocales>>["locales"];
beforeAll(async () => {
  call = readCall(await readFileAsSource(join(root, "resources/calls/us-2024.yaml")));
  rules = readRules(await readSources("resources/rules")).rules;
  ({ locales } = await loadLocales());
  i18n = createI18n(locales);
});

const check = (change: Partial<Parameters<typeof assess>[2]> = {}): Parameters<typeof assess>[2] => ({ lastOn, today, rules, ...change });
const signs: Record<Verdict, string> = { met: "+", not_met: "-", needs_person: "?" };
/** Processed, recognised, quality, food safety, label, commitment: + met, - not met, ? for a person. */
const judge = (answers: Answers, change: Partial<Parameters<typeof assess>[2]> = {}): string => assess(call, answers, check(change)).map(({ verdict }) => signs[verdict]).join(" ");
const finding = (id: string, answers: Answers, change: Partial<Parameters<typeof assess>[2]> = {}): Finding => {
  const found = assess(call, answers, check(change)).find((each) => each.id === id);
  if (found === undefined) throw new Error(`no finding ${id}`);
  return found;
};
const says = (id: string, answers: Answers, change: Partial<Parameters<typeof assess>[2]> = {}): string => i18n.text("vi", finding(id, answers, change).reason);

const decision = (decisionOn: string, stars: number): Answers => ({ decisionNumber: "1187/QĐ-UBND", decisionOn, stars, fileIds: ["f1"] });
const paper = (kind: string, expiresOn: string | null = "2028-06-30", more: Answers = {}): Answers => ({ kind, fileIds: ["f2"], ...(expiresOn === null ? {} : { expiresOn }), ...more });
const photos = { fileIds: ["f3", "f4"] };
const whole: Answers = { productName: "Mít sấy giòn Mẫu", productSet: "processed_produce", decision: decision("2025-03-15", 4), certificates: [paper("iso_22000")], labelPhotos: photos, awards: [], exported: false, commitment: true };

const products: [string, Answers, string][] = [
  ["everything in order", {}, "+ + + + ? +"],
  // The set.
  ["fish sauce", { productSet: "sauces" }, "+ + + + ? +"],
  ["tea", { productSet: "tea" }, "+ + + + ? +"],
  ["coffee", { productSet: "coffee_cocoa" }, "+ + + + ? +"],
  ["rice paper", { productSet: "processed_cereals" }, "+ + + + ? +"],
  ["dried fish", { productSet: "processed_animal" }, "+ + + + ? +"],
  ["rice spirit", { productSet: "white_spirit" }, "+ + + + ? +"],
  ["essential oil", { productSet: "oils_herbs" }, "+ + + + ? +"],
  ["fresh mango", { productSet: "fresh_produce" }, "? + + + ? +"],
  ["fresh prawns", { productSet: "fresh_animal" }, "? + + + ? +"],
  ["rice", { productSet: "rice_cereals" }, "? + + + ? +"],
  ["honey", { productSet: "honey" }, "? + + + ? +"],
  ["a food supplement", { productSet: "functional_medicine" }, "? + + + ? +"],
  ["shampoo of herbs", { productSet: "herbal_cosmetics" }, "? + + + ? +"],
  ["a sedge mat with ISO 9001", { productSet: "handicraft", certificates: [paper("iso_9001")] }, "? + + ? ? +"],
  ["silk without papers", { productSet: "textiles", certificates: [] }, "? + - ? ? +"],
  ["bottled water", { productSet: "water" }, "- + + + ? +"],
  ["flowers", { productSet: "flowers", certificates: [] }, "- + - ? ? +"],
  ["a bonsai", { productSet: "ornamental_plants" }, "- + + + ? +"],
  ["a homestay", { productSet: "tourism", certificates: [], labelPhotos: undefined }, "- + - ? ? +"],
  ["a set that is not told", { productSet: undefined }, "? + + + ? +"],
  ["a set that nobody knows", { productSet: "spaceships" }, "? + + + ? +"],
  // The recognition.
  ["three stars", { decision: decision("2025-03-15", 3) }, "+ + + + ? +"],
  ["five stars", { decision: decision("2025-03-15", 5) }, "+ + + + ? +"],
  ["two stars", { decision: decision("2025-03-15", 2) }, "+ - + + ? +"],
  ["one star, photo to come", { decision: { ...decision("2025-03-15", 1), fileIds: [] } }, "+ - + + ? +"],
  ["decided 36 months before the last day", { decision: decision("2023-12-23", 4) }, "+ + + + ? +"],
  ["decided a day too early", { decision: decision("2023-12-22", 4) }, "+ - + + ? +"],
  ["decided a day later than needed", { decision: decision("2023-12-24", 4) }, "+ + + + ? +"],
  ["expired in May (dialogue c)", { decision: decision("2023-05-20", 3) }, "+ - + + ? +"],
  ["expired long ago", { decision: decision("2020-03-15", 5) }, "+ - + + ? +"],
  ["decided on a day that its last month lacks", { decision: decision("2024-02-29", 5) }, "+ + + + ? +"],
  ["decided today", { decision: decision("2026-11-25", 4) }, "+ + + + ? +"],
  ["decided tomorrow, it says", { decision: decision("2026-11-26", 4) }, "+ ? + + ? +"],
  ["no date told", { decision: { stars: 4, fileIds: ["f"] } }, "+ ? + + ? +"],
  ["no stars told", { decision: { decisionOn: "2025-03-15", fileIds: ["f"] } }, "+ ? + + ? +"],
  ["over, though no stars are told", { decision: { decisionOn: "2020-03-15", fileIds: ["f"] } }, "+ - + + ? +"],
  ["only a photo", { decision: { fileIds: ["f"] } }, "+ ? + + ? +"],
  ["told, no photo", { decision: { ...decision("2025-03-15", 4), fileIds: [] } }, "+ ? + + ? +"],
  ["a decision sent later", { decision: "@later" }, "+ ? + + ? +"],
  ["no decision", { decision: undefined }, "+ ? + + ? +"],
  ["a day that is none", { decision: decision("2025-02-30", 4) }, "+ ? + + ? +"],
  ["nine stars", { decision: decision("2025-03-15", 9) }, "+ ? + + ? +"],
  // Certificates.
  ["HACCP", { certificates: [paper("haccp")] }, "+ + + + ? +"],
  ["GMP", { certificates: [paper("gmp")] }, "+ + + + ? +"],
  ["FSSC 22000", { certificates: [paper("fssc_22000")] }, "+ + + + ? +"],
  ["BRCGS", { certificates: [paper("brcgs")] }, "+ + + + ? +"],
  ["IFS", { certificates: [paper("ifs")] }, "+ + + + ? +"],
  ["ISO 9001 alone", { certificates: [paper("iso_9001")] }, "+ + + - ? +"],
  ["ISO 9001 and food safety", { certificates: [paper("iso_9001"), paper("food_safety")] }, "+ + + + ? +"],
  ["ISO 9001 and a commitment", { certificates: [paper("iso_9001"), paper("food_safety_commitment", null)] }, "+ + + ? ? +"],
  ["food safety alone", { certificates: [paper("food_safety")] }, "+ + - + ? +"],
  ["a trade mark alone", { certificates: [paper("gi_trademark")] }, "+ + - - ? +"],
  ["VietGAP and food safety", { certificates: [paper("vietgap"), paper("food_safety")] }, "+ + ? + ? +"],
  ["organic alone", { certificates: [paper("organic")] }, "+ + ? - ? +"],
  ["Halal alone", { certificates: [paper("halal")] }, "+ + ? - ? +"],
  ["ISO 14001 alone", { certificates: [paper("iso_14001")] }, "+ + ? - ? +"],
  ["a kind typed in words", { certificates: [paper("giấy haccp codex")] }, "+ + + + ? +"],
  ["another kind, told by name", { certificates: [paper("other", "2028-06-30", { name: "ISO 22000:2018" })] }, "+ + + + ? +"],
  ["another kind that nobody knows", { certificates: [paper("Giấy khen Mẫu")] }, "+ + ? - ? +"],
  ["no certificate yet", { certificates: [] }, "+ + - - ? +"],
  ["certificates sent later", { certificates: "@later" }, "+ + ? ? ? +"],
  ["certificates not told of", { certificates: undefined }, "+ + ? ? ? +"],
  ["one that ends today", { certificates: [paper("iso_22000", "2026-11-25")] }, "+ + ? ? ? +"],
  ["one that ended yesterday", { certificates: [paper("iso_22000", "2026-11-24")] }, "+ + - - ? +"],
  ["one that ends on the last day", { certificates: [paper("iso_22000", "2026-12-23")] }, "+ + + + ? +"],
  ["one that ends the day before it", { certificates: [paper("iso_22000", "2026-12-22")] }, "+ + ? ? ? +"],
  ["one without an end", { certificates: [paper("iso_22000", null)] }, "+ + ? ? ? +"],
  ["one whose photos are to come", { certificates: [paper("iso_22000", "2028-06-30", { fileIds: [] })] }, "+ + ? ? ? +"],
  ["an expired one beside one in force", { certificates: [paper("iso_22000", "2026-01-01"), paper("haccp")] }, "+ + + + ? +"],
  ["an expired one beside organic", { certificates: [paper("iso_22000", "2026-01-01"), paper("organic")] }, "+ + ? - ? +"],
  ["an expired food-safety paper beside ISO 9001", { certificates: [paper("food_safety", "2026-01-01"), paper("iso_9001")] }, "+ + + - ? +"],
  // Label and commitment.
  ["photos of the label later", { labelPhotos: "@later" }, "+ + + + ? +"],
  ["the rest of the photos later", { labelPhotos: { fileIds: ["f3"], restLater: true } }, "+ + + + ? +"],
  ["not ready to take part", { commitment: false }, "+ + + + ? -"],
  ["no word on taking part", { commitment: undefined }, "+ + + + ? ?"],
  ["a commitment in words", { commitment: "yes" }, "+ + + + ? ?"],
];

describe("the six requirements of the US call", () => {
  test.each(products)("%s", (_, change, verdicts) => {
    expect(judge({ ...whole, ...change })).toBe(verdicts);
  });

  test("nothing told at all: everything waits for a person", () => {
    expect(judge({})).toBe("? ? ? ? ? ?");
  });

  test("in autumn 2024, by the rules of then: in force through 10/11/2024", () => {
    const then = { lastOn: "2024-11-10", today: "2024-11-01" };
    expect(judge({ ...whole, decision: decision("2021-11-10", 4) }, then)).toBe("+ + + + ? +");
    expect(judge({ ...whole, decision: decision("2021-11-09", 4) }, then)).toBe("+ - + + ? +");
    expect(finding("recognised", { ...whole, decision: decision("2021-11-10", 4) }, then).sources).toEqual(["Quyết định 148/QĐ-TTg ngày 24/02/2023", "Quyết định 148/QĐ-TTg ngày 24/02/2023"]);
  });
});

describe("why", () => {
  test.each<[string, Answers, string]>([
    ["recognised", { decision: decision("2023-05-20", 3) }, "Công nhận OCOP hết hạn ngày 20/05/2026; đợt này cần còn hạn đến hết ngày 23/12/2026 (mục 1, điểm a, gạch đầu dòng thứ 2)."],
    ["recognised", { decision: decision("2025-03-15", 2) }, "Giấy ghi 2 sao; công nhận OCOP phải từ 3 sao (mục 1, điểm a, gạch đầu dòng thứ 2)."],
    ["processed", { productSet: "flowers" }, "Nhóm “hoa” (ngành sinh vật cảnh) không phải hàng chế biến từ nông, lâm, thủy sản như đợt này cần (mục 1, điểm a, gạch đầu dòng thứ 1)."],
    ["quality", { certificates: [paper("organic")] }, "Giấy hữu cơ có thể tính là chứng nhận quản lý chất lượng tiên tiến hoặc không, nên cán bộ xem (mục 1, điểm a, gạch đầu dòng thứ 2)."],
    ["quality", { certificates: [paper("Giấy khen Mẫu")] }, "Giấy khen Mẫu có thể tính là chứng nhận quản lý chất lượng tiên tiến hoặc không, nên cán bộ xem (mục 1, điểm a, gạch đầu dòng thứ 2)."],
    ["quality", { certificates: [paper("other")] }, "Giấy chứng nhận khác có thể tính là chứng nhận quản lý chất lượng tiên tiến hoặc không, nên cán bộ xem (mục 1, điểm a, gạch đầu dòng thứ 2)."],
    ["quality", { certificates: [paper("iso_22000", "2026-12-22")] }, "Giấy ISO 22000 hết hạn ngày 22/12/2026, trước hạn cuối của đợt (hết ngày 23/12/2026), nên cán bộ xem; có giấy mới, mời gửi bổ sung (mục 1, điểm a, gạch đầu dòng thứ 2)."],
    ["food_safety", {}, "Có ISO 22000 còn hạn đến hết ngày 30/06/2028 thì không phải gửi giấy đủ điều kiện an toàn thực phẩm (Nghị định 15/2018/NĐ-CP, điều 12; mục 1, điểm a, gạch đầu dòng thứ 2)."],
    ["label", { labelPhotos: "@later" }, "Ảnh nhãn gửi sau; có ảnh thì cán bộ xem (mục 1, điểm a, gạch đầu dòng thứ 2)."],
    ["voluntary", { commitment: false }, "Cơ sở chưa sẵn sàng trao đổi thông tin và hoàn thiện giấy tờ xuất khẩu; khi sẵn sàng, mời sửa mục cam kết (mục 1, điểm b)."],
  ])("%s: %j", (id, change, sentence) => {
    expect(says(id, { ...whole, ...change })).toBe(sentence);
  });

  test("each reason, set, sector and certificate has its words in both languages, a certificate in at most 40 characters", () => {
    const keys = [...reasonIds.map((id) => `reason.${id}`), ...productSets.map(({ id }) => `product_set.${id}`), ...sectors.map((id) => `sector.${id}`), ...certificateKinds.map(({ id }) => `certificate_kind.${id}`)];
    for (const language of languages) {
      expect(keys.filter((key) => !i18n.has(language, key))).toEqual([]);
      expect(keys.filter((key) => key.startsWith("certificate_kind.") && i18n.text(language, { key }).length > 40)).toEqual([]);
      expect(Object.keys(locales[language]).filter((key) => /^(?:reason|product_set|sector|certificate_kind)\./.test(key)).sort()).toEqual(keys.sort());
    }
  });

  test("each reason can be reached, and is worded with what it is given", () => {
    const all = [...products.map(([, change]) => assess(call, { ...whole, ...change }, check())), assess(call, {}, check()), assess(call, whole, check({ rules: [] })), assess({ requirements: [{ id: "x", clause: "2", rule: "constructor" }] }, {}, check())].flat();
    expect([...new Set(all.map(({ reason }) => reason.key))].sort()).toEqual(reasonIds.map((id) => `reason.${id}`).sort());
    for (const language of languages) {
      for (const { reason } of all) expect(i18n.text(language, reason)).toMatch(/\(.+\)\.$/);
    }
  });

  test.each([
    ["1", "mục 1"],
    ["1b", "mục 1, điểm b"],
    ["1a first dash", "mục 1, điểm a, gạch đầu dòng thứ 1"],
    ["Annex II", "mục Annex II"],
    ["1a umpteenth dash", "mục 1a umpteenth dash"],
  ])("clause %s is told as %s", (clause, told) => {
    expect(i18n.text("vi", { key: "reason.for_person", values: { clause: clauseShown(clause) } })).toContain(told);
  });

  test("a rule that no code knows is for a person, and keeps its place and clause", () => {
    const requirements = [{ id: "label", clause: "1a second dash", rule: "needs_person" }, { id: "x", clause: "2", rule: "constructor" }];
    expect(assess({ requirements }, {}, check()).map(({ id, clause, verdict }) => [id, clause, verdict])).toEqual([["label", "1a second dash", "needs_person"], ["x", "2", "needs_person"]]);
  });
});

describe("rules are data", () => {
  /** The rules as they read once an official suspends, in the file, the one that is in force. */
  const without = async (id: string): Promise<Rule[]> => {
    const sources = await readSources("resources/rules");
    const read = readRules(sources.map(({ name, text }) => ({ name, text: text.replace(new RegExp(`(- id: ${id}\\b[^]*?status: )in_force`), "$1suspended") })));
    expect(read.problems).toEqual([]);
    return read.rules;
  };

  test.each([
    ["processed_sets", "? + + + ? +"],
    ["recognition_months", "+ ? + + ? +"],
    ["least_stars", "+ ? + + ? +"],
    ["advanced_quality", "+ + ? + ? +"],
    ["food_safety_paper", "+ + + ? ? +"],
    ["food_safety_exemption", "+ + + - ? +"],
  ])("%s suspended in the file", async (id, verdicts) => {
    expect(judge(whole, { rules: await without(id) })).toBe(verdicts);
  });

  test("ISO 22000 spares no food-safety paper once the exemption has ended", () => {
    const { certificates } = whole;
    const ended = rules.map((rule): Rule => (rule.id === "food_safety_exemption" ? { ...rule, status: "replaced", to: "2026-11-24" } : rule));
    expect([exemptingKind(certificates, check())?.id, exemptingKind(certificates, check({ rules: ended }))]).toEqual(["iso_22000", null]);
    expect(exemptingKind(certificates, check({ rules: ended, today: "2026-11-24" }))?.id).toBe("iso_22000");
    expect(judge({ ...whole, certificates: [paper("iso_22000"), paper("food_safety")] }, { rules: ended })).toBe("+ + + + ? +");
  });

  test.each([
    ["an expired paper", [paper("haccp", "2026-11-24")]],
    ["one without photos", [paper("haccp", "2028-06-30", { fileIds: [] })]],
    ["ISO 9001", [paper("iso_9001")]],
    ["nothing", "@later"],
  ])("%s spares nothing", (_, certificates) => {
    expect(exemptingKind(certificates, check())).toBeNull();
  });

  test("the figures that the questions use are those of the rules", () => {
    const figures = (id: string): (number | undefined)[] => rules.filter((rule) => rule.id === id).map(({ value }) => value);
    expect([...figures("least_stars"), leastStars]).toEqual([3, 3, 3]);
    expect(figures("recognition_months").map((months) => recognisedUntil("2025-03-15", months))).toEqual([recognisedUntil("2025-03-15"), recognisedUntil("2025-03-15")]);
    expect([recognisedUntil("2025-03-15"), recognisedUntil("2024-02-29"), recognisedUntil("2023-11-30")]).toEqual(["2028-03-15", "2027-02-28", "2026-11-30"]);
  });
});

describe("the kind of a paper", () => {
  test.each([
    ["iso_9001", "iso_9001"],
    ["ISO 22000:2018", "iso_22000"],
    ["fssc 22000", "fssc_22000"],
    ["chung nhan huu co", "organic"],
    ["Global G.A.P.", "other"],
    ["GlobalG.A.P.", "globalgap"],
    ["giấy VSATTP", "food_safety"],
    ["Bản cam kết ATTP", "food_safety_commitment"],
    ["nhãn hiệu tập thể Mẫu", "gi_trademark"],
    ["HACCP, GMP", "haccp"],
    ["ifs brc", "other"],
    ["giấy phép Mẫu", "other"],
    ["constructor", "other"],
  ])("%s: %s", (text, id) => {
    expect(certificateKind(text).id).toBe(id);
  });
});

describe("what puts a product first", () => {
  const central = { awardName: "Giải Nhất", organiser: "Bộ Nông nghiệp", year: 2024, level: "central" };
  test.each<[string, Answers, string | null]>([
    ["five stars", { decision: decision("2025-03-15", 5), awards: [central] }, "national"],
    ["a central award", { decision: decision("2025-03-15", 4), awards: [{ ...central, level: "other" }, central] }, "central_award"],
    ["another award", { decision: decision("2025-03-15", 4), awards: [{ ...central, level: "other" }] }, "local"],
    ["an award of no told level", { decision: decision("2025-03-15", 3), awards: [{ awardName: "Giải Nhất" }] }, "local"],
    ["two stars", { decision: decision("2025-03-15", 2), awards: [] }, null],
    ["awards told later", { decision: "@later", awards: "@later" }, null],
    ["nothing", {}, null],
  ])("%s", (_, answers, id) => {
    expect(priorityOf(call, answers)?.id ?? null).toBe(id);
  });

  test("a priority that no code knows is passed over", () => {
    expect(priorityOf({ priority: [{ id: "x", rule: "toString" }, { id: "local", rule: "recognised" }] }, whole)).toEqual({ id: "local" });
  });
});

describe("whatever the answers are", () => {
  const rank: Record<Verdict, number> = { not_met: 0, needs_person: 1, met: 2 };
  const day = fc.constantFrom("2026-11-24", "2026-11-25", "2026-12-22", "2026-12-23", "2028-06-30");
  const files = fc.array(fc.constantFrom("a", "b"), { maxLength: 2 });
  const somePaper = fc.record({ kind: fc.constantFrom(...certificateKinds.map(({ id }) => id), "giấy lạ"), expiresOn: day, fileIds: files }, { requiredKeys: ["kind", "fileIds"] });
  const someAnswers = fc.record(
    {
      productSet: fc.constantFrom("@later", ...productSets.map(({ id }) => id)),
      decision: fc.oneof(fc.constant("@later"), fc.record({ decisionOn: fc.constantFrom("2023-12-22", "2023-12-23", "2026-11-26"), stars: fc.integer({ min: 1, max: 5 }), fileIds: files }, { requiredKeys: ["fileIds"] })),
      certificates: fc.array(somePaper, { maxLength: 4 }),
      labelPhotos: fc.oneof(fc.constant("@later"), fc.record({ fileIds: files, restLater: fc.constant(true) }, { requiredKeys: ["fileIds"] })),
      awards: fc.array(fc.record({ level: fc.constantFrom("central", "other") }), { maxLength: 2 }),
      commitment: fc.boolean(),
    },
    { requiredKeys: ["certificates", "awards"] },
  );
  const withPhoto = (value: unknown): unknown => (typeof value === "object" && value !== null ? { ...value, fileIds: [...(value as { fileIds: string[] }).fileIds, "new"] } : { fileIds: ["new"] });

  test("adding a paper, a photo or an award never makes a verdict worse", () => {
    fc.assert(
      fc.property(someAnswers, somePaper, (answers, added) => {
        const before = assess(call, answers, check());
        const papers = answers.certificates;
        const richer: Answers[] = [
          { ...answers, certificates: [...papers, added] },
          { ...answers, certificates: [added, ...papers] },
          { ...answers, certificates: papers.map(withPhoto) },
          { ...answers, decision: withPhoto(answers.decision) },
          { ...answers, labelPhotos: withPhoto(answers.labelPhotos) },
          { ...answers, awards: [...answers.awards, { level: "central" }] },
        ];
        for (const more of richer) {
          const after = assess(call, more, check());
          expect(after.filter(({ verdict }, n) => rank[verdict] < rank[before[n]?.verdict ?? "not_met"])).toEqual([]);
        }
      }),
      { seed: 20_261_125, numRuns: 400 },
    );
  });

  test("each requirement has one verdict, in the call's order, and nothing throws", () => {
    const fields = fc.constantFrom("decision", "commitment", "productSet", "certificates", "labelPhotos", "awards", "exported");
    const hostile = fc.oneof(fc.anything(), fc.array(fc.anything()), fc.record({ kind: fc.anything(), expiresOn: fc.anything(), fileIds: fc.anything(), decisionOn: fc.anything(), stars: fc.anything(), level: fc.anything() }));
    fc.assert(
      fc.property(fc.dictionary(fields, hostile), (answers) => {
        expect(assess(call, answers, check()).map(({ id }) => id)).toEqual(call.requirements.map(({ id }) => id));
        const first = priorityOf(call, answers);
        expect(first === null || call.priority.some(({ id }) => id === first.id)).toBe(true);
      }),
      { seed: 20_261_125, numRuns: 400 },
    );
  });
});

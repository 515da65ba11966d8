import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { root } from "../../src/app/resources.js";
import { loadUnits } from "../../src/app/units.js";
import { askKinds } from "../../src/domain/call.js";
import { readCode } from "../../src/domain/codes.js";
import { createGazetteer, type Gazetteer } from "../../src/domain/gazetteer.js";
import { readOwnerName } from "../../src/domain/owner-name.js";
import { parseAward } from "../../src/domain/said/award.js";
import { parseCertificate } from "../../src/domain/said/certificate.js";
import { choose, chooseMany } from "../../src/domain/said/choose.js";
import { readCoordinates } from "../../src/domain/said/coordinates.js";
import { findDate, parseDate } from "../../src/domain/said/date.js";
import { parseDecision } from "../../src/domain/said/decision.js";
import { readEmail } from "../../src/domain/said/email.js";
import { parseMoney } from "../../src/domain/said/money.js";
import { parseNumber } from "../../src/domain/said/number.js";
import { parsePacking } from "../../src/domain/said/packing.js";
import { withoutParticles } from "../../src/domain/said/particles.js";
import { parseQuantity } from "../../src/domain/said/quantity.js";
import { readTaxCode } from "../../src/domain/said/tax-code.js";
import type { JsonObject } from "../../src/domain/json.js";
import { at } from "../../src/engine/conditions.js";
import { askTypeOf } from "../../src/engine/asks/index.js";
import { checkFlows } from "../../src/engine/check.js";
import { loadFlows } from "../../src/engine/load.js";
import { checkLocales, placeholdersOf } from "../../src/i18n/check.js";
import { createI18n } from "../../src/i18n/i18n.js";
import { parsePhone } from "../../src/lib/phone.js";
import { clean, fold } from "../../src/lib/text.js";
import { loadStage, person, type Stage } from "../engine/rig.js";

const today = "2026-11-23";
/** As much as anybody can send, and more. */
const long = 10_000;
const pieces = [
  "(a+)+$", "a", "á", " ", "  ", "\n", "\t", "1", "1.", "1,", "1 ", "0", "-", "- ", "/", "1/", "1-1-", ".", ",", ":", "(", ")", "+", "+84", "+84 ", "0901 ", "@", "a@", "a.", "a@b.", "°", "10.3,", "10.3 ", "%2C", "\\", "{", "<b>", "'",
  "\u0301", "a\u0301", "\u200b", "😀", "đ", "số ", "so:", "qd", "QĐ-UBND ", "qd-", "1187/QĐ-UBND ", "do ", "do a ", "tổ chức ", "cấp ", "nơi cấp ", "boi ", "một ", "hai mươi ", "túi 100g ", "100 g ", "100g", "35k ", "35k/", "gia ", "giá bán lẻ là ", "/ 1 ",
  "xã ", "ấp 3 ", "xã a ", "tỉnh ", "tp ", "thành phố ", "Cái Bè ", "Đồng Tháp ", "năm ", "thang ", "ngày 1 ", "1 tháng 1 ", "ISO ", "ISO 22000 ", "HTX ", "HTX và ", "không ", "US26-", "104187", "sao ", "4 sao ", "hạn ", "giải ", "bằng khen ",
];
const fragment = fc.oneof(fc.constantFrom(...pieces), fc.tuple(fc.constantFrom(...pieces), fc.constantFrom(...pieces)).map((two) => two.join("")));
const pathological = fc.tuple(fc.constantFrom("", ...pieces), fragment, fc.constantFrom("", "!", "x", "$", "\n", "ạ")).map(([before, piece, after]) => before + piece.repeat(Math.ceil(long / piece.length)).slice(0, long) + after);
const fixed = (numRuns: number): { seed: number; numRuns: number; endOnFailure: boolean } => ({ seed: 20_261_123, numRuns, endOnFailure: true });

/** Runs it; which took a second of this process's own time. */
function slow(work: Record<string, () => unknown>, text: string): string[] {
  const found: string[] = [];
  for (const [name, run] of Object.entries(work)) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    if (user + system > 1_000_000) found.push(`${name}: ${JSON.stringify(text.slice(0, 40))} ${Math.round((user + system) / 1_000)} ms`);
  }
  return found;
}

async function sources(folder: string): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(join(root, folder), { recursive: true })).filter((name) => /\.(ts|js)$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ name: `${folder}/${name}`, text: await readFile(join(root, folder, name), "utf8") })));
}

let stage: Stage;
let places: Gazetteer;
beforeAll(async () => {
  stage = await loadStage();
  places = createGazetteer(await loadUnits(join(root, "resources/units")));
});

describe("15: no text of a person is a pattern, or runs one away", () => {
  test("nothing in src asks the database with a pattern or a program, and no pattern is built of what came in", async () => {
    const all = await sources("src");
    expect(all.length).toBeGreaterThan(150);
    const asked = all.filter(({ text }) => /\$(?:regex|where|function|accumulator|expr)\b|mapReduce/.test(text)).map(({ name }) => name);
    expect(asked).toEqual([]);
    const built = all.flatMap(({ name, text }) =>
      [...text.matchAll(/RegExp\((`[^]*?`|String\.raw`[^]*?`|"[^"]*"|[^"`]*?[,)])/g)].flatMap(([, source = ""]) => {
        const parts = source.startsWith("`") || source.startsWith("String.raw") ? [...source.matchAll(/\$\{([^}]+)\}/g)].map((match) => match[1] ?? "") : source.startsWith('"') ? [] : [source];
        return parts.filter((part) => !/^[A-Z_]+$/.test(part)).map((part) => `${name}: ${part}`);
      }),
    );
    // Each looked at: constants of their file, a route's own address, and a file name of ours.
    expect([...new Set(built)].sort()).toEqual([
      "src/domain/owner-name.ts: short ?? full",
      "src/domain/said/date.ts: after",
      "src/domain/said/date.ts: before",
      "src/domain/said/date.ts: source",
      'src/domain/said/decision.ts: STAR_WORDS.join("|")',
      "src/domain/said/packing.ts: unitWords",
      "src/files/pdf-words.ts: between",
      'src/http/methods.ts: source.join("")',
      "src/store/mongod/lock.ts: name",
    ]);
  });

  test("ten thousand characters of anything are read or refused by every parser within a second", () => {
    const options = [{ label: "ISO 22000" }, { label: "Khô" }];
    fc.assert(
      fc.property(pathological, (text) => {
        const parsers = {
          award: () => parseAward(text, { thisYear: 2026 }),
          certificate: () => parseCertificate(text, { today }),
          choose: () => choose(text, options),
          chooseMany: () => chooseMany(text, options),
          coordinates: () => readCoordinates(text),
          date: () => [findDate(text, { today }), parseDate(text, { today })],
          decision: () => parseDecision(text, { today }),
          email: () => readEmail(text),
          money: () => parseMoney(text),
          number: () => parseNumber(text),
          packing: () => parsePacking(text),
          particles: () => withoutParticles(text),
          quantity: () => parseQuantity(text),
          taxCode: () => readTaxCode(text),
          ownerName: () => readOwnerName(text),
          code: () => readCode(text),
          phone: () => parsePhone(text),
          text: () => [clean(text), fold(text)],
          place: () => places.match(text),
          commune: () => places.searchCommune(text, "82"),
          province: () => places.searchProvince(text),
        };
        expect(slow(parsers, text)).toEqual([]);
      }),
      fixed(120),
    );
  }, 300_000);

  test("and by every kind of question, with every group of pieces", () => {
    const extracts: string[][] = [[], ["decisionNumber", "decisionOn", "stars"], ["packaging", "netWeight", "priceVnd"], ["certificateNumber", "issuer", "expiresOn"], ["awardName", "organiser", "year"]];
    const ctx = { today, language: "vi", places, office: "Văn phòng Mẫu", lastOn: "2026-12-23", remindBefore: [], answers: {}, has: () => true, text: () => "", shown: String } as const;
    fc.assert(
      fc.property(pathological, (text) => {
        const asks = Object.fromEntries(
          askKinds.flatMap((kind) =>
            (kind === "text" || kind === "photo" || kind === "files" ? extracts : [[]]).map((extract) => {
              const spec = { name: "x", kind, label: "tên", question: { key: "who.owner_name" }, later: false, extract, pages: false, free: false, values: {}, labelOf: String };
              return [`${kind} ${extract.join()}`, () => askTypeOf(spec).parse({ is: "text", text }, spec, undefined, ctx)];
            }),
          ),
        );
        expect(Object.keys(asks).length).toBeGreaterThan(15);
        expect(slow(asks, text)).toEqual([]);
      }),
      fixed(40),
    );
  }, 300_000);

  test("and by the talk at each question of a whole form, which stays open", () => {
    const self = person({ ...stage, places }, { world: { known: true, consented: true, open: ["SYN26"] } });
    const asking = (): string => self.session.question?.stack.at(-1)?.field ?? self.session.question?.stack.at(-1)?.step ?? "nothing";
    const fitting: Record<string, string> = { productName: "Mít sấy", a: "có", b: "hai", months: "12", c: "ba", madeOn: "15/3/2025", kind: "loại khác", wetNote: "lạnh", oldNote: "cũ", newNote: "mới", second: "đúng", field: "gửi sau", decision: "gửi sau", cost: "35k", stock: "5 tấn", mail: "mau@vidu.vn", spot: "10.33, 106.03", tax: "1200123459" };
    const seen = new Set<string>();
    self.say("đăng ký");
    self.say("làm luôn");
    const texts = fc.sample(pathological, { ...fixed(3) });
    for (let n = 0; n < 40 && asking() !== "review"; n++) {
      const here = asking();
      for (const text of texts) {
        let answered = 0;
        expect(slow({ [here]: () => (answered = self.say(text).length) }, text)).toEqual([]);
        expect([here, answered > 0]).toEqual([here, true]);
      }
      expect(asking()).toBe(here);
      seen.add(here);
      if (here === "labels") self.photo(`l${n}`);
      else self.say(fitting[here] ?? "1");
    }
    expect([asking(), seen.size > 12]).toEqual(["review", true]);
  }, 120_000);
});

describe("22: a sentence is filled in, never run", () => {
  const inherited = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"];

  test.each(inherited)("{%s} is a placeholder like any other: refused by the checker, and by who fills it in", (name) => {
    const text = `Chào {${name}}`;
    expect([...placeholdersOf(text)]).toEqual([name]);
    expect(checkLocales({ vi: { "a.hello": text }, en: { "a.hello": "Hello" } }, (language) => `locales/${language}/a.yaml:1`)).toEqual([expect.stringContaining(name)]);
    const flow = { name: "flows/x.yaml", text: "id: x\nstart: a\nsteps:\n  a: { say: a.hello, end: true }\n" };
    expect(checkFlows(loadFlows([flow]), { key: () => placeholdersOf(text), queries: new Set(), actions: new Map() })).toEqual([`flows/x.yaml:4: x.a: a.hello needs the value ${name}`]);
    const i18n = createI18n({ vi: { "a.hello": text }, en: {} });
    expect(() => i18n.text("vi", { key: "a.hello" })).toThrow(name);
    expect(() => i18n.text("vi", { key: "a.hello", values: { other: "x" } })).toThrow(name);
  });

  test.each(inherited)("the key %s is no sentence", (key) => {
    const i18n = createI18n({ vi: {}, en: {} });
    expect(i18n.has("vi", key)).toBe(false);
    expect(() => i18n.text("vi", { key })).toThrow("no such key");
  });

  test("a path into the answers finds own answers only", () => {
    const answers: JsonObject = { me: { displayName: "Nguyễn Văn Mẫu" }, list: ["a"] };
    expect(at(answers, "me.displayName")).toBe("Nguyễn Văn Mẫu");
    for (const path of [...inherited, ...inherited.map((name) => `me.${name}`), "me.constructor.constructor", "me.displayName.length", "list.length", "list.0"]) expect([path, at(answers, path)]).toEqual([path, undefined]);
  });

  test("what a person says is no sentence of ours, whatever it holds", () => {
    const { i18n } = stage;
    fc.assert(
      fc.property(fc.array(fc.constantFrom("{", "}", "'", "{b}", "<b>", "</b>", "<", "{constructor}", "{__proto__}", "{n, plural, one {#}}", "#", "|", "\\", "$", "${x}", "đ"), { maxLength: 20 }).map((parts) => parts.join("")), (text) => {
        const said = i18n.say("vi", { key: "press.chosen", values: { label: text } });
        expect(said.text).toBe(i18n.text("vi", { key: "press.chosen", values: { label: "\u0001" } }).replace("\u0001", () => text));
        expect(said.bold).toEqual([]);
      }),
      fixed(300),
    );
  });

  test("nothing in the product runs text as a program or as markup", async () => {
    const all = [...(await sources("src")), ...(await sources("resources/web-chat"))];
    const runs = /\beval\s*\(|\bnew Function\b|(?<![\w.])Function\s*\(|node:vm|\bset(?:Timeout|Interval)\s*\(\s*["'`]|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\bshell: true|import \{[^}]*\bexec(?:Sync)?\b[^}]*\} from "node:child_process"/;
    expect(all.filter(({ text }) => runs.test(text)).map(({ name }) => name)).toEqual([]);
  });
});

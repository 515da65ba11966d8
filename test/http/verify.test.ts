import { afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { loadLocales, readSources } from "../../src/app/resources.js";
import type { CallRevision } from "../../src/domain/call.js";
import { makeCode } from "../../src/domain/codes.js";
import type { Transactions } from "../../src/domain/ports.js";
import type { Registration } from "../../src/domain/registration.js";
import { createServer, type Server } from "../../src/http/server.js";
import { verifyRoutes, verifyStyle } from "../../src/http/verify.js";
import { createI18n, type I18n } from "../../src/i18n/i18n.js";
import { silent } from "../../src/lib/log.js";
import { createCalls, type Calls } from "../../src/registrations/calls.js";
import { createRegistrations } from "../../src/registrations/registrations.js";

const code = makeCode("US26", "104187");
const wrongDigit = `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`;
const unknown = makeCode("US26", "999999");

const registration: Registration = {
  _id: "key-of-the-step",
  code,
  call: { code: "US26", revision: 1 },
  contactId: "contact:telegram:7000001:5",
  ownerId: "owner-of-it",
  product: { name: "Mít sấy giòn Mẫu", folded: "mit say gion mau" },
  province: { code: "82", name: "Đồng Tháp" },
  ownerName: "HTX Trái cây Mẫu",
  answers: { phone: "+84901234567", representative: "Nguyễn Văn Mẫu", place: { hamlet: "Ấp 3", commune: "xã Cái Bè" } },
  fileIds: ["file-of-it"],
  state: "returned",
  late: true,
  submittedAt: new Date("2026-11-23T02:12:00Z"),
  history: [
    { state: "submitted", at: new Date("2026-11-23T02:12:00Z"), by: "contact:telegram:7000001:5" },
    { state: "returned", at: new Date("2026-11-25T08:30:00Z"), by: "contact:officer", reason: "Ảnh quyết định bị mờ" },
  ],
  version: 2,
};
const secrets = ["key-of-the-step", "contact:", "owner-of-it", "901234567", "0901", "Nguyễn Văn", "Ấp 3", "Cái Bè", "file-of-it", "bị mờ", "mit say"];

let i18n: I18n;
let calls: Calls;
beforeAll(async () => {
  i18n = createI18n((await loadLocales()).locales);
  const kept: CallRevision[] = [];
  const tx = { tx: "opaque" } as const;
  calls = createCalls({
    transactions: { runAnew: (work) => work(tx) },
    audit: { record: () => undefined },
    store: {
      async save(_tx, call) {
        kept.push({ ...call, revision: 1 });
        return { revision: 1, isNew: true };
      },
      all: async () => kept,
    },
  });
  for (const file of await readSources("resources/calls")) if (file.name.endsWith("us-trial.yaml")) await calls.import(file, new Date(0));
});

let server: Server;
let url: string;
let held: Registration;
beforeEach(async () => {
  held = registration;
  const never = (): never => {
    throw new Error("the page looks up by code, nothing else");
  };
  const { look } = createRegistrations({
    store: { byCode: async (_tx, asked) => (asked === held.code ? held : null), insert: never, byId: never, ofContact: never, ofOwner: never, sameProduct: never, move: never, amend: never, ofCall: never },
    products: { save: never, ofOwner: never },
    deadlines: { open: never, close: never, ofContact: never, toRemind: never, due: never, removeOf: never },
    calls,
    transactions: {} as Transactions,
    audit: { record: never },
    pushes: { push: never },
    i18n,
    languageOf: never,
    invitation: never,
    officer: never,
    address: never,
    secret: "s".repeat(32),
    addWorkingDays: never,
    rules: [],
  });
  server = createServer({ trustProxy: 0, log: silent, routes: [verifyRoutes({ look, i18n }), verifyStyle()] });
  url = await server.listen("127.0.0.1", 0);
});
afterEach(() => server.close());

async function page(path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string; headers: Headers }> {
  const answer = await fetch(url + path, { headers, redirect: "manual" });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}
/** Names and values of the page's cards, as somebody reads them. */
const rows = (text: string): string[] => [...text.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/gs)].map((match) => `${match[1]}: ${match[2]}`);

describe("/verify/:code", () => {
  test("shows what is public of a registration, and nothing else", async () => {
    const { status, text } = await page(`/verify/${code}`);
    expect(status).toBe(200);
    expect(text).toContain(`<h2>Hồ sơ ${code}</h2>`);
    expect(rows(text)).toEqual([
      "Đợt: Đăng ký sản phẩm OCOP bán thử tại siêu thị Mỹ",
      "Sản phẩm: Mít sấy giòn Mẫu",
      "Cơ sở: HTX Trái cây Mẫu",
      "Tỉnh: Đồng Tháp",
      "Đang ở: chờ bổ sung, từ 15:30 ngày 25/11/2026",
      "chờ tỉnh xem: 09:12 ngày 23/11/2026",
      "chờ bổ sung: 15:30 ngày 25/11/2026",
    ]);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });

  test("finds it whatever the case, spaces and dashes", async () => {
    for (const typed of [code.toLowerCase(), code.replaceAll("-", ""), ` ${code.replaceAll("-", " ")} `]) {
      const { status, text } = await page(`/verify/${encodeURIComponent(typed)}`);
      expect([typed, status, text.includes(`Hồ sơ ${code}`)]).toEqual([typed, 200, true]);
    }
  });

  test("is 404 for a code nobody has, says so and offers the form again", async () => {
    const { status, text } = await page(`/verify/${unknown}`);
    expect(status).toBe(404);
    expect(text).toContain(`<p role="alert">Chưa thấy hồ sơ nào có mã “${unknown}”.`);
    expect(text).toContain(`name="code" value="${unknown}"`);
  });

  test("is 404 for a wrong check digit, and says that a digit is wrong", async () => {
    const { status, text } = await page(`/verify/${wrongDigit}`);
    expect(status).toBe(404);
    expect(text).toContain('<p role="alert">Mã này sai một chữ số.');
    expect(text).toContain(`name="code" value="${wrongDigit}"`);
    expect(text).not.toContain("Mít sấy");
  });

  test("shows markup in names as text", async () => {
    const evil = `<img src=x onerror="alert('1')">&amp;{value}</dd></dl><script>`;
    held = { ...registration, product: { name: evil, folded: "x" }, ownerName: evil, province: { code: "82", name: evil } };
    const { status, text } = await page(`/verify/${code}`);
    expect(status).toBe(200);
    const escaped = "&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;amp;{value}&#60;/dd&#62;&#60;/dl&#62;&#60;script&#62;";
    expect(rows(text).slice(1, 4)).toEqual([`Sản phẩm: ${escaped}`, `Cơ sở: ${escaped}`, `Tỉnh: ${escaped}`]);
    expect(text).not.toMatch(/<(?:img|script)/);
  });

  test("shows markup in a code as text, in the sentence and in the form", async () => {
    const { status, text } = await page(`/verify/${encodeURIComponent('"><img src=x onerror=alert(1)>')}`);
    expect(status).toBe(404);
    expect(text).toContain("“&#34;&#62;&#60;img src=x onerror=alert(1)&#62;”");
    expect(text).toContain('value="&#34;&#62;&#60;img src=x onerror=alert(1)&#62;"');
    expect(text).not.toContain("<img");
  });

  test("speaks English when asked, or when the browser does, and the address decides over the browser", async () => {
    for (const [path, accepted, language] of [
      [`/verify/${code}?lang=en`, "vi", "en"],
      [`/verify/${code}`, "en-GB,en;q=0.9", "en"],
      [`/verify/${code}?lang=vi`, "en", "vi"],
      [`/verify/${code}`, "vi", "vi"],
      [`/verify/${code}?lang=fr`, "fr", "vi"],
      [`/verify/${code}?lang=en&lang=vi`, "vi", "vi"],
    ] as const) {
      const { text } = await page(path, { "accept-language": accepted });
      expect([path, accepted, text.includes(`<html lang="${language}">`), text.includes(language === "en" ? "Look up a registration" : "Tra cứu hồ sơ")]).toEqual([path, accepted, true, true]);
    }
    const { text } = await page(`/verify/${code}?lang=en`);
    expect(rows(text)).toEqual([
      "Call: Register OCOP products for trial sale in US supermarkets",
      "Product: Mít sấy giòn Mẫu",
      "Business: HTX Trái cây Mẫu",
      "Province: Đồng Tháp",
      "State: to be completed, since 15:30 on 25 Nov 2026",
      "waiting for the province: 09:12 on 23 Nov 2026",
      "to be completed: 15:30 on 25 Nov 2026",
    ]);
  });

  test("carries the security headers, found or not, and allows its own form", async () => {
    for (const path of [`/verify/${code}`, `/verify/${unknown}`, `/verify/${wrongDigit}`, "/verify"]) {
      const { headers } = await page(path);
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      const policy = headers.get("content-security-policy")?.split("; ") ?? [];
      expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]));
      expect(headers.get("content-security-policy")).not.toContain("unsafe");
    }
    expect((await page(`/verify/${code}`)).headers.get("cache-control")).toBe("no-store");
  });

  test("needs no script and no style inside the page, which its policy would refuse", async () => {
    const { text } = await page(`/verify/${code}`);
    expect(text).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
    expect(text).toContain('<link rel="stylesheet" href="/verify.css">');
    const style = await page("/verify.css");
    expect([style.status, style.headers.get("content-type")]).toEqual([200, "text/css; charset=utf-8"]);
  });
});

describe("/verify", () => {
  test("shows a form that leads to the registration, in the form's own language", async () => {
    const { status, text } = await page("/verify?lang=en", { "accept-language": "vi" });
    expect(status).toBe(200);
    expect(text).toContain('<form method="get" action="/verify"><input type="hidden" name="lang" value="en">');
    for (const [language, accepted] of [["en", "vi"], ["vi", "en"]] as const) {
      const sent = await page(`/verify?lang=${language}&code=${code}`, { "accept-language": accepted });
      expect(sent.status).toBe(303);
      const there = await page(sent.headers.get("location") ?? "", { "accept-language": accepted });
      expect([there.status, there.text.includes(`<html lang="${language}">`), there.text.includes(code)]).toEqual([200, true, true]);
    }
  });

  test("leads nowhere but to its own pages, whatever was typed", async () => {
    for (const typed of ["//evil.example", "/../../chat", "\r\nset-cookie: a=b", "https://evil.example/?x"]) {
      const { status, headers } = await page(`/verify?code=${encodeURIComponent(typed)}`);
      expect(status).toBe(303);
      expect(headers.get("location")).toMatch(/^\/verify\/[^/?]+\?lang=vi$/);
      expect(headers.get("set-cookie")).toBeNull();
    }
  });

  test("is the empty form for an empty code, and for one that is there twice", async () => {
    for (const path of ["/verify?code=", `/verify?code=${code}&code=${code}`]) {
      const { status, text } = await page(path);
      expect([path, status, text.includes('name="code" value=""')]).toEqual([path, 200, true]);
    }
  });
});

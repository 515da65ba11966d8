import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { createProcesses, type Processes, type Serving } from "../support/processes.js";

const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path)) ?? spawnSync("sh", ["-c", "command -v chromium"]).stdout.toString().trim();
const inBrowser = browserPath === "" ? describe.skip : describe;
const name = browserPath === "" ? "the web chat in a browser (skipped: no Chromium on this machine; `apt-get install chromium`)" : "the web chat in a browser";
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const photo = readFileSync(new URL("decision.png", import.meta.url));
/** Where the pictures are kept: somebody looks at them, and one is in the README. */
const pictures = process.env["OCOP_PICTURES"];

inBrowser(name, () => {
  let processes: Processes;
  let serving: Serving;
  let dataDir: string;
  let browser: Browser;
  let context: BrowserContext;
  let profile: string;
  let page: Page;
  const errors: string[] = [];
  /** What the pages' own security policy kept from loading or running, as the console has it. */
  const refused: string[] = [];

  beforeAll(async () => {
    processes = await createProcesses();
    dataDir = processes.dataDir();
    serving = processes.serve(dataDir, { PORT: "0" });
    await serving.ready;
    profile = await mkdtemp(join(tmpdir(), "ocop-chromium-"));
    context = await chromium.launchPersistentContext(profile, { executablePath: browserPath, args: flags, viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, reducedMotion: "reduce", locale: "vi-VN", timezoneId: "Asia/Ho_Chi_Minh" });
    browser = context.browser() as Browser;
    page = await context.newPage();
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (line) => void (/content security policy/i.test(line.text()) && refused.push(line.text())));
  }, 180_000);
  afterAll(async () => {
    await context?.close();
    await browser?.close();
    await processes?.end();
    if (profile !== undefined) await rm(profile, { recursive: true, force: true });
  }, 30_000);

  afterEach(() => {
    expect([errors.splice(0), refused.splice(0)]).toEqual([[], []]);
  });

  const said = (text: string) => page.locator(".entry", { hasText: text }).last();
  async function type(text: string): Promise<void> {
    await page.fill("#message", text);
    await page.press("#message", "Enter");
  }
  async function press(label: string): Promise<void> {
    await page.locator(".choices button", { hasText: new RegExp(`^\\s*\\d*\\s*${label}\\s*$`) }).last().click();
  }
  async function picture(of: string): Promise<void> {
    if (pictures === undefined) return;
    await mkdir(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${of}.png`) });
  }
  async function violations(): Promise<string[]> {
    // By the debugger's own way in: the page's policy stays as it is.
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const run = (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe;
      return (await run.run()).violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
    });
  }

  test("an owner registers from an empty data directory, on a 360 px phone, by touch and keyboard", async () => {
    await page.goto(`${await serving.ready}/chat`);
    await page.locator(".choices button", { hasText: "Đăng ký sản phẩm" }).waitFor();
    await picture("1-greeting");
    await press("Đăng ký sản phẩm");
    await said("Anh/chị có đồng ý").waitFor();
    await press("Đồng ý");
    await said("số điện thoại nào").waitFor();
    expect(await page.getAttribute("#message", "inputmode")).toBe("tel");
    await type("0901 234 567");
    await said("giấy đăng ký kinh doanh").waitFor();
    await type("HTX Trái cây Mẫu");
    await said("Cơ sở ở đâu").waitFor();
    await type("ap 3 cai be tien giang");
    await said("Hiểu là: Ấp 3, xã Cái Bè, tỉnh Đồng Tháp").waitFor();
    await press("Đúng");
    await said("Mã số thuế của cơ sở").waitFor();
    await type("1200123459");
    await said("Người đại diện").waitFor();
    await type("Nguyễn Văn Mẫu");
    await said("[CHẠY THỬ]").waitFor();
    await press("Làm luôn");
    await said("Tên sản phẩm ghi trên nhãn là gì").waitFor();
    await type("Mít sấy giòn Mẫu");
    await said("rau, củ, quả, hạt chế biến").waitFor();
    await press("Đúng");
    await said("Mời gửi ảnh quyết định").waitFor();
    await page.fill("#message", "1187/QD-UBND 15-3-2025 4 sao");
    await page.setInputFiles("#photo", { name: "quyet-dinh.png", mimeType: "image/png", buffer: photo });
    await said("còn hạn đến 15/03/2028").waitFor();
    await picture("2-decision");
    await press("Đúng");
    await said("Nguyên liệu chính là gì").waitFor();
    await type("Mít Thái trồng ở xã Cái Bè, 40 ha");
    await said("Đóng bằng gì").waitFor();
    await type("tui 100g 35k");
    await said("Hạn dùng là mấy tháng").waitFor();
    await type("12");
    await said("Mỗi tháng cơ sở làm được").waitFor();
    await type("5 tan");
    await said("Cơ sở có giấy nào").waitFor();
    await press("ISO 22000");
    await said("Mời gửi ảnh giấy ISO 22000").waitFor();
    await page.fill("#message", "FSMS-0426, Trung tâm Chứng nhận Mẫu, het han 30/6/2028");
    await page.setInputFiles("#photo", ["1", "2", "3"].map((n) => ({ name: `iso-${n}.png`, mimeType: "image/png", buffer: photo })));
    await said("Đã nhận 3 ảnh").waitFor();
    await press("Một giấy");
    await said("FSMS-0426").waitFor();
    await picture("3-certificate");
    await press("Đúng");
    await said("Còn chứng nhận nào nữa không").waitFor();
    await press("Không");
    await said("Mời gửi ảnh mặt trước").waitFor();
    await page.setInputFiles("#photo", ["truoc", "sau"].map((side) => ({ name: `${side}.png`, mimeType: "image/png", buffer: photo })));
    await said("Đủ hai mặt chưa").waitFor();
    await press("Đủ rồi");
    await said("giải thưởng nào").waitFor();
    await press("Chưa có");
    await said("đã xuất khẩu lần nào").waitFor();
    await press("Chưa");
    await said("tự nguyện").waitFor();
    await press("Sẵn sàng");
    await said("Gửi đăng ký luôn không").waitFor();
    await picture("4-review");
    await press("Gửi đăng ký");
    await said("Mã hồ sơ").waitFor();
    await page.locator(".qr img").waitFor();
    await picture("5-receipt");
  }, 180_000);

  test("finds the registration again after the service was killed with kill -9 and started anew", async () => {
    const code = /US26-\d{6}-\d/.exec((await said("Mã hồ sơ").textContent()) ?? "")?.[0] ?? "";
    expect(code).toMatch(/^US26-\d{6}-\d$/);
    const port = new URL(await serving.ready).port;
    await serving.kill9();
    await type("trạng thái");
    serving = processes.serve(dataDir, { PORT: port });
    await serving.ready;
    await said("Anh/chị có 1 hồ sơ").waitFor({ timeout: 20_000 });
    expect(await said("Anh/chị có 1 hồ sơ").textContent()).toContain(code);
    await picture("6-status-after-kill");
    await page.goto(`${await serving.ready}/verify/${code}`);
    expect(await page.textContent("main")).toContain("Mít sấy giòn Mẫu");
    expect(await page.textContent("main")).not.toContain("0901");
    await picture("7-verify");
    expect(await violations()).toEqual([]);
  }, 180_000);

  test("has no accessibility violation axe can find, and nothing scrolls sideways, at 320 and 1280 px", async () => {
    await page.goto(`${await serving.ready}/chat`);
    await said("Anh/chị có 1 hồ sơ").waitFor();
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 740 });
      expect(await violations()).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
    await picture("8-wide");
  }, 180_000);

  test("shows the first message within 60 kB", async () => {
    const session = await context.newCDPSession(page);
    let bytes = 0;
    await session.send("Network.enable");
    // The event stream never finishes: what it brought is counted as it comes.
    const streams = new Set<string>();
    session.on("Network.requestWillBeSent", (event) => void (event.request.url.includes("/chat/events") && streams.add(event.requestId)));
    session.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
    session.on("Network.dataReceived", (event) => (bytes += streams.has(event.requestId) ? event.dataLength : 0));
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    await context.clearCookies();
    await page.goto(`${await serving.ready}/chat`);
    await page.locator(".choices button", { hasText: "Đăng ký sản phẩm" }).waitFor();
    expect(bytes).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThan(60_000);
  }, 180_000);

  test("runs no script that was put into the page, and says so in the console", async () => {
    await page.goto(`${await serving.ready}/chat`);
    const told = page.waitForEvent("console", (line) => /content security policy/i.test(line.text()));
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'taken over'";
      document.head.append(script);
    });
    expect((await told).text()).toContain("script-src 'self'");
    expect(await page.title()).not.toBe("taken over");
    expect(refused.splice(0)).toHaveLength(1);
  }, 180_000);
});

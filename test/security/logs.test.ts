import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import pino from "pino";
import { until } from "../channels/telegram/rig.js";
import { startFakeTelegram, type FakeTelegram } from "../fakes/telegram.js";
import { createWebVisitor } from "../fakes/web-visitor.js";
import { samples } from "../files/samples.js";
import { firstTurns } from "../support/first-turns.js";
import { startRunningService, type RunningService } from "../support/running-service.js";

const breaks = '\r\n{"level":60,"msg":"forged canary"}\n\u001b[31mred\u001b[0m\u2028\u0085\u0007';
const name = `Nguyễn Văn Mẫu${breaks}`;
const said = [...firstTurns, `Chuyện riêng canary ${breaks}`, `\u001b]0;canary\u0007`, "gọi +84 912 345 678 hoặc 0987654321", "mau.canary@vidu.vn 1200123459"];
/** Words that stand in what was said or in whom it came from, and nowhere else. */
const personal = ["canary", "0901 234", "0901234", "901234567", "912345678", "912 345", "987654321", "1200123459", "HTX Trái", "Trái cây Mẫu", "Nguyễn Văn Mẫu", "Mít sấy", "cái bè", "đồng ý", "forged", "anh-canary"];

describe("25: a log line is one line of JSON, without anything of a person", () => {
  const chunks: string[] = [];
  let telegram: FakeTelegram;
  let running: RunningService;
  beforeAll(async () => {
    telegram = await startFakeTelegram();
    const log = pino({ level: "trace" }, { write: (chunk: string) => void chunks.push(chunk) });
    running = await startRunningService({ env: { TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.url }, log });
  });
  afterAll(async () => {
    await running?.stop();
    await telegram?.close();
  });
  const lines = (): { text: string; fields: Record<string, unknown> }[] => chunks.map((text) => ({ text, fields: JSON.parse(text) as Record<string, unknown> }));
  const holdsNothing = (): void => {
    expect(lines().length).toBeGreaterThan(0);
    for (const chunk of chunks) expect(chunk).toMatch(/^\{[^\n\r\u001b\u0007]*\}\n$/);
    const found = lines().flatMap(({ text }) => personal.filter((each) => text.toLowerCase().includes(each.toLowerCase())).map((each) => `${each}: ${text}`));
    expect(found).toEqual([]);
  };

  test("on Telegram, through the first turns of a registration, with files, presses and what goes wrong", async () => {
    const user = telegram.user(7_201, { firstName: name, lastName: "Mẫu", username: "canary", languageCode: "vi\r\ncanary" });
    telegram.answerNext("sendMessage", { status: 500, body: { ok: false, error_code: 500, description: `Internal: ${said[2]} ${breaks}` } });
    telegram.answerNext("answerCallbackQuery", { status: 400, body: { ok: false, error_code: 400, description: `Bad Request: ${breaks} ${name}` } });
    for (const text of said) {
      const before = user.replies().length;
      await user.say(text);
      await until(() => user.replies().length > before);
    }
    await user.document(samples.jpeg(), `anh-canary${breaks}.jpg`, "image/jpeg\r\ncanary", said[11]);
    await user.document(Buffer.from("canary"), "anh-canary.exe", "application/x-canary", said[2]);
    await user.contact("+84901234567");
    await telegram.update({ message: { message_id: "canary\r\n", text: said[2] } });
    await telegram.update({ callback_query: { id: "canary", from: { id: user.id, is_bot: false, first_name: name }, message: user.asTelegram(user.replies().at(-1)!), data: `canary${breaks}` } } as never);
    await user.block();
    await until(() => telegram.pending() === 0);
    expect(lines().some(({ fields }) => fields["level"] !== 20)).toBe(true);
    holdsNothing();
  }, 90_000);

  test("on the web, in addresses and heads too", async () => {
    const visitor = await createWebVisitor(running.address);
    const encoded = encodeURIComponent(`canary${breaks}`);
    try {
      for (const text of said) {
        await visitor.say(text);
        await visitor.nextReply(20_000);
      }
      for (const path of [`/verify/${encoded}`, `/verify?code=${encoded}`, `/files/${encoded}`, `/chat/qr?t=${encoded}`, `/${encoded}`, `/chat/events?after=${encoded}`]) {
        await (await fetch(`${running.address}${path}`, { headers: { "user-agent": "canary", referer: "http://canary/", "x-forwarded-for": "canary" } })).arrayBuffer();
      }
      await visitor.photo(samples.jpeg(), { name: `anh-canary${breaks}.jpg`, caption: said[11] ?? "" });
      await visitor.nextReply(20_000);
    } finally {
      await visitor.close();
    }
    expect(lines().some(({ fields }) => fields["route"] === "/verify/:code")).toBe(true);
    holdsNothing();
  }, 90_000);
});

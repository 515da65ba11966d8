import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { actionOutcomes, queryNames } from "../../src/app/registered.js";
import { startFakeTelegram, type FakeTelegram } from "../fakes/telegram.js";
import { createWebVisitor } from "../fakes/web-visitor.js";
import { startRunningService, type RunningService } from "../support/running-service.js";

describe("the whole service", () => {
  let telegram: FakeTelegram;
  let running: RunningService;
  beforeAll(async () => {
    telegram = await startFakeTelegram();
    running = await startRunningService({ env: { TELEGRAM_BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.url } });
  });
  afterAll(async () => {
    await running.stop();
    await telegram.close();
  });

  test("greets on the web chat", async () => {
    const visitor = await createWebVisitor(running.address);
    await visitor.say("/start");
    const reply = await visitor.nextReply(30_000);
    expect(reply.text).toContain("Trợ lý OCOP");
    await visitor.close();
  });

  test("greets on Telegram", async () => {
    const user = telegram.user(501, { firstName: "Mẫu" });
    await user.say("/start");
    const reply = await user.nextReply(30_000);
    expect(reply.text).toContain("Trợ lý OCOP");
  });

  test("leads from the bare address to the chat", async () => {
    const response = await fetch(running.address, { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([302, "/chat"]);
  });

  test("cuts a code that is too long by whole characters, and says that there is none such", async () => {
    const response = await fetch(`${running.address}/verify?code=${"a".repeat(39)}${encodeURIComponent("😀😀")}`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain(`${"a".repeat(39)}😀`);
  });

  test("registers exactly the queries and actions that `flows check` knows of", () => {
    const { people, registrations } = running.service;
    expect(new Set([...people.queries, ...registrations.queries].map((query) => query.name))).toEqual(queryNames);
    expect(new Map([...people.actions, ...registrations.actions].map((action) => [action.name, action.outcomes]))).toEqual(actionOutcomes);
  });
});

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createWebVisitor, type WebVisitor } from "../fakes/web-visitor.js";
import { startRunningService, type RunningService } from "../support/running-service.js";

const day = 86_400_000;
let running: RunningService;
let owner: WebVisitor;
beforeAll(async () => {
  running = await startRunningService();
  owner = await createWebVisitor(running.address, { persona: "htx-mau" });
});
afterAll(async () => {
  await owner.close();
  await running.stop();
});

async function linksAfter(text: string): Promise<string[]> {
  await owner.say("dữ liệu");
  for (let n = 0; n < 2; n++) await owner.nextReply();
  await owner.say(text);
  return [...(await owner.nextReply()).text.matchAll(/\/files\/[\w-]+/g)].map((found) => `${running.address}${found[0]}`);
}

test("a copy opens from the page for a day, to be saved and never shown", async () => {
  const [page = "", data = ""] = await linksAfter("nhận bản sao");
  const opened = await fetch(page);
  expect(opened.status).toBe(200);
  expect(Object.fromEntries(opened.headers)).toMatchObject({ "content-type": expect.stringContaining("text/html"), "content-disposition": expect.stringMatching(/^attachment; filename="ocop-[\w-]+\.html"$/), "content-security-policy": "sandbox; default-src 'none'" });
  const text = await opened.text();
  for (const each of ["Hợp tác xã Trái cây Mẫu", "0901 234 567", "dữ liệu"]) expect(text).toContain(each);
  expect(await (await fetch(data)).json()).toMatchObject({ contact: { _id: "demo:owner" }, owners: [{ name: "Hợp tác xã Trái cây Mẫu" }] });
  // Opened again it is the same copy.
  expect(await (await fetch(page)).text()).toBe(text);
  running.clock.move(day);
  expect((await fetch(page)).status).toBe(410);
});

test("once its person is erased a copy that still could be opened is gone", async () => {
  await owner.say("xin xóa");
  for (let n = 0; n < 2; n++) await owner.nextReply();
  await owner.say("xóa hết");
  expect((await owner.nextReply()).text).toMatch(/DL-\d{6}-\d/);
  running.clock.move(day - 60_000);
  const [page = "", data = ""] = await linksAfter("nhận bản sao");
  expect((await fetch(page)).status).toBe(200);
  running.clock.move(120_000);
  expect(await running.service.retention.run(running.clock.now())).toEqual({ draftsWarned: 0, draftsRemoved: 0, requestsDone: 1, remainsCleared: 0 });
  expect((await owner.nextReply()).text).toContain("Đây là tin cuối");
  expect([(await fetch(page)).status, (await fetch(data)).status]).toEqual([404, 404]);
  await owner.say("dữ liệu");
  expect((await owner.nextReply()).text).toContain("Chưa lưu gì về anh/chị");
  const metrics = await (await fetch(`${running.address}/metrics`)).text();
  expect(metrics).toContain('ocop_removed_total{what="requestsDone"} 1');
});

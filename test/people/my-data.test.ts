import { describe, expect, test } from "@jest/globals";
import type { StoredFile } from "../../src/domain/file.js";
import type { Json } from "../../src/domain/json.js";
import type { Registration } from "../../src/domain/registration.js";
import { later, now, owner, peopleRig, place } from "./rig.js";

const rig = peopleRig();
const { person, kept, act, ask } = rig;

const file = (id: string, contactId: string, change: Partial<StoredFile> = {}): StoredFile => ({ _id: id, contactId, channel: "web-chat", account: "site", user: contactId, chat: contactId, source: { ref: id, name: `${id}.jpg` }, state: "kept", mime: "image/jpeg", bytes: 4, attempts: 1, createdAt: now, ...change });
const registration = (contactId: string, ownerId: string, change: Partial<Registration> = {}): Registration => ({
  _id: `reg:${contactId}`,
  code: "US26-104187-9",
  call: { code: "US26", revision: 1 },
  contactId,
  ownerId,
  product: { name: "Mít sấy <giòn>", folded: "mit say gion" },
  province: { code: "82", name: "Đồng Tháp" },
  ownerName: owner.ownerName,
  answers: { productName: "Mít sấy <giòn>", decision: { fileIds: ["sent"], decisionOn: "2025-03-15", stars: 4 }, place, capacityPerMonth: { amount: 5, unit: "tấn" }, exported: false, labelPhotos: "@later" },
  fileIds: ["sent"],
  state: "returned",
  late: false,
  submittedAt: now,
  history: [
    { state: "submitted", at: now, by: contactId },
    { state: "returned", at: now, by: "officer", reason: "Ảnh mờ" },
  ],
  version: 2,
  ...change,
});

/** Somebody who consented, has an owner, sent one registration, began another and has a photo in each. */
async function known(): Promise<string> {
  await person("thu");
  await act("people.consent", "thu");
  await act("people.keep_owner", "thu", owner);
  const ownerId = (await kept("thu")).owners[0]?.ownerId ?? "";
  await rig.stores.transactions.run(async (tx) => {
    await rig.stores.registrations.insert(tx, registration("thu", ownerId));
    for (const id of ["sent", "draft"]) await rig.stores.fileRows.insert(tx, file(id, "thu"));
  });
  for (const id of ["sent", "draft"]) await rig.stores.files.write(id, bytes("jpeg"));
  rig.drafts.set("thu", [{ since: now, answers: { productName: "Chuối sấy Mẫu", call: { code: "US26" } } }]);
  return ownerId;
}
async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(text));
}
async function read(id: string): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of rig.stores.files.read(id)) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
const rowsOf = (value: Json): { name: { key: string }; value: Json }[] => (value as { rows: { name: { key: string }; value: Json }[] }).rows;

describe("what is kept about a person", () => {
  test("is counted by contact, owner, registrations and consent", async () => {
    await known();
    const seen = await ask("people.kept", "thu");
    expect(rowsOf(seen).map(({ name }) => name.key)).toEqual(["my_data.contact", "my_data.owner", "my_data.registrations", "my_data.consent_registration"]);
    expect(rowsOf(seen)[2]?.value).toMatchObject({ values: { sent: 1, drafts: 1, files: 2 } });
    expect(seen).toMatchObject({ count: 4, drafts: 1, registration: true, news: false, untold: { values: { codes: { of: ["US26-104187-9"] } } } });
  });

  test("is nothing for who only looked around", async () => {
    await person("lan");
    expect(await ask("people.kept", "lan")).toMatchObject({ count: 0, rows: [], given: [], registration: false });
  });
});

describe("a copy of it", () => {
  async function copy(id = "thu"): Promise<{ page: string; data: string }> {
    const { outcome, value } = await act("people.copy", id);
    expect(outcome).toBe("given");
    expect(value).toMatchObject({ until: { show: "instant", at: later(1).toISOString() } });
    const ids = Object.fromEntries(["page", "data"].map((name) => [name, String((value as Record<string, Json>)[name]).split("/").at(-1) ?? ""]));
    for (const fileId of Object.values(ids)) {
      const row = await rig.stores.fileRows.get(fileId);
      if (row === null) throw new Error("no row for the copy");
      await rig.people.writeCopy(row);
    }
    return { page: await read(ids["page"] ?? ""), data: await read(ids["data"] ?? "") };
  }

  test("holds all of it to read, in the person's language, and nothing in it is markup", async () => {
    await known();
    await rig.stores.transcripts.append(null, [{ _id: "t1", contactId: "thu", channel: "web-chat", account: "site", user: "thu", at: now, order: 1, from: "person", text: "<script>alert(1)</script>" }]);
    const { page } = await copy();
    for (const text of ["Nguyễn Văn Mẫu", "0901 234 567", "Hợp tác xã Mẫu", "Ấp 3, xã Cái Bè, tỉnh Đồng Tháp", "US26-104187-9", "15/03/2025", "5 tấn", "gửi sau", "Ảnh mờ", "Chuối sấy Mẫu", "đồng ý lúc 10:00 ngày 27/11/2026", "sent.jpg", "Mít sấy &#60;giòn&#62;", "&#60;script&#62;"]) expect(page).toContain(text);
    expect(page).not.toMatch(/<script|undefined|\[object/);
    expect(page).toContain('<html lang="vi">');
    expect(page).toMatch(/href="https:\/\/ocop\.example\/files\/sent"/);
  });

  test("holds the same for another program", async () => {
    const ownerId = await known();
    const data = JSON.parse((await copy()).data) as Record<string, unknown>;
    expect(data).toMatchObject({
      contact: { _id: "thu", phone: owner.phone, consents: [{ purpose: "registration", given: true }] },
      accounts: [{ channel: "web-chat", user: "thu" }],
      owners: [{ _id: ownerId, name: owner.ownerName }],
      registrations: [{ code: "US26-104187-9", answers: { decision: { stars: 4 } }, history: [{ state: "submitted" }, { state: "returned", reason: "Ảnh mờ" }] }],
      drafts: [{ answers: { productName: "Chuối sấy Mẫu" } }],
      files: [{ id: "draft" }, { id: "sent", name: "sent.jpg", address: "https://ocop.example/files/sent" }],
    });
  });

  test("holds nothing of anybody else, and no earlier copy", async () => {
    await known();
    await person("lan");
    await rig.stores.transactions.run((tx) => rig.stores.fileRows.insert(tx, file("lans", "lan")));
    await copy();
    const { data, page } = await copy();
    expect(`${data}${page}`).not.toContain("lans");
    expect((JSON.parse(data) as { files: unknown[] }).files).toHaveLength(2);
    expect(await ask("people.kept", "thu")).toMatchObject({ rows: expect.arrayContaining([expect.objectContaining({ value: expect.objectContaining({ values: { sent: 1, drafts: 1, files: 2 } }) })]) });
  });

  test("is not promised where no address leads here", async () => {
    await known();
    rig.address = null;
    expect(await act("people.copy", "thu")).toEqual({ outcome: "no_way" });
    expect(await rig.stores.fileRows.ofContact("thu")).toHaveLength(2);
  });

  test("is empty for a person who is there no more", async () => {
    await known();
    await act("people.copy", "thu");
    const [row] = (await rig.stores.fileRows.ofContact("thu")).filter(({ mime }) => mime === "text/html");
    await rig.connection.collection("contacts").deleteMany({});
    if (row === undefined) throw new Error("no copy");
    await rig.people.writeCopy(row);
    expect(await rig.stores.files.has(row._id)).toBe(false);
  });
});

describe("a request to erase", () => {
  const words = (text: string) => act("people.request_erasure", "thu", { words: text });

  test.each(["xóa hết", "XOA HET", " xoá hết ", "erase all"])("is taken when “%s” is typed", async (text) => {
    await person("thu");
    expect(await words(text)).toMatchObject({ outcome: "received", value: { code: expect.stringMatching(/^DL-\d{6}-\d$/), at: { at: now.toISOString() }, doneBy: { on: "2026-12-12" } } });
    expect(await rig.connection.collection("data_requests").find({}).toArray()).toMatchObject([{ kind: "erasure", contactId: "thu", state: "received", replyBy: "2026-12-01", doneBy: "2026-12-12" }]);
  });

  test.each(["xóa", "hết", "đồng ý", "xóa hết đi", "1", ""])("is not taken for “%s”", async (text) => {
    await person("thu");
    expect(await words(text)).toEqual({ outcome: "not_said" });
    expect(await rig.connection.collection("data_requests").countDocuments()).toBe(0);
  });

  test("asked for again is the same request, while it is not done", async () => {
    await person("thu");
    const first = await words("xóa hết");
    expect(await act("people.request_erasure", "thu", { words: "xóa hết" }, { now: later(1) })).toEqual(first);
  });

  test("shows its state to who made it, and to nobody else while it is not done", async () => {
    await person("thu");
    await person("lan");
    const { value } = await words("xóa hết");
    const { code } = value as { code: string };
    expect(await ask("people.request", "thu", { code: code.toLowerCase() })).toMatchObject({ kind: "found", code, state: { key: "my_data.state_received" } });
    expect(await ask("people.request", "lan", { code })).toEqual({ kind: "unknown" });
    await rig.stores.dataRequests.update(null, code, { state: "done", doneAt: later(2), contactId: "erased:x" });
    expect(await ask("people.request", "lan", { code })).toMatchObject({ kind: "found", state: { key: "my_data.state_done", values: { at: { at: later(2).toISOString() } } } });
    expect(await ask("people.request", "thu", { code: `${code.slice(0, -1)}${(Number(code.slice(-1)) + 1) % 10}` })).toEqual({ kind: "check_digit" });
    for (const other of ["US26-104187-9", "", "abc"]) expect(await ask("people.request", "thu", { code: other })).toEqual({ kind: "unknown" });
  });
});

describe("erasing the drafts alone", () => {
  test("removes photos that were not sent, bytes and rows, and no others", async () => {
    await known();
    await person("lan");
    await rig.stores.transactions.run((tx) => rig.stores.fileRows.insert(tx, file("lans", "lan")));
    expect(await act("people.drop_draft_files", "thu")).toEqual({ outcome: "dropped" });
    expect((await rig.stores.fileRows.ofContact("thu")).map(({ _id }) => _id)).toEqual(["sent"]);
    expect([await rig.stores.files.has("draft"), await rig.stores.files.has("sent")]).toEqual([false, true]);
    expect(await rig.stores.fileRows.ofContact("lan")).toHaveLength(1);
  });

  test("keeps a photo that stands in the history of what was sent", async () => {
    const ownerId = await known();
    await rig.connection.collection("registrations").deleteMany({});
    const history = [{ state: "submitted" as const, at: now, by: "thu", changed: [{ field: "decision", before: { fileIds: ["draft"] } }] }];
    await rig.stores.transactions.run((tx) => rig.stores.registrations.insert(tx, registration("thu", ownerId, { history })));
    await act("people.drop_draft_files", "thu");
    expect((await rig.stores.fileRows.ofContact("thu")).map(({ _id }) => _id)).toEqual(["draft", "sent"]);
  });
});

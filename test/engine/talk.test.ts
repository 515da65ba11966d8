import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Json } from "../../src/domain/json.js";
import { conditional, loadStage, person, textOf, type Person, type Stage } from "./rig.js";

let stage: Stage;
beforeAll(async () => {
  stage = await loadStage();
});

const known = { known: true, consented: true };
const decision = "1187/QĐ-UBND 15/3/2025 4 sao";

/** Somebody at a field of the form with conditions; earlier ones are answered. */
function at(field: string, said: { a?: string; kind?: string; madeOn?: string } = {}): Person {
  const self = person(stage, { world: { ...known, open: ["SYN26"] } });
  self.say("đăng ký");
  self.say("làm luôn");
  const answers: Record<string, string> = { productName: "Mít sấy", a: said.a ?? "có", b: "hai", months: "12", c: "ba", madeOn: said.madeOn ?? "15/3/2025", kind: said.kind ?? "ướt", wetNote: "lạnh", oldNote: "cũ", newNote: "mới", second: "đúng", field: "gửi sau", decision: "gửi sau" };
  for (let n = 0; n < 40; n++) {
    const here = asking(self);
    if (here === field) return self;
    if (here === "labels") self.photo(`l${n}`);
    else self.say(answers[here] ?? "?");
  }
  throw new Error(`never came to ${field}, but to ${asking(self)}`);
}
function asking(self: Person): string {
  const position = self.session.question?.stack.at(-1);
  return position?.field ?? position?.step ?? "nothing";
}
const fields = (self: Person): Record<string, Json> => Object.fromEntries(conditional.fields.flatMap(({ id }) => (Object.hasOwn(self.answers, id) ? [[id, self.answers[id] ?? null]] : [])));

describe("a first registration", () => {
  test("asks consent, then who it is, each with its section, and keeps what is said", () => {
    const self = person(stage);
    const explained = textOf(self.say("dang ky"));
    expect(explained).toContain("Xin nói rõ trước khi hỏi.");
    expect(explained).toContain("Anh/chị có đồng ý cho lưu và dùng như trên không?");
    expect(textOf(self.say("dong y"))).toMatch(/Bước 1\/6 – Liên hệ\. .+số điện thoại nào\?$/);
    expect(textOf(self.say("0901234567"))).toMatch(/^Đã lưu 0901 234 567\. Bước 1\/6 – Cơ sở\. Tên cơ sở/);
    expect(textOf(self.say("HTX Trái cây Mẫu"))).toMatch(/Bước 2\/6 – Địa chỉ\./);
    self.say("ap 3 cai be tien giang");
    expect(textOf(self.say("1"))).toMatch(/Bước 2\/6 – Mã số thuế\./);
    expect(textOf(self.say("gửi sau"))).toContain("Người đại diện là Nguyễn Văn Mẫu (tên trên tài khoản này), đúng không?");
    expect(textOf(self.say("1"))).toContain("Đang mở: Đăng ký sản phẩm OCOP");
    expect(self.answers).toMatchObject({ phone: "+84901234567", ownerName: "Hợp tác xã Trái cây Mẫu", representative: "Nguyễn Văn Mẫu", place: { province: { name: "Đồng Tháp" } } });
  });

  test("that is refused keeps nothing and ends", () => {
    const self = person(stage);
    self.say("đăng ký");
    expect(textOf(self.say("không đồng ý"))).toMatch(/^Không lưu gì cả\./);
    expect(self.session).toMatchObject({ talks: [], question: null, drafts: [] });
  });

  test("after reading the whole text is asked again, without that choice", () => {
    const self = person(stage);
    self.say("đăng ký");
    const out = self.say("3");
    expect(textOf(out)).toContain("Bên giữ dữ liệu");
    expect(out.at(-1)?.choices?.map((choice) => choice.label)).toEqual(["Đồng ý", "Không đồng ý"]);
  });

  test("of somebody known asks nothing that is known", () => {
    const self = person(stage, { world: known });
    expect(textOf(self.say("đăng ký"))).toContain("Anh/chị làm luôn không?");
  });

  test("says so when no call is open, and where to ask", () => {
    const self = person(stage, { world: { open: [] } });
    expect(textOf(self.say("đăng ký"))).toMatch(/^Hiện chưa có đợt đăng ký nào đang mở\./);
    expect(self.session.question).toBeNull();
  });

  test("asks which call where several are open, by number, words or press", () => {
    for (const pick of [(self: Person) => self.say("2"), (self: Person) => self.press(1), (self: Person) => self.say("dot thu dieu kien syn26")]) {
      const self = person(stage, { world: { ...known, open: ["US26", "SYN26"] } });
      expect(textOf(self.say("đăng ký"))).toContain("Anh/chị đăng ký đợt nào?");
      pick(self);
      expect(self.answers["call"]).toMatchObject({ code: "SYN26" });
    }
  });

  test("of a call that closed while it was chosen says so", () => {
    const self = person(stage, { world: { ...known, open: ["US26", "SYN26"] } });
    self.say("đăng ký");
    self.world = { ...self.world, open: [] };
    self.say("quay lại");
    self.say("/ngonngu");
    self.say("hủy");
    self.say("đăng ký");
    expect(self.session.question).toBeNull();
  });

  test("a code begins with the call it names", () => {
    const self = person(stage, { world: { ...known, open: ["US26", "SYN26"] } });
    self.say("/start SYN26");
    expect(self.answers["call"]).toMatchObject({ code: "SYN26" });
  });

  test("ends with a receipt that says the code and what comes next", () => {
    const self = at("review");
    const receipt = self.say("gửi đăng ký");
    expect(textOf(receipt)).toMatch(/Mã hồ sơ: US26-104187-9\nTiếp theo: /);
    expect(receipt[0]?.qr?.text).toBe("https://example.org/verify/US26-104187-9");
    expect(textOf(receipt)).toContain("nhận tin về các đợt đăng ký khác");
    self.say("không");
    expect(self.session).toMatchObject({ talks: [], question: null, drafts: [] });
  });

  test("that comes too late for the call says so and keeps the draft, to be looked at again", () => {
    const self = at("review");
    self.world = { ...self.world, submit: "closed" };
    expect(textOf(self.say("1"))).toContain("Bản nháp còn nguyên");
    expect(self.session.drafts).toHaveLength(1);
    self.say("đăng ký");
    self.say("làm tiếp");
    expect(asking(self)).toBe("review");
    self.world = { ...self.world, submit: "accepted" };
    expect(textOf(self.say("1"))).toContain("Mã hồ sơ: ");
  });
});

describe("a form with conditions", () => {
  test("asks a field only where its condition holds", () => {
    expect(Object.keys(fields(at("review", { a: "có", kind: "ướt", madeOn: "15/3/2025" })))).toEqual(expect.arrayContaining(["b", "c", "wetNote", "oldNote"]));
    const plain = fields(at("review", { a: "không", kind: "khô", madeOn: "15/3/2026" }));
    expect(Object.keys(plain).sort()).toEqual(["a", "decision", "field", "kind", "labels", "madeOn", "months", "productName", "second"]);
  });

  test("takes an answer that is sent later for none", () => {
    const later = fields(at("review", { a: "không", kind: "khô", madeOn: "gửi sau" }));
    expect(later["madeOn"]).toBe("@later");
    expect(later).not.toHaveProperty("oldNote");
    expect(later).not.toHaveProperty("newNote");
  });

  test("after a correction drops every answer that hung on it, also at second hand", () => {
    const self = at("review");
    self.say("sửa có xuất khẩu");
    expect(asking(self)).toBe("a");
    expect(textOf(self.say("không"))).toMatch(/^Đã sửa Có xuất khẩu: Không \(trước là Có\)\./);
    expect(asking(self)).toBe("review");
    expect(fields(self)).not.toHaveProperty("b");
    expect(fields(self)).not.toHaveProperty("c");
    expect(fields(self)).toHaveProperty("wetNote", "lạnh");
  });

  test("after a correction asks what it newly needs, all of it, and comes back to the review", () => {
    const self = at("review", { a: "không", kind: "khô" });
    self.say("sửa loại");
    expect(textOf(self.say("loại khác"))).toMatch(/^Đã sửa Loại: .+ Cách giữ là gì\?$/);
    self.say("để mát");
    expect(asking(self)).toBe("newNote");
    self.say("muộn");
    expect(asking(self)).toBe("review");
    expect(fields(self)).toMatchObject({ kind: "other", wetNote: "để mát", newNote: "muộn" });
  });

  test("going back from what a correction newly asked loses none of the earlier answers for good", () => {
    const self = at("review", { a: "không", kind: "khô" });
    self.say("sửa loại");
    self.say("ướt");
    expect(asking(self)).toBe("wetNote");
    self.say("quay lại");
    for (let n = 0; n < 10 && asking(self) !== "review"; n++) {
      if (asking(self) === "labels") self.photo(`again${n}`);
      else self.say("lạnh");
    }
    expect(fields(self)).toMatchObject({ kind: "wet", wetNote: "lạnh", labels: { fileIds: [expect.any(String)] } });
  });

  test("shows what it knows already and takes it, or something else", () => {
    const right = at("second");
    expect(right.session.question?.prefill).toBe("+84901234567");
    right.say("đúng rồi");
    expect(right.answers["second"]).toBe("+84901234567");
    const other = at("second");
    expect(textOf(other.say("khác"))).toContain("Số thứ hai là gì?");
    other.say("0987654321");
    expect(other.answers["second"]).toBe("+84987654321");
    const atOnce = at("second");
    atOnce.say("0987654321");
    expect(atOnce.answers["second"]).toBe("+84987654321");
  });

  test("takes `gửi sau` where the call allows it, and nowhere else", () => {
    const self = at("madeOn");
    expect(self.session.question?.options).toHaveLength(1);
    expect(textOf(self.say("gui sau"))).toContain("Ngày sản xuất gửi sau");
    const may = at("months");
    may.say("gửi sau");
    expect(asking(may)).toBe("months");
  });

  test("a question for a number has no numbered choices", () => {
    const self = at("months");
    self.say("1");
    expect(self.answers["months"]).toBe(1);
  });
});

describe("corrections", () => {
  test("keep the old answer until there is a new one", () => {
    for (const leaving of ["quay lại", "hủy", "đăng ký"]) {
      const self = at("review");
      self.say("sửa tên sản phẩm");
      self.say(leaving);
      const answers = self.session.talks.at(-1)?.answers ?? self.session.drafts.at(-1)?.answers;
      expect([leaving, answers?.["productName"]]).toEqual([leaving, "Mít sấy"]);
    }
  });

  test("find a row by part of its name, and name the rows when there is none", () => {
    const self = at("review");
    self.say("sua ten san");
    expect(asking(self)).toBe("productName");
    self.say("quay lại");
    const out = self.say("sửa giá bán");
    expect(textOf(out)).toMatch(/^Không có mục “giá bán”\. Sửa mục nào\?/);
    expect(textOf(out)).toContain("Các mục: Tên cơ sở, ");
    expect(out[0]?.choices?.map((choice) => choice.label)).toEqual(["Không sửa nữa"]);
  });

  test("of what the sub-flow asked come back to the review too", () => {
    const self = at("review");
    self.say("sửa số điện thoại");
    expect(textOf(self.say("0987654321"))).toContain("0987 654 321 (trước là 0901 234 567)");
    expect(asking(self)).toBe("review");
  });

  test("an answer that is not understood leaves the correction open", () => {
    const self = at("review");
    self.say("sửa hạn dùng");
    self.say("nhiều");
    expect(asking(self)).toBe("months");
    self.say("6");
    expect([asking(self), self.answers["months"]]).toEqual(["review", 6]);
  });

  test("a thumb does not send, nor choose anything else", () => {
    const intro = person(stage, { world: known });
    intro.say("đăng ký");
    expect(textOf(intro.say("👌 nhé"))).toContain("Hiểu 👌 là đồng ý");
    expect(asking(intro)).toBe("intro");
    const self = at("review");
    expect(textOf(self.say("👍"))).toContain("Hiểu 👍 là đồng ý");
    expect(self.submitted).toBeNull();
  });
});

describe("the same product again", () => {
  const twice = (): Person => {
    const self = person(stage, { world: { ...known, duplicate: true } });
    self.say("đăng ký");
    self.say("1");
    self.say("Mít sấy");
    return self;
  };
  test("is told, and goes on as another product", () => {
    const self = twice();
    expect(asking(self)).toBe("ask");
    expect(textOf(self.say("2"))).toMatch(/^Đã ghi: sản phẩm khác cùng tên\./);
    expect(asking(self)).toBe("decision");
  });
  test("is left with an answer", () => {
    const self = twice();
    expect(textOf(self.say("thôi"))).toMatch(/^Đã dừng\./);
    expect(self.session.question).toBeNull();
  });
  test("opens the one that is there", () => {
    const self = twice();
    self.world = { ...self.world, sent: 1 };
    expect(textOf(self.press(0))).toContain("Anh/chị có 1 hồ sơ.");
  });
  test("left right after `sản phẩm khác` is kept as a draft", () => {
    const self = twice();
    self.say("2");
    expect(textOf(self.say("hủy"))).toContain("Bản nháp còn nguyên");
    expect(self.session.drafts.at(-1)?.answers).toMatchObject({ productName: "Mít sấy" });
  });
});

describe("what lies under the talk", () => {
  test("a look at the status in mid-form comes back to the open question", () => {
    const self = at("months");
    self.world = { ...self.world, sent: 2, underWay: true };
    const out = textOf(self.say("/trangthai"));
    expect(out).toContain("Anh/chị có 2 hồ sơ.");
    expect(out).toMatch(/Trở lại việc đang dở\. .*Hạn dùng là gì\?$/);
    self.say("12");
    expect(self.answers["months"]).toBe(12);
  });

  test("a passing talk gives way to the next, the form stays", () => {
    const self = at("months");
    self.say("trạng thái");
    expect(self.session.talks.map((talk) => talk.flow)).toEqual(["register", "status"]);
    self.say("tra cứu");
    expect(self.session.talks.map((talk) => talk.flow)).toEqual(["register", "lookup"]);
    expect(textOf(self.say("hủy"))).toContain("Hạn dùng là gì?");
    expect(asking(self)).toBe("months");
  });

  test("beginning the same flow again is going on with it", () => {
    const self = at("months");
    self.say("tra cứu");
    self.say("đăng ký");
    expect(self.session.talks.map((talk) => talk.flow)).toEqual(["register"]);
    expect(asking(self)).toBe("months");
  });

  test("help and unknown words leave the question open", () => {
    const self = at("months");
    const id = self.session.question?.id;
    for (const word of ["trợ giúp", "/abc", "phản ánh", "/thongbao"]) expect(textOf(self.say(word))).not.toBe("");
    expect(self.session.question?.id).toBe(id);
  });

  test("a button of an earlier question says so and changes nothing", () => {
    const self = person(stage, { world: known });
    const old = self.say("đăng ký").at(-1)?.choices?.[2]?.data ?? "";
    self.press(0);
    const before = self.session;
    expect(textOf(self.pressed(old))).toMatch(/^Nút vừa bấm thuộc câu hỏi cũ/);
    expect(self.session).toEqual(before);
  });
});

describe("leaving and coming back", () => {
  test("a draft is offered by its name and section, shown, gone on with, or put aside", () => {
    const self = at("months");
    self.say("hủy");
    expect(textOf(self.say("đăng ký"))).toBe("Hồ sơ Mít sấy đang dở ở Bước 3/5. Anh/chị làm tiếp không?");
    expect(textOf(self.say("xem đã khai gì"))).toContain("Tên sản phẩm: Mít sấy");
    expect(textOf(self.say("làm tiếp"))).toMatch(/Bước 3\/5 – Sản phẩm\. .*Hạn dùng là gì\?$/);
    expect(self.session.drafts).toEqual([]);
  });

  test("another dossier leaves the draft where it is", () => {
    const self = at("months");
    self.say("hủy");
    self.say("đăng ký");
    self.say("hồ sơ khác");
    expect(self.answers).not.toHaveProperty("productName");
    expect(self.session.drafts).toHaveLength(1);
  });

  test("leaving a flow that keeps no drafts says what can be done", () => {
    const self = person(stage);
    self.say("tra cứu");
    expect(textOf(self.say("/huy"))).toBe("Đã dừng. Gõ “trợ giúp” để xem việc làm được.");
    expect(textOf(self.say("/huy"))).toBe("Không có việc nào đang dở. Gõ “trợ giúp” để xem việc làm được.");
  });

  test("photos sent so far are still there after leaving", () => {
    const self = at("decision");
    self.photo("mine");
    self.say("hủy");
    self.say("đăng ký");
    self.say("làm tiếp");
    self.say(decision);
    self.say("đúng");
    expect(self.answers["decision"]).toMatchObject({ fileIds: ["mine"] });
  });

  test("after a day a question is not answered by what comes next, but the draft is offered", () => {
    const self = at("months");
    self.wait(24 * 3_600_000 + 1);
    expect(textOf(self.say("12"))).toMatch(/^Hồ sơ Mít sấy đang dở/);
    self.say("làm tiếp");
    expect(asking(self)).toBe("months");
    expect(self.answers).not.toHaveProperty("months");
  });

  test("after just under a day it is answered as ever", () => {
    const self = at("months");
    self.wait(24 * 3_600_000 - 5_000);
    self.say("12");
    expect(self.answers["months"]).toBe(12);
  });

  test("after a day a typed number does not choose, also where the question had choices", () => {
    const self = at("review");
    self.wait(25 * 3_600_000);
    expect(textOf(self.say("1"))).toMatch(/^Hồ sơ Mít sấy đang dở/);
    expect(self.submitted).toBeNull();
  });

  test("after a day a form under a passing talk is kept too", () => {
    const self = at("months");
    self.say("tra cứu");
    self.wait(25 * 3_600_000);
    expect(textOf(self.say("xin lỗi, bận quá"))).toMatch(/^Hồ sơ Mít sấy đang dở/);
  });

  test("after a day a passing question is over: what is said is answered from the menu", () => {
    const self = person(stage);
    self.say("tra cứu");
    self.wait(25 * 3_600_000);
    expect(textOf(self.say("mít sấy"))).toMatch(/^Chưa hiểu “mít sấy”\. Chào anh\/chị\./);
  });
});

describe("words sent too early", () => {
  test("cannot answer a question that went out afterwards", () => {
    const self = at("months");
    const before = new Date((self.session.question?.at.getTime() ?? 0) - 1);
    expect(textOf(self.give({ is: "text", text: "12" }, before))).toMatch(/^(Tin “12” đến trước|Đã nhận hai tin)/);
    expect(self.answers).not.toHaveProperty("months");
  });

  test("two halves of a name are asked about, and can be joined", () => {
    const self = person(stage, { world: known });
    self.say("đăng ký");
    self.say("1");
    const sent = self.now();
    self.say("Mít sấy");
    const out = self.give({ is: "text", text: "giòn Mẫu" }, sent);
    expect(textOf(out)).toBe("Đã nhận hai tin: “Mít sấy” và “giòn Mẫu”. Đâu là tên sản phẩm?");
    expect(out[0]?.choices?.map((choice) => choice.label)).toEqual(["Mít sấy giòn Mẫu", "Mít sấy", "giòn Mẫu"]);
    self.say("1");
    expect(self.answers["productName"]).toBe("Mít sấy giòn Mẫu");
    expect(asking(self)).toBe("decision");
  });
});

describe("going back", () => {
  test("from the first question stays there and says so", () => {
    const self = person(stage);
    self.say("đăng ký");
    expect(textOf(self.say("quay lại"))).toMatch(/^Đây là câu đầu tiên\./);
  });

  test("with nothing open says so", () => {
    expect(textOf(person(stage).say("quay lại"))).toMatch(/^Không có câu nào để quay lại\./);
  });

  test("from half an answer begins that answer anew", () => {
    const self = at("field");
    self.say("Đồng Tháp");
    expect(self.session.question?.partial).toBeDefined();
    self.say("quay lại");
    expect([asking(self), self.session.question?.partial]).toEqual(["field", undefined]);
  });
});

describe("language", () => {
  test("switches at any step; the question is asked again, and what was said stays", () => {
    const self = at("months");
    const out = self.say("English");
    expect(self.session.language).toBe("en");
    expect(textOf(out)).toMatch(/Hạn dùng/);
    expect(self.answers["productName"]).toBe("Mít sấy");
    self.say("tiếng Việt");
    expect(self.session.language).toBe("vi");
    self.say("/ngonngu");
    expect(self.session.language).toBe("en");
  });

  test("choices are taken in the language that shows", () => {
    const self = person(stage, { world: known, language: "en" });
    const labels = self.say("/register").at(-1)?.choices?.map((choice) => choice.label) ?? [];
    self.say(labels[0] ?? "");
    expect(asking(self)).toBe("productName");
  });
});

describe("nothing open", () => {
  test("a code is looked up", () => {
    const [found] = person(stage).say("US26-104187-9");
    expect(found).toMatchObject({ text: "Hồ sơ US26-104187-9", rows: [expect.anything()] });
  });

  test("an invitation is offered, and taken only on yes", () => {
    const self = person(stage);
    expect(textOf(self.say("start INVITE"))).toContain("Lời mời làm cán bộ tỉnh");
    expect(textOf(self.say("không phải"))).toContain("Lời mời vẫn còn nguyên");
    self.say("/start INVITE");
    expect(textOf(self.say("đúng"))).toContain("Đã nhận lời mời");
    self.say("/start INVITE");
    self.world = { ...self.world, invitation: false };
    expect(textOf(self.say("1"))).toContain("đã dùng hoặc hết hạn");
  });

  test("an unknown code leads to the menu", () => {
    expect(textOf(person(stage).say("/start nothing-of-ours"))).toMatch(/^Chưa nhận ra mã “nothing-of-ours”.*\. Chào anh\/chị\./);
  });

  test("a photo or a voice message is told why it is not kept", () => {
    const self = person(stage);
    self.say("xin chào");
    self.say("hủy");
    expect(textOf(self.give({ is: "file", fileId: "f", media: "photo" }))).toContain("chưa gắn với việc nào");
    self.say("hủy");
    expect(textOf(self.give({ is: "other", what: "voice" }))).toContain("Chưa nghe được tin nhắn thoại");
  });
});

describe("after failures", () => {
  test("a person to ask is named from the second on, and a good answer is taken all the same", () => {
    const self = at("months");
    expect(textOf(self.say("nhiều"))).not.toContain("Văn phòng Mẫu");
    expect(textOf(self.say("nhiều lắm"))).toContain("Văn phòng Mẫu, 0901 111 222");
    self.say("12");
    expect(self.answers["months"]).toBe(12);
  });

  test("a text that was too long is kept with the draft", () => {
    const self = at("productName");
    self.say("x".repeat(10_000));
    expect(asking(self)).toBe("productName");
    expect(self.session.talks.at(-1)?.kept?.[0]).toHaveLength(10_000);
  });
});

describe("a photo while something else comes between", () => {
  test("stays when the flow's own word is typed again", () => {
    const self = at("decision");
    self.photo("f1");
    expect(textOf(self.say("đăng ký"))).toContain("Quyết định số mấy");
    expect(textOf(self.say(decision))).toContain("Đúng không?");
    self.say("1");
    expect(self.answers["decision"]).toMatchObject({ fileIds: ["f1"], stars: 4 });
  });

  test("that is kept meanwhile answers its question", () => {
    const self = at("labels");
    self.give({ is: "file", fileId: "l1", media: "photo" });
    self.say("tra cứu");
    self.give({ is: "settled", fileId: "l1" });
    self.say("hủy");
    expect(self.answers["labels"]).toEqual({ fileIds: ["l1"] });
    expect(asking(self)).toBe("review");
  });

  test("that is refused meanwhile is told of when its question is taken up again", () => {
    const self = at("labels");
    self.give({ is: "file", fileId: "l1", media: "photo" });
    self.say("tra cứu");
    self.give({ is: "settled", fileId: "l1", problem: "too_big", values: { megabytes: 34, limit: 20, name: "x" } });
    expect(textOf(self.say("hủy"))).toContain("34 MB");
    self.photo("l2");
    expect(self.answers["labels"]).toEqual({ fileIds: ["l2"] });
  });

  test("that comes after more than a day is said not to be kept", () => {
    const self = at("decision");
    self.wait(25 * 3_600_000);
    expect(textOf(self.give({ is: "file", fileId: "f1", media: "photo" }))).toMatch(/chưa lưu.*làm tiếp không\?/s);
  });
});

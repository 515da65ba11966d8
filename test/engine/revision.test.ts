import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Call } from "../../src/domain/call.js";
import { conditional, loadStage, person, textOf, type Person, type Stage } from "./rig.js";

let stage: Stage;
beforeAll(async () => {
  stage = await loadStage();
});

/** The call, and a later revision of it that asks one thing more, one thing otherwise and one thing no more. */
const later: Call = {
  ...conditional,
  fields: [
    ...conditional.fields.filter(({ id }) => !["months", "newNote"].includes(id)).map((field) => (field.id === "kind" ? { ...field, options: [{ value: "dry", label: "Khô" }, { value: "fresh", label: "Tươi" }] } : field)),
    { id: "colour", section: "more", ask: "text", label: "Màu sắc", required: true, later: false },
  ],
};

/** Somebody in a form whose newest revision is what `newest` says. */
function talker(): { self: Person; publish(): void } {
  let newest = 1;
  const revisions = new Map([[1, conditional], [2, later]]);
  const self = person(stage, {
    world: { known: true, consented: true, open: ["SYN26"] },
    context: { form: ({ code, revision }) => (code === "SYN26" ? revisions.get(revision) : stage.calls.get(code)), latest: () => newest },
  });
  self.say("đăng ký");
  self.say("làm luôn");
  return { self, publish: () => void (newest = 2) };
}

describe("a call's form that changes while drafts exist", () => {
  test("tells what changed at the next question, keeps what still fits and asks what is missing", () => {
    const { self, publish } = talker();
    self.say("Mít sấy");
    self.say("không");
    expect(self.answers).toMatchObject({ productName: "Mít sấy", a: false, call: { revision: 1 } });
    publish();
    const said = textOf(self.say("12"));
    expect(said).toContain("Mẫu đăng ký vừa đổi, các câu trả lời còn hợp vẫn giữ.");
    expect(said).toContain("Hỏi thêm: Màu sắc.");
    expect(said).toContain("Hỏi lại: Loại.");
    expect(said).toContain("Không hỏi nữa: Hạn dùng, Vì sao muộn.");
    expect(self.answers).toMatchObject({ productName: "Mít sấy", a: false, call: { revision: 2 } });
    expect(self.answers).not.toHaveProperty("months");
  });

  test("is taken up by a draft that is resumed", () => {
    const { self, publish } = talker();
    self.say("Mít sấy");
    self.say("hủy");
    publish();
    self.say("đăng ký");
    expect(textOf(self.say("làm tiếp"))).toContain("Mẫu đăng ký vừa đổi");
    expect(self.answers).toMatchObject({ productName: "Mít sấy", call: { revision: 2 } });
  });

  test("at the review asks what the new form asks more, then comes back", () => {
    const { self, publish } = talker();
    const answers: Record<string, string> = { productName: "Mít sấy", a: "không", months: "12", madeOn: "15/3/2025", kind: "khô", oldNote: "cũ", second: "đúng", field: "gửi sau", decision: "gửi sau", colour: "vàng" };
    const here = (): string => self.session.question?.stack.at(-1)?.field ?? self.session.question?.stack.at(-1)?.step ?? "";
    const on = (): void => {
      for (let n = 0; n < 40 && here() !== "review"; n++) {
        if (here() === "labels") self.photo(`l${n}`);
        else self.say(answers[here()] ?? "?");
      }
    };
    on();
    expect(here()).toBe("review");
    publish();
    self.say("hủy");
    self.say("đăng ký");
    expect(textOf(self.say("làm tiếp"))).toContain("Hỏi thêm: Màu sắc.");
    expect(here()).toBe("kind");
    on();
    expect(here()).toBe("review");
    expect(self.answers).toMatchObject({ colour: "vàng", kind: "dry", productName: "Mít sấy" });
    expect(self.answers).not.toHaveProperty("months");
  });
});

describe("a deadline that passes in mid-form", () => {
  const day = 86_400_000;

  test("is said once, nothing is lost, and the form goes on where late ones are taken", () => {
    const { self } = talker();
    self.say("Mít sấy");
    self.wait(31 * day);
    const resumed = textOf(self.say("đăng ký"));
    expect(resumed).toContain("Hạn cuối (hết ngày 23/12/2026 (thứ Tư)) đã qua.");
    expect(self.answers).toMatchObject({ productName: "Mít sấy" });
    expect(textOf(self.say("không"))).not.toContain("đã qua");
  });
});

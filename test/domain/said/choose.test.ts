import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { choose, chooseMany } from "../../../src/domain/said/choose.js";

const labelled = (...labels: string[]): { label: string }[] => labels.map((label) => ({ label }));
const consent = labelled("Đồng ý", "Không đồng ý", "Đọc bản đầy đủ");
const ready = labelled("Sẵn sàng", "Chưa sẵn sàng");
const right = labelled("Đúng", "Sửa", "Gửi thêm ảnh");
const yesNo = labelled("Có", "Không", "Gửi sau");
const send = labelled("Gửi đăng ký", "Sửa một mục", "Để sau");
const exported = labelled("Chưa", "Rồi");
const papers = [{ label: "ISO 22000" }, { label: "HACCP" }, { label: "GMP" }, { label: "Giấy khác", also: ["chứng nhận khác"] }, { label: "Chưa có" }];
const sets = labelled("Rau, củ, quả, hạt chế biến", "Rau, củ, quả tươi", "Gạo, ngũ cốc", "Mật ong", "Trà", "Chè thảo mộc");
const products = labelled("Mít sấy", "Mít sấy giòn", "Mắm cá", "Mắm cà");

type Case = [string, readonly { label: string; also?: readonly string[] }[], number | number[] | undefined];

describe("a choice that was said", () => {
  test.each<Case>([
    ["Đồng ý", consent, 0],
    ["dong y", consent, 0],
    ["DONG Y.", consent, 0],
    ["dongy", consent, 0],
    ["đông ý", consent, 0],
    ["dạ đồng ý ạ", consent, 0],
    ["tôi đồng ý", consent, 0],
    ["dong y nha", consent, 0],
    ["dong yy", consent, undefined],
    ["dồn ý", consent, 0],
    ["odng y", consent, 0],
    ["khong dong y", consent, 1],
    ["ko dong y", consent, 1],
    ["k đồng ý", consent, 1],
    ["hông đồng ý", consent, 1],
    ["khog dong y", consent, 1],
    ["không", consent, 1],
    ["doc ban day du", consent, 2],
    ["đọc", consent, 2],
    ["co", consent, undefined],
    ["đồng ý cái gì", consent, undefined],
    ["dong y hay khong", consent, undefined],
    ["nếu miễn phí thì đồng ý", consent, undefined],
    ["đồng ý là sao?", consent, undefined],
    ["đồng ý đâu", consent, undefined],
    ["chắc là đồng ý", consent, undefined],
    ["san sang", ready, 0],
    ["tui san sang roi", ready, 0],
    ["chua san sang", ready, 1],
    ["chưa", ready, 1],
    ["chuwa san sang", ready, 1],
    ["dung", right, 0],
    ["đúng rồi", right, 0],
    ["dugn", right, 0],
    ["đừng", right, undefined],
    ["sua lai", right, 1],
    ["sưa", right, 1],
    ["gui them anh", right, 2],
    ["gui them", right, 2],
    ["co", yesNo, 0],
    ["có ạ", yesNo, 0],
    ["cơ sở", yesNo, undefined],
    ["cos", yesNo, undefined],
    ["ko", yesNo, 1],
    ["không biết", yesNo, undefined],
    ["gui sau nhe", yesNo, 2],
    ["đừng gửi sau", yesNo, undefined],
    ["gui", send, 0],
    ["gửi luôn", send, 0],
    ["sau", send, 2],
    ["chua", exported, 0],
    ["rồi", exported, 1],
    ["chưa rồi", exported, 0],
    ["iso", papers, 0],
    ["iso22000", papers, 0],
    ["iso 22001", papers, undefined],
    ["giay haccp", papers, 1],
    ["hacpp", papers, 1],
    ["gmpp", papers, undefined],
    ["chung nhan khac", papers, 3],
    ["rau cu qua", sets, [0, 1]],
    ["rau che bien", sets, undefined],
    ["mat ogn", sets, undefined],
    ["mat omg", sets, undefined],
    ["che thoa moc", sets, 5],
    ["che thao moc", sets, 5],
    ["mit say gion loai mot", products, 1],
    ["mam ca", products, [2, 3]],
    ["mắm cà", products, 3],
    ["mit say gion nhe", products, 1],
    ["mit say gionn", products, [1, 0]],
    ["mit say gionn loai mot", products, 0],
    ["1", papers, undefined],
    ["", papers, undefined],
    ["…", papers, undefined],
  ])("%j", (text, options, meant) => {
    const is = meant === undefined ? { is: "none" } : typeof meant === "number" ? { is: "one", index: meant } : { is: "several", indexes: meant };
    expect(choose(text, options)).toEqual(is);
  });

  it.each([
    ["không đồng ý", labelled("Đồng ý", "Để sau")],
    ["khog dong y", labelled("Đồng ý")],
    ["kong dong y", labelled("Đồng ý")],
    ["hong dong y", labelled("Đồng ý")],
    ["hong y", labelled("Đồng ý")],
    ["đồng ý không", labelled("Đồng ý")],
    ["chưa đồng ý", labelled("Đồng ý")],
    ["chưa sẵn sàng", labelled("Sẵn sàng")],
    ["chua san sag", labelled("Sẵn sàng")],
    ["khong dung", labelled("Đúng")],
    ["từ chối đồng ý", labelled("Đồng ý")],
    ["rut lai dong y", labelled("Đồng ý")],
    ["đúng đâu", labelled("Đúng")],
    ["không phải đúng", labelled("Đúng", "Sai")],
    ["dong y", labelled("Không đồng ý")],
    ["san sang", labelled("Chưa sẵn sàng")],
    ["not ready", labelled("Ready")],
    ["i do not agree", labelled("Agree")],
    ["agree?", labelled("I agree")],
    ["thoi khoi gui dang ky", labelled("Gửi đăng ký")],
  ])("%j chooses nothing, for a word turns it", (text, options) => {
    expect(choose(text, options)).toEqual({ is: "none" });
  });

  it("offers the few it could be when one wrong letter fits two alike", () => {
    expect(choose("mang", labelled("Măng khô", "Mang về"))).toEqual({ is: "several", indexes: [0, 1] });
    expect(choose("tranh", labelled("Thanh", "Trinh", "Khác"))).toEqual({ is: "several", indexes: [0, 1] });
  });

  it("offers five at most", () => {
    const many = choose("mít", labelled("Mít sấy", "Mít tươi", "Mít non", "Mít ướt", "Mít dai", "Mít mật"));
    expect(many).toEqual({ is: "several", indexes: [0, 1, 2, 3, 4] });
  });
});

describe("several choices that were said", () => {
  test.each<[string, number[], string[]]>([
    ["1 2", [0, 1], []],
    ["1,2", [0, 1], []],
    ["1 và 3", [0, 2], []],
    ["1, 2 va 3", [0, 1, 2], []],
    ["2;1", [1, 0], []],
    ["1.2", [0, 1], []],
    ["so 1 va so 3", [0, 2], []],
    ["1 1 2", [0, 1], []],
    ["iso va haccp", [0, 1], []],
    ["iso haccp gmp", [0, 1, 2], []],
    ["iso 22000 với gmp", [0, 2], []],
    ["ISO 22000, HACCP", [0, 1], []],
    ["co giay iso va giay haccp", [0, 1], []],
    ["haccp, 3", [1, 2], []],
    ["iso 22000", [0], []],
    ["iso 9001", [], ["iso 9001"]],
    ["iso và vietgap", [0], ["vietgap"]],
    ["hacpp & gmp", [1, 2], []],
    ["giay khac", [3], []],
    ["chua co", [4], []],
    ["khong co", [], ["khong co"]],
    ["haccp, khong gmp", [1], ["khong gmp"]],
    ["1 6", [0], ["6"]],
    ["0", [], ["0"]],
    ["12", [], ["12"]],
    ["1-3", [], ["1-3"]],
    ["abc", [], ["abc"]],
    ["", [], []],
    [" , ", [], []],
  ])("%j", (text, indexes, rest) => {
    expect(chooseMany(text, papers)).toEqual({ indexes, rest });
  });

  it("takes a label with a comma or “và” in it whole", () => {
    expect(chooseMany("gao, ngu coc", sets)).toEqual({ indexes: [2], rest: [] });
    expect(chooseMany("nhãn và bao bì", labelled("Nhãn", "Nhãn và bao bì"))).toEqual({ indexes: [1], rest: [] });
  });
});

it("no choice throws, and each is an option that is there", () => {
  const pieces = fc.constantFrom("đồng", "dong", "ý", "không", "ko", "chưa", "đừng", "iso", "22000", "1", "12", "và", ",", "-", "haccp", "giấy", "́", "?", " ");
  const texts = fc.oneof(fc.string({ unit: "binary" }), fc.array(pieces).map((parts) => parts.join(" ")));
  const anything = fc.array(fc.record({ label: texts }), { maxLength: 6 });
  fc.assert(
    fc.property(texts, fc.oneof(fc.constant(papers), fc.constant(consent), anything), (text, options) => {
      const found = choose(text, options);
      const indexes = found.is === "one" ? [found.index] : found.is === "several" ? found.indexes : [];
      if (found.is === "several") expect(indexes.length).toBeGreaterThan(1);
      for (const index of [...indexes, ...chooseMany(text, options).indexes]) expect(options[index]).toBeDefined();
    }),
    { numRuns: 500 },
  );
});

it("a refusal in front of a choice is never that choice, however it is typed", () => {
  const no = fc.constantFrom("không", "khong", "ko", "k", "chưa", "chua", "đừng", "chẳng", "hông", "hok", "khog", "kong", "not");
  const label = fc.constantFrom("Đồng ý", "Sẵn sàng", "Đúng", "Gửi đăng ký", "HACCP");
  const polite = fc.constantFrom("", " ạ", " nha", " đâu", " luôn");
  fc.assert(
    fc.property(no, label, polite, fc.boolean(), (word, chosen, end, plain) => {
      const text = `${word} ${plain ? chosen.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d") : chosen}${end}`;
      expect(choose(text, [{ label: chosen }])).toEqual({ is: "none" });
      expect(chooseMany(text, [{ label: chosen }]).indexes).toEqual([]);
    }),
  );
});

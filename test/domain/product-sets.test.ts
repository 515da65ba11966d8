import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { guessProductSet, productSetOf, productSets, sectors } from "../../src/domain/product-sets.js";
import { fold } from "../../src/lib/text.js";

describe("the 26 sets in six sectors", () => {
  test("each sector has as many as the programme's list", () => {
    expect(sectors.map((sector) => productSets.filter((set) => set.sector === sector).length)).toEqual([13, 4, 3, 2, 3, 1]);
    expect(new Set(productSets.map(({ id }) => id)).size).toBe(26);
  });

  test("flowers, plants, animals and tourism are no processed goods; fresh goods and crafts are for a person", () => {
    const which = (processed: string): string[] => productSets.filter((set) => set.processed === processed).map(({ id }) => id);
    expect(which("no")).toEqual(["water", "flowers", "ornamental_plants", "ornamental_animals", "tourism"]);
    expect(which("person")).toEqual(["fresh_produce", "fresh_animal", "rice_cereals", "honey", "functional_medicine", "herbal_cosmetics", "handicraft", "textiles"]);
  });

  test("is found by its id alone", () => {
    expect(productSetOf("tea")).toMatchObject({ sector: "food", processed: "yes" });
    expect([productSetOf("@later"), productSetOf(undefined), productSetOf("constructor")]).toEqual([undefined, undefined, undefined]);
  });
});

const named: [string, string | null][] = [
  ["Mít sấy giòn Mẫu", "processed_produce"],
  ["mit say gion", "processed_produce"],
  ["Chuối sấy dẻo", "processed_produce"],
  ["Xoài sấy Mẫu", "processed_produce"],
  ["Xoài cát Hòa Lộc", "fresh_produce"],
  ["Bưởi da xanh ruột hồng", "fresh_produce"],
  ["Thanh long ruột đỏ", "fresh_produce"],
  ["Hạt điều rang muối", "processed_produce"],
  ["Hạt sen sấy", "processed_produce"],
  ["Mứt gừng", "processed_produce"],
  ["Tinh bột nghệ", "processed_produce"],
  ["Măng chua", "processed_produce"],
  ["Măng khô", "processed_produce"],
  ["Gừng ngâm mật ong", "processed_produce"],
  ["Kẹo dừa Bến Tre", "processed_produce"],
  ["Tỏi đen Lý Sơn", "processed_produce"],
  ["Vải thiều Lục Ngạn", "fresh_produce"],
  ["Vải sấy", "processed_produce"],
  ["Cà chua bi", "fresh_produce"],
  ["Nấm rơm", "fresh_produce"],
  ["Nước mắm Mẫu 40 độ đạm", "sauces"],
  ["nuoc mam nhi", "sauces"],
  ["Tương ớt", "sauces"],
  ["Mắm tôm", "sauces"],
  ["Giấm gạo", "sauces"],
  ["Muối tôm Tây Ninh", "spices"],
  ["Hạt tiêu Chư Sê", "spices"],
  ["Bột ớt", "spices"],
  ["Chả cá thác lác", "processed_animal"],
  ["Chả mực Hạ Long", "processed_animal"],
  ["Cá lóc một nắng", "processed_animal"],
  ["Khô cá lóc", "processed_animal"],
  ["ca kho lang Mau", "processed_animal"],
  ["Cá kho", "processed_animal"],
  ["Tôm khô Cà Mau", "processed_animal"],
  ["Thịt trâu gác bếp", "processed_animal"],
  ["Lạp xưởng tươi", "processed_animal"],
  ["Nem chua Thanh Hóa", "processed_animal"],
  ["Trứng vịt muối", "processed_animal"],
  ["Trứng gà ta", "fresh_animal"],
  ["Tôm sú tươi", "fresh_animal"],
  ["Gạo ST25", "rice_cereals"],
  ["gao lut", "rice_cereals"],
  ["Gạo lứt rang", "processed_cereals"],
  ["Bánh tráng phơi sương", "processed_cereals"],
  ["banh trang dua", "processed_cereals"],
  ["Bánh phồng tôm", "processed_cereals"],
  ["Bánh pía sầu riêng", "processed_cereals"],
  ["Bánh đậu xanh", "processed_produce"],
  ["Bún khô", "processed_cereals"],
  ["Miến dong Cao Bằng", "processed_cereals"],
  ["Hủ tiếu Mỹ Tho", "processed_cereals"],
  ["Phở ăn liền", "fast_food"],
  ["Bột ngũ cốc", "processed_cereals"],
  ["Mật ong rừng", "honey"],
  ["Mật hoa dừa", "honey"],
  ["Trà xanh Thái Nguyên", "tea"],
  ["Chè Shan tuyết Suối Giàng", "tea"],
  ["Trà atiso túi lọc", "herbal_tea"],
  ["tra gung", "herbal_tea"],
  ["Trà hoa cúc", "herbal_tea"],
  ["Trà gạo lứt đậu đen", "herbal_tea"],
  ["Cà phê rang xay", "coffee_cocoa"],
  ["ca phe bot", "coffee_cocoa"],
  ["Socola nguyên chất", "coffee_cocoa"],
  ["Rượu nếp Mẫu", "white_spirit"],
  ["Rượu", "white_spirit"],
  ["Rượu sim", "other_alcohol"],
  ["Rượu vang nho", "other_alcohol"],
  ["Nước khoáng thiên nhiên", "water"],
  ["Nước ép chanh dây", "soft_drinks"],
  ["Sữa đậu nành", "soft_drinks"],
  ["Viên nghệ mật ong", "functional_medicine"],
  ["Cao atiso", "functional_medicine"],
  ["Dầu gội bồ kết", "herbal_cosmetics"],
  ["Tinh dầu tràm", "oils_herbs"],
  ["tinh dau sa chanh", "oils_herbs"],
  ["Chiếu cói Kim Sơn", "handicraft"],
  ["Nón lá", "handicraft"],
  ["Bình gốm", "handicraft"],
  ["Khăn lụa tơ tằm", "textiles"],
  ["Hoa lan hồ điệp", "flowers"],
  ["Hoa cúc sấy khô", "herbal_tea"],
  ["Mai vàng", "ornamental_plants"],
  ["Cá koi", "ornamental_animals"],
  ["Homestay bản Mẫu", "tourism"],
  ["Hồng treo gió Đà Lạt", "processed_produce"],
  ["Hoa đậu biếc sấy", "herbal_tea"],
  ["Đông trùng hạ thảo sấy thăng hoa", "functional_medicine"],
  ["Trà túi lọc cà gai leo", "herbal_tea"],
  ["HTX Mẫu – cà phê Arabica", "coffee_cocoa"],
  ["Combo mít sấy", "processed_produce"],
  // In doubt: two sets fit alike, or none is named.
  ["Dầu dừa", null],
  ["Nấm linh chi", null],
  ["bo", null],
  ["Sản phẩm Mẫu", null],
  ["Quà Tết", null],
  ["", null],
  ["!!! 12", null],
];

describe("the set guessed from a product's name", () => {
  test.each(named)("%s: %s", (name, id) => {
    expect(guessProductSet(name)).toBe(id);
  });

  test("accents make no difference where they were typed in another place of the word or as signs of their own", () => {
    expect(guessProductSet("Cá kho".normalize("NFD"))).toBe("processed_animal");
    expect([guessProductSet("Trà thảo mộc hoà tan"), guessProductSet("Trà thảo mộc hòa tan")]).toEqual(["herbal_tea", "herbal_tea"]);
  });

  test("each set is guessed from the first of its own words", () => {
    expect(productSets.filter(({ id, words }) => guessProductSet(words[0] ?? "") !== id).map(({ id }) => id)).toEqual([]);
  });

  test("whatever is typed, the guess is a set or null", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 3_000 }), fc.array(fc.constantFrom(...productSets.flatMap(({ words }) => [...words, ...words.map(fold)])), { maxLength: 8 }).map((words) => words.join(" "))), (name) => {
        const guess = guessProductSet(name);
        expect(guess === null || productSetOf(guess) !== undefined).toBe(true);
      }),
      { seed: 20_261_125 },
    );
  });
});

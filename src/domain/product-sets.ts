import { createGuess } from "./product-sets/guess.js";

export const sectors = ["food", "beverages", "herbs", "crafts", "ornamentals", "tourism"] as const;
export type Sector = (typeof sectors)[number];

/** One of OCOP's 26 product sets (Decision 148/QĐ-TTg and 26/2026/QĐ-TTg, annex I; read in a transcription). */
export interface ProductSet {
  id: string;
  sector: Sector;
  /**
   * Whether its goods are processed from farming, forestry or fishery, as the US call wants them (letter of 2024, 1a, first dash).
   * Our reading; `person` where the letter leaves it open.
   */
  processed: "yes" | "no" | "person";
  /** What such products are called, with accents; a product's name that begins with one, or holds it, is likely of this set. */
  words: readonly string[];
}

const set = (sector: Sector, processed: ProductSet["processed"], id: string, words: string): ProductSet => ({ id, sector, processed, words: words.split(", ") });

export const productSets: readonly ProductSet[] = [
  // Fresh goods are not processed, yet may be cut, frozen or packed: doubtful.
  set("food", "person", "fresh_produce", "rau quả tươi, trái cây tươi, rau, củ, quả, hạt, trái cây, mít, chuối, xoài, thanh long, bưởi, cam, quýt, chanh, chanh dây, chanh leo, ổi, táo, nho, na, mãng cầu, sầu riêng, chôm chôm, nhãn, vải thiều, dứa, khóm, dừa, dưa hấu, dưa lưới, dưa leo, dưa chuột, bơ, mận, mơ, hồng giòn, hồng, vú sữa, đu đủ, măng cụt, măng tây, măng, nấm rơm, nấm, khoai lang, khoai môn, khoai tây, khoai, sắn, sen, hạt sen, củ sen, hạt điều, điều, lạc, đậu phộng, đậu xanh, đậu đen, đậu, đỗ, mè, vừng, macca, mắc ca, cà chua, cà rốt, cà tím, cà pháo, bí đỏ, bí, bầu, su su, bắp cải, cải, hành tím, hành, tỏi, gừng, nghệ, ớt, sả, rong biển, rong nho, cóc, me, sấu, thanh trà, khổ qua, rau má"),
  set("food", "person", "fresh_animal", "thịt tươi, thủy sản tươi, trứng, sữa tươi, sữa bò tươi, sữa dê, thịt, cá, cá tra, cá lóc, cá hồi, cá basa, tôm, tôm sú, mực, cua, ghẹ, ốc, hàu, nghêu, ngao, sò, ếch, lươn, gà, vịt, lợn, heo, bò, trâu, dê, tép, bạch tuộc, sứa, hải sâm, rươi"),
  // Husked, sorted, packed: first processing. Whether the letter means that too is for an officer.
  set("food", "person", "rice_cereals", "gạo, gạo nếp, gạo lứt, gạo st25, gạo tẻ, nếp, lúa, ngô, bắp, ngũ cốc, yến mạch, hạt kê, hạt diêm mạch"),
  set("food", "person", "honey", "mật ong, mật hoa, phấn hoa, sữa ong chúa, mật dừa nước"),
  set("food", "yes", "fast_food", "đồ ăn nhanh, ăn liền, bánh mì, bánh bao, pizza, xôi, bánh chưng, bánh tét, bánh giò"),
  set("food", "yes", "processed_cereals", "bánh, bánh tráng, bánh đa, bánh phồng, bánh phồng tôm, bánh pía, bánh cốm, bánh đa nem, cốm, bún, bún khô, phở, phở khô, miến, mì, mì chũ, mì gạo, hủ tiếu, nui, cháo, cơm cháy, cơm sấy, bột gạo, bột nếp, bột mì, bột ngũ cốc, kẹo cốm, bỏng gạo"),
  set("food", "yes", "processed_produce", "rau quả sấy, trái cây sấy, mứt, ô mai, thạch, thạch dừa, mứt dừa, kẹo dừa, kẹo lạc, kẹo đậu phộng, kẹo chuối, kẹo mè xửng, mè xửng, cu đơ, bánh đậu xanh, vải sấy, chuối ép, dưa món, dưa muối, kim chi, đậu phụ, đậu hũ, tàu hũ, tỏi đen, bột sắn dây, bột rau má, bột rau, tinh bột nghệ, dầu dừa, dầu lạc, dầu mè, dầu đậu phộng, dầu gấc, bơ đậu phộng, khoai deo, giá đỗ sấy"),
  set("food", "yes", "processed_animal", "chả, chả cá, chả mực, chả lụa, giò, giò lụa, nem, nem chua, lạp xưởng, lạp xường, xúc xích, ruốc, chà bông, pate, khô cá, khô mực, khô bò, khô gà, cá khô, tôm khô, mực khô, mực một nắng, cá một nắng, cá kho, thịt gác bếp, trâu gác bếp, trứng muối, trứng vịt muối, mắm cá, mắm thái, yến sào, yến chưng, tổ yến, sữa chua, phô mai, bánh sữa, sữa đặc, bóng bì, da cá"),
  set("food", "yes", "sauces", "nước mắm, nước tương, xì dầu, tương, tương ớt, tương bần, tương cà, mắm tôm, mắm tép, mắm ruốc, mắm nêm, mắm rươi, giấm, dấm, sa tế, nước chấm, nước cốt chanh, dầu hào"),
  set("food", "yes", "spices", "gia vị, muối, muối tôm, muối ớt, muối vừng, muối mè, hạt nêm, bột canh, bột ớt, ớt bột, ớt khô, bột nghệ, hạt tiêu, hồ tiêu, tiêu đen, tiêu sọ, tiêu, quế, hồi, hoa hồi, thảo quả, mắc khén, hạt dổi, chẩm chéo, đường phèn, ngũ vị hương"),
  set("food", "yes", "tea", "trà, chè, trà xanh, chè xanh, hồng trà, bạch trà, trà đen, trà ô long, chè ô long, chè khô, trà shan tuyết, chè shan tuyết, trà sen, trà nhài, matcha, bột trà xanh"),
  set("food", "yes", "herbal_tea", "trà thảo mộc, trà thảo dược, chè dây, trà dây, chè vằng, nụ vối, trà hòa tan thảo mộc, chè đắng"),
  set("food", "yes", "coffee_cocoa", "cà phê, cafe, coffee, ca cao, cacao, sô cô la, socola, chocolate"),
  // Distilled or fermented from rice and fruit. That the US asks for more papers (TTB) is no matter of this requirement.
  set("beverages", "yes", "white_spirit", "rượu trắng, rượu gạo, rượu nếp, rượu đế, rượu ngô, rượu men lá, rượu"),
  set("beverages", "yes", "other_alcohol", "rượu vang, rượu trái cây, rượu cần, rượu ngâm, rượu sim, rượu mơ, rượu mận, rượu táo mèo, bia, bia thủ công"),
  // Nothing in it was grown, felled or fished.
  set("beverages", "no", "water", "nước khoáng, nước tinh khiết, nước uống đóng chai, nước đóng bình, nước uống tinh khiết, nước suối"),
  // OCOP's soft drinks are juices and milks of local crops.
  set("beverages", "yes", "soft_drinks", "nước ép, nước cốt, nước dừa, nước mía, nước trái cây, nước giải khát, nước yến, sữa hạt, sữa đậu nành, sữa bắp, sữa gạo, sữa sen, si rô, siro, nước uống lên men"),
  // Made from herbs, but registered as a food supplement or medicine: another law than food's.
  set("herbs", "person", "functional_medicine", "thực phẩm chức năng, thực phẩm bảo vệ sức khỏe, thuốc y học cổ truyền, thuốc nam, viên nghệ, viên nang, viên uống, cao atiso, cao actiso, cao đinh lăng, cao cà gai leo, cao dược liệu, cao gắm, cao ích mẫu, cao chè vằng, đông trùng hạ thảo, nấm linh chi"),
  // Made from herbs, but no food: the letter asks for food hygiene.
  set("herbs", "person", "herbal_cosmetics", "mỹ phẩm, dầu gội, sữa tắm, xà phòng, xà bông, kem dưỡng, son dưỡng, son môi, nước rửa chén, nước hoa, mặt nạ, dầu dừa"),
  // Distilled from plants that were grown or gathered.
  set("herbs", "yes", "oils_herbs", "tinh dầu, tinh dầu tràm, tinh dầu sả, dầu tràm, dầu gió, dầu xoa bóp, thảo dược, dược liệu, lá xông, túi thơm, thuốc ngâm chân, nấm linh chi"),
  // From bamboo and rattan, processed forestry goods; from clay or stone, none.
  set("crafts", "person", "handicraft", "thủ công mỹ nghệ, mây tre đan, chiếu, chiếu cói, cói, lục bình, gốm, gốm sứ, bình gốm, tượng gỗ, tượng, tranh, đồ gỗ, sơn mài, nón lá, nón, giỏ tre, giỏ cói, giỏ lục bình, giỏ mây, túi cói, đèn lồng, trống, đan lát, mây tre, chổi đót, hương trầm, trầm hương, nhang, đũa tre, đũa dừa, lược sừng, khảm trai"),
  // Silk and cotton are grown; what is sewn of other cloth is not.
  set("crafts", "person", "textiles", "thổ cẩm, vải thổ cẩm, lụa, lụa tơ tằm, tơ tằm, khăn, áo dài, áo, váy, vải, may mặc, dệt, thêu, đũi"),
  // Sectors V and VI are no processed goods (facts on the letter of 2024).
  set("ornamentals", "no", "flowers", "hoa tươi, hoa lan, hoa hồng, hoa ly, hoa cúc, lan hồ điệp, hoa đào, hoa đậu biếc, hoa cắt cành"),
  set("ornamentals", "no", "ornamental_plants", "cây cảnh, cây kiểng, bonsai, mai vàng, quất cảnh, đào cảnh, sen đá, hoa kiểng, cây giống cảnh"),
  set("ornamentals", "no", "ornamental_animals", "động vật cảnh, cá cảnh, chim cảnh, gà cảnh, cá koi"),
  set("tourism", "no", "tourism", "du lịch, dịch vụ du lịch, khu du lịch, điểm du lịch, làng du lịch, homestay, farmstay, tham quan, trải nghiệm"),
];

export function productSetOf(id: unknown): ProductSet | undefined {
  return productSets.find((each) => each.id === id);
}

/** The set that a product's name speaks of, accents or none; null when it speaks of none, or of two alike. */
export const guessProductSet: (name: string) => string | null = createGuess(productSets);

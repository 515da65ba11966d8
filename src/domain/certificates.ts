import { fold } from "../lib/text.js";

/** A kind of paper that an owner may show. */
export interface CertificateKind {
  id: string;
  /** An advanced quality-management certificate in our reading of the US call (1a, second dash), which names no kinds. */
  advancedQuality: boolean;
  /** Whether an officer may count it as one: how goods are grown or what they are free of, rather than how quality is managed. */
  mayBeQuality: boolean;
  /** Is itself the food-safety eligibility certificate (Decree 15/2018, arts 4-12). */
  foodSafety: boolean;
  /** Its holder needs no food-safety eligibility certificate (Decree 15/2018, art. 12; read in a transcription). */
  exemptsFoodSafety: boolean;
  /** How it is named, for reading a text. */
  words: readonly string[];
}

type Says = "quality" | "may_be_quality" | "food_safety" | "exempts";

const kind = (id: string, says: readonly Says[], ...words: string[]): CertificateKind => ({
  id,
  advancedQuality: says.includes("quality"),
  mayBeQuality: says.includes("may_be_quality"),
  foodSafety: says.includes("food_safety"),
  exemptsFoodSafety: says.includes("exempts"),
  words,
});

const other = kind("other", ["may_be_quality"], "giấy khác", "loại khác");

export const certificateKinds: readonly CertificateKind[] = [
  kind("iso_22000", ["quality", "exempts"], "ISO 22000", "ISO22000", "22000"),
  kind("haccp", ["quality", "exempts"], "HACCP"),
  kind("gmp", ["quality", "exempts"], "GMP", "thực hành sản xuất tốt"),
  kind("fssc_22000", ["quality", "exempts"], "FSSC 22000", "FSSC22000", "FSSC"),
  kind("brcgs", ["quality", "exempts"], "BRCGS", "BRC"),
  kind("ifs", ["quality", "exempts"], "IFS", "IFS Food"),
  kind("iso_9001", ["quality"], "ISO 9001", "ISO9001", "9001"),
  kind("iso_14001", ["may_be_quality"], "ISO 14001", "ISO14001", "14001"),
  kind("vietgap", ["may_be_quality"], "VietGAP", "Viet GAP", "VietGAHP"),
  kind("globalgap", ["may_be_quality"], "GlobalG.A.P.", "GlobalGAP", "Global GAP"),
  kind("organic", ["may_be_quality"], "hữu cơ", "organic", "USDA NOP", "EU Organic"),
  kind("halal", ["may_be_quality"], "Halal"),
  kind("food_safety", ["food_safety"], "đủ điều kiện an toàn thực phẩm", "cơ sở đủ điều kiện", "ATTP", "VSATTP", "an toàn thực phẩm", "vệ sinh an toàn thực phẩm"),
  kind("food_safety_commitment", [], "cam kết an toàn thực phẩm", "bản cam kết", "cam kết ATTP", "cam kết sản xuất an toàn"),
  kind("gi_trademark", [], "chỉ dẫn địa lý", "nhãn hiệu", "nhãn hiệu tập thể", "nhãn hiệu chứng nhận", "sở hữu trí tuệ"),
  other,
];

/** The kind that an id or a free text names, by its longest word; `other` when it names none, or two alike. */
export function certificateKind(text: string): CertificateKind {
  const known = certificateKinds.find(({ id }) => id === text);
  if (known !== undefined) return known;
  const said = ` ${fold(text.slice(0, 400))} `;
  const fits = certificateKinds.flatMap((each) => {
    const longest = Math.max(0, ...each.words.map(fold).filter((word) => said.includes(` ${word} `)).map(({ length }) => length));
    return longest > 0 ? [{ each, longest }] : [];
  });
  const most = Math.max(0, ...fits.map(({ longest }) => longest));
  const [best, second] = fits.filter(({ longest }) => longest === most);
  return best === undefined || second !== undefined ? other : best.each;
}

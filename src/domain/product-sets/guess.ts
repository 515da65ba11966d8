import { fold } from "../../lib/text.js";

interface Named {
  id: string;
  words: readonly string[];
}

const treated = "sấy, khô, chua, mứt, ngâm, muối, muối chua, rang, chiên, chiên giòn, nướng, hun khói, xông khói, đóng hộp, kho, ủ, rim, lên men, bột, tinh bột, cắt lát tẩm, tẩm, chưng, gác bếp, một nắng, sốt, viên, chà bông, ruốc, kẹo, mật ong, nghiền, xay, cô đặc, dầm, om, hấp, thính, treo gió, snack";
const herbs = "thảo mộc, thảo dược, atiso, actiso, gừng, hoa cúc, cúc, hoa hồng, hoa đậu biếc, hoa vàng, mãng cầu, khổ qua, mướp đắng, đinh lăng, lá sen, tim sen, tâm sen, cà gai leo, giảo cổ lam, diệp hạ châu, rau má, dây thìa canh, linh chi, sâm, vối, gạo lứt, đậu đen, chùm ngây, lá ổi, sả, quế, bồ công anh, dâu tằm, linh lăng, xạ đen, cỏ ngọt, bí đao, táo đỏ, nhàu, hà thủ ô, đông trùng, tía tô, la hán";
const steeped = "vang, mít, chuối, chuối hột, sim, mơ, mận, dâu, nho, táo mèo, ba kích, đinh lăng, sâm, dừa, nhàu, trái cây, ngâm, cần, thanh mai, mật ong, đông trùng, dứa, vải, chanh, tỏi";

/** What makes another set of goods of one: dried mango is no longer fresh, artichoke tea is no tea leaf. Either place in the name. */
const turns: readonly { from: string; into: string; words: readonly string[] }[] = [
  { from: "fresh_produce", into: "processed_produce", words: treated.split(", ") },
  { from: "fresh_animal", into: "processed_animal", words: treated.split(", ") },
  { from: "rice_cereals", into: "processed_cereals", words: treated.split(", ") },
  { from: "flowers", into: "herbal_tea", words: ["sấy", "khô", "trà"] },
  { from: "tea", into: "herbal_tea", words: herbs.split(", ") },
  { from: "white_spirit", into: "other_alcohol", words: steeped.split(", ") },
  { from: "processed_cereals", into: "fast_food", words: ["ăn liền"] },
];

/** Vietnamese names what a thing is first: the word that stands first tells, of those that begin there the longest. */
export function createGuess(sets: readonly Named[]): (name: string) => string | null {
  const known = sets.flatMap(({ id, words }) => words.map((word) => ({ id, word: spell(word) })));
  const turned = turns.map((turn) => ({ ...turn, words: turn.words.map(spell) }));
  return (name) => {
    const said = spell(name);
    let best = { at: Infinity, length: 0, ids: new Set<string>() };
    for (const { id, word } of known) {
      const at = find(said, word);
      if (at < 0 || at > best.at || (at === best.at && word.length < best.length)) continue;
      if (at === best.at && word.length === best.length) best.ids.add(id);
      else best = { at, length: word.length, ids: new Set([id]) };
    }
    const [id, other] = best.ids;
    if (id === undefined || other !== undefined) return null;
    const rest = [...said.slice(0, best.at), ...said.slice(best.at + best.length)];
    return turned.find((turn) => turn.from === id && turn.words.some((word) => find(rest, word) >= 0))?.into ?? id;
  };
}

interface Spelt {
  letters: string;
  /** The accents of a word in a fixed order, wherever in it they were typed. */
  accents: string;
}

function spell(text: string): Spelt[] {
  return text
    .slice(0, 400)
    .normalize("NFC")
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== "")
    .map((word) => ({ letters: fold(word), accents: [...word.normalize("NFD").toLowerCase()].filter((sign) => /[\u0300-\u036fđ]/u.test(sign)).sort().join("") }));
}

/** Where a word of one or more syllables stands; -1 when nowhere. Accents count only in a text that has some. */
function find(said: readonly Spelt[], wanted: readonly Spelt[]): number {
  const accented = said.some(({ accents }) => accents !== "");
  return said.findIndex((_, at) =>
    wanted.every(({ letters, accents }, n) => {
      const there = said[at + n];
      return there !== undefined && there.letters === letters && (!accented || there.accents === accents);
    }),
  );
}

import { beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { loadUnits } from "../../src/app/units.js";
import { createGazetteer, type Gazetteer } from "../../src/domain/gazetteer.js";
import { communeLabel, Place, placeLabel, provinceLabel, type PlaceMatch, type Units } from "../../src/domain/place.js";
import { fold } from "../../src/lib/text.js";

let units: Units;
let gazetteer: Gazetteer;

beforeAll(async () => {
  units = await loadUnits("resources/units");
  gazetteer = createGazetteer(units);
});

/** One line for a match, so that a table can be read. */
function told(match: PlaceMatch): string {
  switch (match.kind) {
    case "place":
      return placeLabel(match.place);
    case "province":
      return [provinceLabel(match.province), match.former && `was ${match.former}`, match.hamlet && `hamlet ${match.hamlet}`, match.rest && `rest ${match.rest}`]
        .filter(Boolean)
        .join("; ");
    case "choose":
      return `choose ${match.what}: ${match.candidates.length}`;
    case "unknown":
      return "unknown";
  }
}

function candidatesOf(text: string): Place[] {
  const match = gazetteer.match(text);
  if (match.kind !== "choose" || match.what !== "commune") throw new Error(`${text}: ${told(match)}`);
  return match.candidates;
}

describe("what people type", () => {
  it.each([
    // today's names
    ["Ấp 3, xã Cái Bè, tỉnh Đồng Tháp", "Ấp 3, xã Cái Bè, tỉnh Đồng Tháp"],
    ["ấp 3 xã cái bè tỉnh đồng tháp", "Ấp 3, xã Cái Bè, tỉnh Đồng Tháp"],
    ["AP 3 CAI BE DONG THAP", "AP 3, xã Cái Bè, tỉnh Đồng Tháp"],
    ["x. cai be t. dong thap", "xã Cái Bè, tỉnh Đồng Tháp"],
    ["caibe dongthap", "xã Cái Bè, tỉnh Đồng Tháp"],
    ["cai be", "xã Cái Bè, tỉnh Đồng Tháp"],
    ["Đồng Tháp, Cái Bè, ấp 3", "Ấp 3, xã Cái Bè, tỉnh Đồng Tháp"],
    ["Cái Bè - Đồng Tháp", "xã Cái Bè, tỉnh Đồng Tháp"],
    ["địa chỉ: ấp 3, Cái Bè, Đồng Tháp, Việt Nam", "Ấp 3, xã Cái Bè, tỉnh Đồng Tháp"],
    ["phú quốc", "đặc khu Phú Quốc, tỉnh An Giang"],
    ["đặc khu Phú Quốc, An Giang", "đặc khu Phú Quốc, tỉnh An Giang"],
    ["dk con dao, tp hcm", "đặc khu Côn Đảo, thành phố Hồ Chí Minh"],
    ["ly son quang ngai", "đặc khu Lý Sơn, tỉnh Quảng Ngãi"],
    ["M'Drắk, Đắk Lắk", "xã M'Drắk, tỉnh Đắk Lắk"],
    ["mdrak dac lac", "xã M'Drắk, tỉnh Đắk Lắk"],
    ["Ea H'leo daklak", "xã Ea H'Leo, tỉnh Đắk Lắk"],
    ["buon ma thuot dak lak", "phường Buôn Ma Thuột, tỉnh Đắk Lắk"],
    ["kép bắc ninh", "xã Kép, tỉnh Bắc Ninh"],
    ["chũ", "phường Chũ, tỉnh Bắc Ninh"],
    ["số 12 đường nguyễn trãi, phường bến thành, tp hồ chí minh", "Số 12 đường Nguyễn Trãi, phường Bến Thành, thành phố Hồ Chí Minh"],
    ["so 12 duong nguyen trai p ben thanh sai gon", "Số 12 đường Nguyen Trai, phường Bến Thành, thành phố Hồ Chí Minh"],
    ["thon dong, xa son kim 1, ha tinh", "Thôn Dong, xã Sơn Kim 1, tỉnh Hà Tĩnh"],
    ["ap 1 tan phuoc 3 dong thap", "Ấp 1, xã Tân Phước 3, tỉnh Đồng Tháp"],
    ["phuong sai gon", "phường Sài Gòn, thành phố Hồ Chí Minh"],
    ["van lang lang son", "xã Văn Lãng, tỉnh Lạng Sơn"],
    ["van quan lang son", "xã Văn Quan, tỉnh Lạng Sơn"],
    ["bach xa tuyen quang", "xã Bạch Xa, tỉnh Tuyên Quang"],
    ["kỳ anh, ha tinh", "xã Kỳ Anh, tỉnh Hà Tĩnh"],
    // former provinces
    ["ap 3 cai be tien giang", "Ấp 3, xã Cái Bè, tỉnh Đồng Tháp"],
    ["Cái Bè, Đồng Tháp (Tiền Giang cũ)", "xã Cái Bè, tỉnh Đồng Tháp"],
    ["kep bac giang", "xã Kép, tỉnh Bắc Ninh"],
    ["mỹ tho tiền giang", "phường Mỹ Tho, tỉnh Đồng Tháp"],
    ["phường Vỹ Dạ, TP Huế, Thừa Thiên Huế", "phường Vỹ Dạ, thành phố Huế"],
    ["vung tau", "phường Vũng Tàu, thành phố Hồ Chí Minh"],
    ["P. Vũng Tàu, BRVT", "phường Vũng Tàu, thành phố Hồ Chí Minh"],
    // former communes and districts
    ["Thôn Đông, xã Hòa Khánh, huyện Cái Bè, tỉnh Tiền Giang", "Thôn Đông, xã Cái Bè, tỉnh Đồng Tháp"],
    ["tt. Cái Bè, h. Cái Bè, t. Tiền Giang", "xã Cái Bè, tỉnh Đồng Tháp"],
    ["xã An Hữu, huyện Cái Bè, tỉnh Tiền Giang", "xã An Hữu, tỉnh Đồng Tháp"],
    ["an huu cai be tien giang", "xã An Hữu, tỉnh Đồng Tháp"],
    ["P. Bến Nghé Q1", "phường Sài Gòn, thành phố Hồ Chí Minh"],
    ["phuong ben nghe, quan 1, tphcm", "phường Sài Gòn, thành phố Hồ Chí Minh"],
    ["P1 Q3 TPHCM", "phường Bàn Cờ, thành phố Hồ Chí Minh"],
    ["Phường 01, Quận 03", "phường Bàn Cờ, thành phố Hồ Chí Minh"],
    ["Tổ 5, khu phố 2, P. Tân Phú, Q7, HCM", "Tổ 5, khu phố 2, phường Tân Mỹ, thành phố Hồ Chí Minh"],
    ["phường 2 bảo lộc lâm đồng", "phường 2 Bảo Lộc, tỉnh Lâm Đồng"],
    ["Phường 2, TP Bảo Lộc, Lâm Đồng", "phường 2 Bảo Lộc, tỉnh Lâm Đồng"],
    ["phường Hải Dương", "phường Hải Dương, thành phố Hải Phòng"],
    // one name, a province's and a commune's
    ["Bến Tre, Vĩnh Long", "phường Bến Tre, tỉnh Vĩnh Long"],
    ["hà nam ninh bình", "phường Hà Nam, tỉnh Ninh Bình"],
    ["thái bình hưng yên", "phường Thái Bình, tỉnh Hưng Yên"],
    ["P. Hà Nam, Ninh Bình", "phường Hà Nam, tỉnh Ninh Bình"],
    ["xã Hà Nam, Hải Phòng", "xã Hà Nam, thành phố Hải Phòng"],
    // one letter wrong
    ["cai bee tien giang", "xã Cái Bè, tỉnh Đồng Tháp"],
    ["cai eb tien giang", "xã Cái Bè, tỉnh Đồng Tháp"],
    ["cai be tieng giang", "xã Cái Bè, tỉnh Đồng Tháp"],
    ["ap tan phu xa cai bee tien giang", "Ấp Tan Phu, xã Cái Bè, tỉnh Đồng Tháp"],
    ["buon ma thuoc dak lak", "phường Buôn Ma Thuột, tỉnh Đắk Lắk"],
    // accents decide
    ["Cẩm Giàng, Hải Phòng", "xã Cẩm Giàng, thành phố Hải Phòng"],
    ["Cẩm Giang, Hải Phòng", "xã Cẩm Giang, thành phố Hải Phòng"],
    ["xa Ba Tơ, Quảng Ngãi", "xã Ba Tơ, tỉnh Quảng Ngãi"],
    // only a province
    ["tp ho chi minh", "thành phố Hồ Chí Minh"],
    ["HCM", "thành phố Hồ Chí Minh"],
    ["TPHCM", "thành phố Hồ Chí Minh"],
    ["TP.HCM", "thành phố Hồ Chí Minh"],
    ["hcm city", "thành phố Hồ Chí Minh"],
    ["sai gon", "thành phố Hồ Chí Minh"],
    ["Hà Nội", "thành phố Hà Nội"],
    ["hue", "thành phố Huế"],
    ["Hưng Yên", "tỉnh Hưng Yên"],
    ["Vĩnh Long", "tỉnh Vĩnh Long"],
    ["Điện Biên", "tỉnh Điện Biên"],
    ["tinh bac giang", "tỉnh Bắc Ninh; was Bắc Giang"],
    ["Bà Rịa - Vũng Tàu", "thành phố Hồ Chí Minh; was Bà Rịa - Vũng Tàu"],
    ["ap 3 tien giang", "tỉnh Đồng Tháp; was Tiền Giang; hamlet Ấp 3"],
    ["ap 3 xa xyzk tien giang", "tỉnh Đồng Tháp; was Tiền Giang; hamlet Ấp 3; rest xa xyzk"],
    ["quang nin", "tỉnh Quảng Ninh"],
    // several
    ["tan an", "choose commune: 24"],
    ["Phường 1", "choose commune: 33"],
    ["q1 tphcm", "choose commune: 4"],
    ["Quận 3", "choose commune: 3"],
    ["huyện Cái Bè, tỉnh Tiền Giang", "choose commune: 8"],
    ["Cống Vị, Ba Đình, Hà Nội", "choose commune: 2"],
    ["cam giang hai phong", "choose commune: 2"],
    // nothing
    ["asdf qwer", "unknown"],
    ["", "unknown"],
    ["123", "unknown"],
    ["👍", "unknown"],
  ])("%s → %s", (text, expected) => {
    expect(told(gazetteer.match(text))).toBe(expected);
  });

  it("reads decomposed accents like composed ones", () => {
    const text = "Ấp 3, xã Cái Bè, tỉnh Tiền Giang";
    expect(gazetteer.match(text.normalize("NFD"))).toEqual(gazetteer.match(text));
  });
});

describe("former names", () => {
  it("says which name was a former one, and keeps the text as typed", () => {
    expect(gazetteer.match("ap 3 cai be tien giang")).toEqual({
      kind: "place",
      place: {
        hamlet: "Ấp 3",
        commune: { code: "28360", name: "Cái Bè", kind: "xã" },
        province: { code: "82", name: "Đồng Tháp", kind: "tỉnh" },
        former: { province: "Tiền Giang" },
        text: "ap 3 cai be tien giang",
      },
      wasFormer: { province: "Tiền Giang" },
      others: [],
    });
    const match = gazetteer.match("xã Hòa Khánh, huyện Cái Bè, Tiền Giang");
    expect(match).toMatchObject({
      place: { former: { commune: "xã Hòa Khánh", district: "Cái Bè", province: "Tiền Giang" } },
      wasFormer: { province: "Tiền Giang", commune: "xã Hòa Khánh" },
    });
  });

  it("finds nothing former in today's address", () => {
    const match = gazetteer.match("Ấp 3, xã Cái Bè, tỉnh Đồng Tháp");
    expect(match).toMatchObject({ kind: "place", wasFormer: null });
    expect(match.kind === "place" && match.place.former).toBeUndefined();
  });

  it("offers the largest part of a split commune first", () => {
    expect(candidatesOf("Cống Vị, Ba Đình, Hà Nội").map((place) => place.commune.code)).toEqual(["00008", "00025"]);
  });

  it("offers what a district became when the commune is not known, and never takes the district's namesake for it", () => {
    const [first, ...more] = candidatesOf("xã Zừ Zòng, huyện Cái Bè, Tiền Giang");
    expect(first?.commune.name).toBe("Cái Bè");
    expect(more.length).toBeGreaterThan(3);
    expect(first?.hamlet).toBeUndefined();
  });

  it("tells a town from the district around it", () => {
    const town = candidatesOf("tx cai lay tien giang").map((place) => place.commune.code);
    const district = candidatesOf("huyen cai lay tien giang").map((place) => place.commune.code);
    expect(town).not.toEqual(district);
    expect(candidatesOf("tx cai lay tien giang")[0]?.former?.district).toBe("thị xã Cai Lậy");
  });
});

describe("never chosen silently", () => {
  it("asks which of the communes with one name, today's first", () => {
    const candidates = candidatesOf("tan an");
    const today = candidates.map((place) => place.commune.name === "Tân An");
    expect(today.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => true));
    expect(new Set(candidates.map((place) => place.commune.code)).size).toBe(candidates.length);
  });

  it("asks which province when one letter could be either", () => {
    expect(gazetteer.match("tinh quang ninb")).toMatchObject({ kind: "province", province: { name: "Quảng Ninh" } });
    expect(gazetteer.match("tinh ha namm")).toMatchObject({ kind: "province", former: "Hà Nam" });
    const either = gazetteer.match("tinh quang xinh");
    const names = either.kind === "choose" && either.what === "province" ? either.candidates.map((one) => one.former ?? one.province.name) : [];
    expect(names.sort()).toEqual(["Quảng Bình", "Quảng Ninh"]);
  });

  it("offers other meanings beside the likeliest one", () => {
    const match = gazetteer.match("xa my tho, dong thap");
    expect(match).toMatchObject({ kind: "place", place: { commune: { name: "Mỹ Thọ" } } });
    expect(match.kind === "place" && match.others.map((place) => communeLabel(place.commune))).toEqual(["phường Mỹ Tho"]);
  });

  it("does not match numbers with a typo", () => {
    expect(told(gazetteer.match("xa tan phuoc 9, dong thap"))).not.toContain("Tân Phước 1");
  });
});

describe("every unit", () => {
  const found = (match: PlaceMatch): string[] => {
    if (match.kind === "place") return [match.place.commune.code];
    return match.kind === "choose" && match.what === "commune" ? match.candidates.map((place) => place.commune.code) : [];
  };

  it("finds all of today's communes by kind, name and province", () => {
    const lost = units.communes.filter((commune) => {
      const province = gazetteer.province(commune.provinceCode);
      const match = gazetteer.match(`${communeLabel(commune)}, ${province ? provinceLabel(province) : ""}`);
      return match.kind !== "place" || match.place.commune.code !== commune.code || match.wasFormer !== null;
    });
    expect(units.communes).toHaveLength(3321);
    expect(lost).toEqual([]);
  });

  it.each(["xã NAME, tỉnh PROVINCE", "ap 3 NAME PROVINCE"])("finds all of today's communes typed without accents as %s", (form) => {
    let offered = 0;
    const lost = units.communes.filter((commune) => {
      const province = gazetteer.province(commune.provinceCode)?.name ?? "";
      const match = gazetteer.match(fold(form.replace("NAME", commune.name).replace("PROVINCE", province)));
      if (match.kind === "choose") offered++;
      const codes = [...found(match), ...(match.kind === "place" ? match.others.map((place) => place.commune.code) : [])];
      return !codes.includes(commune.code);
    });
    expect(lost).toEqual([]);
    expect(offered).toBeLessThan(60);
  });

  it("leads all 10,035 named former communes to where they went", () => {
    const names = new Map(units.provinces.flatMap((province) => province.former.map((old) => [old.code, old.name] as const)));
    const named = units.formerCommunes.filter((row) => row.name !== undefined);
    const lost = named.filter((row) => {
      const district = row.district.replace(/^(.*) \((.*)\)$/, "$2 $1");
      const name = row.name?.startsWith("Phường ") === true ? row.name : `${row.kind ?? ""} ${row.name ?? ""}`;
      const match = gazetteer.match(fold(`${name}, `) + ", " + fold(district) + ", " + fold(names.get(row.provinceCode) ?? ""));
      const codes = found(match);
      const all = row.nowCodes.every((code) => codes.includes(code));
      return !all && !(match.kind === "place" && codes[0] === row.nowCodes[0]);
    });
    expect(named).toHaveLength(10_035);
    expect(lost).toEqual([]);
  });

  it("resolves all 63 former province names, each to the one it went into", () => {
    const former = units.provinces.flatMap((province) => province.former.map((old) => ({ old, now: province })));
    expect(former).toHaveLength(63);
    for (const { old, now } of former) {
      for (const text of [old.name, fold(old.name), `tinh ${fold(old.name)}`]) {
        const match = gazetteer.match(text);
        const formerName = old.name === now.name ? {} : { former: old.name };
        expect(match).toEqual({ kind: "province", province: { code: now.code, name: now.name, kind: now.kind }, ...formerName });
      }
    }
  });

  it("has the seven cities", () => {
    const cities = gazetteer.provinces().filter((province) => province.kind === "thành phố");
    expect(gazetteer.provinces()).toHaveLength(34);
    expect(cities.map((city) => city.name)).toEqual(["Hà Nội", "Hải Phòng", "Huế", "Đà Nẵng", "Đồng Nai", "Hồ Chí Minh", "Cần Thơ"]);
  });
});

describe("follow-up questions", () => {
  it("searches communes within one province", () => {
    const names = (text: string): string[] => gazetteer.searchCommune(text, "82").map((place) => place.commune.name);
    expect(names("cai be")[0]).toBe("Cái Bè");
    expect(names("xa Cai Bee")[0]).toBe("Cái Bè");
    expect(names("cai")).toEqual(expect.arrayContaining(["Cái Bè", "Cai Lậy"]));
    expect(names("xã Hòa Khánh")[0]).toBe("Cái Bè");
    expect(names("zzzz")).toEqual([]);
    expect(names("")).toEqual([]);
    expect(gazetteer.searchCommune("ben thanh", "82").map((place) => place.commune.name)).not.toContain("Bến Thành");
    expect(gazetteer.searchCommune("cai be", "00")).toEqual([]);
  });

  it("searches provinces by today's and former names", () => {
    expect(gazetteer.searchProvince("tien giang")).toEqual([{ province: gazetteer.province("82"), former: "Tiền Giang" }]);
    expect(gazetteer.searchProvince("tieng giang")[0]?.former).toBe("Tiền Giang");
    expect(gazetteer.searchProvince("dong").map((one) => one.province.name)).toEqual(expect.arrayContaining(["Đồng Nai", "Đồng Tháp"]));
    expect(gazetteer.searchProvince("qwxz")).toEqual([]);
  });

  it("looks units up by code", () => {
    expect(gazetteer.commune("28360")).toEqual({
      commune: { code: "28360", name: "Cái Bè", kind: "xã" },
      province: { code: "82", name: "Đồng Tháp", kind: "tỉnh" },
    });
    expect(gazetteer.commune("99999")).toBeUndefined();
    expect(gazetteer.province("87")).toBeUndefined();
  });

  it("offers the nearest names when it understands nothing", () => {
    const match = gazetteer.match("tanh hoaa phuc");
    expect(match.kind === "unknown" && match.nearest.length).toBeGreaterThan(0);
    expect(match.kind === "unknown" && match.nearest.length).toBeLessThanOrEqual(5);
  });
});

it("never throws, and what it calls a place is one", () => {
  const syllables = fc.constantFrom("ấp", "xã", "x.", "p", "1", "03", "Cái", "bè", "tân", "an", "Tiền", "giang", ",", "(", "Q", "tp", "hà", "nội", "của", "🙂", "́");
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.array(syllables).map((words) => words.join(" "))), (text) => {
      const match = gazetteer.match(text);
      if (match.kind === "place") expect(Place.safeParse(match.place).success).toBe(true);
      if (match.kind === "choose") expect(match.candidates.length).toBeGreaterThan(1);
      gazetteer.searchCommune(text, "82");
      gazetteer.searchProvince(text);
    }),
    { numRuns: 300 },
  );
});

it("refuses rows that name a unit that is not there", () => {
  const [commune] = units.communes;
  if (commune === undefined) throw new Error("no communes");
  expect(() => createGazetteer({ ...units, communes: [{ ...commune, provinceCode: "00" }] })).toThrow("unknown province 00");
  expect(() => createGazetteer({ ...units, communes: [] })).toThrow("unknown commune");
});

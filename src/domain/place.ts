import { z } from "zod";

/** One of the 34 units since 01/07/2025. The code is from today's list; the former list reuses the same digits. */
export const Province = z.object({
  code: z.string().regex(/^\d{2}$/),
  name: z.string().min(1),
  kind: z.enum(["tỉnh", "thành phố"]),
});
export type Province = z.infer<typeof Province>;

/** One of the 3,321 units below the province since 01/07/2025. */
export const Commune = z.object({
  code: z.string().regex(/^\d{5}$/),
  name: z.string().min(1),
  kind: z.enum(["xã", "phường", "đặc khu"]),
});
export type Commune = z.infer<typeof Commune>;

/** Where somebody is, by today's units, with what they called it when that was a former name. */
export const Place = z.object({
  /** What stood in front of the commune: "Ấp 3", "Số 12 đường Nguyễn Trãi". */
  hamlet: z.string().min(1).optional(),
  commune: Commune,
  province: Province,
  former: z
    .object({
      /** With its kind: "thị trấn Cái Bè". */
      commune: z.string().optional(),
      district: z.string().optional(),
      /** Without its kind: "Tiền Giang". */
      province: z.string().optional(),
    })
    .optional(),
  /** As typed. */
  text: z.string(),
});
export type Place = z.infer<typeof Place>;

export const FormerKind = z.enum(["xã", "phường", "thị trấn"]);

/** The rows that a gazetteer is built from; `resources/units/SOURCE.md` says where they come from. */
export const Units = z.object({
  provinces: z.array(Province.extend({ former: z.array(z.object({ code: z.string(), name: z.string() })).min(1) })),
  communes: z.array(Commune.extend({ provinceCode: z.string() })),
  formerCommunes: z.array(
    z.object({
      /** From the list of 63. */
      provinceCode: z.string(),
      district: z.string(),
      /** Absent, with `name`, for the five island districts that had no communes. */
      kind: FormerKind.optional(),
      name: z.string().optional(),
      /** Today's communes it went to, the largest part first. */
      nowCodes: z.array(z.string()).min(1),
    }),
  ),
});
export type Units = z.infer<typeof Units>;

/** A province that was understood; `former` when the name typed is one that no longer stands. */
export interface ProvinceFound {
  province: Province;
  former?: string;
}

export type Nearest = { kind: "place"; place: Place } | ({ kind: "province" } & ProvinceFound);

/** What a text about a place was understood as. Nothing is chosen silently between equals. */
export type PlaceMatch =
  | {
      kind: "place";
      place: Place;
      wasFormer: { province?: string; commune?: string } | null;
      /** What the same words could also mean, best first; empty as a rule. */
      others: Place[];
    }
  | ({ kind: "province"; hamlet?: string; /** Words that were not understood. */ rest?: string } & ProvinceFound)
  /** Best first, as many as fit the words: the caller pages. */
  | { kind: "choose"; what: "commune"; candidates: Place[] }
  | { kind: "choose"; what: "province"; candidates: ProvinceFound[] }
  /** At most five, most alike first. */
  | { kind: "unknown"; nearest: Nearest[] };

/** "xã Cái Bè" */
export function communeLabel(commune: Pick<Commune, "kind" | "name">): string {
  return `${commune.kind} ${commune.name}`;
}

/** "tỉnh Đồng Tháp", "thành phố Huế" */
export function provinceLabel(province: Pick<Province, "kind" | "name">): string {
  return `${province.kind} ${province.name}`;
}

/** "Ấp 3, xã Cái Bè, tỉnh Đồng Tháp" */
export function placeLabel(place: Pick<Place, "hamlet" | "commune" | "province">): string {
  const parts = [communeLabel(place.commune), provinceLabel(place.province)];
  return (place.hamlet === undefined ? parts : [place.hamlet, ...parts]).join(", ");
}

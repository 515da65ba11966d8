import { z } from "zod";
import { asJson, type Json } from "../../domain/json.js";
import { Place, placeLabel, provinceLabel, type PlaceMatch } from "../../domain/place.js";
import { words, type Shown } from "../../domain/shown.js";
import { characters } from "../../lib/text.js";
import { agrees, notText, problem, type AskContext, type AskType, type Parsed } from "./ask.js";

const Partial = z.discriminatedUnion("step", [
  /** "Understood as …: right?" */
  z.object({ step: z.literal("confirm"), place: Place }),
  z.object({ step: z.literal("commune"), provinceCode: z.string(), hamlet: z.string().exactOptional(), text: z.string() }),
  z.object({ step: z.literal("province"), text: z.string() }),
]);
type Partial = z.infer<typeof Partial>;

const right = { value: "right", label: words("place.right") };
const mend = [
  { value: "commune", label: words("place.mend_commune") },
  { value: "province", label: words("place.mend_province") },
];

/** Characters of an address: the gazetteer's time grows with what it is given. */
const most = 200;

/** Asks for hamlet, commune and province in one breath; shows what was understood; asks only for what is missing. */
export const place: AskType = {
  wants: "text",
  parse(answer, _spec, raw, ctx) {
    const partial = raw === undefined || raw === null ? null : Partial.parse(raw);
    if (answer.is === "option") return chosen(answer.value, partial, ctx);
    if (answer.is !== "text") return notText(answer, ctx);
    const length = characters(answer.text);
    if (length > most) return { is: "problem", part: { key: "problem.too_long", values: { length, max: most } }, keep: answer.text };
    if (partial?.step === "confirm" && agrees(answer.text)) return done(partial.place);
    if (partial?.step === "commune") {
      const found = ctx.places.match(`${answer.text}, ${nameOf(partial.provinceCode, ctx)}`);
      if (found.kind === "province") return notThere(answer.text, partial.provinceCode, ctx);
      return understood(partial.hamlet === undefined ? found : withHamlet(found, partial.hamlet), ctx);
    }
    if (partial?.step === "province") {
      const both = ctx.places.match(`${partial.text}, ${answer.text}`);
      return understood(both.kind === "unknown" ? ctx.places.match(answer.text) : both, ctx);
    }
    return understood(ctx.places.match(answer.text), ctx);
  },
  show: (value) => {
    const parsed = Place.safeParse(value);
    return parsed.success ? placeLabel(parsed.data) : "";
  },
};

function understood(match: PlaceMatch, ctx: AskContext): Parsed {
  switch (match.kind) {
    case "place":
      return confirm(match.place);
    case "province": {
      const hamlet = match.hamlet ?? match.rest;
      return {
        is: "more",
        partial: { step: "commune", provinceCode: match.province.code, text: "", ...(hamlet === undefined ? {} : { hamlet }) },
        parts: [{ key: "place.which_commune", values: { province: provinceLabel(match.province) } }],
      };
    }
    case "choose":
      if (match.what === "commune") {
        return {
          is: "more",
          partial: { step: "province", text: match.candidates[0]?.text ?? "" },
          parts: [{ key: "place.which_one" }],
          options: match.candidates.slice(0, 5).map((candidate) => ({ value: asJson(candidate), label: placeLabel(candidate) })),
        };
      }
      return {
        is: "more",
        partial: { step: "province", text: "" },
        parts: [{ key: "place.which_province" }],
        options: match.candidates.slice(0, 5).map(({ province }) => ({ value: province.code, label: provinceLabel(province) })),
      };
    case "unknown": {
      const near = match.nearest.slice(0, 4).map((each) =>
        each.kind === "place" ? { value: asJson(each.place), label: placeLabel(each.place) as Shown } : { value: each.province.code as Json, label: provinceLabel(each.province) as Shown },
      );
      return near.length === 0 ? problem("place.unknown") : { is: "problem", part: { key: "place.did_you_mean" }, options: near };
    }
  }
  void ctx;
}

/** The province has no such commune: another place is meant, or the name is off. */
function notThere(text: string, provinceCode: string, ctx: AskContext): Parsed {
  const alone = ctx.places.match(text);
  if (alone.kind === "place" || (alone.kind === "province" && alone.province.code !== provinceCode)) return understood(alone, ctx);
  const near = ctx.places.searchCommune(text, provinceCode).slice(0, 4);
  const province = ctx.places.province(provinceCode);
  return {
    is: "problem",
    part: { key: "place.no_such_commune", values: { province: province === undefined ? "" : provinceLabel(province) } },
    options: near.map((place) => ({ value: asJson(place), label: placeLabel(place) })),
  };
}

function chosen(value: Json, partial: Partial | null, ctx: AskContext): Parsed {
  if (value === "right" && partial?.step === "confirm") return done(partial.place);
  if (value === "commune" && partial?.step === "confirm") {
    const { province, hamlet, text } = partial.place;
    return {
      is: "more",
      partial: { step: "commune", provinceCode: province.code, text, ...(hamlet === undefined ? {} : { hamlet }) },
      parts: [{ key: "place.which_commune", values: { province: provinceLabel(province) } }],
    };
  }
  if (value === "province" && partial?.step === "confirm") {
    const { place: at } = partial;
    return { is: "more", partial: { step: "province", text: [at.hamlet, at.commune.name].filter(Boolean).join(", ") }, parts: [{ key: "place.which_province" }] };
  }
  const picked = Place.safeParse(value);
  if (picked.success) return { is: "value", value: asJson(picked.data), echo: { key: "echo.saved", values: { value: placeLabel(picked.data) } } };
  const province = typeof value === "string" ? ctx.places.province(value) : undefined;
  if (province !== undefined) {
    const text = partial?.step === "province" ? partial.text : "";
    if (text !== "") return understood(ctx.places.match(`${text}, ${province.name}`), ctx);
    return {
      is: "more",
      partial: { step: "commune", provinceCode: province.code, text: "" },
      parts: [{ key: "place.which_commune", values: { province: provinceLabel(province) } }],
    };
  }
  return problem("place.unknown");
}

function confirm(at: Place): Parsed {
  const values = { place: placeLabel(at), former: at.former?.province ?? at.former?.commune ?? "" };
  return {
    is: "more",
    partial: { step: "confirm", place: asJson(at) },
    parts: [{ key: values.former === "" ? "place.understood" : "place.understood_former", values }],
    options: [right, ...mend],
  };
}

function done(at: Place): Parsed {
  return { is: "value", value: asJson(at), echo: { key: "echo.noted" } };
}

function withHamlet(match: PlaceMatch, hamlet: string): PlaceMatch {
  return match.kind === "place" && match.place.hamlet === undefined ? { ...match, place: { ...match.place, hamlet } } : match;
}

function nameOf(provinceCode: string, ctx: AskContext): string {
  return ctx.places.province(provinceCode)?.name ?? "";
}

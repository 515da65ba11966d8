import { z } from "zod";
import type { Json, JsonObject } from "../../domain/json.js";
import type { Part, Shown } from "../../domain/shown.js";
import { extracts, type Extract } from "./extracts.js";
import { quoted } from "./simple.js";
import { agrees, problem, words, type Answer, type AskContext, type AskSpec, type AskType, type Parsed } from "./ask.js";

const Partial = z.object({
  fileIds: z.array(z.string()).default([]),
  /** Photos that are still being fetched. */
  waiting: z.array(z.string()).default([]),
  /** What the captions said so far. */
  said: z.record(z.string(), z.json()).default({}),
  /** Which piece is asked for now; `confirm` when all are there. */
  asking: z.string().exactOptional(),
  /** What was wrong in a caption: said once the photo is here. */
  trouble: z.object({ part: z.custom<Part>(), asking: z.string() }).exactOptional(),
});
type Partial = z.infer<typeof Partial>;

/**
 * A photo or PDF, and what its caption tells. The answer is whole when a file is kept and each of `extract` is known;
 * only what is missing is asked again. Its value: `{ fileIds, …extracted }`.
 */
export const photo: AskType = {
  wants: "photo",
  parse(answer, spec, raw, ctx) {
    const partial = Partial.parse(raw ?? {});
    const extract = extractOf(spec);
    switch (answer.is) {
      case "file":
        if (answer.media === "video") return problem("problem.video");
        if (answer.media === "audio") return problem("problem.voice", { office: ctx.office });
        return received(answer, partial, extract, ctx);
      case "settled":
        return settled(answer, partial, spec, extract, ctx);
      case "option":
        return picked(answer.value, partial, spec, extract);
      case "text":
        return said(answer.text, partial, spec, extract, ctx);
      case "other":
        return answer.what === "voice" ? problem("problem.voice", { office: ctx.office }) : problem("problem.want_photo");
      case "contact":
      case "location":
        return problem("problem.want_photo");
    }
  },
  show(value, spec) {
    const parsed = z.looseObject({ fileIds: z.array(z.string()) }).safeParse(value);
    if (!parsed.success) return "";
    const count = parsed.data.fileIds.length;
    const extract = extractOf(spec);
    return extract === null ? words("photo.count", { count }) : words("photo.with", { said: extract.show(parsed.data as JsonObject), count });
  },
};

function received(answer: Extract_<"file">, partial: Partial, extract: Extract | null, ctx: AskContext): Parsed {
  const caption = answer.caption;
  const now = { ...partial, waiting: [...partial.waiting, answer.fileId] };
  if (caption === undefined || extract === null) return { is: "waiting", partial: json(now) };
  const { partial: learned, problem: trouble } = learn(now, caption, extract, ctx);
  return { is: "waiting", partial: json(trouble === undefined ? learned : { ...learned, trouble }) };
}
type Extract_<K extends Answer["is"]> = globalThis.Extract<Answer, { is: K }>;

function settled(answer: Extract_<"settled">, partial: Partial, spec: AskSpec, extract: Extract | null, ctx: AskContext): Parsed {
  if (!partial.waiting.includes(answer.fileId)) return { is: "waiting", partial: json(partial) };
  if (answer.slow === true) return { is: "waiting", partial: json(partial), part: { key: "photo.receiving" } };
  const waiting = partial.waiting.filter((id) => id !== answer.fileId);
  if (answer.problem !== undefined) {
    const part = { key: `file.${answer.problem}`, values: answer.values ?? {} };
    if (partial.fileIds.length > 0 || waiting.length > 0) return { is: "waiting", partial: json({ ...partial, waiting }), part };
    return { is: "more", partial: json({ ...partial, waiting }), parts: [part], wants: "photo" };
  }
  const now = { ...partial, waiting, fileIds: [...partial.fileIds, answer.fileId] };
  if (waiting.length > 0) return { is: "waiting", partial: json(now) };
  return next(now, spec, extract, ctx, [{ key: "photo.saved", values: { count: now.fileIds.length } }]);
}

function said(text: string, partial: Partial, spec: AskSpec, extract: Extract | null, ctx: AskContext): Parsed {
  if (extract === null) return problem(partial.waiting.length > 0 ? "photo.receiving" : "problem.want_photo");
  const confirming = partial.asking === "confirm";
  const mayAgree = confirming && extract.verdict(partial.said as JsonObject, ctx).options.some((option) => option.value === "right");
  if (mayAgree && agrees(text)) return picked("right", partial, spec, extract);
  const learned = learn(partial, text, extract, ctx);
  if (confirming && !learned.news && learned.problem === undefined) return problem("problem.choose", { text: quoted(text) });
  if (learned.problem !== undefined) {
    return { is: "more", partial: json({ ...learned.partial, asking: learned.problem.asking }), parts: [learned.problem.part], wants: "text" };
  }
  if (!learned.news) return problem(partial.fileIds.length === 0 ? "problem.want_photo" : "photo.not_read", { example: extract.example });
  return next(learned.partial, spec, extract, ctx, []);
}

function picked(value: Json, partial: Partial, spec: AskSpec, extract: Extract | null): Parsed {
  switch (value) {
    case "right":
    case "send_anyway":
      return { is: "value", value: { fileIds: partial.fileIds, ...partial.said } as Json, echo: { key: "echo.noted" } };
    case "mend":
      return { is: "more", partial: json({ fileIds: partial.fileIds, waiting: partial.waiting, said: {} }), parts: extract === null ? [spec.question] : [extract.ask([])], wants: "text" };
    case "new_photo":
      return { is: "more", partial: json({ fileIds: [], waiting: [], said: {} }), parts: [spec.question], wants: "photo" };
    case "more_photos":
      return { is: "more", partial: json(partial), parts: [{ key: "photo.one_more" }], wants: "photo" };
    case "keep_draft":
      return { is: "cancel" };
    case "mend_date": {
      const { [extract?.dateName ?? ""]: _gone, ...rest } = partial.said;
      return { is: "more", partial: json({ ...partial, said: rest, ...(extract === null ? {} : { asking: extract.dateName }) }), parts: extract === null ? [spec.question] : [extract.ask([extract.dateName])], wants: "text" };
    }
    default:
      return problem("problem.want_photo");
  }
}

/** What to ask once something new is known: the photo, the pieces that are missing, or whether it is all right. */
function next(partial: Partial, spec: AskSpec, extract: Extract | null, ctx: AskContext, lead: Part[]): Parsed {
  if (partial.fileIds.length === 0) {
    return { is: "more", partial: json(partial), lead, parts: [extract === null ? spec.question : extract.noted(partial.said as JsonObject), { key: "photo.now_photo" }], wants: "photo" };
  }
  if (extract === null) return { is: "value", value: { fileIds: partial.fileIds }, echo: lead[0] ?? { key: "echo.noted" } };
  const { trouble, ...sound } = partial;
  if (trouble !== undefined && partial.said[trouble.asking] === undefined) {
    return { is: "more", partial: json({ ...sound, asking: trouble.asking }), lead, parts: [trouble.part], wants: "text" };
  }
  const missing = extract.names.filter((name) => spec.extract.includes(name) && partial.said[name] === undefined);
  const only = missing.length === 1 ? missing[0] : undefined;
  if (missing.length > 0) {
    return { is: "more", partial: json({ ...partial, ...(only === undefined ? {} : { asking: only }) }), lead, parts: [extract.ask(missing)], wants: "text" };
  }
  const verdict = extract.verdict(partial.said as JsonObject, ctx);
  return { is: "more", partial: json({ ...partial, asking: "confirm" }), lead, parts: verdict.parts, options: verdict.options };
}

function learn(partial: Partial, text: string, extract: Extract, ctx: AskContext): { partial: Partial; news: boolean; problem?: { part: Part; asking: string } } {
  const found = extract.read(text, partial.asking, ctx);
  const saidNow = { ...partial.said, ...found.said };
  const { asking: _was, ...rest } = partial;
  return { partial: { ...rest, said: saidNow }, news: Object.keys(found.said).length > 0, ...(found.problem === undefined ? {} : { problem: found.problem }) };
}

function extractOf(spec: AskSpec): Extract | null {
  const first = spec.extract[0];
  return first === undefined ? null : (extracts.find((each) => each.names.includes(first)) ?? null);
}

function json(partial: Partial): Json {
  return partial as unknown as Json;
}

export type { Shown };

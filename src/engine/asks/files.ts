import { z } from "zod";
import { WithFiles } from "../../domain/answers.js";
import type { Json, JsonObject } from "../../domain/json.js";
import { words, type Part } from "../../domain/shown.js";
import { keptUntilRenewed } from "./pieces/decision.js";
import { missingOf, piecesOf, skip } from "./pieces.js";
import type { Pieces } from "./pieces/piece.js";
import { quoted } from "./simple.js";
import { askSheet, Sorted, sortSheet } from "./sheets.js";
import { agrees, problem, type Answer, type AskContext, type AskSpec, type AskType, type Parsed } from "./ask.js";

const Partial = z.object({
  fileIds: z.array(z.string()).default([]),
  /** Files that are still being fetched. */
  waiting: z.array(z.string()).default([]),
  /** What the captions said so far. */
  said: z.record(z.string(), z.json()).default({}),
  /** Which piece is asked for now; `confirm` when all are there. */
  asking: z.string().exactOptional(),
  /** What was wrong in a caption: said once the file is here. */
  trouble: z.object({ part: z.custom<Part>(), asking: z.string() }).exactOptional(),
  /** Whether these are all: asked, answered, or answered with "the rest later". */
  enough: z.enum(["asked", "yes", "rest_later"]).exactOptional(),
  /** Whether they are the pages of one paper. */
  pages: z.enum(["asked", "one", "several"]).exactOptional(),
  sorted: Sorted.exactOptional(),
  /** It came before it was asked for: whether it is meant for this is asked. */
  unprompted: z.boolean().exactOptional(),
});
type Partial = z.infer<typeof Partial>;
type Is<K extends Answer["is"]> = Extract<Answer, { is: K }>;

/**
 * Photos or PDFs, one or as many as `many` says, and what their captions tell. Whole when they are kept and each of `extract` is known;
 * only what is missing is asked again. Its value: `{ fileIds, restLater?, …pieces }`, or `{ sorted: [{ kind, fileIds }] }` for several papers.
 */
export const files: AskType = {
  wants: "photo",
  parse(answer, spec, raw, ctx) {
    const partial = Partial.parse(raw ?? {});
    switch (answer.is) {
      case "file":
        if (answer.media === "video") return problem("problem.video");
        if (answer.media === "audio") return problem("problem.voice", { office: ctx.office });
        return received(answer, partial, spec, ctx);
      case "settled":
        return settled(answer, partial, spec, ctx);
      case "option":
        return picked(answer.value, partial, spec, ctx);
      case "text":
        return said(answer.text, partial, spec, ctx);
      case "other":
        return answer.what === "voice" ? problem("problem.voice", { office: ctx.office }) : problem("problem.want_photo");
      case "contact":
      case "location":
        return problem("problem.want_photo");
    }
  },
  show(value, spec) {
    const parsed = WithFiles.safeParse(value);
    if (!parsed.success) return "";
    const count = parsed.data.fileIds.length;
    const pieces = piecesOf(spec);
    if (parsed.data.restLater === true) return words("photo.count_rest_later", { count });
    return pieces === null ? words("photo.count", { count }) : words("photo.with", { said: pieces.show(parsed.data as JsonObject), count });
  },
};

function received(answer: Is<"file">, partial: Partial, spec: AskSpec, ctx: AskContext): Parsed {
  const { enough: _enough, pages: _pages, sorted: _sorted, ...rest } = partial;
  const now: Partial = { ...rest, waiting: [...partial.waiting, answer.fileId] };
  const pieces = piecesOf(spec);
  if (answer.caption === undefined || pieces === null) return { is: "waiting", partial: json(now) };
  const { partial: learned, problem: trouble } = learn(now, answer.caption, pieces, ctx);
  return { is: "waiting", partial: json(trouble === undefined ? learned : { ...learned, trouble }) };
}

function settled(answer: Is<"settled">, partial: Partial, spec: AskSpec, ctx: AskContext): Parsed {
  if (!partial.waiting.includes(answer.fileId)) return { is: "waiting", partial: json(partial) };
  if (answer.slow === true) return { is: "waiting", partial: json(partial), part: { key: "photo.receiving" } };
  const waiting = partial.waiting.filter((id) => id !== answer.fileId);
  if (answer.problem !== undefined) {
    const part = { key: `file.${answer.problem}`, values: answer.values ?? {} };
    if (waiting.length > 0) return { is: "waiting", partial: json({ ...partial, waiting }), part };
    if (partial.fileIds.length > 0) return next({ ...partial, waiting }, spec, ctx, [part]);
    return { is: "more", partial: json({ ...partial, waiting }), parts: [part], wants: "photo" };
  }
  const now = { ...partial, waiting, fileIds: [...partial.fileIds, answer.fileId] };
  if (waiting.length > 0) return { is: "waiting", partial: json(now) };
  return next(now, spec, ctx, [{ key: spec.many !== undefined || spec.pages || partial.unprompted === true ? "photo.received" : "photo.saved", values: { count: now.fileIds.length } }]);
}

function said(text: string, partial: Partial, spec: AskSpec, ctx: AskContext): Parsed {
  const pieces = piecesOf(spec);
  if (partial.enough === "asked" || partial.pages === "asked" || partial.sorted !== undefined) return problem("problem.choose", { text: quoted(text) });
  if (pieces === null) return problem(partial.waiting.length > 0 ? "photo.receiving" : "problem.want_photo");
  const confirming = partial.asking === "confirm";
  const mayAgree = confirming && (pieces.verdict(partial.said as JsonObject, spec, ctx)?.options.some((option) => option.value === "right") ?? false);
  if (mayAgree && agrees(text)) return picked("right", partial, spec, ctx);
  const learned = learn(partial, text, pieces, ctx);
  if (confirming && !learned.news && learned.problem === undefined) return problem("problem.choose", { text: quoted(text) });
  if (learned.problem !== undefined) {
    return { is: "more", partial: json({ ...learned.partial, asking: learned.problem.asking }), parts: [learned.problem.part], wants: "text" };
  }
  if (!learned.news) return partial.fileIds.length === 0 ? problem("problem.want_photo") : problem("problem.not_read", { text: quoted(text), example: pieces.example });
  return next(learned.partial, spec, ctx, []);
}

function picked(value: Json, partial: Partial, spec: AskSpec, ctx: AskContext): Parsed {
  const pieces = piecesOf(spec);
  const { asking: _asking, trouble: _trouble, ...rest } = partial;
  if (partial.sorted !== undefined) {
    const sorted = sortSheet(partial.sorted, partial.fileIds, value);
    if (sorted.papers !== undefined) return { is: "value", value: { sorted: sorted.papers } as unknown as Json, echo: { key: "echo.noted" } };
    return { is: "more", partial: json({ ...partial, sorted: sorted.kinds }), ...askSheet(sorted.kinds, partial.fileIds.length) };
  }
  switch (value) {
    case "right":
    case "send_anyway":
    case "skip":
      return whole(partial);
    case "enough":
      return next({ ...partial, enough: "yes" }, spec, ctx, []);
    case "rest_later":
      return next({ ...partial, enough: "rest_later" }, spec, ctx, []);
    case "meant": {
      const { unprompted: _unprompted, ...meant } = partial;
      return next({ ...meant, ...(partial.fileIds.length + hadBefore(spec, ctx) >= (spec.many?.min ?? 1) ? { enough: "yes" } : {}) }, spec, ctx, []);
    }
    case "one_paper":
      return next({ ...partial, pages: "one" }, spec, ctx, []);
    case "several_papers":
      return { is: "more", partial: json({ ...partial, pages: "several", sorted: [] }), ...askSheet([], partial.fileIds.length) };
    case "mend":
      return { is: "more", partial: json({ ...rest, said: {} }), parts: pieces === null ? [spec.question] : [pieces.ask([], {})], wants: "text" };
    case "new_photo":
      return { is: "more", partial: json({ fileIds: [], waiting: [], said: {} }), parts: [spec.question], wants: "photo" };
    case "more_photos":
      return { is: "more", partial: json(partial), parts: [{ key: "photo.one_more" }], wants: "photo" };
    case "keep_draft":
      return { is: "cancel", ...keptUntilRenewed(ctx) };
    case "ask_office":
      return { is: "waiting", partial: json(partial), part: { key: "decision.office", values: { office: ctx.office } } };
    case "mend_date": {
      const name = pieces?.dateName ?? "";
      const { [name]: _gone, ...left } = partial.said;
      return { is: "more", partial: json({ ...rest, said: left, asking: name }), parts: pieces === null ? [spec.question] : [pieces.ask([name], {})], wants: "text" };
    }
    default:
      return problem("problem.want_photo");
  }
}

/** What to ask once something new is known: files, whether these are all, the pieces that are missing, or whether it is right. */
function next(partial: Partial, spec: AskSpec, ctx: AskContext, lead: Part[]): Parsed {
  const pieces = piecesOf(spec);
  const count = partial.fileIds.length;
  if (count === 0) {
    return { is: "more", partial: json(partial), lead, parts: [pieces === null ? spec.question : pieces.noted(partial.said as JsonObject), { key: "photo.now_photo" }], wants: "photo" };
  }
  if (partial.unprompted === true) {
    const options = [
      { value: "meant", label: words("ask.right") },
      { value: "new_photo", label: words("photo.not_meant") },
    ];
    return { is: "more", partial: json(partial), lead, parts: [{ key: "photo.use_as", values: { label: spec.label, product: String(ctx.answers["productName"] ?? "") } }], options, wants: "photo" };
  }
  if (spec.many !== undefined && partial.enough !== "yes" && partial.enough !== "rest_later" && count < spec.many.max) return askEnough(partial, spec, ctx, lead);
  if (spec.pages && count > 1 && partial.pages === undefined) {
    const options = ["one_paper", "several_papers", "more_photos"].map((value) => ({ value, label: words(`photo.${value}`) }));
    return { is: "more", partial: json({ ...partial, pages: "asked" }), lead, parts: [{ key: "photo.pages" }], options, wants: "photo" };
  }
  if (pieces === null) return whole(partial, lead[0]);
  const { trouble, ...sound } = partial;
  if (trouble !== undefined && partial.said[trouble.asking] === undefined) {
    return { is: "more", partial: json({ ...sound, asking: trouble.asking }), lead, parts: [trouble.part], wants: "text" };
  }
  const missing = missingOf(pieces, spec, partial.said as JsonObject);
  const only = missing.length === 1 ? missing[0] : undefined;
  if (missing.length > 0 && !(pieces.optional && partial.asking !== undefined)) {
    const asking = only ?? (pieces.optional ? "some" : undefined);
    return { is: "more", partial: json({ ...partial, ...(asking === undefined ? {} : { asking }) }), lead, parts: [pieces.ask(missing, partial.said as JsonObject)], ...(pieces.optional ? { options: [skip] } : {}), wants: "text" };
  }
  const verdict = pieces.verdict(partial.said as JsonObject, spec, ctx);
  if (verdict === null) return whole(partial, lead[0]);
  return { is: "more", partial: json({ ...partial, asking: "confirm" }), lead: [...lead, ...(verdict.before ?? [])], ...(verdict.before === undefined ? {} : { apart: true as const }), parts: verdict.parts, options: verdict.options };
}

function askEnough(partial: Partial, spec: AskSpec, ctx: AskContext, lead: Part[]): Parsed {
  const own = (key: string): string => (ctx.has(`${key}_${spec.name}`) ? `${key}_${spec.name}` : key);
  const fewer = partial.fileIds.length + hadBefore(spec, ctx) < (spec.many?.min ?? 1);
  const values = { count: partial.fileIds.length, min: spec.many?.min ?? 1 };
  const options = [
    ...(fewer ? [] : [{ value: "enough", label: words("photo.enough_yes") }]),
    { value: "more_photos", label: words("photo.more_photos") },
    ...(spec.later ? [{ value: "rest_later", label: words(own("photo.rest_later")) }] : []),
  ];
  return { is: "more", partial: json({ ...partial, enough: "asked" }), lead, parts: [{ key: own(fewer ? "photo.too_few" : "photo.enough"), values }], options, wants: "photo" };
}

/** Files that were sent for it before, which stay. */
function hadBefore(spec: AskSpec, ctx: AskContext): number {
  const { had } = ctx.answers;
  const count = typeof had === "object" && had !== null && !Array.isArray(had) ? had[spec.name] : undefined;
  return typeof count === "number" ? count : 0;
}

function whole(partial: Partial, echo: Part = { key: "echo.noted" }): Parsed {
  const rest = partial.enough === "rest_later" ? { restLater: true } : {};
  return { is: "value", value: { fileIds: partial.fileIds, ...rest, ...partial.said } as Json, echo };
}

function learn(partial: Partial, text: string, pieces: Pieces, ctx: AskContext): { partial: Partial; news: boolean; problem?: { part: Part; asking: string } } {
  const found = pieces.read(text, partial.asking, ctx);
  const { asking: was, ...rest } = partial;
  const asking = pieces.optional && was !== undefined && was !== "confirm" ? { asking: was } : {};
  return { partial: { ...rest, ...asking, said: { ...partial.said, ...found.said } }, news: Object.keys(found.said).length > 0, ...(found.problem === undefined ? {} : { problem: found.problem }) };
}

function json(partial: Partial): Json {
  return partial as unknown as Json;
}

import { words } from "../../domain/shown.js";
import type { JsonObject } from "../../domain/json.js";
import { z } from "zod";
import { characters, clean } from "../../lib/text.js";
import { agrees, notText, problem, type AskContext, type AskSpec, type AskType, type Parsed } from "./ask.js";
import { award } from "./pieces/award.js";
import { certificate } from "./pieces/certificate.js";
import { decision } from "./pieces/decision.js";
import { packing } from "./pieces/packing.js";
import type { Pieces } from "./pieces/piece.js";
import { quoted } from "./simple.js";

const all: readonly Pieces[] = [decision, packing, certificate, award];

/** The group that a question's `extract` names; null when it names none. */
export function piecesOf(spec: Pick<AskSpec, "extract">): Pieces | null {
  const [first] = spec.extract;
  return first === undefined ? null : (all.find((each) => each.names.includes(first)) ?? null);
}

export function missingOf(pieces: Pieces, spec: AskSpec, said: JsonObject): string[] {
  return pieces.names.filter((name) => spec.extract.includes(name) && said[name] === undefined);
}

const Partial = z.object({ said: z.record(z.string(), z.json()), asking: z.string().exactOptional() });
type Partial = z.infer<typeof Partial>;

const most = 500;

/** Words that hold several pieces; asked again only for what is missing. Its value: the pieces by name. */
export const pieced: AskType = {
  wants: "text",
  parse(answer, spec, raw, ctx) {
    const pieces = piecesOf(spec);
    if (pieces === null) throw new Error(`${spec.name}: no such pieces: ${spec.extract.join(", ")}`);
    const partial: Partial = raw === undefined || raw === null ? { said: {} } : Partial.parse(raw);
    if (answer.is === "option") return answer.value === "right" || answer.value === "skip" ? done(partial.said as JsonObject, pieces) : again(pieces);
    if (answer.is !== "text") return notText(answer, ctx);
    const length = characters(answer.text);
    if (length > most) return { is: "problem", part: { key: "problem.too_long", values: { length, max: most } }, keep: clean(answer.text) };
    if (partial.asking === "confirm" && agrees(answer.text)) return done(partial.said as JsonObject, pieces);
    const read = pieces.read(answer.text, partial.asking, ctx);
    if (Object.keys(read.said).length === 0 && read.problem === undefined) return problem("problem.not_read", { text: quoted(answer.text), example: pieces.example });
    const said = { ...partial.said, ...read.said } as JsonObject;
    if (read.problem !== undefined) return { is: "more", partial: { said, asking: read.problem.asking }, parts: [read.problem.part] };
    return nextPiece(said, spec, pieces, ctx, partial.asking);
  },
  show: (value, spec) => (typeof value === "object" && value !== null && !Array.isArray(value) ? (piecesOf(spec)?.show(value) ?? "") : ""),
};

function nextPiece(said: JsonObject, spec: AskSpec, pieces: Pieces, ctx: AskContext, asked: string | undefined): Parsed {
  const missing = missingOf(pieces, spec, said);
  if (missing.length > 0 && !(pieces.optional && asked !== undefined)) {
    return { is: "more", partial: { said, asking: missing.length === 1 ? (missing[0] ?? "") : "some" }, lead: [pieces.noted(said)], parts: [pieces.ask(missing, said)], ...(pieces.optional ? { options: [skip] } : {}) };
  }
  const verdict = pieces.verdict(said, spec, ctx);
  if (verdict === null) return done(said, pieces);
  return { is: "more", partial: { said, asking: "confirm" }, ...(verdict.before === undefined ? {} : { lead: verdict.before, apart: true as const }), parts: verdict.parts, options: verdict.options };
}

export const skip = { value: "skip", label: words("ask.later") };

function done(said: JsonObject, pieces: Pieces): Parsed {
  return { is: "value", value: said, echo: pieces.noted(said) };
}

function again(pieces: Pieces): Parsed {
  return { is: "more", partial: { said: {} }, parts: [pieces.ask([], {})] };
}

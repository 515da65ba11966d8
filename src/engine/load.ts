import { createHash } from "node:crypto";
import { readYaml, type SourceFile } from "../lib/yaml.js";
import { Flow, Step, type Bundle } from "./flow.js";

export interface Loaded {
  bundle: Bundle;
  /** A line each: file, line, step and what is wrong. */
  problems: string[];
  /** `file:line` of a flow or of one of its steps. */
  place(flow: string, step?: string): string;
}

/** Reads flow files. What cannot be read is left out of the bundle and told in `problems`. */
export function loadFlows(files: readonly SourceFile[]): Loaded {
  const flows: Record<string, Flow> = {};
  const problems: string[] = [];
  const places = new Map<string, (path: readonly PropertyKey[]) => string>();
  for (const file of files) {
    const read = readYaml(file);
    problems.push(...read.problems);
    if (read.problems.length > 0) continue;
    const parsed = Flow.safeParse(read.value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) problems.push(`${read.place(issue.path)}: ${stepOf(issue.path)}${explain(read.value, issue.path) ?? issue.message}`);
      continue;
    }
    const flow = parsed.data;
    if (flows[flow.id] !== undefined) problems.push(`${read.place(["id"])}: the flow ${flow.id} is there twice`);
    flows[flow.id] = flow;
    places.set(flow.id, read.place);
  }
  const hash = createHash("sha256").update(JSON.stringify(flows)).digest("base64url").slice(0, 16);
  return {
    bundle: { hash, flows },
    problems,
    place: (flow, step) => places.get(flow)?.(step === undefined ? ["id"] : ["steps", step]) ?? flow,
  };
}

function stepOf(path: readonly PropertyKey[]): string {
  return path[0] === "steps" && path[1] !== undefined ? `step ${String(path[1])}: ` : path.length > 0 ? `${path.join(".")}: ` : "";
}

/** A step fits none of the kinds: tells what is wrong with the kind it seems to be. */
function explain(root: unknown, path: readonly PropertyKey[]): string | null {
  if (path[0] !== "steps" || path.length < 2) return null;
  const step = (root as { steps?: Record<string, unknown> }).steps?.[String(path[1])];
  if (typeof step !== "object" || step === null) return "a step must be a mapping";
  const kinds = ["end", "call", "ask", "form", "get", "do", "take", "collect", "set", "branch", "say"];
  const kind = kinds.find((name) => name in step);
  if (kind === undefined) return `a step needs one of: ${kinds.join(", ")}`;
  for (const option of Step.options) {
    if (!(kind in option.shape) || kinds.slice(0, kinds.indexOf(kind)).some((other) => other in option.shape)) continue;
    const parsed = option.safeParse(step);
    if (!parsed.success) return parsed.error.issues.map((issue) => `${issue.path.join(".")}${issue.path.length > 0 ? ": " : ""}${issue.message}`).join("; ");
  }
  return null;
}

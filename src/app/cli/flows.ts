import type { Step } from "../../engine/flow.js";
import { actionOutcomes, queryNames } from "../registered.js";
import { loadConversations } from "../resources.js";
import type { VerbCall } from "./verb.js";

/** `flows check`: everything wrong with flows and locales, a line each. */
export async function checkAll({ print, call }: VerbCall): Promise<number> {
  const { loaded, problems } = await loadConversations({ queries: queryNames, actions: actionOutcomes });
  const flows = Object.keys(loaded.bundle.flows).length;
  if (problems.length > 0) {
    for (const problem of problems) call.fail(problem);
    print({ flows, problems }, [`${problems.length} problems`]);
    return 1;
  }
  print({ flows, problems }, [`${flows} flows hold together`]);
  return 0;
}

/** `flows graph`: the flows as a Graphviz drawing. */
export async function drawFlows({ print }: VerbCall): Promise<number> {
  const { loaded } = await loadConversations({ queries: queryNames, actions: actionOutcomes });
  const lines = ["digraph flows {", "  rankdir=LR; node [shape=box, fontname=sans-serif];"];
  for (const flow of Object.values(loaded.bundle.flows)) {
    lines.push(`  subgraph cluster_${flow.id} { label="${flow.id}";`);
    for (const [name, step] of Object.entries(flow.steps)) {
      lines.push(`    "${flow.id}.${name}" [label="${name}\\n${kind(step)}"];`);
      for (const target of targets(step)) lines.push(`    "${flow.id}.${name}" -> "${flow.id}.${target}";`);
    }
    lines.push("  }");
  }
  lines.push("}");
  print({ dot: lines.join("\n") }, lines);
  return 0;
}

function kind(step: Step): string {
  if ("ask" in step) return `ask ${step.ask}`;
  if ("form" in step) return "form";
  if ("call" in step) return `call ${step.call}`;
  if ("get" in step) return `get ${step.get}`;
  if ("do" in step) return `do ${step.do}`;
  if ("end" in step) return "end";
  return "branch" in step ? "branch" : "say";
}

function targets(step: Step): string[] {
  if ("branch" in step) return [...step.branch.map((arm) => arm.next), step.else];
  if ("do" in step) return Object.values(step.then);
  if ("ask" in step) return [step.next, step.yes, step.none, step.otherwise, ...(Array.isArray(step.options) ? step.options.map((option) => option.then) : [])].filter((each) => each !== undefined);
  return "next" in step && step.next !== undefined ? [step.next] : [];
}

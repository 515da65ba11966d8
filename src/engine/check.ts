import type { Flow, Step } from "./flow.js";
import type { Loaded } from "./load.js";

/** What flows may refer to, handed in by whoever registers it. */
export interface Known {
  /** Placeholder names of a locale key, or undefined when some language lacks it. */
  key(key: string): ReadonlySet<string> | undefined;
  queries: ReadonlySet<string>;
  /** Each action with the outcomes it can end in. */
  actions: ReadonlyMap<string, readonly string[]>;
}

/** Everything wrong with the flows, a line each with file and line; empty when they hold together. */
export function checkFlows(loaded: Loaded, known: Known): string[] {
  const problems = [...loaded.problems];
  const words = new Map<string, string>();
  for (const flow of Object.values(loaded.bundle.flows)) {
    const tell = (step: string | undefined, message: string): void => {
      problems.push(`${loaded.place(flow.id, step)}: ${flow.id}${step === undefined ? "" : `.${step}`}: ${message}`);
    };
    for (const word of flow.words) {
      const other = words.get(word);
      if (other !== undefined) tell(undefined, `the word ${word} also begins ${other}`);
      words.set(word, flow.id);
    }
    if (flow.steps[flow.start] === undefined) tell(undefined, `start: no such step: ${flow.start}`);
    for (const [name, step] of Object.entries(flow.steps)) checkStep(flow, step, loaded, known, (message) => tell(name, message));
    for (const name of unreachable(flow)) tell(name, "no step leads here");
    for (const name of endless(flow)) tell(name, "no way from here to an end");
  }
  return problems;
}

function checkStep(flow: Flow, step: Step, loaded: Loaded, known: Known, tell: (message: string) => void): void {
  for (const target of targets(step)) if (flow.steps[target] === undefined) tell(`no such step: ${target}`);
  for (const called of calledFlows(step)) if (loaded.bundle.flows[called] === undefined) tell(`no such flow: ${called}`);
  for (const { key, given } of keys(step)) {
    const needs = known.key(key);
    if (needs === undefined) tell(`locale key ${key} is missing in a language`);
    else for (const need of needs) if (given !== null && !given.has(need) && need !== "b") tell(`${key} needs the value ${need}`);
  }
  const query = "get" in step ? step.get : "ask" in step && step.options !== undefined && !Array.isArray(step.options) ? step.options.from : undefined;
  if (query !== undefined && !known.queries.has(query)) tell(`no such query: ${query}`);
  if ("do" in step) {
    const outcomes = known.actions.get(step.do);
    if (outcomes === undefined) tell(`no such action: ${step.do}`);
    else {
      for (const outcome of outcomes) if (step.then[outcome] === undefined) tell(`then: ${step.do} can end in ${outcome}`);
      for (const outcome of Object.keys(step.then)) if (!outcomes.includes(outcome)) tell(`then: ${step.do} never ends in ${outcome}`);
    }
  }
  if ("ask" in step && ["choice", "choices"].includes(step.ask) && step.options === undefined) tell("a choice needs options");
  if ("ask" in step && Array.isArray(step.options)) {
    for (const option of step.options) if (option.then === undefined && step.next === undefined) tell(`the choice ${String(option.value)} leads nowhere`);
    if (step.options.length > 5) tell("more than five choices");
  }
  if ("ask" in step && !Array.isArray(step.options) && step.next === undefined && step.yes === undefined) tell("leads nowhere: needs next or yes");
}

function targets(step: Step): string[] {
  const found: (string | undefined)[] = [];
  if ("next" in step) found.push(step.next);
  if ("then" in step) found.push(...Object.values(step.then));
  if ("branch" in step) found.push(step.else, ...step.branch.map((arm) => arm.next));
  if ("end" in step && typeof step.end === "object" && "draft" in step.end) found.push(step.end.draft);
  if ("empty" in step) found.push(step.empty);
  if ("full" in step) found.push(step.full);
  if ("ask" in step) {
    found.push(step.none, step.yes, step.otherwise, step.file);
    if (Array.isArray(step.options)) found.push(...step.options.map((option) => option.then));
  }
  return found.filter((target) => target !== undefined);
}

function calledFlows(step: Step): string[] {
  if ("call" in step) return [step.call];
  if ("form" in step) return Object.values(step.after ?? {});
  return "end" in step && typeof step.end === "object" && "flow" in step.end ? [step.end.flow] : [];
}

function keys(step: Step): { key: string; given: ReadonlySet<string> | null }[] {
  const found: { key: string; given: ReadonlySet<string> | null }[] = [];
  const given = new Set(Object.keys(("values" in step ? step.values : undefined) ?? {}));
  if ("say" in step && step.say !== undefined) found.push({ key: step.say, given });
  if ("ask" in step) for (const key of [step.again, step.heading]) if (key !== undefined) found.push({ key, given });
  if ("after" in step && typeof step.after === "string") found.push({ key: step.after, given });
  if ("ask" in step && Array.isArray(step.options)) found.push(...step.options.map((option) => ({ key: option.say, given })));
  return found;
}

function unreachable(flow: Flow): string[] {
  const seen = new Set<string>();
  const walk = (name: string): void => {
    const step = flow.steps[name];
    if (step === undefined || seen.has(name)) return;
    seen.add(name);
    targets(step).forEach(walk);
  };
  walk(flow.start);
  return Object.keys(flow.steps).filter((name) => !seen.has(name));
}

function endless(flow: Flow): string[] {
  const ends = new Set(Object.entries(flow.steps).flatMap(([name, step]) => ("end" in step || targets(step).length === 0 ? [name] : [])));
  for (let grew = true; grew; ) {
    grew = false;
    for (const [name, step] of Object.entries(flow.steps)) {
      if (!ends.has(name) && targets(step).some((target) => ends.has(target))) grew = ends.add(name) !== undefined;
    }
  }
  return Object.keys(flow.steps).filter((name) => !ends.has(name));
}

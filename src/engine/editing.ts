import { words } from "../domain/shown.js";
import { clone } from "../lib/clone.js";
import { fold } from "../lib/text.js";
import { choose } from "../domain/said/choose.js";
import { capital } from "./asks/ask.js";
import { piecesOf } from "./asks/pieces.js";
import { quoted } from "./asks/simple.js";
import { cardRows, rowNames, showRow, type Row } from "./card.js";
import { holds } from "./conditions.js";
import type { AskStep } from "./flow.js";
import { later, open } from "./question.js";
import { callOf, here, stepAt, type Run } from "./run.js";
import { askedFields, specAt, stackFor } from "./specs.js";
import type { Position, Talk } from "./session.js";

/** More rows than this are named by typing. */
const mostPressed = 4;

export function askWhatToEdit(run: Run, talk: Talk, step: AskStep): void {
  const rows = cardRows(run, talk, step.rows ?? []);
  const options = rows.map((row) => ({ value: rowName(row), label: row.name }));
  const none = { value: "@none", label: words("edit.none") };
  const many = rows.length > mostPressed;
  const parts = [{ key: "edit.which" }, ...(many ? [{ key: "edit.names", values: { names: { show: "list" as const, of: rows.map(({ name }) => name) } } }] : [])];
  open(run, { special: "edit_what", parts, options: many ? [none] : [...options, none] });
}

/** As `edit` takes it: the answer, and which of its rows. */
export function rowName(row: Row): string {
  return row.row === undefined ? row.id : `${row.id}.${row.row}`;
}

/** Which row's name is said; null when none, or not surely one. */
export function rowNamed(run: Run, talk: Talk, step: AskStep, said: string): Row | null {
  const rows = cardRows(run, talk, step.rows ?? []);
  const found = choose(said, rows.map((row) => ({ label: run.ctx.shown(run.session.language, row.name), also: run.ctx.has(`also.${row.row ?? row.id}`) ? run.ctx.shown(run.session.language, words(`also.${row.row ?? row.id}`)).split(", ") : [] })));
  return found.is === "one" ? (rows[found.index] ?? null) : null;
}

/** Opens the row that was named; when none is, says so and asks which. True when nothing was opened and the flow goes on by itself. */
export function editNamed(run: Run, talk: Talk, step: AskStep, said: string): boolean {
  const row = rowNamed(run, talk, step, said);
  if (row !== null) return edit(run, talk, rowName(row));
  run.lead.push({ key: "edit.no_such", values: { text: quoted(said) } });
  askWhatToEdit(run, talk, step);
  return false;
}

/** Stands the talk at the question of one answer, to return to the review after it. True when the flow has to go on to open it. */
export function edit(run: Run, talk: Talk, named: string): boolean {
  const [name = "", row] = named.split(".");
  const stack = stackFor(run, talk, talk.stack, name);
  const step = stepAt(run, talk, here(talk));
  if (stack === undefined || !("ask" in step) || !rowNames(run, talk, step.rows ?? []).includes(name)) return true;
  const before = clone(talk.answers);
  talk.edit = { name, back: clone(talk.stack), before, ...(row === undefined ? {} : { row }) };
  talk.stack = stack;
  const spec = specAt(run, talk);
  const was = talk.answers[name];
  delete talk.answers[name];
  if (spec === undefined) return true;
  if (was !== later.value) {
    const label = row === undefined ? spec.label : words(`label.${row}`);
    run.lead.push({ key: "edit.was", values: { label: capital(label), value: showRow(run, talk, spec, before, row) } });
  }
  const pieces = piecesOf(spec);
  const own = pieces?.rows?.find((each) => each.id === row);
  if (pieces === null || own === undefined || typeof was !== "object" || was === null || Array.isArray(was)) return true;
  const said = Object.fromEntries(Object.entries(was).filter(([piece]) => !own.names.includes(piece)));
  const [only] = own.names.length === 1 ? own.names : [];
  open(run, { parts: [only !== undefined && run.ctx.has(`edit.ask_${only}`) ? { key: `edit.ask_${only}` } : pieces.ask(own.names, said)], partial: { said, asking: only ?? "some" } });
  return false;
}

/** The answer is corrected: says so, drops what hung on it, and returns to the review or to what is missing now. */
export function closeEdit(run: Run, talk: Talk): void {
  const { edit: closing } = talk;
  if (closing === undefined) return;
  const position = stackFor(run, talk, closing.back, closing.name)?.at(-1);
  const spec = position === undefined ? undefined : specAt(run, talk, position);
  if (spec !== undefined) {
    const label = closing.row === undefined ? spec.label : words(`label.${closing.row}`);
    run.lead = [{ key: "edit.done", values: { label, value: showRow(run, talk, spec, talk.answers, closing.row), before: showRow(run, talk, spec, closing.before, closing.row) } }];
  }
  talk.stack = clone(closing.back);
  delete talk.edit;
  dropUnasked(run, talk);
  talk.stack = firstMissing(run, talk) ?? talk.stack;
}

/** Where the first field stands that has no answer and needs one; undefined when the form is whole. */
export function firstMissing(run: Run, talk: Talk): Position[] | undefined {
  const call = callOf(run, talk);
  const missing = call === undefined ? undefined : askedFields(call).find((field) => !Object.hasOwn(talk.answers, field.id) && holds(field.when, talk.answers));
  return missing === undefined ? undefined : stackFor(run, talk, talk.stack, missing.id);
}

/** After a correction no answer stays whose condition no longer holds, nor those that hung on them. */
function dropUnasked(run: Run, talk: Talk): void {
  const gone = (callOf(run, talk)?.fields ?? []).filter((field) => Object.hasOwn(talk.answers, field.id) && !holds(field.when, talk.answers));
  for (const field of gone) delete talk.answers[field.id];
  if (gone.length > 0) dropUnasked(run, talk);
}

/** "sửa giá": the row's name after the word, as typed; null for anything else. */
export function wantsEdit(text: string): string | null {
  return /^(?:sua|doi|edit|change)\s+\S/.test(fold(text)) ? text.trim().replace(/^\S+\s+/, "") : null;
}

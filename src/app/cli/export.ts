import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError } from "../../domain/errors.js";
import type { Registration } from "../../domain/registration.js";
import type { Service } from "../service.js";

const columns: [string, (registration: Registration) => string][] = [
  ["code", (r) => r.code],
  ["call", (r) => r.call.code],
  ["province_code", (r) => r.province.code],
  ["province", (r) => r.province.name],
  ["owner", (r) => r.ownerName],
  ["product", (r) => r.product.name],
  ["state", (r) => r.state],
  ["late", (r) => (r.late ? "yes" : "no")],
  ["submitted_at", (r) => r.submittedAt.toISOString()],
  ["decision_number", (r) => answer(r, "decision", "decisionNumber")],
  ["decision_on", (r) => answer(r, "decision", "decisionOn")],
  ["stars", (r) => answer(r, "decision", "stars")],
  ["commitment", (r) => (r.answers["commitment"] === true ? "yes" : "no")],
  ["files", (r) => String(r.fileIds.length)],
];

/** Writes a call's registrations to a file, whole or not at all; `before` it gets its name it is told how many there are. Throws `UserError`. */
export async function exportRegistrations(service: Pick<Service, "calls" | "registrations" | "places">, wanted: { call: string; province: string | undefined; format: string; out: string }, before: (rows: number) => Promise<void>): Promise<{ rows: number; out: string }> {
  if (wanted.format === "xlsx" || wanted.format === "docx") throw new UserError("not_built", `--format ${wanted.format} comes with the provinces' lists; csv and json are there`);
  if (wanted.format !== "csv" && wanted.format !== "json") throw new UserError("no_such_format", `--format: must be csv or json; was: ${wanted.format}`);
  if (!service.calls.latest().some(({ call }) => call.code === wanted.call)) throw new UserError("no_such_call", `--call ${wanted.call}: there is no such call; see \`call list\``);
  if (wanted.province !== undefined && service.places.province(wanted.province) === undefined) throw new UserError("no_such_province", `--province ${wanted.province}: no province has this code today`);
  let rows = 0;
  const { format } = wanted;
  async function* lines(): AsyncGenerator<string> {
    if (format === "csv") yield `\ufeff${columns.map(([name]) => name).join(",")}\r\n`;
    else yield "[";
    for await (const registration of service.registrations.ofCall(wanted.call, wanted.province)) {
      yield format === "csv" ? `${columns.map(([, read]) => cell(read(registration))).join(",")}\r\n` : `${rows === 0 ? "\n" : ",\n"}${JSON.stringify(plain(registration))}`;
      rows++;
    }
    if (format === "json") yield "\n]\n";
  }
  const partial = `${wanted.out}.partial`;
  try {
    await pipeline(Readable.from(lines()), createWriteStream(partial, { mode: 0o600 }));
    await before(rows);
    await rename(partial, wanted.out);
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof Error && "code" in error) throw new UserError("not_written", `--out ${wanted.out}: cannot be written (${String(error.code)})`);
    throw error;
  }
  return { rows, out: wanted.out };
}

function answer(registration: Registration, field: string, part: string): string {
  const value = registration.answers[field];
  if (typeof value !== "object" || value === null) return "";
  const found = (value as Record<string, unknown>)[part];
  return typeof found === "string" || typeof found === "number" ? String(found) : "";
}

function plain(registration: Registration): object {
  const { contactId: _contact, ownerId: _owner, product, ...rest } = registration;
  return { ...rest, product: product.name };
}

/** RFC 4180; what a spreadsheet would take for a formula gets a quote in front (security item 19). */
export function cell(value: string): string {
  const safe = /^[=+\-@\t\r\0]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

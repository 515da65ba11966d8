import type { JsonObject } from "../../../domain/json.js";
import { parseCertificate } from "../../../domain/said/certificate.js";
import { words, type Shown } from "../../../domain/shown.js";
import type { Pieces } from "./piece.js";

const names = ["certificateNumber", "issuer", "expiresOn"] as const;

/** A certificate's number, who issued it and the last day it stands. */
export const certificate: Pieces = {
  names,
  dateName: "expiresOn",
  optional: true,
  example: words("certificate.example"),
  read(text, asking, ctx) {
    const one = names.find((name) => name === asking);
    const { noSuchDay, ...found } = parseCertificate(text, { today: ctx.today, ...(one === undefined ? {} : { asking: one }) });
    const said: JsonObject = { ...found };
    if (noSuchDay !== undefined && found.expiresOn === undefined) return { said, problem: { part: { key: "problem.no_such_day", values: noSuchDay }, asking: "expiresOn" } };
    return { said };
  },
  ask(missing) {
    const key = missing.length === 1 ? `certificate.ask_${missing[0] ?? ""}` : "certificate.ask_all";
    return { key, values: { example: words("certificate.example") } };
  },
  noted: (said) => ({ key: "echo.saved", values: { value: certificate.show(said) } }),
  show: (said) => ({ show: "list", of: names.flatMap((name) => (said[name] === undefined ? [] : [pieceShown(name, said)])) }),
  verdict(said, spec, ctx) {
    const expiresOn = said["expiresOn"];
    const values: Record<string, Shown> = { kind: spec.values["kind"] ?? words("certificate.paper"), said: certificate.show(said) };
    if (typeof expiresOn === "string" && expiresOn < ctx.today) {
      return {
        parts: [{ key: "certificate.expired", values: { date: { show: "date", on: expiresOn } } }],
        options: [
          { value: "new_photo", label: words("certificate.new_paper") },
          { value: "mend_date", label: words("certificate.mend_date") },
          { value: "right", label: words("ask.later") },
        ],
      };
    }
    if (names.every((name) => said[name] === undefined)) return null;
    return {
      parts: [{ key: "certificate.right", values }],
      options: [
        { value: "right", label: words("ask.right") },
        { value: "mend", label: words("decision.mend") },
      ],
    };
  },
};

function pieceShown(name: (typeof names)[number], said: JsonObject): Shown {
  const value = String(said[name]);
  return words(`certificate.piece_${name}`, { value: name === "expiresOn" ? { show: "date", on: value } : value });
}

import type { FastifyInstance } from "fastify";
import { instant, type Language, type Shown } from "../domain/shown.js";
import type { I18n } from "../i18n/i18n.js";
import { html, type Html } from "../lib/html.js";
import { contentSecurityPolicy } from "./security-headers.js";

/** What the page may show of a registration: nothing else is known here. */
export interface PublicRegistration {
  code: string;
  call: Shown;
  product: string;
  owner: string;
  province: string;
  state: string;
  history: { state: string; at: Date }[];
}

export interface VerifyDeps {
  look(code: string): Promise<{ kind: "found"; view: PublicRegistration } | { kind: "unknown" | "check_digit" }>;
  i18n: I18n;
}

const style = `body{font:1.125rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#f6f7f4}main{max-width:34rem;margin:0 auto;padding:1.25rem}
h1{font-size:1.5rem;margin:.5rem 0 1rem}dl{background:#fff;border:1px solid #d5d9d2;border-radius:.75rem;padding:1rem;margin:1rem 0}
dt{color:#4a4f48;font-size:1rem}dd{margin:0 0 .75rem;font-weight:600;overflow-wrap:anywhere}
input,button{font:inherit;min-height:3rem;padding:.5rem .75rem;border:1px solid #5c6459;border-radius:.5rem;box-sizing:border-box}
input{width:100%;margin:.25rem 0 .75rem}button{background:#14603a;color:#fff;border-color:#14603a;font-weight:600}
@media (prefers-color-scheme:dark){body{background:#151815;color:#eceee9}dl{background:#1f241f;border-color:#3d443c}dt{color:#b5bbb1}input{background:#1f241f;color:inherit}}`;

/** This page has a form, which leads back to itself. */
const withForm = contentSecurityPolicy.replace("form-action 'none'", "form-action 'self'");

/** `/verify` and `/verify/:code`: works without scripts. */
export function verifyRoutes(deps: VerifyDeps): (app: FastifyInstance) => void {
  return (app) => {
    app.get<{ Querystring: Record<string, unknown> }>("/verify", async (request, reply) => {
      const language = languageOf(request.query["lang"], request.headers["accept-language"]);
      const code = typeof request.query["code"] === "string" ? cut(request.query["code"]) : "";
      if (code !== "") return reply.redirect(`/verify/${encodeURIComponent(code)}?lang=${language}`, 303);
      return reply.type("text/html; charset=utf-8").header("content-security-policy", withForm).send(page(deps.i18n, language, form(deps.i18n, language, "")));
    });

    app.get<{ Params: { code: string }; Querystring: Record<string, unknown> }>("/verify/:code", async (request, reply) => {
      const language = languageOf(request.query["lang"], request.headers["accept-language"]);
      const code = cut(request.params.code);
      const seen = await deps.look(code);
      void reply.type("text/html; charset=utf-8").header("cache-control", "no-store").header("content-security-policy", withForm);
      if (seen.kind !== "found") {
        const why = seen.kind === "check_digit" ? { key: "lookup.mistyped" } : { key: "web.verify_none", values: { code } };
        const none = html`<p role="alert">${deps.i18n.text(language, why)}</p>`;
        return reply.code(404).send(page(deps.i18n, language, html`${none}${form(deps.i18n, language, code)}`));
      }
      return reply.send(page(deps.i18n, language, card(deps.i18n, language, seen.view)));
    });
  };
}

function card(i18n: I18n, language: Language, view: PublicRegistration): Html {
  const say = (key: string, values?: Record<string, Shown>): string => i18n.text(language, { key, ...(values === undefined ? {} : { values }) });
  const row = (name: string, value: string): Html => html`<dt>${name}</dt><dd>${value}</dd>`;
  const since = view.history.at(-1)?.at ?? new Date(0);
  const rows = [
    row(say("lookup.call"), say("ask.shown", { value: view.call })),
    row(say("lookup.product"), view.product),
    row(say("lookup.owner"), view.owner),
    row(say("lookup.province"), view.province),
    row(say("lookup.state"), say("status.row", { state: say(`state.${view.state}`), since: instant(since) })),
  ];
  const dates = view.history.map((each) => row(say(`state.${each.state}`), say("ask.shown", { value: instant(each.at) })));
  return html`<h2>${say("lookup.found", { code: view.code })}</h2><dl>${rows}</dl><h2>${say("web.verify_history")}</h2><dl>${dates}</dl>`;
}

function form(i18n: I18n, language: Language, code: string): Html {
  const say = (key: string): string => i18n.text(language, { key });
  return html`<p>${say("web.verify_intro")}</p>
<form method="get" action="/verify"><input type="hidden" name="lang" value="${language}"><label for="code">${say("web.verify_code")}</label>
<input id="code" name="code" value="${code}" placeholder="US26-104187-9" autocomplete="off" required><button>${say("web.verify_look")}</button></form>`;
}

function page(i18n: I18n, language: Language, body: Html): string {
  const title = i18n.text(language, { key: "web.verify_title" });
  return html`<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} – OCOP</title><link rel="stylesheet" href="/verify.css"></head><body><main><h1>${title}</h1>${body}</main></body></html>`.markup;
}

/** The page's look, at an address of its own: the policy on every response allows no styles inside the page. */
export function verifyStyle(): (app: FastifyInstance) => void {
  return (app) => {
    app.get("/verify.css", async (_request, reply) => reply.type("text/css; charset=utf-8").header("cache-control", "public, max-age=86400").send(style));
  };
}

/** By whole characters: half of one has no place in an address. */
function cut(code: string): string {
  return [...code].slice(0, 40).join("");
}

function languageOf(asked: unknown, accepted: string | undefined): Language {
  if (asked === "vi" || asked === "en") return asked;
  return accepted !== undefined && /^\s*en\b/i.test(accepted) ? "en" : "vi";
}

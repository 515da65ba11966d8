import type { FastifyInstance } from "fastify";
import { type Language, languages } from "../../domain/shown.js";
import { asset, type Asset, type Assets, sendAsset } from "./assets.js";
import { type ChatDeps, defaultMaxUploadBytes } from "./deps.js";
import { shell } from "./shell.js";

/** `GET /chat`: the same for everyone who reads one language. `?lang=` wins over the browser's setting. */
export function pageRoute(app: FastifyInstance, deps: ChatDeps, assets: Assets): void {
  const pages = new Map<Language, Promise<Asset>>();
  const page = (language: Language): Promise<Asset> => {
    let made = pages.get(language);
    if (made === undefined) {
      const { personas, maxUploadBytes = defaultMaxUploadBytes } = deps;
      const html = shell({ language, words: deps.words(language), assets, personas, maxUploadBytes });
      made = asset(Buffer.from(html), "text/html; charset=utf-8");
      pages.set(language, made);
    }
    return made;
  };
  app.get("/", (_request, reply) => reply.redirect("/chat", 302));
  app.get<{ Querystring: { lang?: unknown } }>("/chat", async (request, reply) => {
    const asked = languages.find((each) => each === request.query.lang);
    const language = asked ?? preferred(request.headers["accept-language"]);
    reply.header("content-language", language);
    return sendAsset(request, reply, await page(language), "no-cache");
  });
}

/** Vietnamese unless the browser puts English before it. */
export function preferred(acceptLanguage: string | undefined): Language {
  const weighed = (acceptLanguage ?? "").split(",").map((part) => {
    const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
    const q = parameters.map((each) => /^\s*q=([\d.]+)$/.exec(each)?.[1]).find((each) => each !== undefined);
    return { language: tag.split("-")[0], q: q === undefined ? 1 : Number(q) };
  });
  const weight = (language: Language): number => Math.max(0, ...weighed.filter((each) => each.language === language).map((each) => each.q));
  return weight("en") > weight("vi") ? "en" : "vi";
}

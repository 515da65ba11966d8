import type { Language } from "../../domain/shown.js";
import type { Assets } from "./assets.js";
import type { Persona } from "./deps.js";
import type { ChatPageWords } from "./words.js";

export interface ShellOptions {
  language: Language;
  words: ChatPageWords;
  assets: Assets;
  personas: readonly Persona[] | null;
  maxUploadBytes: number;
}

/** The page as it is before any script ran. What the script needs to know stands in it as data. */
export function shell({ language, words, assets, personas, maxUploadBytes }: ShellOptions): string {
  const other: Language = language === "vi" ? "en" : "vi";
  const preloads = assets.scripts.map((name) => `<link rel="modulepreload" href="${assets.url(name)}">`).join("\n");
  const known = { language, words, maxUploadBytes };
  const w = (text: string): string => escape(text);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#14603a">
<title>${w(words.title)}</title>
<link rel="icon" href="/favicon.ico" type="image/svg+xml">
<link rel="stylesheet" href="${assets.url("chat.css")}">
${preloads}
<script type="module" src="${assets.url("chat.js")}"></script>
</head>
<body>
<a class="skip" href="#message">${w(words.skip)}</a>
<header class="top">
<div class="bar">
<img class="logo" src="/favicon.ico" alt="" width="40" height="40">
<div class="name"><h1>${w(words.title)}</h1><p>${w(words.about)}</p></div>
<a class="language" id="language" href="/chat?lang=${other}" hreflang="${other}" lang="${other}">${w(words.otherLanguage)}</a>
</div>
${personas === null ? "" : demo(personas, words)}
</header>
<p class="connection" id="connection" role="status">${w(words.connecting)}</p>
<main>
<div id="alert" class="alert" hidden></div>
<div id="log" class="log" role="log" aria-live="polite" aria-label="${w(words.conversation)}" aria-busy="true" tabindex="0"><noscript><p class="noscript">${w(words.noScript)}</p></noscript></div>
<button type="button" id="newer" class="newer" hidden>${w(words.newMessages)}</button>
</main>
<form id="composer" class="composer" autocomplete="off" aria-label="${w(words.message)}">
<label class="photo" id="photo-label"><input type="file" id="photo" accept="image/*,application/pdf" multiple aria-label="${w(words.photo)}">${camera}<span aria-hidden="true">${w(words.photo)}</span></label>
<div class="field">
<textarea id="message" rows="1" maxlength="4000" enterkeyhint="send" aria-label="${w(words.message)}" aria-describedby="hint" placeholder="${w(words.placeholder)}"></textarea>
</div>
<button type="submit" class="send" id="send" aria-label="${w(words.send)}">${plane}<span aria-hidden="true">${w(words.send)}</span></button>
<p class="hint" id="hint">${w(words.hints.text)}</p>
</form>
<script type="application/json" id="known">${JSON.stringify(known).replace(/</g, "\\u003c")}</script>
</body>
</html>
`;
}

function demo(personas: readonly Persona[], words: ChatPageWords): string {
  const buttons = [...personas, { id: "", name: words.demo.myself, about: "" }].map(
    ({ id, name, about }) =>
      `<li><button type="button" data-persona="${escape(id)}" aria-pressed="false"><b>${escape(name)}</b>${about === "" ? "" : `<span>${escape(about)}</span>`}</button></li>`,
  );
  return `<div class="demo"><p class="banner">${escape(words.demo.banner)}</p>
<details id="personas"><summary><span>${escape(words.demo.personas)}</span><b id="persona-now"></b></summary><ul>${buttons.join("")}</ul></details></div>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}

const icon = (path: string): string =>
  `<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${path}</svg>`;
const camera = icon('<path d="M4 8h3l2-3h6l2 3h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1z"/><circle cx="12" cy="13" r="3.5"/>');
const plane = icon('<path d="M4 12 20 4l-5 16-4-7z"/><path d="m11 13 4-4"/>');

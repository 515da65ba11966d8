import { createAlert } from "./alert.js";
import { createComposer } from "./composer.js";
import { createConnection } from "./connection.js";
import { byId, newId, withMouse } from "./dom.js";
import { createLog } from "./log.js";
import { createOutbox } from "./outbox.js";
import { createUploads } from "./uploads.js";

const { language, words, maxUploadBytes } = JSON.parse(byId("known").textContent);

async function session(change) {
  const response = await fetch("/chat/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(change || {}),
  });
  if (!response.ok) throw new Error(`session: ${response.status}`);
  const answer = await response.json();
  // Another tab chose another persona: begin anew rather than speak in the wrong name.
  if (outbox && !change && answer.who !== who) location.reload();
  if (!outbox) begin(answer);
  return answer;
}

let who = "";
let outbox = null;
let greeted = false;

const composer = createComposer(words, { onText: sayText, onFiles: (files, caption) => sendFiles(files, caption) });
let alertBar = () => undefined;
const log = createLog(words, {
  onPress(choice, byKeyboard) {
    add({ press: choice.data, label: choice.label.slice(0, 300) }, choice.label);
    if (byKeyboard || withMouse) composer.focus();
  },
  onWants: (kind) => composer.wants(kind),
  onAlert: (entry, row) => alertBar(entry, row),
});
const connection = createConnection(words, { session, onEntry: (entry) => log.show(entry), onReady: ready });
const sendFiles = createUploads({ words, language, maxBytes: maxUploadBytes, log, session });
const beforeSession = [];

function sayText(text) {
  add({ text }, text);
}

function add(content, shown, id) {
  const item = { body: Object.assign({ id: id || newId(), language }, content), shown, at: Date.now() };
  if (outbox) outbox.add(item);
  else {
    beforeSession.push(item);
    onState(item, "waiting");
  }
}

function onState(item, state) {
  if (item.body.id.startsWith("start-")) return;
  log.showOwn(item.body.id, { text: item.shown, at: new Date(item.at) }).say(state);
}

function begin(answer) {
  who = answer.who;
  outbox = createOutbox({ key: `ocop-chat-outbox-${who}`, session, onState });
  alertBar = createAlert(words, `ocop-chat-alerts-${who}`);
  showPersona(answer.persona);
  beforeSession.splice(0).forEach((item) => outbox.add(item));
}

/** History is on screen: show what waits, greet whoever is new here or came by a code. */
function ready() {
  log.settled();
  if (greeted) return void outbox.run();
  greeted = true;
  outbox.waiting().forEach((item) => onState(item, "waiting"));
  const address = new URL(location.href);
  const code = address.searchParams.get("start");
  if (code !== null || log.isEmpty()) {
    // Two pages opened together greet once.
    const id = `start-${Math.floor(Date.now() / 30_000)}-${(code || "").replace(/[^A-Za-z0-9]/g, "").slice(0, 40)}`;
    add({ text: code ? `/start ${code}`.slice(0, 200) : "/start" }, "", id);
    address.searchParams.delete("start");
    history.replaceState(null, "", address);
  }
  void outbox.run();
  log.toEnd(true);
}

function showPersona(persona) {
  const now = byId("persona-now");
  if (!now) return;
  document.querySelectorAll("[data-persona]").forEach((button) => {
    const isNow = button.dataset.persona === (persona || "");
    button.setAttribute("aria-pressed", String(isNow));
    if (isNow) now.textContent = button.querySelector("b").textContent;
    button.onclick = () => session({ persona: button.dataset.persona || null }).then(() => location.reload());
  });
}

const other = new URL(byId("language").href);
const start = new URL(location.href).searchParams.get("start");
if (start !== null) other.searchParams.set("start", start);
byId("language").href = other.href;
// The page reads in one language; a conversation that has begun is told so in words it knows.
byId("language").addEventListener("click", () => log.isEmpty() || sayText(byId("language").textContent.trim()));
if (withMouse) composer.focus();
void connection.start();

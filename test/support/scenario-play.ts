import { isDeepStrictEqual } from "node:util";
import { assertNever } from "../../src/lib/never.js";
import type { Contact } from "../../src/domain/person.js";
import { telegramActor, webActor, type Actor, type Heard } from "./scenario-actors.js";
import { givens } from "./scenario-given.js";
import { faults, slips } from "./scenario-matchers.js";
import { mistyped, unknownCode, type World } from "./scenario-world.js";
import type { Act, ChannelKind, RunVerb, Scenario, Step, Then } from "./scenario.js";

/** A scenario that went wrong: the message shows the whole conversation so far. */
export class ScenarioFailed extends Error {
  override readonly name = "ScenarioFailed";
}

interface Play {
  world: World;
  actor: Actor;
  vars: Map<string, string>;
  preludes: ReadonlyMap<string, Scenario>;
  /** What was said, line by line. */
  shown: string[];
  /** Messages that no `bot` step has asked for yet, with the language they are in. */
  unread: (Heard & { language: "vi" | "en" })[];
  read: number;
  turns: number;
  /** What the person typed: said again, it is not in our words. */
  typed: string[];
}

/** Plays one scenario with a fresh person on one channel. Rejects with `ScenarioFailed`. */
export async function playScenario(scenario: Scenario, channel: ChannelKind, world: World, preludes: ReadonlyMap<string, Scenario>): Promise<void> {
  const persona = scenario.given.find((each) => each.startsWith("persona "))?.slice("persona ".length);
  const actor = channel === "telegram" ? telegramActor(world.telegram) : await webActor(world.running.address, { language: scenario.language, ...(persona === undefined ? {} : { persona }) });
  const play: Play = { world, actor, vars: new Map([["unknown_code", unknownCode]]), preludes, shown: [], unread: [], read: 0, turns: 0, typed: [] };
  try {
    if (scenario.language === "en" && channel === "telegram") {
      await actor.act({ verb: "text", value: "English" });
      await listen(play);
      play.unread = [];
    }
    for (const given of scenario.given) await prepare(play, given);
    await steps(play, scenario.talk);
    await after(play, scenario.then);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const logged = await world.errors(actor);
    throw new ScenarioFailed(`${why}\n\n${play.shown.join("\n")}${logged.length === 0 ? "" : `\n\nlogged: ${logged.join("\n")}`}`);
  } finally {
    await actor.close();
  }
}

async function prepare(play: Play, given: string): Promise<void> {
  if (given.startsWith("persona ")) {
    // The web page takes the persona with its session; elsewhere the persona's contact is given this account.
    if (play.actor.channel === "web-chat") return;
    return attach(play, "demo:owner");
  }
  const set = givens[given];
  if (set !== undefined) return set(play);
  const prelude = play.preludes.get(given);
  if (prelude === undefined) throw new Error(`nothing is known of “${given}”`);
  for (const before of prelude.given) await prepare(play, before);
  await steps(play, prelude.talk);
}

async function attach({ world, actor }: Play, contactId: string): Promise<void> {
  const { stores } = world.running.service;
  const { accountId, channel, user } = actor;
  await stores.transactions.run(async (tx) => {
    const account = { _id: accountId, contactId, channel, account: accountId.split(":")[1] ?? "", user, chat: user, reachable: true, since: world.running.clock.now() };
    const contact = { _id: `unused:${user}`, language: "vi" as const, grants: [], consents: [], owners: [] };
    await stores.people.insert(tx, [{ account, contact }]);
  });
}

async function steps(play: Play, talk: readonly Step[]): Promise<void> {
  for (const [index, step] of talk.entries()) {
    if ("bot" in step) {
      expectNext(play, step.bot);
      continue;
    }
    nothingMore(play);
    if ("me" in step) await act(play, step.me);
    else if ("wait" in step) play.world.running.clock.move(step.wait);
    else await run(play, step.run);
    if ("wait" in step) play.shown.push("… some time goes by");
    const following = talk[index + 1];
    if ("me" in step && (following === undefined || !("bot" in following))) throw new Error("what the service answers is not told: add a bot step");
  }
  nothingMore(play);
}

async function act(play: Play, given: Act): Promise<void> {
  const done = filled(given, play.vars);
  play.shown.push(`  ME  ${describe(done)}`);
  play.typed.push(...[done.value].flat().filter((said): said is string => typeof said === "string" && said.length > 3));
  // "/start" is the channel's own button that opens the chat.
  play.turns += done.verb === "send_twice_at_once" ? 2 : done.value === "/start" ? 0 : 1;
  await play.actor.act(done);
  await listen(play);
}

/** `$code` is this person's newest registration, `$request` what they asked about their data. */
async function resolveCode(play: Play): Promise<void> {
  const [request] = await play.world.find("data_requests", { contactId: await play.world.contactId(play.actor) });
  if (request !== undefined) play.vars.set("request", String(request["_id"]));
  const [newest] = await play.world.registrations(play.actor);
  if (newest === undefined) return;
  play.vars.set("code", newest.code);
  play.vars.set("mistyped_code", mistyped(newest.code));
}

async function listen(play: Play): Promise<void> {
  await play.world.quiet(play.actor);
  await resolveCode(play);
  const all = play.actor.heard();
  const session = await play.world.session(play.actor);
  const language = session?.["language"] === "en" ? "en" : "vi";
  // On a busy machine a photo may take long enough for the person to be told so.
  const slow = play.world.locales[language]["photo.receiving"];
  const fresh = all.slice(play.read).filter((heard) => heard.text !== slow).map((heard) => ({ ...heard, language }) as const);
  play.read = all.length;
  play.unread.push(...fresh);
  for (const heard of fresh) play.shown.push(`  BOT ${heard.text.replaceAll("\n", "\n      ")}${heard.choices.map((label, index) => ` [${index + 1} ${label}]`).join("")}`);
  const last = fresh.at(-1);
  if (last !== undefined && session !== null && session["question"] !== null && !asks(last)) throw new Error(`a question is open, but the last message does not ask: ${last.text}`);
  for (const heard of fresh) {
    const wrong = slips(heard, language, play.typed);
    if (wrong.length > 0) throw new Error(`the message ${wrong.join("; ")}:\n${heard.text}`);
  }
}

function asks(heard: Heard): boolean {
  return heard.choices.length > 0 || /\?|Mời |Please |Đang nhận|on its way/.test(heard.text);
}

function expectNext(play: Play, given: Extract<Step, { bot: unknown }>["bot"]): void {
  const bot = filled(given, play.vars);
  if (bot.nothing_more === true && Object.keys(bot).length === 1) return nothingMore(play);
  const heard = play.unread.shift();
  if (heard === undefined) throw new Error(`no answer came; expected ${JSON.stringify(bot)}`);
  const wrong = faults(heard, bot, play.world.locales[heard.language], heard.language);
  if (wrong.length > 0) throw new Error(`${wrong.join("\n")}\nin: ${heard.text}${heard.choices.map((label) => ` [${label}]`).join("")}`);
  if (bot.nothing_more === true) nothingMore(play);
}

function nothingMore(play: Play): void {
  const [extra] = play.unread;
  if (extra !== undefined) throw new Error(`a message that nothing asked for: ${extra.text}${extra.choices.map((label) => ` [${label}]`).join("")}`);
}

async function run(play: Play, verb: RunVerb): Promise<void> {
  const { service, clock } = play.world.running;
  if ("invite" in verb) {
    const { role, province, name } = verb.invite;
    const { code } = await service.people.invite({ role, by: "demo:centre", now: clock.now(), ...(province === undefined ? {} : { province }), ...(name === undefined ? {} : { name }) });
    play.vars.set("invitation", code);
    play.shown.push(`  … an invitation as ${role} is made`);
    return;
  }
  if ("daily_job" in verb) {
    await service.reminders.run(clock.now());
    await service.retention.run(clock.now());
    play.shown.push("  … the daily job runs");
    return listen(play);
  }
  const { to, as, reason, fields, until } = verb.move;
  const [newest] = await play.world.registrations(play.actor);
  if (newest === undefined) throw new Error("there is no registration to move");
  play.vars.set("code", newest.code);
  await service.registrations.move({ code: newest.code, to, actor: await officer(play, as), now: clock.now(), ...(reason === undefined ? {} : { reason }), ...(fields === undefined ? {} : { fields }), ...(until === undefined ? {} : { until }) });
  service.outbox.wake();
  play.shown.push(`  … ${as} moves ${newest.code} to ${to}`);
  await listen(play);
}

async function officer(play: Play, name: string): Promise<Contact> {
  const [found] = await play.world.find("contacts", { name });
  if (found === undefined) throw new Error(`no officer ${name}`);
  return found as unknown as Contact;
}

async function after(play: Play, then: Then): Promise<void> {
  const { world, actor } = play;
  const registrations = await world.registrations(actor);
  const wrong: string[] = [];
  const compare = (what: string, got: unknown, want: unknown): void => {
    if (!fits(got, want)) wrong.push(`${what} is ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
  };
  const contactId = await world.contactId(actor);
  const [contact] = await world.find("contacts", { _id: contactId });
  if (then.registration !== undefined) {
    const newest = registrations[0];
    compare("the registration", newest === undefined ? null : { ...newest, product: newest.product.name, province: newest.province.name, reason: newest.history.at(-1)?.reason }, then.registration);
  }
  if (then.registrations !== undefined) compare("the number of registrations", registrations.length, then.registrations);
  if (then.drafts !== undefined) compare("the number of drafts", ((await world.session(actor))?.["drafts"] as unknown[] | undefined)?.length ?? 0, then.drafts);
  if (then.contact !== undefined) compare("the contact", contact, then.contact);
  if (then.owner !== undefined) {
    const ownerId = (contact?.["owners"] as { ownerId: string }[] | undefined)?.[0]?.ownerId;
    const [owner] = ownerId === undefined ? [] : await world.find("owners", { _id: ownerId });
    compare("the owner", owner ?? null, then.owner);
  }
  if (then.files !== undefined) compare("the number of files kept", (await world.find("file_rows", { contactId, state: "kept" })).length, then.files.kept);
  if (then.consents !== undefined) compare("the number of consents", ((contact?.["consents"] as { given: boolean }[] | undefined) ?? []).filter(({ given }) => given).length, then.consents);
  if (then.transcripts_without !== undefined) {
    const kept = JSON.stringify(await world.find("transcripts", { contactId }));
    for (const text of then.transcripts_without) if (kept.includes(text)) wrong.push(`a transcript still holds “${text}”`);
  }
  if (then.turns !== undefined && play.turns > then.turns.max) wrong.push(`it took ${play.turns} turns, more than ${then.turns.max}`);
  if ((await world.errors(actor)).length > 0) wrong.push("the service logged errors");
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

/** Whether all that is wanted is there; `null` wants it absent. */
function fits(got: unknown, want: unknown): boolean {
  if (want === null) return got === null || got === undefined;
  if (typeof want !== "object") return got === want;
  if (Array.isArray(want)) return isDeepStrictEqual(got, want) || (Array.isArray(got) && got.length === want.length && want.every((each, index) => fits(got[index], each)));
  if (typeof got !== "object" || got === null) return false;
  return Object.entries(want).every(([name, value]) => fits((got as Record<string, unknown>)[name], value));
}

function filled<T>(value: T, vars: ReadonlyMap<string, string>): T {
  if (typeof value === "string") return value.replace(/\$([a-z_]+)/g, (whole, name: string) => vars.get(name) ?? whole) as T;
  if (Array.isArray(value)) return value.map((each: unknown) => filled(each, vars)) as T;
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each as unknown, vars)])) as T;
  return value;
}

function describe(act: Act): string {
  switch (act.verb) {
    case "text":
      return act.value;
    case "long_text":
      return `(${act.value.characters} characters)`;
    case "send_twice_at_once":
      return act.value.join("  ‖  ");
    case "press":
    case "old_press":
    case "photo":
    case "document":
    case "album":
    case "big_photo":
    case "video":
    case "voice":
    case "sticker":
    case "share_phone":
    case "others_contact":
    case "repeat":
      return `(${act.verb} ${String(act.value)}) ${act.caption ?? ""}`;
    default:
      return assertNever(act);
  }
}

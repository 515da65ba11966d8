import { createHash } from "node:crypto";
import { z } from "zod";
import type { Action, Turn } from "../domain/capabilities.js";
import { asJson } from "../domain/json.js";
import { Purpose } from "../domain/person.js";
import { instant, type Language } from "../domain/shown.js";
import type { I18n } from "../i18n/i18n.js";
import { requestShown, type DataRequests } from "./data-requests.js";
import type { PeopleDeps } from "./deps.js";

/** The sentences that are shown before a consent is asked for, the question last. */
const sentences: Readonly<Record<Purpose, readonly string[]>> = {
  registration: ["consent.what", "consent.full", "consent.agree"],
  news: ["news.ask"],
};

/** What was agreed to, provably: another sentence is another version. */
export function consentVersion(i18n: Pick<I18n, "text">, purpose: Purpose, language: Language): string {
  const shown = sentences[purpose].map((key) => i18n.text(language, { key })).join("\n");
  return `${purpose}/${language}/${createHash("sha256").update(shown).digest("base64url").slice(0, 16)}`;
}

const Given = z.object({ purpose: Purpose.nullish().transform((purpose) => purpose ?? "registration") });

export function consentActions({ store, transcripts, i18n }: Pick<PeopleDeps, "store" | "transcripts" | "i18n">, asking: DataRequests): Action[] {
  function note(turn: Turn, purpose: Purpose, given: boolean): void {
    store.addConsent(turn.tx, turn.contact._id, { purpose, given, textVersion: consentVersion(i18n, purpose, turn.language), at: turn.now, channel: turn.account.channel });
  }

  const consent: Action = {
    name: "people.consent",
    outcomes: ["kept"],
    run(args, turn) {
      note(turn, Given.parse(args).purpose, true);
      return Promise.resolve({ outcome: "kept", value: asJson({ at: instant(turn.now) }) });
    },
  };

  /** Who refuses a registration's consent has nothing kept, what was said before it included. Other purposes are noted, not to ask again. */
  const refuse: Action = {
    name: "people.refuse",
    outcomes: ["forgotten"],
    async run(args, turn) {
      const { purpose } = Given.parse(args);
      if (purpose !== "registration") note(turn, purpose, false);
      else if (turn.contact.consents.length === 0 && turn.contact.grants.length === 0) await transcripts.erase(turn.tx, turn.contact._id);
      return { outcome: "forgotten" };
    },
  };

  /** What was sent is processed by law: taking back that consent is a request, which the office answers too. */
  const withdraw: Action = {
    name: "people.withdraw",
    outcomes: ["withdrawn", "requested"],
    async run(args, turn) {
      const { purpose } = Given.parse(args);
      note(turn, purpose, false);
      if (purpose !== "registration") return { outcome: "withdrawn", value: asJson({ at: instant(turn.now) }) };
      return { outcome: "requested", value: requestShown(await asking.ask("withdrawal", turn)) };
    },
  };

  return [consent, refuse, withdraw];
}

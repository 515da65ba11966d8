import { describe, expect, test } from "@jest/globals";
import { createI18n } from "../../src/i18n/i18n.js";
import { loadLocales } from "../../src/app/resources.js";
import { consentVersion } from "../../src/people/consents.js";
import { later, now, peopleRig } from "./rig.js";

const rig = peopleRig();
const { person, kept, act, ask } = rig;

describe("a consent", () => {
  test("is kept with its purpose, what was shown, when and where", async () => {
    await person("thu");
    expect(await act("people.consent", "thu")).toEqual({ outcome: "kept", value: { at: { show: "instant", at: now.toISOString() } } });
    await act("people.consent", "thu", { purpose: "news" });
    expect((await kept("thu")).consents).toEqual([
      { purpose: "registration", given: true, textVersion: expect.stringMatching(/^registration\/vi\/[\w-]{16}$/), at: now, channel: "web-chat" },
      { purpose: "news", given: true, textVersion: expect.stringMatching(/^news\/vi\/[\w-]{16}$/), at: now, channel: "web-chat" },
    ]);
    expect(await ask("people.known", "thu")).toMatchObject({ consent: "given", me: { news: "given" } });
  });

  test("names another version as soon as one shown sentence differs, and for another language", async () => {
    const { locales } = await loadLocales();
    const version = (change: Record<string, string>, language: "vi" | "en" = "vi"): string => consentVersion(createI18n({ vi: { ...locales.vi, ...change }, en: locales.en }), "registration", language);
    const before = version({});
    expect(version({})).toBe(before);
    for (const key of ["consent.what", "consent.full", "consent.agree"]) expect(version({ [key]: `${locales.vi[key] ?? ""}.` })).not.toBe(before);
    expect(version({ "consent.noted": "Khác." })).toBe(before);
    expect(version({}, "en")).not.toBe(before);
  });
});

describe("a refusal", () => {
  const said = (contactId: string) => ({ _id: `said-${contactId}`, contactId, channel: "web-chat", account: "site", user: contactId, at: now, order: 1, from: "person" as const, text: "tôi tên là Mẫu" });
  const left = async () => (await rig.connection.collection("transcripts").find({}).sort({ _id: 1 }).toArray()).map((each) => each["contactId"] as string);

  test("erases what was said by a person who never consented, and nobody else's", async () => {
    await person("thu");
    await person("lan");
    await rig.stores.transcripts.append(null, [said("thu"), said("lan")]);
    expect(await act("people.refuse", "thu")).toEqual({ outcome: "forgotten" });
    expect(await left()).toEqual(["lan"]);
    expect((await kept("thu")).consents).toEqual([]);
  });

  test("leaves the conversation of one who consented before, and of an officer", async () => {
    await person("thu");
    await act("people.consent", "thu");
    await person("lan", { grants: [{ role: "central_officer", since: now }] });
    await rig.stores.transcripts.append(null, [said("thu"), said("lan")]);
    await act("people.refuse", "thu");
    await act("people.refuse", "lan");
    expect(await left()).toEqual(["lan", "thu"]);
  });

  test("of news is noted and erases nothing, so that it is not asked again", async () => {
    await person("thu");
    await rig.stores.transcripts.append(null, [said("thu")]);
    await act("people.refuse", "thu", { purpose: "news" });
    expect((await kept("thu")).consents).toMatchObject([{ purpose: "news", given: false }]);
    expect(await ask("people.known", "thu")).toMatchObject({ me: { news: "refused" } });
    expect(await left()).toEqual(["thu"]);
  });
});

describe("a withdrawal", () => {
  test("of news is an entry of its own beside the consent, and holds at once", async () => {
    await person("thu");
    await act("people.consent", "thu", { purpose: "news" });
    expect(await act("people.withdraw", "thu", { purpose: "news" }, { now: later(1) })).toEqual({ outcome: "withdrawn", value: { at: { show: "instant", at: later(1).toISOString() } } });
    expect((await kept("thu")).consents).toMatchObject([{ given: true }, { purpose: "news", given: false, at: later(1) }]);
    expect(await ask("people.known", "thu")).toMatchObject({ me: { news: "refused" } });
    expect(await rig.connection.collection("data_requests").countDocuments()).toBe(0);
  });

  test("of a registration's consent is a request too, and consent is asked anew", async () => {
    await person("thu");
    await act("people.consent", "thu");
    expect(await act("people.withdraw", "thu")).toMatchObject({ outcome: "requested", value: { code: expect.stringMatching(/^DL-\d{6}-\d$/), doneBy: { show: "date", on: "2026-12-12" } } });
    expect(await ask("people.known", "thu")).not.toHaveProperty("consent");
    expect(await rig.connection.collection("data_requests").find({}).toArray()).toMatchObject([{ kind: "withdrawal", contactId: "thu", state: "received", at: now }]);
    await act("people.consent", "thu", {}, { now: later(1) });
    expect(await ask("people.known", "thu")).toMatchObject({ consent: "given" });
  });
});

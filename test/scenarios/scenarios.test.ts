import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "@jest/globals";
import { lacks } from "../support/scenario-actors.js";
import { playScenario } from "../support/scenario-play.js";
import { createWorld, type World } from "../support/scenario-world.js";
import { channelKinds, loadScenarios, scenarioFolder, type ChannelKind, type Scenario } from "../support/scenario.js";

const scenarios = await loadScenarios(scenarioFolder);
const preludes = new Map((await loadScenarios(join(scenarioFolder, "given"))).map((each) => [each.title, each]));

/** Time moved or calls changed in one would be seen by the others. */
const needsOwnService = (scenario: Scenario): boolean => scenario.alone || scenario.clock !== undefined || scenario.talk.some((step) => "wait" in step);

function whyNot(scenario: Scenario, channel: ChannelKind): string | null {
  const acts = scenario.talk.flatMap((step) => ("me" in step ? [step.me] : []));
  return scenario.not_on[channel] ?? acts.map((act) => lacks(channel, act)).find((reason) => reason !== null) ?? null;
}

/** The last event of all is delivered again: nobody else may do anything meanwhile. */
const needsQuiet = (scenario: Scenario): boolean => scenario.talk.some((step) => "me" in step && step.me.verb === "repeat");

/** How many are played side by side on one service, each with a person of its own. */
const sideBySide = 6;

describe.each(channelKinds)("on %s", (channel) => {
  const shared = new Map<Scenario["form"], World>();
  const sharedBy = ({ form }: Scenario): World => {
    const world = shared.get(form);
    if (world === undefined) throw new Error(`no service with the ${form} form`);
    return world;
  };
  const played = new Map<Scenario, Promise<{ error?: unknown }>>();
  const playable = scenarios.filter((scenario) => whyNot(scenario, channel) === null);
  const together = playable.filter((scenario) => !needsOwnService(scenario) && !needsQuiet(scenario));
  const play = (scenario: Scenario): Promise<{ error?: unknown }> => {
    const playing = played.get(scenario) ?? playScenario(scenario, channel, sharedBy(scenario), preludes).then(() => ({}), (error: unknown) => ({ error }));
    played.set(scenario, playing);
    return playing;
  };
  beforeAll(async () => {
    for (const form of new Set(playable.map((scenario) => scenario.form))) shared.set(form, await createWorld({ form }));
  });
  afterAll(async () => {
    await Promise.all(played.values());
    for (const world of shared.values()) await world.stop();
  });

  for (const scenario of scenarios) {
    const name = `${scenario.file}: ${scenario.title}`;
    const reason = whyNot(scenario, channel);
    if (reason !== null) {
      // oxlint-disable-next-line jest/no-disabled-tests
      test.skip(`${name} (${reason})`, () => undefined);
      continue;
    }
    test(name, async () => {
      if (needsOwnService(scenario)) {
        const world = await createWorld({ form: scenario.form, ...(scenario.clock === undefined ? {} : { start: scenario.clock }) });
        try {
          return await playScenario(scenario, channel, world, preludes);
        } finally {
          await world.stop();
        }
      }
      if (needsQuiet(scenario)) {
        await Promise.all(played.values());
        return playScenario(scenario, channel, sharedBy(scenario), preludes);
      }
      for (const next of together.slice(together.indexOf(scenario)).slice(0, sideBySide)) void play(next);
      const { error } = await play(scenario);
      if (error !== undefined) throw error;
    }, 60_000);
  }
});

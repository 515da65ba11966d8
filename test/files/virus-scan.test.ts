import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { checkVirusScan, createVirusScan } from "../../src/files/virus-scan.js";
import { systemClock } from "../../src/lib/clock.js";
import { manualClock } from "../support/manual-clock.js";
import { inChunks } from "./samples.js";

const pathEnv = process.env["PATH"] ?? "";
const never = new AbortController().signal;
const bytes = Buffer.alloc(300_000, "ocop");

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ocop-scan-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A program of its own for each test: what it does with its standard input. */
async function program(source: string): Promise<string[]> {
  const path = join(folder, `${Math.random()}.mjs`);
  await writeFile(path, `import { createHash } from "node:crypto";\nconst parts = [];\nconst input = async () => { for await (const part of process.stdin) parts.push(part); return Buffer.concat(parts); };\n${source}`);
  return [process.execPath, path];
}
const scan = async (source: string, more: { clock?: typeof systemClock; signal?: AbortSignal; words?: string[]; given?: AsyncIterable<Uint8Array> } = {}): Promise<void> =>
  createVirusScan({ command: [...(await program(source)), ...(more.words ?? [])], pathEnv, clock: more.clock ?? systemClock })(more.given ?? inChunks(bytes), more.signal ?? never);

describe("the virus scan", () => {
  it("gives the program all bytes on its standard input, and its words as they are", async () => {
    const words = ["--no-summary", "-", "a;b", "$HOME"];
    await scan(`process.exit((await input()).length === ${bytes.length} && JSON.stringify(process.argv.slice(2)) === ${JSON.stringify(JSON.stringify(words))} ? 0 : 5)`, { words });
  });

  it("takes exit 1 for infected, even when the program did not read to the end", async () => {
    await expect(scan("await input(); process.exit(1)")).rejects.toMatchObject({ name: "FileRefused", problem: "infected" });
    await expect(scan("process.exit(1)")).rejects.toMatchObject({ problem: "infected" });
  });

  it.each([
    ["exits otherwise", "await input(); process.exit(2)"],
    ["is killed", "await input(); process.kill(process.pid, 'SIGKILL'); setInterval(() => 0, 1_000)"],
    ["says clean without having read the file", "process.stdin.destroy(); process.exit(0)"],
  ])("finds nothing out when the program %s", async (_, source) => {
    await expect(scan(source)).rejects.toThrow("no result");
  });

  it("finds nothing out when the program is not there", async () => {
    await expect(createVirusScan({ command: [join(folder, "none")], pathEnv, clock: systemClock })(inChunks(bytes), never)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("finds nothing out when the file could not be read to its end, whatever the program says", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes;
      throw new Error("the store is away");
    }
    await expect(scan("await input(); process.exit(0)", { given: broken() })).rejects.toThrow("no result");
  });

  it("ends a program that takes a minute, and one that is no longer wanted", async () => {
    const clock = manualClock();
    const ended = scan("setInterval(() => 0, 1_000)", { clock }).catch((error: Error) => error);
    await clock.until(() => clock.sleepers().length > 0);
    await clock.advance(60_000);
    expect(await ended).toMatchObject({ name: "AbortError" });
    const stop = new AbortController();
    const stopped = scan("setInterval(() => 0, 1_000)", { signal: stop.signal }).catch((error: Error) => error);
    stop.abort(new Error("stopping"));
    expect(await stopped).toMatchObject({ name: "AbortError" });
  });

  it("hands on nothing of our environment but PATH", async () => {
    process.env["OCOP_CANARY"] = "secret";
    await scan("await input(); process.exit(process.env.OCOP_CANARY === undefined && process.env.PATH ? 0 : 5)");
    delete process.env["OCOP_CANARY"];
  });

  it("is refused at the start when its program cannot be run", async () => {
    await writeFile(join(folder, "text"), "not a program");
    await checkVirusScan({ command: ["node", "-"], pathEnv });
    await checkVirusScan({ command: [process.execPath], pathEnv: "" });
    for (const command of [["no-such-scanner", "-"], [join(folder, "text")], [join(folder, "none")]]) {
      await expect(checkVirusScan({ command, pathEnv })).rejects.toMatchObject({ name: "UserError", code: "bad_config", message: expect.stringContaining(`was: ${command.join(" ")}`) as never });
    }
  });
});

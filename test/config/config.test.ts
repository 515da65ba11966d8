import { describe, expect, test } from "@jest/globals";
import { readConfig } from "../../src/config/config.js";
import { UserError } from "../../src/domain/errors.js";

type Env = Record<string, string | undefined>;

const token = "123456:AbC-dEf";
const key = "0f".repeat(32);
const production: Env = { NODE_ENV: "production", SESSION_SECRET: "sixteen-letters!", SECRETS_KEY: key, MONGODB_URI: "mongodb://db.example/?replicaSet=rs0" };

/** The lines of the refusal. */
function refusal(env: Env): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.code).toBe("bad_config");
    return error.message.split("\n");
  }
  throw new Error("the environment was taken");
}

describe("the environment", () => {
  test("has a default for everything that must have a value", () => {
    expect(readConfig({})).toEqual({
      HOST: "127.0.0.1",
      PORT: 3000,
      TRUST_PROXY: 0,
      EMBEDDED_MONGOD: false,
      DATA_DIR: "./data",
      ROLES: ["web", "worker", "scheduler"],
      TELEGRAM_API_ROOT: "https://api.telegram.org",
      TELEGRAM_MODE: "polling",
      TELEGRAM_RATE: 30,
      TELEGRAM_CHAT_RATE: { refillPerSecond: 1, size: 5 },
      LOG_LEVEL: "info",
      production: false,
      demo: true,
      pathEnv: "",
      database: "ocop_demo",
    });
  });

  test("takes an empty variable for one that is not set", () => {
    const names = ["HOST", "PORT", "PUBLIC_URL", "MONGODB_URI", "ROLES", "DEMO", "TELEGRAM_BOT_TOKEN", "TELEGRAM_RATE", "SESSION_SECRET", "SECRETS_KEY", "LOG_LEVEL", "METRICS_TOKEN"];
    expect(readConfig(Object.fromEntries(names.map((name) => [name, ""])))).toEqual(readConfig({}));
  });

  test("leaves out variables that are not its own, except PATH", () => {
    expect(readConfig({ PATH: "/usr/bin", HOME: "/root", PORTS: "no" })).toEqual({ ...readConfig({}), pathEnv: "/usr/bin" });
  });

  test.each<[string, string, keyof ReturnType<typeof readConfig>, unknown]>([
    ["PORT", "0", "PORT", 0],
    ["PORT", "65535", "PORT", 65_535],
    ["TRUST_PROXY", "2", "TRUST_PROXY", 2],
    ["PUBLIC_URL", "https://ocop.example/chat//", "PUBLIC_URL", "https://ocop.example/chat"],
    ["MONGODB_URI", "mongodb+srv://db.example", "MONGODB_URI", "mongodb+srv://db.example"],
    ["EMBEDDED_MONGOD", "1", "EMBEDDED_MONGOD", true],
    ["ROLES", "web", "ROLES", ["web"]],
    ["ROLES", "worker, scheduler", "ROLES", ["worker", "scheduler"]],
    ["TELEGRAM_MODE", "webhook", "TELEGRAM_MODE", "webhook"],
    ["TELEGRAM_CHAT_RATE", "0.5/20", "TELEGRAM_CHAT_RATE", { refillPerSecond: 0.5, size: 20 }],
    ["VIRUS_SCAN_COMMAND", " clamdscan  --no-summary - ", "VIRUS_SCAN_COMMAND", ["clamdscan", "--no-summary", "-"]],
    ["SECRETS_KEY", "0F".repeat(32), "SECRETS_KEY", "0F".repeat(32)],
  ])("reads %s=%s", (name, given, property, value) => {
    expect(readConfig({ [name]: given })[property]).toEqual(value);
  });
});

describe("a wrong value", () => {
  /** Variable, value, what the line says it must be. */
  const wrong: [string, string, RegExp][] = [
    ["PORT", "http", /number/],
    ["PORT", "65536", /65535/],
    ["PORT", "-1", />=0/],
    ["PORT", "80.5", /int/],
    ["PUBLIC_URL", "ocop.example", /URL/i],
    ["PUBLIC_URL", "ftp://ocop.example", /URL/i],
    ["TRUST_PROXY", "yes", /number/],
    ["TRUST_PROXY", "11", /10/],
    ["EMBEDDED_MONGOD", "true", /"0"\|"1"/],
    ["DEMO", "yes", /"0"\|"1"/],
    ["ROLES", "web,desk", /"web"\|"worker"\|"scheduler"/],
    ["TELEGRAM_API_ROOT", "telegram", /URL/i],
    ["TELEGRAM_MODE", "push", /"polling"\|"webhook"/],
    ["TELEGRAM_RATE", "0", />=1/],
    ["TELEGRAM_RATE", "many", /number/],
    ["TELEGRAM_CHAT_RATE", "5", /refill a second\/size, as in 1\/5/],
    ["TELEGRAM_CHAT_RATE", "1/-5", /refill a second\/size, as in 1\/5/],
    ["VIRUS_SCAN_COMMAND", "clamdscan - | tee log", /a program and its arguments, without quotes: no shell runs it/],
    ["VIRUS_SCAN_COMMAND", "\"my scanner\" -", /without quotes/],
    ["VIRUS_SCAN_COMMAND", "  ", /a program and its arguments/],
    ["LOG_LEVEL", "loud", /"fatal"\|"error"\|"warn"/],
  ];
  test.each(wrong)("%s=%s gives one line with the variable, what it must be and what it was", (name, given, must) => {
    const lines = refusal({ [name]: given });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(must);
    expect(lines[0]?.startsWith(`${name}: `)).toBe(true);
    expect(lines[0]?.endsWith(`; was: ${given}`)).toBe(true);
  });

  const secret: [string, string, RegExp][] = [
    ["MONGODB_URI", "postgres://ocop:hunter2@db.example/ocop", /mongodb:\/\/ or mongodb\+srv:\/\//],
    ["TELEGRAM_BOT_TOKEN", "a-token-without-a-number", /123456:AbC-dEf/],
    ["TELEGRAM_WEBHOOK_SECRET", "with a space in it", /A-Z a-z 0-9 _ -/],
    ["SESSION_SECRET", "fifteen-symbols", />=16/],
    ["SECRETS_KEY", `${"0f".repeat(31)}0g`, /64 hex digits/],
    ["SECRETS_KEY", "0f".repeat(31), /64 hex digits/],
    ["METRICS_TOKEN", "seven77", />=8/],
  ];
  test.each(secret)("%s is masked when it is wrong (%s)", (name, given, must) => {
    const lines = refusal({ [name]: given });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(must);
    expect(lines[0]?.startsWith(`${name}: `)).toBe(true);
    expect(lines[0]?.endsWith(`; was: ${given.slice(0, 2)}… (${given.length} characters)`)).toBe(true);
    expect(lines[0]).not.toContain(given.slice(0, 4));
    expect(lines[0]).not.toContain(given.slice(-4));
  });

  // src/config/config.ts: a line for each issue, so two wrong roles are two equal lines. Mended there, `.failing` goes.
  test.failing("that is wrong twice over gives one line too", () => {
    expect(refusal({ ROLES: "web,desk,clerk" })).toHaveLength(1);
  });

  test("does not hide another: each wrong variable has its line", () => {
    expect(refusal({ PORT: "http", DEMO: "yes", LOG_LEVEL: "loud" }).map((line) => line.split(":")[0])).toEqual(["PORT", "DEMO", "LOG_LEVEL"]);
  });
});

describe("production", () => {
  test("is taken with the secrets and a database, and is never a demo", () => {
    expect(readConfig(production)).toMatchObject({ production: true, demo: false, database: "ocop" });
  });

  test.each([
    ["SESSION_SECRET", /required in production, at least 16 characters, was not set/],
    ["SECRETS_KEY", /required in production, 64 hex digits, was not set/],
    ["MONGODB_URI", /required in production, a replica set .*EMBEDDED_MONGOD=1.*was not set/],
  ])("requires %s", (name, line) => {
    const lines = refusal({ ...production, [name]: undefined });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.startsWith(`${name}: `)).toBe(true);
    expect(lines[0]).toMatch(line);
  });

  test("takes the embedded database where it is asked for", () => {
    expect(readConfig({ ...production, MONGODB_URI: undefined, EMBEDDED_MONGOD: "1" })).toMatchObject({ production: true, EMBEDDED_MONGOD: true });
  });

  test("refuses demo data, and takes DEMO=0", () => {
    expect(refusal({ ...production, DEMO: "1" })).toEqual([expect.stringMatching(/^DEMO: .*refused in production/)]);
    expect(readConfig({ ...production, DEMO: "0" }).demo).toBe(false);
  });

  test("names everything that is lacking at once", () => {
    expect(refusal({ NODE_ENV: "production", DEMO: "1" }).map((line) => line.split(":")[0])).toEqual(["DEMO", "SESSION_SECRET", "SECRETS_KEY", "MONGODB_URI"]);
  });

  test("is `production` alone: other values require nothing", () => {
    expect(readConfig({ NODE_ENV: "staging" })).toMatchObject({ production: false, demo: true });
  });
});

describe("demo", () => {
  test.each<[boolean, Env]>([
    [true, {}],
    [true, { HOST: "localhost" }],
    [true, { HOST: "::1" }],
    [true, { NODE_ENV: "development" }],
    [true, { DEMO: "1" }],
    [true, { DEMO: "1", TELEGRAM_BOT_TOKEN: token }],
    [true, { DEMO: "1", HOST: "0.0.0.0" }],
    [false, { DEMO: "0" }],
    [false, { DEMO: "0", HOST: "localhost" }],
    [false, { TELEGRAM_BOT_TOKEN: token }],
    [false, { TELEGRAM_BOT_TOKEN: token, HOST: "localhost" }],
    [false, { HOST: "0.0.0.0" }],
    [false, { HOST: "::" }],
    [false, { HOST: "ocop.example" }],
    [false, { HOST: "127.0.0.1.example" }],
    [false, production],
    [false, { ...production, DEMO: "0" }],
  ])("is %s with %j", (demo, env) => {
    expect(readConfig(env)).toMatchObject({ demo, database: demo ? "ocop_demo" : "ocop" });
  });
});

describe("a Telegram webhook", () => {
  test("requires its secret as soon as there is a token", () => {
    expect(refusal({ TELEGRAM_BOT_TOKEN: token, TELEGRAM_MODE: "webhook" })).toEqual([expect.stringMatching(/^TELEGRAM_WEBHOOK_SECRET: required with TELEGRAM_MODE=webhook, was not set$/)]);
    expect(readConfig({ TELEGRAM_MODE: "webhook" }).TELEGRAM_MODE).toBe("webhook");
    expect(readConfig({ TELEGRAM_BOT_TOKEN: token, TELEGRAM_MODE: "webhook", TELEGRAM_WEBHOOK_SECRET: "a-Z_0" }).TELEGRAM_WEBHOOK_SECRET).toBe("a-Z_0");
  });
});

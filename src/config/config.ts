import { z } from "zod";
import { UserError } from "../domain/errors.js";

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.enum(["0", "1"]).transform((value) => value === "1");
const url = z.url({ protocol: /^https?$/ });
const role = z.enum(["web", "worker", "scheduler"]);

/** The environment as CONTRACT has it; every variable is optional. */
const Environment = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: port.default(3000),
  PUBLIC_URL: url.transform((value) => value.replace(/\/+$/, "")).exactOptional(),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  MONGODB_URI: z.string().regex(/^mongodb(\+srv)?:\/\//, "must begin with mongodb:// or mongodb+srv://").exactOptional(),
  EMBEDDED_MONGOD: flag.default(false),
  NODE_ENV: z.string().exactOptional(),
  MONGOD_BINARY: z.string().min(1).exactOptional(),
  DATA_DIR: z.string().min(1).default("./data"),
  ROLES: z
    .string()
    .default("web,worker,scheduler")
    .transform((value) => value.split(",").map((each) => each.trim()))
    .pipe(z.array(role).min(1)),
  DEMO: flag.exactOptional(),
  TELEGRAM_BOT_TOKEN: z.string().regex(/^\d{1,20}:[A-Za-z0-9_-]{1,64}$/, "must look like 123456:AbC-dEf").exactOptional(),
  TELEGRAM_API_ROOT: url.default("https://api.telegram.org"),
  TELEGRAM_MODE: z.enum(["polling", "webhook"]).default("polling"),
  TELEGRAM_WEBHOOK_SECRET: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/, "1 to 256 of A-Z a-z 0-9 _ -").exactOptional(),
  TELEGRAM_RATE: z.coerce.number().int().min(1).max(100_000).default(30),
  TELEGRAM_CHAT_RATE: z
    .string()
    .regex(/^\d+(\.\d+)?\/\d+$/, "refill a second/size, as in 1/5")
    .default("1/5")
    .transform((value) => {
      const [refillPerSecond = 1, size = 5] = value.split("/").map(Number);
      return { refillPerSecond, size };
    }),
  VIRUS_SCAN_COMMAND: z
    .string()
    .regex(/^\s*[^\s"'`\\$|&;<>]+(\s+[^\s"'`\\$|&;<>]+)*\s*$/, "a program and its arguments, without quotes: no shell runs it")
    .transform((value) => value.trim().split(/\s+/))
    .exactOptional(),
  SESSION_SECRET: z.string().min(16).exactOptional(),
  SECRETS_KEY: z.string().regex(/^[0-9a-fA-F]{64}$/, "64 hex digits").exactOptional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  METRICS_TOKEN: z.string().min(8).exactOptional(),
});

export type Config = z.infer<typeof Environment> & {
  production: boolean;
  demo: boolean;
  /** Where the finder looks for a mongod. */
  pathEnv: string;
  /** `ocop_demo` in demo mode, else `ocop`. */
  database: string;
};

const secrets = /TOKEN|SECRET|KEY|URI/;

/** Reads the environment. Throws `UserError`: a line for each wrong variable, what it must be and what it was (secrets masked). */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name in Environment.shape && value !== undefined && value !== ""));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) throw new UserError("bad_config", parsed.error.issues.map((issue) => wrong(String(issue.path[0]), issue.message, given)).join("\n"));
  const config = parsed.data;
  const production = config.NODE_ENV === "production";
  const loopback = ["127.0.0.1", "localhost", "::1"].includes(config.HOST);
  const demo = config.DEMO ?? (config.TELEGRAM_BOT_TOKEN === undefined && loopback && !production);
  const lacking: string[] = [];
  if (production && config.DEMO === true) lacking.push("DEMO: demo data is refused in production; unset it");
  if (production && config.SESSION_SECRET === undefined) lacking.push("SESSION_SECRET: required in production, at least 16 characters, was not set");
  if (production && config.SECRETS_KEY === undefined) lacking.push("SECRETS_KEY: required in production, 64 hex digits, was not set");
  if (production && config.MONGODB_URI === undefined && !config.EMBEDDED_MONGOD) lacking.push("MONGODB_URI: required in production, a replica set (or EMBEDDED_MONGOD=1 for the embedded one), was not set");
  if (config.TELEGRAM_BOT_TOKEN !== undefined && config.TELEGRAM_MODE === "webhook") {
    if (config.TELEGRAM_WEBHOOK_SECRET === undefined) lacking.push("TELEGRAM_WEBHOOK_SECRET: required with TELEGRAM_MODE=webhook, was not set");
  }
  if (lacking.length > 0) throw new UserError("bad_config", lacking.join("\n"));
  return { ...config, production, demo, pathEnv: env["PATH"] ?? "", database: demo ? "ocop_demo" : "ocop" };
}

function wrong(name: string, message: string, given: Record<string, string | undefined>): string {
  const was = given[name] ?? "";
  const shown = secrets.test(name) ? `${was.slice(0, 2)}… (${was.length} characters)` : was;
  return `${name}: ${message}; was: ${shown}`;
}

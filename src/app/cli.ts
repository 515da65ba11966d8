#!/usr/bin/env node
import { pino } from "pino";
import { readConfig } from "../config/config.js";
import { UserError } from "../domain/errors.js";
import { run } from "./cli/run.js";

try {
  const config = readConfig(process.env);
  const [verb = "", ...rest] = process.argv.slice(2);
  const level = verb === "serve" || process.env["LOG_LEVEL"] !== undefined ? config.LOG_LEVEL : "error";
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
  process.exitCode = await run({ config, log, verb, rest, out: (line) => void process.stdout.write(`${line}\n`), fail: (line) => void process.stderr.write(`${line}\n`), stdin: process.stdin });
} catch (error) {
  process.stderr.write(error instanceof UserError ? `${error.message}\n` : `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}

import type { Readable } from "node:stream";
import type { ParseArgsConfig } from "node:util";
import type { Connection } from "mongoose";
import type { Config } from "../../config/config.js";
import type { Log } from "../../lib/log.js";
import type { Service } from "../service.js";

export interface CliCall {
  config: Config;
  log: Log;
  verb: string;
  rest: string[];
  out(line: string): void;
  fail(line: string): void;
  stdin: Readable;
}

export interface Given {
  values: Record<string, string | boolean | undefined>;
  positionals: string[];
}
export interface VerbCall {
  call: CliCall;
  given: Given;
  print(result: unknown, lines: readonly string[]): void;
}
export interface Verb {
  usage: string;
  options: NonNullable<ParseArgsConfig["options"]>;
  /** For verbs that need no database. */
  alone?(at: VerbCall): Promise<number>;
  with(at: VerbCall & { service: Service; connection: Connection }): Promise<number>;
}

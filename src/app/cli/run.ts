import { parseArgs } from "node:util";
import { UserError } from "../../domain/errors.js";
import { serve } from "../serve.js";
import type { CliCall } from "./verb.js";
import { verbs } from "./verbs.js";
import { withService } from "./with-service.js";

/** Verbs of CONTRACT that come with later issues. */
const later = ["users revoke", "notice import", "notice list", "notice show", "import", "reminders preview", "reminders tick", "zalo tokens", "backup", "restore", "seed national"];

/** Runs one verb. Answers the exit code: 0 only when it did what was asked, 2 for a call that is off. */
export async function run(call: CliCall): Promise<number> {
  if (call.verb === "serve") {
    await serve(call.config, call.log, call.out);
    return 0;
  }
  if (["help", "--help", "-h"].includes(call.verb)) {
    call.out(["serve", ...Object.values(verbs).map((verb) => verb.usage)].map((usage) => `npm run ocop -- ${usage}`).join("\n"));
    return 0;
  }
  const two = `${call.verb} ${call.rest[0] ?? ""}`.trim();
  const name = Object.hasOwn(verbs, two) ? two : call.verb;
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) {
    if (later.includes(two) || later.includes(call.verb)) call.fail(`${two}: not built yet; CHANGELOG.md tells what is`);
    else call.fail(`${call.verb === "" ? "say what to do" : `no such verb: ${two}`}. Verbs: serve, ${Object.keys(verbs).join(", ")}`);
    return 2;
  }
  try {
    const { values, positionals } = parseArgs({ args: call.rest.slice(name === two && name !== call.verb ? 1 : 0), allowPositionals: true, options: { json: { type: "boolean" }, ...verb.options } });
    const given = { values: values as Record<string, string | boolean | undefined>, positionals };
    const print = (result: unknown, lines: readonly string[]): void => call.out(given.values["json"] === true ? JSON.stringify(result, null, 2) : lines.join("\n"));
    if (verb.alone !== undefined) return await verb.alone({ call, given, print });
    return await withService(call.config, call.log, call.fail, (service, connection) => verb.with({ call, given, print, service, connection }));
  } catch (error) {
    if (error instanceof UserError) {
      call.fail(given(call) ? JSON.stringify({ error: error.code, message: error.message }) : error.message);
      return 1;
    }
    if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
      call.fail(`${name}: ${error.message}. Use: ${verb.usage}`);
      return 2;
    }
    throw error;
  }
}

function given(call: CliCall): boolean {
  return call.rest.includes("--json");
}

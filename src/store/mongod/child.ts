import { spawn } from "node:child_process";

export interface ChildResult {
  code: number | null;
  output: string;
}

/**
 * Runs a program to its end; `onLine` sees each line of both its outputs (a carriage return ends one too). It is killed
 * when it says nothing for `silenceMs` or takes longer than `limitMs`; the result then says so in `output`, code null.
 */
export function runChild(
  command: string,
  args: readonly string[],
  options: { silenceMs: number; limitMs: number; onLine?: (line: string) => void },
): Promise<ChildResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const stop = (why: string): void => {
      output += `\n${why}`;
      child.kill("SIGKILL");
    };
    const silence = setTimeout(() => stop(`nothing came for ${options.silenceMs / 1_000} s`), options.silenceMs);
    const limit = setTimeout(() => stop(`not done after ${options.limitMs / 1_000} s`), options.limitMs);
    const take = (chunk: Buffer): void => {
      silence.refresh();
      const text = chunk.toString("utf8");
      output = (output + text).slice(-20_000);
      for (const line of text.split(/[\r\n]+/)) if (line.trim() !== "") options.onLine?.(line.trim());
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const end = (code: number | null): void => {
      clearTimeout(silence);
      clearTimeout(limit);
      resolve({ code, output: output.trim() });
    };
    child.on("error", (error) => {
      output += error.message;
      end(null);
    });
    child.on("close", end);
  });
}

/** The last line that says something, without addresses, cut to 200 characters. */
export function lastLine(output: string): string {
  const lines = output.split(/[\r\n]+/).map((line) => line.trim()).filter((line) => line !== "");
  return (lines.at(-1) ?? "no output").replace(/\b\w+:\/\/\S+/g, "…").slice(0, 200);
}

import { connect } from "node:net";
import type { Clock } from "../../lib/clock.js";
import { stillRuns } from "./process.js";

/**
 * Calls `ended` once when a mongod that is no child of ours has gone. It holds a connection that tells at once, and
 * asks for the process only after that broke. Keeps no process alive; ends with `signal`.
 */
export function watchAdopted(options: {
  socket: string;
  process: { pid: number; mark: string };
  clock: Clock;
  signal: AbortSignal;
  ended: () => void;
}): void {
  const { socket, clock, signal, ended } = options;
  const hold = (): void => {
    const line = connect(socket).unref();
    line.on("error", () => undefined);
    line.once("close", () => void broke());
    line.resume();
    signal.addEventListener("abort", () => line.destroy(), { once: true });
  };
  const broke = async (): Promise<void> => {
    for (let tries = 0; tries < 20; tries++) {
      if (signal.aborted) return;
      if (!(await stillRuns(options.process))) return ended();
      await clock.sleep(50, signal);
    }
    hold();
  };
  hold();
}

import { createInflate } from "node:zlib";
import { unreadable } from "./refused.js";

/**
 * Inflates what it is given and shows it piece by piece, keeping nothing. `write` and `end` throw what `words` throws, and `not_readable` when
 * more than `mostBytes` came out, or much more than went in (`growth`). `end` answers whether it was whole.
 */
export function createInflated(deps: { mostBytes: number; growth: { times: number; fromBytes: number }; words: { look(piece: Buffer): void; end(): void } }) {
  const { mostBytes, growth, words } = deps;
  const inflate = createInflate();
  let [given, shown] = [0, 0];
  let whole = false;
  let refusal: { error: unknown } | null = null;
  // What follows the end of the deflated bytes is never taken: then only "end" comes.
  const over = new Promise<void>((resolve) => {
    inflate.once("end", () => {
      whole = true;
      resolve();
    });
    inflate.once("error", () => resolve());
    inflate.once("close", () => resolve());
  });
  inflate.on("data", (piece: Buffer) => {
    shown += piece.length;
    try {
      if (shown > mostBytes || (shown > growth.fromBytes && shown > growth.times * given)) throw unreadable("too much is packed inside");
      words.look(piece);
    } catch (error) {
      refusal ??= { error };
      inflate.destroy();
    }
  });
  const ended = async (step: Promise<void>): Promise<void> => {
    await Promise.race([step, over]);
    if (refusal !== null) throw refusal.error;
  };

  return {
    async write(bytes: Buffer): Promise<void> {
      if (whole || inflate.destroyed) return;
      given += bytes.length;
      await ended(new Promise((resolve) => inflate.write(bytes, () => resolve())));
    },
    async end(): Promise<boolean> {
      if (!whole && !inflate.destroyed) inflate.end();
      await ended(over);
      inflate.destroy();
      words.end();
      return whole;
    },
    shownBytes: (): number => shown,
    stop: (): void => void inflate.destroy(),
  };
}

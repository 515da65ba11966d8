import type { Shown, ShownValues } from "../domain/shown.js";

export function words(key: string, values?: ShownValues): Shown {
  return { show: "words", key, ...(values === undefined ? {} : { values }) };
}

export function instant(at: Date): Shown {
  return { show: "instant", at: at.toISOString() };
}

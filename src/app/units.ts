import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Units } from "../domain/place.js";

/** Reads `resources/units`; columns are told in its `SOURCE.md`. Throws when a file is missing or a row is malformed. */
export async function loadUnits(dir: string): Promise<Units> {
  const read = (file: string): Promise<string> => readFile(join(dir, file), "utf8");
  const [provinces, communes, formerCommunes] = await Promise.all([
    read("provinces.json"),
    read("communes.csv"),
    read("former-communes.csv"),
  ]);
  return Units.parse({
    provinces: z.array(z.unknown()).parse(JSON.parse(provinces)),
    communes: rows(communes).map(([code, provinceCode, kind, name]) => ({ code, provinceCode, kind, name })),
    formerCommunes: rows(formerCommunes).map(([, provinceCode, district, kind, name, now]) => ({
      provinceCode,
      district,
      ...(kind !== "" && { kind }),
      ...(name !== "" && { name }),
      nowCodes: now?.split(" "),
    })),
  });
}

/** The fields of a comma-separated file without quoting, its header left out. */
function rows(text: string): string[][] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));
}

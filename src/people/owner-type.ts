import type { Query } from "../domain/capabilities.js";
import { readOwnerName } from "../domain/owner-name.js";

/** The kind of a business, where its name tells: "Hợp tác xã …". Known ones stay. */
export const ownerTypeOf: Query = {
  name: "owners.type_of",
  run({ name, type }) {
    const told = typeof name === "string" ? readOwnerName(name).type : undefined;
    return Promise.resolve(typeof type === "string" || told === undefined ? {} : { ownerType: told });
  },
};

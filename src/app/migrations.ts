import type { Migration } from "../store/migrations.js";

/** Changes of stored data, oldest first. Never edit one that has been released: add another. */
export const migrations: readonly Migration[] = [];

import type { TestMongod } from "./mongod-setup.js";

/** jest's globalTeardown: ends what `mongod-setup.ts` started. */
export default async function teardown(): Promise<void> {
  await (globalThis as TestMongod).ocopTestMongod?.stop();
}

/**
 * A process of its own for the tests of the embedded MongoDB: `node mongod-child.mjs COMPILED_FOLDER VERB DATA_DIR [BINARY]`.
 * Prints one line of JSON when it has done VERB (`embedded` or `serve`), then stays until killed; a line on its standard
 * input stops it in order.
 */
import { createInterface } from "node:readline";

const [folder, verb, dataDir, configured] = process.argv.slice(2);
const log = { info: () => undefined, warn: () => undefined };
const say = (result) => process.stdout.write(`${JSON.stringify(result)}\n`);

async function start() {
  if (verb === "serve") {
    const { lockServe } = await import(`${folder}/store/mongod/lock.js`);
    const lock = await lockServe(dataDir);
    return { said: { pid: process.pid }, stop: () => lock.release() };
  }
  const { startEmbedded } = await import(`${folder}/store/mongod/embedded.js`);
  const mongod = await startEmbedded({ dataDir, configured, pathEnv: "", log });
  return { said: { uri: mongod.uri, pid: mongod.pid, adopted: mongod.adopted }, stop: () => mongod.stop() };
}

try {
  const { said, stop } = await start();
  say(said);
  for await (const line of createInterface({ input: process.stdin })) {
    void line;
    break;
  }
  await stop();
  process.exit(0);
} catch (error) {
  say({ code: error.code, message: error.message });
  process.exit(1);
}

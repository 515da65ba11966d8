/** The baseline: bare telegraf behind a webhook, one `findOneAndUpdate` of the person's row and one reply. */
import http from "node:http";
import mongoose from "mongoose";
import { Telegraf } from "telegraf";
import { startEmbedded } from "../../dist/store/mongod/embedded.js";

const { BENCH_API: apiRoot, BENCH_TOKEN: token, BENCH_SECRET: secretToken, DATA_DIR: dataDir, MONGOD_BINARY: configured } = process.env;
const log = { info() {}, warn() {} };
const mongod = await startEmbedded({ dataDir, pathEnv: process.env.PATH ?? "", log, ...(configured === undefined ? {} : { configured }) });
const client = await new mongoose.mongo.MongoClient(mongod.uri, { maxPoolSize: 64 }).connect();
const sessions = client.db("bench").collection("sessions");

const bot = new Telegraf(token, { telegram: { apiRoot, agent: new http.Agent({ keepAlive: true, maxSockets: 256 }), webhookReply: false } });
bot.botInfo = { id: 1, is_bot: true, first_name: "b", username: "bench_bot" };
bot.on("text", async (ctx) => {
  const row = await sessions.findOneAndUpdate({ _id: ctx.from.id }, { $inc: { n: 1 }, $set: { last: ctx.message.text, at: new Date() } }, { upsert: true, returnDocument: "after" });
  await ctx.reply(`n=${row.n} #${ctx.update.update_id}#`);
});
bot.catch((error) => console.error("failed", error.message));

const server = http.createServer(bot.webhookCallback("/webhooks/telegram", { secretToken }));
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.once("SIGTERM", async () => {
  server.closeAllConnections();
  await client.close();
  await mongod.stop();
  process.exit(0);
});

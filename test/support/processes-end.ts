import type mongoose from "mongoose";
import { look, until } from "./processes.js";
import type { Talker } from "./processes-talk.js";

type Row = Record<string, unknown> & { _id: string };

/** What a person's conversation has left in the database, without ids, times and codes: equal for equal conversations. */
export async function endStateOf(dataDir: string, talker: Pick<Talker, "channel" | "user">): Promise<{ state: unknown; code: string }> {
  return look(dataDir, async (db) => {
    const rows = (name: string, filter: object, sort: mongoose.mongo.Sort = { _id: 1 }): Promise<Row[]> =>
      db.collection<Row>(name).find(filter as mongoose.mongo.Filter<Row>).sort(sort).toArray() as unknown as Promise<Row[]>;
    const mine = { channel: talker.channel, user: talker.user };
    await until(async () => (await rows("inbox", { state: { $ne: "done" } })).length === 0 && (await rows("deliveries", { state: { $ne: "sent" } })).length === 0, 90_000, "an empty inbox and outbox");

    const [account] = await rows("accounts", mine);
    const contactId = String(account?.["contactId"]);
    const files = await rows("file_rows", { contactId });
    const kept = await rows("files.kept", { $or: [{ _id: { $in: files.map((file) => file._id) } }, { _id: { $regex: `^upload:${talker.user}:` } }] });
    const registrations = await rows("registrations", { contactId });
    const sessions = await rows("sessions", { _id: contactId });
    const slow = (await rows("inbox", { "inbound.user": talker.user, "inbound.content.slow": true })).map((row) => row._id);
    const fromMe = await rows("transcripts", { contactId, from: "person" }, { order: 1 });
    const fromService = (await rows("transcripts", { contactId, from: "service" }, { order: 1, _id: 1 })).filter((row) => !slow.some((id) => row._id.startsWith(`${id}/`)));
    const deliveries = await rows("deliveries", { contactId });
    const pick = (row: Row | undefined, ...names: string[]): object => Object.fromEntries(names.map((name) => [name, row?.[name]]));
    const state = {
      registrations: registrations.map((row) => ({
        ...pick(row, "call", "product", "province", "ownerName", "answers", "state", "late", "version"),
        files: (row["fileIds"] as string[]).length,
        history: (row["history"] as { state: string }[]).map((each) => each.state),
      })),
      session: sessions.map((row) => ({ ...pick(row["state"] as Row, "language", "talks", "question", "drafts", "asked") })),
      said: fromMe.map((row) => row["text"]),
      heard: fromService.map((row) => row["text"]),
      deliveriesWithoutTranscript: deliveries.filter((row) => !slow.some((id) => row._id.startsWith(`${id}/`))).length - fromService.length,
      files: files.map((row) => pick(row, "state", "problem", "mime", "bytes", "sha256", "width", "height")),
      bytesKept: kept.length,
      contact: (await rows("contacts", { _id: contactId })).map((row) => ({ ...pick(row, "language", "name", "phone", "grants"), consents: (row["consents"] as object[]).length })),
      owner: (await rows("owners", { _id: `owner:${contactId}` })).map((row) => pick(row, "name", "place", "representative", "phone")),
    };
    const fileIds = files.map((file) => file._id);
    return { state: plain(state, fileIds), code: String(registrations[0]?.["code"]) };
  });
}

function plain(value: unknown, fileIds: readonly string[]): unknown {
  let text = JSON.stringify(value);
  for (const id of fileIds) text = text.replaceAll(id, "FILE");
  return JSON.parse(
    text
      .replace(/US26-\d{6}-\d/g, "CODE")
      // A question's id is made of the person's own.
      .replace(/"question":\{"id":"[\w-]{10}"/g, '"question":{"id":"ID"')
      .replace(/\d\d:\d\d ngày \d\d\/\d\d\/\d{4}/g, "TIME")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "AT"),
  );
}

/** Rows that somebody has claimed. */
export async function claimedIn(db: mongoose.mongo.Db): Promise<{ inbox: number; deliveries: number }> {
  return {
    inbox: await db.collection("inbox").countDocuments({ state: "new", by: { $ne: null } }),
    deliveries: await db.collection("deliveries").countDocuments({ state: "claimed" }),
  };
}

/** What is not done, for the one who looks for a fault. */
export async function leftIn(dataDir: string): Promise<unknown> {
  return look(dataDir, async (db) => ({
    inbox: await db.collection("inbox").find({ state: { $ne: "done" } }).toArray(),
    deliveries: await db.collection("deliveries").find({ state: { $ne: "sent" } }).toArray(),
    operations: ((await db.admin().command({ currentOp: 1, $all: true })) as { inprog: Record<string, unknown>[] }).inprog
      .filter((each) => each["waitingForLock"] === true || each["transaction"] !== undefined || JSON.stringify(each["command"] ?? {}).includes("createIndexes"))
      .map(({ desc, ns, op, secs_running, waitingForLock, locks, transaction, command }) => ({ desc, ns, op, secs_running, waitingForLock, locks, transaction, command: JSON.stringify(command)?.slice(0, 300) })),
    leases: await db.collection("leases").find().toArray(),
    lastSaid: await db.collection("transcripts").find({}, { projection: { text: 1, from: 1, order: 1, at: 1 } }).sort({ at: -1 }).limit(6).toArray(),
  }));
}

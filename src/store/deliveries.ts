import mongoose from "mongoose";
import type { Connection } from "mongoose";
import { Delivery } from "../domain/delivery.js";
import { lanes } from "../domain/message.js";
import type { Lane } from "../domain/message.js";
import type { DeliveryResult, DeliveryStore } from "../domain/ports.js";
import { modelOf, queueInsert, within } from "./connect.js";
import type { CollectionIndexes } from "./connect.js";
import { insertNew } from "./insert-new.js";

const schema = new mongoose.Schema<Delivery>(
  {
    _id: { type: String, required: true },
    lane: { type: String, required: true },
    channel: { type: String, required: true },
    account: { type: String, required: true },
    user: { type: String, required: true },
    chat: { type: String, required: true },
    contactId: { type: String, required: true },
    order: { type: Number, required: true },
    state: { type: String, required: true },
    claim: { type: { by: String, term: Number }, _id: false },
    notBefore: Date,
    attempts: { type: Number, required: true },
    content: { type: mongoose.Schema.Types.Mixed, required: true },
    queuedAt: { type: Date, required: true },
    sentAt: Date,
    messageId: String,
    error: String,
  },
  { strict: "throw", versionKey: false },
);

const collection = "deliveries";

export const deliveryIndexes: CollectionIndexes = {
  collection,
  indexes: [
    {
      key: { channel: 1, account: 1, lane: 1, order: 1, notBefore: 1, chat: 1 },
      options: { name: "queued", partialFilterExpression: { state: "queued" } },
    },
    { key: { channel: 1, account: 1, chat: 1, lane: 1 }, options: { name: "queued_chats", partialFilterExpression: { state: "queued" } } },
    {
      key: { channel: 1, account: 1, notBefore: 1 },
      options: { name: "backing_off", partialFilterExpression: { state: "queued", notBefore: { $exists: true } } },
    },
    { key: { channel: 1, account: 1, "claim.term": 1 }, options: { name: "claimed", partialFilterExpression: { state: "claimed" } } },
    { key: { channel: 1, account: 1, user: 1 }, options: { name: "parked", partialFilterExpression: { state: "parked" } } },
    { key: { queuedAt: 1 }, options: { name: "dead", partialFilterExpression: { state: "dead" } } },
  ],
};

/** One input has a few replies; more are found by the slow look. */
const mostReplies = 10;

/** Rows read to find `limit` whose chats may go. */
const readAhead = 4;

/** The outbox's rows. Hot paths go to the driver; a claim and a result address ids, nothing else is trusted to be unique. */
export function createDeliveryStore(connection: Connection): DeliveryStore {
  const rows = modelOf(connection, "Delivery", schema, collection).collection as unknown as mongoose.mongo.Collection<Delivery>;

  async function due(
    at: { channel: string; account: string },
    now: Date,
    limit: number,
    only: { lane: Lane; skipChats?: readonly string[]; perChat?: number },
  ): Promise<string[]> {
    const { lane, skipChats = [], perChat = Infinity } = only;
    const found = await rows
      .find(
        { ...of(at), lane, state: "queued", notBefore: { $not: { $gt: now } }, ...(skipChats.length === 0 ? {} : { chat: { $nin: [...skipChats] } }) },
        { projection: { chat: 1 }, sort: { order: 1 }, limit: perChat === Infinity ? limit : limit * readAhead, batchSize: 5_000 },
      )
      .toArray();
    if (perChat === Infinity) return found.map((row) => row._id);
    const taken = new Map<string, number>();
    const ids: string[] = [];
    for (const { _id, chat } of found) {
      const count = (taken.get(chat) ?? 0) + 1;
      taken.set(chat, count);
      if (count <= perChat && ids.push(_id) === limit) break;
    }
    return ids;
  }

  async function claimIds(claim: { by: string; term: number }, ids: readonly string[]): Promise<Delivery[]> {
    const among = { _id: { $in: [...ids] } };
    const set = { by: claim.by, term: claim.term };
    try {
      await rows.updateMany({ ...among, state: "queued" }, { $set: { state: "claimed", claim: set } });
    } catch (error) {
      const mine = await rows.find({ ...among, state: "claimed", "claim.by": claim.by, "claim.term": claim.term }).toArray().catch(() => []);
      if (mine.length === 0) throw error;
      return checked(mine);
    }
    return checked(await rows.find({ ...among, state: "claimed", "claim.by": claim.by, "claim.term": claim.term }, { batchSize: 5_000 }).toArray());
  }

  return {
    async insert(tx, deliveries) {
      if (deliveries.length === 0) return;
      if (tx === null) return insertNew(rows, deliveries);
      for (const row of deliveries) queueInsert(tx, rows, row);
    },
    async claim(at, claim, now, limit, only = {}) {
      const { lane, ...rest } = only;
      const ids: string[] = [];
      for (const name of lane === undefined ? lanes : [lane]) {
        if (ids.length < limit) ids.push(...(await due(at, now, limit - ids.length, { lane: name, ...rest })));
      }
      if (ids.length === 0) return [];
      const place = new Map(ids.map((id, index) => [id, index]));
      return (await claimIds(claim, ids)).sort((a, b) => place.get(a._id)! - place.get(b._id)!);
    },
    async reclaim(at, term) {
      const stale = { ...of(at), state: "claimed" as const, "claim.term": { $lt: term } };
      return (await rows.updateMany(stale, { $set: { state: "queued" }, $unset: { claim: "" } })).modifiedCount;
    },
    async record(results, term) {
      if (results.length > 0) await rows.bulkWrite(results.map((result) => ({ updateOne: updateOf(result, term) })), { ordered: false });
    },
    async giveBack(ids, term) {
      if (ids.length === 0) return;
      await rows.updateMany({ _id: { $in: [...ids] }, state: "claimed", "claim.term": term }, { $set: { state: "queued" }, $unset: { claim: "" } });
    },
    strays: async (at, claim, before, limit) =>
      checked(
        await rows
          .find({ ...of(at), state: "claimed", "claim.term": claim.term, "claim.by": claim.by, queuedAt: { $lt: before } }, { limit })
          .toArray(),
      ).sort((a, b) => a.order - b.order),
    look: (ids) => rows.find({ _id: { $in: [...ids] } }, { projection: { state: 1, queuedAt: 1 } }).toArray(),
    claimedOf: async (inboxId) => checked(await rows.find({ _id: { $in: Array.from({ length: mostReplies }, (_, n) => `${inboxId}/${n}`) }, state: "claimed" }).toArray()),
    lanesWaiting: async (at) => {
      const found = await rows.distinct("lane", { ...of(at), state: "queued" }, { hint: "queued" }).catch(() => rows.distinct("lane", { ...of(at), state: "queued" }));
      return lanes.filter((lane) => found.includes(lane));
    },
    queuedChats: (at, lane, chats) => rows.distinct("chat", { ...of(at), state: "queued", lane, chat: { $in: [...chats] } }),
    backingOff: async (at, now, limit) => {
      const found = await rows
        .find({ ...of(at), state: "queued", notBefore: { $gt: now } }, { projection: { chat: 1, lane: 1, notBefore: 1 }, sort: { notBefore: 1 }, limit })
        .toArray();
      return found.flatMap(({ chat, lane, notBefore }) => (notBefore === undefined ? [] : [{ chat, lane, notBefore }]));
    },
    async unpark(tx, at) {
      const parked = { channel: at.channel, account: at.account, user: at.user, state: "parked" as const, lane: { $ne: "reply" as const } };
      await rows.updateMany(parked, { $set: { state: "queued", attempts: 0 }, $unset: { claim: "", notBefore: "", error: "" } }, within(tx));
    },
    async nextDue(at) {
      const [first] = await rows
        .find({ ...of(at), state: "queued", notBefore: { $exists: true } }, { projection: { notBefore: 1 }, sort: { notBefore: 1 }, limit: 1 })
        .toArray();
      return first?.notBefore ?? null;
    },
    async counts() {
      const grouped = await rows
        .aggregate<{ _id: { channel: string; lane: string; state: string }; count: number }>([
          { $group: { _id: { channel: "$channel", lane: "$lane", state: "$state" }, count: { $sum: 1 } } },
          { $sort: { _id: 1 } },
        ])
        .toArray();
      return grouped.map(({ _id, count }) => ({ ..._id, count }));
    },
    dead: async (limit) => checked(await rows.find({ state: "dead" }, { sort: { queuedAt: 1 }, limit }).toArray()),
    async retry(tx, ids) {
      const among = { state: "dead" as const, ...(ids === null ? {} : { _id: { $in: [...ids] } }) };
      return (await rows.updateMany(among, { $set: { state: "queued", attempts: 0 }, $unset: { claim: "", notBefore: "", error: "" } }, within(tx))).modifiedCount;
    },
  };
}

const of = (at: { channel: string; account: string }): { channel: string; account: string } => ({ channel: at.channel, account: at.account });

const checked = (found: readonly unknown[]): Delivery[] => found.map((row) => Delivery.parse(row));

function updateOf(result: DeliveryResult, term: number): mongoose.mongo.UpdateOneModel<Delivery> {
  const chat = "chat" in result && result.chat !== undefined ? { chat: result.chat } : {};
  if (result.state === "sent") {
    return {
      filter: { _id: result.id, state: { $ne: "sent" } },
      update: { $set: { state: "sent", sentAt: result.at, messageId: result.messageId, ...chat }, $unset: { claim: "", notBefore: "", error: "" } },
    };
  }
  const { id, ...rest } = result;
  return {
    filter: { _id: id, state: "claimed", "claim.term": term },
    update: { $set: { ...rest, ...chat }, $unset: { claim: "" } },
  };
}

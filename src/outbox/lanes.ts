import type { Delivery } from "../domain/delivery.js";
import { lanes as laneNames } from "../domain/message.js";
import type { Lane } from "../domain/message.js";
import { createHeap } from "./heap.js";
import { createTurns, rankOf } from "./turns.js";

/**
 * The rows that wait in memory, and which is next. A chat has one message on its way at a time; while its head waits (for
 * the answer, its bucket, a `notBefore`) only that chat waits. A chat stands in the lane of its best row and sends its
 * oldest first, so a reply is not overtaken by what was said later nor held by its own chat's older notice; two exceptions:
 * a class I recall goes first, and a row with a future `notBefore` is stepped over by better lanes and by replies.
 */
export interface Lanes {
  add(row: Delivery, nowMs: number): void;
  /** Takes the next row; its chat waits until `answered`. */
  next(nowMs: number, urgentOnly: boolean): Delivery | null;
  answered(chat: string, nowMs: number): void;
  /** Takes out a chat's rows, of one lane or all. */
  remove(chat: string, lane?: Lane): Delivery[];
  /** Takes out everything; messages on their way stay known. */
  clear(): Delivery[];
  /** Rows of a lane whose chats do not wait for anything but a turn. */
  ready(lane: Lane): number;
  /** Chats that hold at least `rows` rows, the one on its way included. */
  chatsWith(rows: number): string[];
  /** The earliest instant at which a waiting chat can go on by itself. */
  wakeAt(): number | null;
  readonly size: number;
}

interface Chat {
  name: string;
  rows: Delivery[];
  flying: boolean;
  /** Which lane's queue it stands in; -1: none. Entries with an older ticket are void. */
  rank: number;
  ticket: number;
  waiting: boolean;
}

const isRecall = (row: Delivery): boolean => row.lane === "recall_1";
const goesBefore = (a: Delivery, b: Delivery): boolean => (isRecall(a) === isRecall(b) ? a.order < b.order : isRecall(a));

export function createLanes(deps: { waitMs: (chat: string, nowMs: number) => number; ageMs?: number }): Lanes {
  const turns = createTurns(deps.ageMs ?? 60_000);
  const queues = laneNames.map(() => createQueue<{ chat: Chat; ticket: number }>());
  const standing = laneNames.map(() => 0);
  const readyRows = laneNames.map(() => 0);
  const chats = new Map<string, Chat>();
  const waiting = createHeap<{ chat: Chat; ticket: number }>();
  let size = 0;

  const count = (chat: Chat, by: 1 | -1): void => {
    for (const row of chat.rows) readyRows[rankOf[row.lane]]! += by;
  };

  function leave(chat: Chat): void {
    if (chat.rank !== -1) {
      if (--standing[chat.rank]! === 0) queues[chat.rank]!.clear();
      count(chat, -1);
    }
    chat.rank = -1;
    chat.waiting = false;
    chat.ticket++;
  }

  function place(chat: Chat): void {
    if (chat.flying) return;
    if (chat.rows.length === 0) return void chats.delete(chat.name);
    let rank = Infinity;
    for (const row of chat.rows) rank = Math.min(rank, rankOf[row.lane]);
    chat.rank = rank;
    standing[rank]!++;
    count(chat, 1);
    queues[rank]!.push({ chat, ticket: chat.ticket });
  }

  function wait(chat: Chat, untilMs: number): void {
    leave(chat);
    chat.waiting = true;
    waiting.push(untilMs, { chat, ticket: chat.ticket });
  }

  function wakeDue(nowMs: number): void {
    for (let due = waiting.popDue(nowMs); due !== undefined; due = waiting.popDue(nowMs)) {
      if (due.ticket !== due.chat.ticket) continue;
      leave(due.chat);
      place(due.chat);
    }
  }

  /** The row that may go now, or until when its chat must wait. */
  function head(chat: Chat, nowMs: number): number | { row: Delivery; at: number } {
    let until = Infinity;
    let held = Infinity;
    let replyHeld = false;
    for (const [at, row] of chat.rows.entries()) {
      const rank = rankOf[row.lane];
      if (row.lane === "reply" ? replyHeld : rank >= held) continue;
      const due = row.notBefore?.getTime() ?? 0;
      if (due <= nowMs) {
        const bucketMs = deps.waitMs(chat.name, nowMs);
        return bucketMs > 0 ? nowMs + bucketMs : { row, at };
      }
      held = Math.min(held, rank);
      replyHeld ||= row.lane === "reply";
      until = Math.min(until, due);
    }
    return until;
  }

  function fly(chat: Chat, at: number): void {
    leave(chat);
    chat.rows.splice(at, 1);
    chat.flying = true;
    size--;
  }

  function takeOut(chat: Chat, keep: (row: Delivery) => boolean): Delivery[] {
    const out = chat.rows.filter((row) => !keep(row));
    if (out.length === 0) return out;
    leave(chat);
    chat.rows = chat.rows.filter(keep);
    size -= out.length;
    place(chat);
    return out;
  }

  return {
    add(row, nowMs) {
      let chat = chats.get(row.chat);
      if (chat === undefined) chats.set(row.chat, (chat = { name: row.chat, rows: [], flying: false, rank: -1, ticket: 0, waiting: false }));
      let at = chat.rows.length;
      while (at > 0 && goesBefore(row, chat.rows[at - 1]!)) at--;
      size++;
      if (chat.rank !== -1 && rankOf[row.lane] >= chat.rank) {
        chat.rows.splice(at, 0, row);
        readyRows[rankOf[row.lane]]!++;
        return;
      }
      if (chat.waiting && deps.waitMs(chat.name, nowMs) > 0) return void chat.rows.splice(at, 0, row);
      leave(chat);
      chat.rows.splice(at, 0, row);
      place(chat);
    },
    next(nowMs, urgentOnly) {
      wakeDue(nowMs);
      for (;;) {
        const rank = turns.pick((lane) => standing[lane]! > 0, nowMs, urgentOnly);
        if (rank === -1) return null;
        const { chat, ticket } = queues[rank]!.shift()!;
        if (ticket !== chat.ticket) continue;
        const found = head(chat, nowMs);
        if (typeof found === "number") {
          wait(chat, found);
          continue;
        }
        turns.served(rank, nowMs);
        fly(chat, found.at);
        return found.row;
      }
    },
    answered(name) {
      const chat = chats.get(name);
      if (chat === undefined) return;
      chat.flying = false;
      if (chat.rank === -1 && !chat.waiting) place(chat);
    },
    remove(name, lane) {
      const chat = chats.get(name);
      return chat === undefined ? [] : takeOut(chat, (row) => lane !== undefined && row.lane !== lane);
    },
    clear: () => [...chats.values()].flatMap((chat) => takeOut(chat, () => false)),
    ready: (lane) => readyRows[rankOf[lane]]!,
    chatsWith: (rows) => {
      const found: string[] = [];
      for (const chat of chats.values()) if (chat.rows.length + (chat.flying ? 1 : 0) >= rows) found.push(chat.name);
      return found;
    },
    wakeAt: () => waiting.earliest(),
    get size() {
      return size;
    },
  };
}

/** First in, first out, in constant time. */
function createQueue<T>(): { push(item: T): void; shift(): T | undefined; clear(): void } {
  let items: T[] = [];
  let head = 0;
  return {
    push: (item) => void items.push(item),
    shift() {
      const item = items[head++];
      if (head > 1_024 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      } else if (head >= items.length) {
        items = [];
        head = 0;
      }
      return item;
    },
    clear() {
      items = [];
      head = 0;
    },
  };
}

import { describe, expect, it } from "@jest/globals";
import { createWebChat } from "../../../src/channels/web-chat/channel.js";
import { FileGone } from "../../../src/channels/contract.js";
import type { Delivery } from "../../../src/domain/delivery.js";
import type { Clock } from "../../../src/lib/clock.js";
import { createMemoryFiles, createMemoryTranscripts } from "../../support/memory-transcripts.js";

const now = new Date("2026-11-23T02:12:00Z");
const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
const signal = new AbortController().signal;

function delivery(change: Partial<Delivery> = {}): Delivery {
  return {
    _id: "web-chat:site:v-1:m-1/0",
    lane: "reply",
    channel: "web-chat",
    account: "site",
    user: "v-1",
    chat: "v-1",
    contactId: "contact-1",
    order: now.getTime() * 1_000 + 7,
    state: "claimed",
    attempts: 0,
    content: { text: "Đúng không?", choices: [{ data: "yes", label: "Đúng" }] },
    queuedAt: now,
    ...change,
  };
}

function create() {
  const transcripts = createMemoryTranscripts();
  const files = createMemoryFiles();
  return { transcripts, files, channel: createWebChat({ transcripts, files, clock }) };
}

describe("the web chat as a channel", () => {
  it("sends by writing the transcript, under the delivery's id and order", async () => {
    const { channel, transcripts } = create();
    await expect(channel.send(delivery(), signal)).resolves.toEqual({ messageId: "web-chat:site:v-1:m-1/0" });
    expect(transcripts.entries).toEqual([
      expect.objectContaining({
        _id: "web-chat:site:v-1:m-1/0",
        from: "service",
        text: "Đúng không?",
        outgoing: delivery().content,
        order: delivery().order,
        at: now,
        contactId: "contact-1",
      }),
    ]);
  });

  it("shows a delivery that is sent twice once", async () => {
    const { channel, transcripts } = create();
    await channel.send(delivery(), signal);
    await channel.send(delivery(), signal);
    expect(transcripts.entries).toHaveLength(1);
  });

  it("puts messages that were held for the night where they are sent, in their order", async () => {
    const { channel, transcripts } = create();
    const evening = (now.getTime() - 9 * 3_600_000) * 1_000;
    await channel.send(delivery({ _id: "a", order: evening }), signal);
    await channel.send(delivery({ _id: "b", order: evening + 1 }), signal);
    expect(transcripts.entries.map((each) => each.order)).toEqual([now.getTime() * 1_000, now.getTime() * 1_000 + 1]);
  });

  it("says that the channel is down when the store is", async () => {
    const { channel, transcripts } = create();
    transcripts.broken = new Error("no primary");
    await expect(channel.send(delivery(), signal)).rejects.toMatchObject({ name: "SendError", code: "channel_down", verdict: "outage" });
  });

  it("opens what the page uploaded, and calls anything else gone", async () => {
    const { channel, files } = create();
    await files.write("upload:v-1:photo-01", [Buffer.from("bytes")] as unknown as AsyncIterable<Uint8Array>);
    const parts: Uint8Array[] = [];
    for await (const part of await channel.openFile({ ref: "upload:v-1:photo-01" }, signal)) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe("bytes");
    await expect(channel.openFile({ ref: "upload:v-1:photo-02" }, signal)).rejects.toBeInstanceOf(FileGone);
    await files.write("file-1", [Buffer.from("kept")] as unknown as AsyncIterable<Uint8Array>);
    await expect(channel.openFile({ ref: "file-1" }, signal)).rejects.toBeInstanceOf(FileGone);
  });
});

import type { Readable } from "node:stream";
import { SendError } from "../../domain/errors.js";
import { uploadPrefix, type FileStore } from "../../domain/file-ports.js";
import type { TranscriptStore } from "../../domain/ports.js";
import type { Clock } from "../../lib/clock.js";
import { type Channel, FileGone } from "../contract.js";
import { createPlaces } from "./places.js";

export interface WebChatDeps {
  transcripts: TranscriptStore;
  files: Pick<FileStore, "has" | "read" | "remove">;
  clock: Clock;
}

/** The web page as a channel: to send is to write the transcript, which the web process (maybe another one) tails. */
export function createWebChat({ transcripts, files, clock }: WebChatDeps): Channel {
  const place = createPlaces();

  async function open(ref: string, signal: AbortSignal): Promise<Readable> {
    if (!ref.startsWith(uploadPrefix)) throw new FileGone("not an upload of the web chat");
    if (!(await files.has(ref))) throw new FileGone("the upload is no longer there");
    const bytes = files.read(ref);
    const stop = (): void => void bytes.destroy(new Error("reading was given up"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    bytes.once("close", () => signal.removeEventListener("abort", stop));
    return bytes;
  }

  return {
    kind: "web-chat",
    account: "site",
    limits: { textChars: 4096, captionChars: 4096, fileBytes: 20 * 1024 * 1024 },
    can: { buttons: 50, shareContact: false, linkBack: null },
    rate: null,
    sendsInFlight: 16,
    async send(delivery) {
      const at = clock.now();
      try {
        await transcripts.append(null, [
          {
            _id: delivery._id,
            contactId: delivery.contactId,
            channel: delivery.channel,
            account: delivery.account,
            user: delivery.user,
            at,
            order: place(delivery.order, at.getTime()),
            from: "service",
            text: delivery.content.text,
            outgoing: delivery.content,
          },
        ]);
      } catch (cause) {
        throw new SendError("channel_down", { detail: "the transcript could not be written", cause });
      }
      return { messageId: delivery._id };
    },
    acknowledge: () => Promise.resolve(),
    settle: () => Promise.resolve(),
    openFile: (file, signal) => open(file.ref, signal),
    forgetFile: async ({ ref }) => (ref.startsWith(uploadPrefix) ? files.remove(ref) : undefined),
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    trouble: () => null,
  };
}

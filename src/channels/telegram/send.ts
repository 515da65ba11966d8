import qrcode from "qrcode";
import { z } from "zod";
import type { Outgoing } from "../../domain/message.js";
import { SendError } from "../../domain/errors.js";
import type { Api } from "./api.js";
import { type Call, render } from "./render.js";

const Sent = z.object({ message_id: z.int() });

/**
 * Sends one message, as several calls where it is long, and answers with the id of the last, which has the buttons.
 * When a later part fails the error stands for the whole: the outbox resends all parts, a reader may see the first twice.
 * A message over the limit is rare, and knowing the rest is worth more than not reading the start again.
 */
export async function sendAll(api: Api, content: Outgoing, chat: string, signal: AbortSignal): Promise<{ messageId: string }> {
  let messageId = "";
  for (const call of render(content, chat)) messageId = String((await sendOne(api, call, signal)).message_id);
  return { messageId };
}

async function sendOne(api: Api, call: Call, signal: AbortSignal): Promise<z.infer<typeof Sent>> {
  if (call.method === "sendMessage") return api.call(call.method, call.payload, Sent, { signal });
  const photo = { source: await draw(call.qr), filename: "qr.png" };
  return api.call(call.method, { ...call.payload, photo }, Sent, { signal });
}

async function draw(text: string): Promise<Buffer> {
  try {
    return await qrcode.toBuffer(text, { errorCorrectionLevel: "M", margin: 4, scale: 8 });
  } catch {
    throw new SendError("message_refused", { detail: "no QR code holds this much" });
  }
}

import { z } from "zod";
import type { Inbound } from "../../domain/message.js";
import type { Api } from "./api.js";
import { entitiesOf, limits } from "./render.js";
import { PressAck } from "./schema.js";
import { type Log, wordsOf } from "./setup.js";

/** Ends a button's spinner, shows "typing" while a file is looked at. Never rejects. */
export async function acknowledge(deps: { api: Api; log: Log }, inbound: Inbound): Promise<void> {
  if (inbound.content.kind === "file") {
    await tryTo(deps, inbound, "sendChatAction", { chat_id: inbound.chat, action: "typing" });
  } else if (inbound.content.kind === "press") {
    const ack = PressAck.safeParse(inbound.ack);
    if (ack.success) await tryTo(deps, inbound, "answerCallbackQuery", { callback_query_id: ack.data.callbackId });
  }
}

/** Puts what was chosen under the pressed message in place of its buttons. Never rejects. */
export async function settle(deps: { api: Api; log: Log }, inbound: Inbound, chosen: string): Promise<void> {
  const parsed = PressAck.safeParse(inbound.ack);
  if (!parsed.success || inbound.content.kind !== "press") return;
  const { chatId, messageId, text, entities, photo } = parsed.data;
  const at = { chat_id: chatId, message_id: messageId };
  const whole = text === undefined ? chosen : `${text}\n\n${chosen}`;
  const bold = entitiesOf(entities.filter(({ type }) => type === "bold").map(({ offset, length }) => ({ at: offset, length })));
  if (photo && whole.length <= limits.caption) {
    await tryTo(deps, inbound, "editMessageCaption", { ...at, caption: whole, caption_entities: bold });
  } else if (!photo && text !== undefined && whole.length <= limits.text) {
    await tryTo(deps, inbound, "editMessageText", { ...at, text: whole, entities: bold });
  } else {
    await tryTo(deps, inbound, "editMessageReplyMarkup", at);
  }
}

type Courtesy = "sendChatAction" | "answerCallbackQuery" | "editMessageCaption" | "editMessageText" | "editMessageReplyMarkup";

async function tryTo({ api, log }: { api: Api; log: Log }, inbound: Inbound, method: Courtesy, payload: object): Promise<void> {
  await api.call(method, payload, z.unknown(), { quick: true }).catch((error: unknown) => {
    log.debug({ inbound: inbound.id, method, error: wordsOf(error) }, "telegram courtesy failed");
  });
}

import type { Updates } from "./telegram-updates.js";
import type { FakeFile, FakeMessage, FakeUser } from "./telegram-user.js";
import { checkMarkup, checkText, type FakeEntity, type FakeMarkup, Refusal } from "./telegram-validate.js";

type Params = Record<string, unknown>;

/** getFile serves up to this; larger files are "too big". */
const mostFileBytes = 20 * 1024 * 1024;

export function createMethods(world: {
  bot: { id: number; username: string };
  updates: Updates;
  users: Map<number, FakeUser>;
  files: Map<string, FakeFile>;
  callbacks: Map<string, { answered: boolean }>;
  userFor(id: number): FakeUser | undefined;
}) {
  const { bot, updates, files, callbacks } = world;
  /** What setMyCommands said, by language ("" for all others). */
  const menus = new Map<string, { command: string; description: string }[]>();
  let maxConnections = 40;

  const chatOf = (params: Params): FakeUser => {
    const id = Number(params["chat_id"]);
    const user = params["chat_id"] === undefined || params["chat_id"] === "" || !Number.isSafeInteger(id) ? undefined : world.userFor(id);
    if (user === undefined) throw new Refusal(400, "Bad Request: chat not found");
    if (user.state.deactivated) throw new Refusal(403, "Forbidden: user is deactivated");
    if (user.state.blocked) throw new Refusal(403, "Forbidden: bot was blocked by the user");
    if (params["parse_mode"] !== undefined) throw new Refusal(400, "Bad Request: the fake knows no parse_mode");
    return user;
  };
  const textOf = (params: Params) => checkText(params["text"], params["entities"], { units: 4_096, empty: false, what: "text" });
  const captionOf = (params: Params) => checkText(params["caption"], params["caption_entities"], { units: 1_024, empty: true, what: "caption" });

  const give = (params: Params, said: { text: string; entities: FakeEntity[] }, photo?: Buffer): object => {
    const user = chatOf(params);
    const markup = checkMarkup(params["reply_markup"]);
    const message = user.receive({ fromBot: true, ...said, ...shown(said, markup), photo, at: performance.now() });
    return user.asTelegram(message);
  };

  const edit = (params: Params, change: (message: FakeMessage) => { text: string; entities: FakeEntity[] }): object => {
    const user = chatOf(params);
    const message = user.messages.find(({ messageId }) => messageId === Number(params["message_id"]));
    if (message === undefined) throw new Refusal(400, "Bad Request: message to edit not found");
    const said = change(message);
    const markup = checkMarkup(params["reply_markup"]);
    const next = { ...said, ...shown(said, markup) };
    if (next.text === message.text && JSON.stringify(markup) === JSON.stringify(message.markup)) {
      throw new Refusal(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same");
    }
    Object.assign(message, next, { edits: message.edits + 1 });
    return user.asTelegram(message);
  };

  const methods: Record<string, (params: Params, gone: AbortSignal) => unknown> = {
    getMe: () => ({ id: bot.id, is_bot: true, first_name: "OCOP", username: bot.username, can_join_groups: false }),
    getUpdates: (params, gone) => {
      updates.allow(params["allowed_updates"]);
      return updates.take(Number(params["offset"] ?? 0), Number(params["limit"] ?? 100), Number(params["timeout"] ?? 0), gone);
    },
    setWebhook: (params) => {
      const url = String(params["url"] ?? "");
      const secret = params["secret_token"];
      if (secret !== undefined && !/^[\w-]{1,256}$/.test(String(secret))) throw new Refusal(400, "Bad Request: secret token contains unallowed characters");
      if (url !== "" && !/^https?:\/\//.test(url)) throw new Refusal(400, "Bad Request: bad webhook: invalid webhook URL specified");
      updates.allow(params["allowed_updates"]);
      maxConnections = Number(params["max_connections"] ?? 40);
      updates.setHook(url === "" ? null : { url, ...(secret === undefined ? {} : { secret: String(secret) }) });
      return true;
    },
    deleteWebhook: () => {
      updates.setHook(null);
      return true;
    },
    getWebhookInfo: () => ({
      url: updates.hook()?.url ?? "",
      has_custom_certificate: false,
      pending_update_count: updates.pending(),
      max_connections: maxConnections,
      ...updates.lastError(),
    }),
    setMyCommands: (params) => {
      const commands = params["commands"] as { command: string; description: string }[];
      for (const { command, description } of commands) {
        if (!/^[a-z0-9_]{1,32}$/.test(command)) throw new Refusal(400, "Bad Request: BOT_COMMAND_INVALID");
        if (description.length < 1 || description.length > 256) throw new Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID");
      }
      menus.set(String(params["language_code"] ?? ""), commands);
      return true;
    },
    sendMessage: (params) => give(params, textOf(params)),
    sendPhoto: (params) => {
      const { photo } = params;
      if (!Buffer.isBuffer(photo) || photo.length === 0) throw new Refusal(400, "Bad Request: there is no photo in the request");
      if (photo.length > 10 * 1024 * 1024) throw new Refusal(413, "Request Entity Too Large");
      return give(params, captionOf(params), photo);
    },
    sendChatAction: (params) => {
      chatOf(params);
      return true;
    },
    answerCallbackQuery: (params) => {
      const query = callbacks.get(String(params["callback_query_id"]));
      if (query === undefined) throw new Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid");
      query.answered = true;
      return true;
    },
    editMessageText: (params) =>
      edit(params, (message) => {
        if (message.photo !== undefined) throw new Refusal(400, "Bad Request: there is no text in the message to edit");
        return textOf(params);
      }),
    editMessageCaption: (params) =>
      edit(params, (message) => {
        if (message.photo === undefined) throw new Refusal(400, "Bad Request: there is no caption in the message to edit");
        return captionOf(params);
      }),
    editMessageReplyMarkup: (params) => edit(params, ({ text, entities }) => ({ text, entities })),
    getFile: (params) => {
      const id = String(params["file_id"]);
      const file = files.get(id);
      if (file === undefined) throw new Refusal(400, "Bad Request: invalid file_id");
      if (file.size > mostFileBytes) throw new Refusal(400, "Bad Request: file is too big");
      return { file_id: id, file_unique_id: id, file_size: file.size, file_path: file.path };
    },
  };

  return {
    menus,
    async run(method: string, params: Params, gone: AbortSignal): Promise<unknown> {
      const act = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (act === undefined) throw new Refusal(404, "Not Found");
      return act(params, gone);
    },
  };
}

function shown(said: { text: string; entities: FakeEntity[] }, markup: FakeMarkup | undefined) {
  return {
    bold: said.entities.filter(({ type }) => type === "bold").map(({ offset, length }) => said.text.slice(offset, offset + length)),
    buttons: (markup?.inline_keyboard ?? []).map((row) => row.map(({ text, callback_data: data }) => ({ text, data: data ?? "" }))),
    markup,
  };
}

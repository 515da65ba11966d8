import type { Channel } from "../channels/contract.js";
import { createTelegram } from "../channels/telegram/channel.js";
import type { Config } from "../config/config.js";
import type { Clock } from "../lib/clock.js";
import type { Log } from "../lib/log.js";

/** The Telegram channel as the environment describes it. */
export function telegramOf(config: Config, token: string, deps: { clock: Clock; log: Log }): Channel {
  return createTelegram({
    ...deps,
    token,
    apiRoot: config.TELEGRAM_API_ROOT,
    mode: config.TELEGRAM_MODE,
    rate: { perSecond: config.TELEGRAM_RATE, chat: config.TELEGRAM_CHAT_RATE },
    commands: menu,
    ...(config.TELEGRAM_WEBHOOK_SECRET === undefined ? {} : { webhookSecret: config.TELEGRAM_WEBHOOK_SECRET }),
    ...(config.PUBLIC_URL === undefined ? {} : { publicUrl: config.PUBLIC_URL }),
  });
}

const menu = [
  {
    language: null,
    commands: [
      { command: "dangky", description: "Đăng ký sản phẩm" },
      { command: "trangthai", description: "Xem hồ sơ đã gửi" },
      { command: "dulieu", description: "Những gì đang lưu về anh/chị" },
      { command: "quaylai", description: "Về câu trước" },
      { command: "huy", description: "Dừng, bản nháp vẫn giữ" },
      { command: "trogiup", description: "Trợ giúp" },
    ],
  },
];

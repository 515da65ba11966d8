import type { Language } from "../domain/shown.js";
import type { ChatPageWords } from "../http/chat.js";
import type { I18n } from "../i18n/i18n.js";

/** The chat page's words from `chat.*` of the locales. What the page fills in itself (`{name}`) is left standing. */
export function chatWords(i18n: I18n, language: Language): ChatPageWords {
  const filledByPage = { name: "{name}", percent: "{percent}", limit: "{limit}", n: "{n}" };
  const w = (key: string): string => i18n.text(language, { key: `chat.${key}`, values: filledByPage });
  return {
    title: w("title"),
    about: w("about"),
    noScript: w("noScript"),
    conversation: w("conversation"),
    skip: w("skip"),
    otherLanguage: w("otherLanguage"),
    message: w("message"),
    placeholder: w("placeholder"),
    send: w("send"),
    photo: w("photo"),
    hints: { text: w("hints.text"), choices: w("hints.choices"), phone: w("hints.phone"), number: w("hints.number"), photo: w("hints.photo") },
    connecting: w("connecting"),
    offline: w("offline"),
    online: w("online"),
    sending: w("sending"),
    sent: w("sent"),
    waiting: w("waiting"),
    failed: w("failed"),
    retry: w("retry"),
    cancel: w("cancel"),
    uploading: w("uploading"),
    canceled: w("canceled"),
    tooBig: w("tooBig"),
    wrongType: w("wrongType"),
    openFile: w("openFile"),
    chosen: w("chosen"),
    choices: w("choices"),
    saveQr: w("saveQr"),
    fromService: w("fromService"),
    fromPerson: w("fromPerson"),
    pushed: w("pushed"),
    newMessages: w("newMessages"),
    today: w("today"),
    alerts: w("alerts").split("|"),
    showAlert: w("showAlert"),
    closeAlert: w("closeAlert"),
    demo: { banner: w("demo.banner"), personas: w("demo.personas"), myself: w("demo.myself") },
  };
}

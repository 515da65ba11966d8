/** Every word on the chat page, in one language. `{…}` is filled by the page. */
export interface ChatPageWords {
  /** The service's name: title and heading. */
  title: string;
  /** One line under the name. */
  about: string;
  noScript: string;
  /** For screen readers: the list of messages. */
  conversation: string;
  /** The first thing a keyboard reaches: skips to the input. */
  skip: string;
  /** In the other language, about it: "English", "Tiếng Việt". */
  otherLanguage: string;
  message: string;
  placeholder: string;
  send: string;
  photo: string;
  /** Under the input, by what the open question takes. */
  hints: { text: string; choices: string; phone: string; number: string; photo: string };
  connecting: string;
  offline: string;
  online: string;
  sending: string;
  sent: string;
  /** A message that waits for the network. */
  waiting: string;
  failed: string;
  retry: string;
  cancel: string;
  /** `{name}`, `{percent}`. */
  uploading: string;
  canceled: string;
  /** `{name}`, `{limit}` (megabytes). */
  tooBig: string;
  /** `{name}`. */
  wrongType: string;
  /** Beside a message that came with files: `{n}` counts from 1, empty when there is one. */
  openFile: string;
  /** Marks the choice that was made: "Đã chọn:". */
  chosen: string;
  choices: string;
  saveQr: string;
  /** For screen readers, before each message. */
  fromService: string;
  fromPerson: string;
  /** Marks a pushed message. */
  pushed: string;
  newMessages: string;
  today: string;
  /** Beginnings of first lines that make a pushed message an alert which stays pinned: "[THU HỒI HÀNG". */
  alerts: readonly string[];
  showAlert: string;
  closeAlert: string;
  /** Demo mode. */
  demo: { banner: string; personas: string; myself: string };
}

import { app1, samples } from "../files/samples.js";
import { pause, until } from "./processes.js";
import type { Input, Talker } from "./processes-talk.js";

/** About 1.5 MB: more than one chunk of the file store. */
const photo = samples.jpeg(400, 300, Array.from({ length: 24 }, () => app1(65_000)));

/** The trial's registration from the first word to the status, and how its answers are known. */
export const steps: readonly { input: Input; reply: RegExp }[] = [
  { input: { text: "/dangky" }, reply: /có đồng ý cho lưu/ },
  { input: { press: "Đồng ý" }, reply: /Bước 1\/9/ },
  { input: { phone: "+84912345678" }, reply: /Tên cơ sở trên giấy/ },
  { input: { text: "Hợp tác xã Trái cây Thử" }, reply: /Bước 2\/9/ },
  { input: { text: "Ấp 3, xã Cái Bè, tỉnh Đồng Tháp" }, reply: /Hiểu là: Ấp 3/ },
  { input: { press: "Đúng" }, reply: /Mã số thuế của cơ sở/ },
  { input: { text: "1200123459" }, reply: /Người đại diện/ },
  { input: { text: "Nguyễn Văn Thử" }, reply: /Đang mở/ },
  { input: { press: "Làm luôn" }, reply: /Bước 3\/9/ },
  { input: { text: "Xoài sấy Thử" }, reply: /rau, củ, quả, hạt chế biến/ },
  { input: { press: "Đúng" }, reply: /Bước 4\/9/ },
  { input: { photo, caption: "1187/QĐ-UBND 15/3/2025 4 sao" }, reply: /Đã lưu 1 ảnh/ },
  { input: { press: "Đúng" }, reply: /Bước 5\/9/ },
  { input: { text: "Xoài cát trồng ở xã Cái Bè" }, reply: /Đóng bằng gì/ },
  { input: { text: "túi 100 g, 35 nghìn" }, reply: /Hạn dùng là mấy tháng/ },
  { input: { text: "12" }, reply: /Mỗi tháng cơ sở làm được/ },
  { input: { text: "2 tấn" }, reply: /Bước 6\/9/ },
  { input: { press: "Chưa có" }, reply: /Bước 7\/9/ },
  { input: { text: "gửi sau" }, reply: /Bước 8\/9/ },
  { input: { press: "Chưa có" }, reply: /đã xuất khẩu lần nào/ },
  { input: { press: "Chưa" }, reply: /Cam kết/ },
  { input: { press: "Sẵn sàng" }, reply: /Gửi đăng ký luôn không/ },
  { input: { press: "Gửi đăng ký" }, reply: /Mã hồ sơ: US26-\d{6}-\d/ },
  { input: { text: "/trangthai" }, reply: /1 hồ sơ/ },
];
export const photoStep = steps.findIndex(({ input }) => "photo" in input);
export const submitStep = steps.length - 2;

export interface Kill {
  talker: number;
  step: number;
  when: "before" | "while" | "after";
  delayMs: number;
  target: "node" | "mongod" | "both";
}

/**
 * Goes through all steps, waiting for the reply to each. A step with kills is repeated under its own id once it has its
 * reply. Rejects when a reply does not come within `withinMs`.
 */
export async function converse(
  talker: Talker,
  options: { kills?: readonly Kill[]; strike?: (kill: Kill) => Promise<void>; onReply?: (step: number, ms: number) => void; withinMs: number },
): Promise<void> {
  const { kills = [], strike = () => Promise.resolve(), onReply, withinMs } = options;
  for (const [index, { input, reply }] of steps.entries()) {
    const due = kills.filter((kill) => kill.step === index);
    for (const kill of due.filter(({ when }) => when === "before")) {
      await strike(kill);
      await pause(kill.delayMs);
    }
    const mark = talker.seen().length;
    const began = performance.now();
    const strikes = due.filter(({ when }) => when === "while").map((kill) => pause(kill.delayMs).then(() => strike(kill)));
    await talker.send(input);
    await Promise.all(strikes);
    for (const kill of due.filter(({ when }) => when === "after")) {
      await pause(kill.delayMs);
      await strike(kill);
    }
    await until(() => talker.seen().slice(mark).some(({ text }) => reply.test(text)), withinMs, `the reply to step ${index} on ${talker.channel} (${due.map(({ when, target, delayMs }) => `${target} killed ${when}, ${delayMs} ms`).join(", ")}; seen since: ${talker.seen().slice(mark).map(({ text }) => text.slice(0, 60)).join(" | ")})`).catch((error: unknown) => {
      const since = talker.seen().slice(mark).map(({ text }) => text.slice(0, 80));
      throw new Error(`${error instanceof Error ? error.message : String(error)}; seen in the end: ${since.join(" | ")}`);
    });
    onReply?.(index, performance.now() - began);
    if (due.length > 0) await talker.again();
  }
}

/** The code that the person was told, and whether the status names the same. */
export function codesSeen(talker: Talker): string[] {
  return [...new Set(talker.seen().flatMap(({ text }) => text.match(/US26-\d{6}-\d/g) ?? []))];
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Four kills: one about the photo, one about the submission, two anywhere. */
export function planKills(random: () => number, targets: readonly Kill["target"][]): Kill[] {
  const upTo = (most: number): number => Math.floor(random() * most);
  const whens = ["before", "while", "while", "after"] as const;
  return [photoStep, submitStep, upTo(steps.length), upTo(steps.length)].map((step, index) => {
    const when = index < 2 ? "while" : (whens[upTo(whens.length)] ?? "while");
    return { talker: upTo(2), step, when, delayMs: upTo(when === "while" ? 90 : 250), target: targets[index] ?? "node" };
  });
}

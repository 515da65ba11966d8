/**
 * Owners at once, each walking the whole registration over Telegram's webhook with six photos fetched from a fake API on
 * loopback; a person's next turn begins when the answer to the last has arrived. Printed: turns a second over all, how long
 * an answer took (photos apart: an album waits for its last part), memory, and CPU an owner. Options: [owners] [rounds].
 * `10000 1` after `1000 1` shows whether an owner costs more when there are many.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuSeconds, percentile, rssMiB, spread } from "../measure.mjs";
import { fakeApi, poster, serveArgs, serveEnv, start } from "../telegram.mjs";

/** At once in the service; the rest wait their turn. */
const atOnce = 1_000;

/** `messages`: how many the answer has; the last one ends the wait. */
const say = (text, messages = 1) => ({ text, messages });
const photos = (count, caption) => ({ photos: count, caption, messages: 1 });
/** From the greeting to the receipt. */
const script = [
  say("/start"), say("1", 2), say("1"), say("0901 234 567"), say("HTX Trái cây Mẫu"), say("ap 3 cai be tien giang"), say("1"), say("1200123459"), say("1", 2), say("1"),
  say("Mít sấy giòn Mẫu"), say("1"), photos(1, "1187/QD-UBND 15-3-2025 4 sao"), say("1"), say("Mít Thái trồng ở xã Cái Bè"), say("tui 100g 35k"), say("12"), say("5 tan"),
  say("1"), photos(3, "FSMS-0426, Trung tâm Chứng nhận Mẫu, het han 30/6/2028"), say("1"), say("1"), say("1"), photos(2), say("1"), say("1"), say("1"), say("1", 2), say("1", 2),
];

export async function bench([owners = "1000", rounds = "1"]) {
  const rows = [];
  for (let round = 0; round < Number(rounds); round++) {
    const row = await once(Number(owners));
    rows.push(row);
    console.error(`round ${round + 1}: ${row.turns.toFixed(0)} turns/s, p99 ${row.p99.toFixed(0)} ms, photos p99 ${row.photoP99.toFixed(0)} ms, ${row.registered} registered, ${row.missing} without an answer`);
  }
  const all = (name, digits) => spread(rows.map((row) => row[name]), digits);
  console.log("| owners | turns/s | p50 ms | p99 ms | photo p99 ms | service CPU ms/owner | mongod CPU ms/owner | RSS MiB at most | registered | without an answer |");
  console.log("|---|---|---|---|---|---|---|---|---|---|");
  console.log(`| ${owners} | ${all("turns", 0)} | ${all("p50", 0)} | ${all("p99", 0)} | ${all("photoP99", 0)} | ${all("cpu", 1)} | ${all("mongod", 1)} | ${all("rss", 0)} | ${all("registered", 0)} | ${all("missing", 0)} |`);
}

async function once(owners) {
  const dataDir = mkdtempSync(join(tmpdir(), "ocop-bench-"));
  const api = await fakeApi(photo);
  const service = await start(serveArgs, serveEnv(api), dataDir);
  const walk = walker(service.url, api);
  try {
    await Promise.all(Array.from({ length: 100 }, (_, n) => walk(9_000_000 + n)));
    walk.forget();
    const before = { own: cpuSeconds(service.pid), mongod: cpuSeconds(service.mongod) };
    let rss = 0;
    const watching = setInterval(() => (rss = Math.max(rss, rssMiB(service.pid))), 500);
    const began = performance.now();
    let next = 0;
    const one = async () => {
      while (next < owners) await walk(1_000 + next++);
    };
    await Promise.all(Array.from({ length: Math.min(owners, atOnce) }, one));
    const seconds = (performance.now() - began) / 1_000;
    clearInterval(watching);
    const { texts, albums, missing, registered } = walk.seen();
    return {
      turns: (texts.length + albums.length) / seconds,
      p50: percentile(texts, 50),
      p99: percentile(texts, 99),
      photoP99: percentile(albums, 99),
      cpu: ((cpuSeconds(service.pid) - before.own) * 1_000) / owners,
      mongod: ((cpuSeconds(service.mongod) - before.mongod) * 1_000) / owners,
      rss,
      registered,
      missing,
    };
  } finally {
    await service.stop();
    await api.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Walks one owner through the script. */
function walker(url, api) {
  const post = poster(url, 64);
  let updates = 1;
  let texts = [];
  let albums = [];
  let missing = 0;
  let registered = 0;
  async function walk(user) {
    const from = { id: user, is_bot: false, first_name: "Nguyễn Văn Mẫu", language_code: "vi" };
    const send = (fields) => {
      const id = updates++;
      return post({ update_id: id, message: { message_id: id, date: 1_700_000_000, chat: { id: user, type: "private", first_name: from.first_name }, from, ...fields } });
    };
    for (const [n, turn] of script.entries()) {
      const reply = api.replyTo(user, turn.messages, 60_000);
      const began = performance.now();
      if (turn.text !== undefined) await send({ text: turn.text });
      else {
        const group = turn.photos > 1 ? { media_group_id: `g${user}-${n}` } : {};
        for (let part = 0; part < turn.photos; part++) {
          const file = { file_id: `F-${user}-${n}-${part}`, file_unique_id: `u-${user}-${n}-${part}`, file_size: photo.length, width: 64, height: 64 };
          await send({ photo: [file], ...group, ...(part === 0 && turn.caption !== undefined ? { caption: turn.caption } : {}) });
        }
      }
      const answer = await reply;
      if (answer === null) {
        missing++;
        return;
      }
      (turn.text === undefined ? albums : texts).push(answer.at - began);
      if (/US26-\d{6}-\d/.test(answer.text)) registered++;
    }
  }
  return Object.assign(walk, {
    forget() {
      texts = [];
      albums = [];
      missing = 0;
      registered = 0;
    },
    seen: () => ({ texts, albums, missing, registered }),
  });
}

/** A JPEG of one grey block, filled up to 40 kB with a comment as phones do. */
const photo = (() => {
  const tiny = Buffer.from("/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==", "base64");
  const comment = Buffer.alloc(40_000, 0x20);
  comment.writeUInt16BE(0xfffe, 0);
  comment.writeUInt16BE(comment.length - 2, 2);
  return Buffer.concat([tiny.subarray(0, 2), comment, tiny.subarray(2)]);
})();

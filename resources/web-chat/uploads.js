import { el, fill, newId } from "./dom.js";

const atOnce = 2;

/** Sends files, two at a time, each with its own progress, tried again under its own id until stored or cancelled. */
export function createUploads({ words, language, maxBytes, log, session }) {
  const queue = [];
  let running = 0;

  function next() {
    while (running < atOnce && queue.length > 0) {
      running += 1;
      const upload = queue.shift();
      attempt(upload, () => {
        running -= 1;
        next();
      });
    }
  }

  function attempt(upload, done) {
    if (upload.over) return done();
    const { file, id, caption, group, view } = upload;
    const query = new URLSearchParams({ id, name: file.name.slice(0, 255), caption, language });
    if (group) query.set("group", group);
    const request = new XMLHttpRequest();
    upload.request = request;
    view.progress(0);
    request.open("POST", `/chat/files?${query}`);
    request.setRequestHeader("content-type", /^image\/|^application\/pdf$/.test(file.type) ? file.type : "application/octet-stream");
    request.upload.onprogress = (event) => view.progress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onloadend = async () => {
      done();
      if (upload.over) return;
      if (request.status === 200) return finish(upload, "sent");
      if (request.status === 413) return finish(upload, "failed", fill(words.tooBig, { name: file.name, limit: megabytes(maxBytes) }));
      if (request.status === 415 || request.status === 400) return finish(upload, "failed", fill(words.wrongType, { name: file.name }));
      view.wait(() => again(upload));
      if (request.status === 401) await session().catch(() => undefined);
      upload.timer = setTimeout(() => again(upload), Math.min(30_000, 1_000 * 2 ** upload.tries++));
    };
    request.send(file);
  }

  function again(upload) {
    clearTimeout(upload.timer);
    if (upload.over || queue.includes(upload)) return;
    queue.push(upload);
    next();
  }

  function finish(upload, state, sentence) {
    upload.over = true;
    clearTimeout(upload.timer);
    unfinished.delete(upload);
    upload.view.finish(state, sentence);
  }

  const unfinished = new Set();
  addEventListener("beforeunload", (event) => {
    if (unfinished.size > 0) event.preventDefault();
  });
  addEventListener("online", () => unfinished.forEach((upload) => upload.request && upload.request.readyState === 4 && again(upload)));

  /** Files chosen together are one album: the caption goes with the first. */
  return function send(files, caption) {
    const group = files.length > 1 ? newId() : "";
    files.forEach((file, index) => add(file, index === 0 ? caption : "", group));
  };

  function add(file, caption, group) {
    const upload = { file, caption, group, id: newId(), tries: 0, over: false };
    upload.view = fileView(file, caption, upload.id, { words, log, cancel: () => {
      if (upload.over) return;
      finish(upload, "canceled", words.canceled);
      if (upload.request) upload.request.abort();
    } });
    if (file.size > maxBytes) return finish(upload, "failed", fill(words.tooBig, { name: file.name, limit: megabytes(maxBytes) }));
    unfinished.add(upload);
    queue.push(upload);
    next();
  }
}

const megabytes = (bytes) => Math.round(bytes / 1024 / 1024);

function fileView(file, caption, id, { words, log, cancel }) {
  const picture = file.type.startsWith("image/") ? el("img", { src: URL.createObjectURL(file), alt: file.name, class: "thumb" }) : null;
  const bar = el("progress", { max: "100", value: "0", "aria-label": file.name });
  const stop = el("button", { type: "button", class: "small", onclick: cancel, "aria-label": `${words.cancel}: ${file.name}` }, words.cancel);
  const retry = el("button", { type: "button", class: "small", hidden: true, "aria-label": `${words.retry}: ${file.name}` }, words.retry);
  const controls = el("div", { class: "upload" }, bar, retry, stop);
  const media = el("div", { class: "media" }, picture, el("p", { class: "file-name" }, file.name), controls);
  const bubble = log.showOwn(id, { text: caption, at: new Date(), media });
  if (picture) picture.addEventListener("load", () => log.toEnd(false));
  return {
    progress(part) {
      const percent = Math.round(part * 100);
      bar.value = percent;
      retry.hidden = true;
      bubble.say("sending", fill(words.uploading, { name: file.name, percent }));
    },
    wait(onRetry) {
      retry.hidden = false;
      retry.onclick = onRetry;
      bubble.say("waiting");
    },
    finish(state, sentence) {
      controls.remove();
      bubble.say(state, sentence || (state === "sent" ? words.sent : undefined));
    },
  };
}

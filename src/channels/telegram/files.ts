import { z } from "zod";
import type { FileRef } from "../../domain/message.js";
import { FileGone, FileTooBig } from "../contract.js";
import type { Api } from "./api.js";
import { TelegramFault } from "./errors.js";

const Answer = z.object({ file_path: z.string().min(1).exactOptional(), file_size: z.int().nonnegative().exactOptional() });

/**
 * Opens a file by its id: the link is asked for anew each time, it lives an hour and holds the token,
 * so no error here repeats it or keeps a cause.
 */
export async function openFile(
  deps: { api: Api; token: string; mostBytes: number },
  file: FileRef,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const { api, token, mostBytes } = deps;
  const tooBig = (): FileTooBig => new FileTooBig(`over ${mostBytes} bytes`);
  if ((file.bytes ?? 0) > mostBytes) throw tooBig();
  const found = await api.call("getFile", { file_id: file.ref }, Answer, { signal }).catch((error: unknown) => {
    if (error instanceof TelegramFault && error.status === 400 && /too big/i.test(error.message)) throw tooBig();
    if (error instanceof TelegramFault && /invalid file_id|wrong file identifier|wrong remote file/i.test(error.message)) {
      throw new FileGone("Telegram does not know the file");
    }
    throw error;
  });
  if ((found.file_size ?? 0) > mostBytes) throw tooBig();
  if (found.file_path === undefined) throw new FileGone("Telegram offers no download of the file");
  const response = await fetch(address(api.root, token, found.file_path), { redirect: "error", signal }).catch(() => {
    throw new Error(signal.aborted ? "file download stopped" : "file download failed before an answer");
  });
  const { body } = response;
  if (!response.ok || body === null) {
    await body?.cancel().catch(() => undefined);
    throw new Error(`file download answered ${response.status}`);
  }
  if (Number(response.headers.get("content-length") ?? 0) > mostBytes) {
    await body.cancel().catch(() => undefined);
    throw tooBig();
  }
  return bounded(body, mostBytes, tooBig);
}

/** Stays under `<root>file/bot<token>/` whatever the path says. */
function address(root: URL, token: string, path: string): URL {
  const steps = path.split("/");
  if (steps.some((step) => step === "" || step === "." || step === "..")) throw new FileGone("Telegram named a path that is none");
  return new URL(`./file/bot${token}/${steps.map(encodeURIComponent).join("/")}`, root);
}

async function* bounded(body: AsyncIterable<Uint8Array>, mostBytes: number, tooBig: () => FileTooBig): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) throw tooBig();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof FileTooBig) throw error;
    throw new Error("file download broke off");
  }
}

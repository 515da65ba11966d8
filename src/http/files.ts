import type { FastifyInstance, FastifyReply } from "fastify";
import type { FileRows, FileStore } from "../domain/file-ports.js";
import { copyTypeOf, copyTypes, keptTypes, type StoredFile } from "../domain/file.js";

/** `GET /files/:token`: one kept file by a signed link, to be saved and never shown. Nothing a person sent decides its name or its type. */
export function fileRoutes(deps: {
  links: { verify(token: string): { fileId: string } | "wrong" | "expired" };
  rows: Pick<FileRows, "get">;
  store: Pick<FileStore, "has" | "read">;
  /** Writes the bytes of a person's copy of their data, which is made when it is first opened. */
  writeCopy(row: StoredFile): Promise<void>;
  /** What is answered to a link that opens nothing. */
  words: { wrong: string; expired: string };
}): (app: FastifyInstance) => void {
  const { links, rows, store, writeCopy, words } = deps;

  async function kept(fileId: string): Promise<{ id: string; mime: string; ending: string; bytes: number | undefined } | null> {
    const row = await rows.get(fileId);
    const ending = row?.state === "kept" ? endingOf(row) : undefined;
    if (row?.mime === undefined || ending === undefined) return null;
    if (copyTypeOf(row) !== null && !(await store.has(row._id))) await writeCopy(row);
    return (await store.has(row._id)) ? { id: row._id, mime: row.mime, ending, bytes: row.bytes } : null;
  }

  return (app) => {
    // The address is a key to the file: requests are not logged.
    app.get<{ Params: { token: string } }>("/files/:token", { logLevel: "error" }, async (request, reply) => {
      guard(reply);
      const opened = links.verify(request.params.token);
      if (opened === "expired") return reply.code(410).type("text/plain; charset=utf-8").send(words.expired);
      const file = opened === "wrong" ? null : await kept(opened.fileId);
      if (file === null) return reply.code(404).type("text/plain; charset=utf-8").send(words.wrong);
      if (file.bytes !== undefined) reply.header("content-length", file.bytes);
      return reply
        .type(file.mime)
        .header("content-disposition", `attachment; filename="ocop-${file.id.slice(0, 8).replace(/[^A-Za-z0-9_-]/g, "")}.${file.ending}"`)
        .send(store.read(file.id));
    });
  };
}

function guard(reply: FastifyReply): void {
  reply.headers({
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": "private",
    "referrer-policy": "no-referrer",
  });
}

/** Undefined for what is never given away. */
function endingOf(row: Pick<StoredFile, "_id" | "mime">): string | undefined {
  const copy = copyTypeOf(row);
  if (copy !== null) return copyTypes[copy];
  return Object.entries(keptTypes).find(([mime]) => mime === row.mime)?.[1];
}

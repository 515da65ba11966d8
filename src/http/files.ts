import type { FastifyInstance, FastifyReply } from "fastify";
import type { FileRows, FileStore } from "../domain/file-ports.js";
import { keptTypes, type KeptType } from "../domain/file.js";

/** What a browser may show in the page of the web chat. */
const shown = new Set<KeptType>(["image/jpeg", "image/png", "image/webp"]);

const goneText = "Đường dẫn này không đúng hoặc đã hết hạn.\nThis link is wrong or has expired.\n";

/** `GET /files/:token`: one kept file by a signed link. Nothing a person sent decides its name, its type or what a browser does with it. */
export function fileRoutes(deps: {
  links: { verify(token: string): string | null };
  rows: Pick<FileRows, "get">;
  store: Pick<FileStore, "has" | "read">;
  gone?: string;
}): (app: FastifyInstance) => void {
  const { links, rows, store, gone = goneText } = deps;

  async function kept(token: string): Promise<{ id: string; mime: KeptType; bytes: number | undefined } | null> {
    const id = links.verify(token);
    const row = id === null ? null : await rows.get(id);
    if (row?.state !== "kept" || !isKeptType(row.mime) || !(await store.has(row._id))) return null;
    return { id: row._id, mime: row.mime, bytes: row.bytes };
  }

  return (app) => {
    // The address is a key to the file: requests are not logged.
    app.get<{ Params: { token: string }; Querystring: { show?: unknown } }>("/files/:token", { logLevel: "error" }, async (request, reply) => {
      guard(reply);
      const file = await kept(request.params.token);
      if (file === null) return reply.code(404).type("text/plain; charset=utf-8").send(gone);
      const how = request.query.show === "1" && shown.has(file.mime) ? "inline" : "attachment";
      if (file.bytes !== undefined) reply.header("content-length", file.bytes);
      return reply
        .type(file.mime)
        .header("content-disposition", `${how}; filename="ocop-${file.id.slice(0, 8).replace(/[^A-Za-z0-9_-]/g, "")}.${keptTypes[file.mime]}"`)
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

function isKeptType(mime: string | undefined): mime is KeptType {
  return mime !== undefined && Object.hasOwn(keptTypes, mime);
}

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const folder = new URL("../../../resources/web-chat/", import.meta.url);
const types: Record<string, string> = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" };

export interface Asset {
  type: string;
  etag: string;
  plain: Buffer;
  br: Buffer;
  gzip: Buffer;
}

export interface Assets {
  /** Where a file is under an address that changes with the contents of any of them. */
  url(name: string): string;
  scripts: string[];
}

/** `/chat/NAME`, and `/chat/a/VERSION/NAME` which may be kept for ever. Read and compressed once. */
export async function assetRoutes(app: FastifyInstance): Promise<Assets> {
  const names = (await readdir(folder)).filter((name) => /^[\w-]+\.(js|css)$/.test(name)).sort();
  const assets = new Map<string, Asset>();
  const all = createHash("sha256");
  for (const name of names) {
    const plain = await readFile(new URL(name, folder));
    assets.set(name, await asset(plain, types[name.split(".")[1] ?? ""] ?? "text/plain"));
    all.update(plain);
  }
  const version = all.digest("base64url").slice(0, 10);
  for (const [name, each] of assets) {
    app.get(`/chat/${name}`, (request, reply) => sendAsset(request, reply, each, "no-cache"));
    app.get(`/chat/a/${version}/${name}`, (request, reply) =>
      sendAsset(request, reply, each, "public, max-age=31536000, immutable"),
    );
  }
  return {
    url: (name) => `/chat/a/${version}/${name}`,
    scripts: names.filter((name) => name.endsWith(".js")),
  };
}

export async function asset(plain: Buffer, type: string): Promise<Asset> {
  const etag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 16)}"`;
  const [br, zipped] = await Promise.all([promisify(brotliCompress)(plain), promisify(gzip)(plain)]);
  return { type, etag, plain, br, gzip: zipped };
}

export function sendAsset(request: FastifyRequest, reply: FastifyReply, each: Asset, cacheControl: string): FastifyReply {
  reply.type(each.type).header("etag", each.etag).header("cache-control", cacheControl).header("vary", "accept-encoding");
  if (request.headers["if-none-match"] === each.etag) return reply.code(304).send();
  const accepted = String(request.headers["accept-encoding"] ?? "");
  if (/\bbr\b/.test(accepted)) return reply.header("content-encoding", "br").send(each.br);
  if (/\bgzip\b/.test(accepted)) return reply.header("content-encoding", "gzip").send(each.gzip);
  return reply.send(each.plain);
}

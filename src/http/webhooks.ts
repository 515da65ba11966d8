import type { FastifyInstance } from "fastify";
import type { Inbound } from "../domain/message.js";
import type { Log } from "../lib/log.js";

/** What a webhook needs of its channel. */
export interface WebhookChannel {
  kind: string;
  receive(request: { headers: Record<string, string | string[] | undefined>; body: Buffer }): { status: number; inbound: Inbound[]; reason?: string };
}

export interface WebhookDeps {
  channels: readonly WebhookChannel[];
  accept(inbound: readonly Inbound[]): Promise<void>;
  log: Log;
  count(channel: string, status: number): void;
}

/** `POST /webhooks/:channel`: verified on the raw bytes, stored, answered 200 at once; 503 when the store cannot be reached in time. */
export function webhookRoutes(deps: WebhookDeps): (app: FastifyInstance) => void {
  return (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    for (const channel of deps.channels) {
      app.post(`/webhooks/${channel.kind}`, async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const received = channel.receive({ headers: request.headers, body });
        let { status } = received;
        if (received.reason !== undefined) deps.log.warn({ channel: channel.kind, status, reason: received.reason }, "webhook request not taken");
        if (status === 200 && received.inbound.length > 0) {
          try {
            await deps.accept(received.inbound);
          } catch (error) {
            deps.log.error({ channel: channel.kind, err: error instanceof Error ? error.name : "error" }, "webhook not stored");
            status = 503;
          }
        }
        deps.count(channel.kind, status);
        return reply.code(status).send();
      });
    }
  };
}

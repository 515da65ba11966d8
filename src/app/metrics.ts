import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** What an operator watches. One registry a service. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    events: new Counter({ name: "ocop_inbound_events_total", help: "Events that arrived, by what became of them", labelNames: ["outcome"], registers }),
    webhooks: new Counter({ name: "ocop_webhook_requests_total", help: "Webhook requests by channel and answer", labelNames: ["channel", "status"], registers }),
    sent: new Counter({ name: "ocop_messages_sent_total", help: "Messages sent by channel and lane", labelNames: ["channel", "lane"], registers }),
    unreachable: new Counter({ name: "ocop_accounts_unreachable_total", help: "Accounts that became unreachable", labelNames: ["channel"], registers }),
    bugs: new Counter({ name: "ocop_bugs_total", help: "Inputs that ended in an error of ours", registers }),
    removed: new Counter({ name: "ocop_removed_total", help: "What the daily job warned of, did and removed", labelNames: ["what"], registers }),
    replyDelay: new Histogram({ name: "ocop_reply_seconds", help: "From queued to sent", labelNames: ["channel"], buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300], registers }),
    waiting: (read: () => number) => new Gauge({ name: "ocop_inbox_waiting", help: "Inputs in memory that wait", registers, collect() { this.set(read()); } }),
    outbox: (read: () => { sender: string; waiting: number; inFlight: number }[]) =>
      new Gauge({
        name: "ocop_outbox_waiting",
        help: "Messages in memory that wait, by sender",
        labelNames: ["sender"],
        registers,
        collect() {
          for (const each of read()) this.set({ sender: each.sender }, each.waiting + each.inFlight);
        },
      }),
    read: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

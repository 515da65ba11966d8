import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Ends connections that carry no request. Node's own `closeIdleConnections` leaves those that never sent one,
 * which browsers open ahead of need, and they would hold up a stop.
 */
export function trackSockets(server: Server): { closeQuiet(): void } {
  const quiet = new Set<Socket>();
  server.on("connection", (socket) => {
    quiet.add(socket);
    socket.once("close", () => quiet.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    quiet.delete(socket);
    response.once("close", () => {
      if (!socket.destroyed) quiet.add(socket);
    });
  });
  return { closeQuiet: () => quiet.forEach((socket) => socket.destroy()) };
}

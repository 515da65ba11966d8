import type { ChildProcess } from "node:child_process";
import { connect, Socket } from "node:net";
import type { MongoInstance } from "mongodb-memory-server-core";
import type { Clock } from "../../lib/clock.js";
import type { Places } from "./places.js";
import { replicaSetName } from "./replica-set.js";

/**
 * Starts mongod through mongodb-memory-server and resolves when it takes connections. Other than the library does by
 * itself: it logs to a file (its output pipe would end with us), nothing kills it when we die, and a signal to our
 * terminal does not reach it, so that we stop it in order.
 */
export async function launch(options: {
  binary: string;
  version: string;
  places: Places;
  socket: string;
  timeoutMs: number;
  clock: Clock;
}): Promise<MongoInstance> {
  const library = await import("mongodb-memory-server-core");
  const { places, socket, binary, clock } = options;
  class EmbeddedInstance extends library.MongoInstance {
    override _launchMongod(): ChildProcess {
      const child = super._launchMongod(binary);
      const starting = (): boolean => child.exitCode === null && child.signalCode === null;
      void untilListening(socket, starting, clock).then((listening) => {
        if (listening) this.emit("instanceReady" as never);
      });
      return child;
    }
    override _launchKiller(): ChildProcess {
      return undefined as unknown as ChildProcess;
    }
  }
  const instance = new EmbeddedInstance({
    binary: { systemBinary: binary, version: options.version },
    spawn: { detached: true },
    instance: {
      dbPath: places.dbPath,
      storageEngine: "wiredTiger",
      ip: socket,
      port: 27017,
      launchTimeout: options.timeoutMs,
      args: argsFor(places),
    },
  });
  await instance.start();
  for (const pipe of [instance.mongodProcess?.stdout, instance.mongodProcess?.stderr]) if (pipe instanceof Socket) pipe.unref();
  return instance;
}

/**
 * `--nounixsocket` leaves out the one in /tmp that all may see; with a socket as the only address there is no port.
 * Journal files of 16 MB, not made beforehand, take a fifth off the start.
 */
function argsFor(places: Places): string[] {
  const settings = ["diagnosticDataCollectionEnabled=false"].flatMap((setting) => ["--setParameter", setting]);
  const size = ["--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "512", "--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=16MB)"];
  return ["--replSet", replicaSetName, "--nounixsocket", "--logpath", places.logPath, "--logappend", "--quiet", ...size, ...settings];
}

async function untilListening(socket: string, stillStarting: () => boolean, clock: Clock): Promise<boolean> {
  while (stillStarting()) {
    if (await listens(socket)) return true;
    await clock.sleep(10);
  }
  return false;
}

/** Whether something takes connections at a socket. */
export function listens(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.once("connect", () => resolve(true)).once("error", () => resolve(false));
    probe.once("connect", () => probe.destroy());
  });
}

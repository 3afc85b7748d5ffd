// A network between client and server that fails: cuts, stalls and delays at a given byte.

import { connect, createServer, type Server, type Socket } from "node:net";

export interface NetworkFault {
  /** After so many bytes from the client, over all its connections. */
  afterBytes: number;
  /** cut: both ends get a reset; vanish: neither end is told for a while, then the client is; stall: nothing goes on for a while. */
  how: "cut" | "stall" | "vanish";
  pauseMs: number;
}

export interface Proxy {
  readonly port: number;
  /** Whether the fault has come to pass. */
  readonly hasStruck: boolean;
  close(): Promise<void>;
}

export async function openProxy(serverPort: number, fault: NetworkFault): Promise<Proxy> {
  let bytes = 0;
  let hasStruck = false;
  const sockets = new Set<Socket>();
  const strike = (): void => {
    hasStruck = true;
    if (fault.how === "cut") for (const socket of sockets) socket.resetAndDestroy();
    else {
      for (const socket of sockets) socket.pause();
      setTimeout(() => {
        for (const socket of sockets) fault.how === "vanish" ? socket.resetAndDestroy() : socket.resume();
      }, fault.pauseMs);
    }
  };
  const server = createServer((client) => {
    const upstream = connect(serverPort, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    client.on("data", (chunk) => {
      bytes += chunk.length;
      upstream.write(chunk);
      if (!hasStruck && bytes >= fault.afterBytes) strike();
    });
    upstream.on("data", (chunk) => void client.write(chunk));
    client.on("close", () => upstream.end());
    upstream.on("close", () => client.end());
  });
  const port = await listen(server);
  return {
    port,
    get hasStruck() {
      return hasStruck;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

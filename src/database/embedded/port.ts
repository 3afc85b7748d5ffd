// A port on the loopback interface: the remembered one while it is free, else another.

import { createServer } from "node:net";

export const loopback = "127.0.0.1";

/** `preferred` when nothing listens there, else one that the operating system picks. */
export async function choosePort(preferred: number | undefined): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  const port = await listenOnce(0);
  if (port === undefined) throw new Error(`no free port on ${loopback}`);
  return port;
}

/** True when a server could listen on the port now. */
export async function isFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(undefined));
    server.listen({ port, host: loopback, exclusive: true }, () => {
      const address = server.address();
      const chosen = typeof address === "object" && address !== null ? address.port : undefined;
      server.close(() => resolve(chosen));
    });
  });
}

// Whether a server speaks TLS, for sslmode=prefer: node-postgres tells a server that does not by the text of a message only.

import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** SSLRequest: its length, and 1234 and 5679 in place of a version. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Asks on a connection of its own. False, too, where nobody answers: the connection proper will tell why.
 *
 * The handshake is finished before the connection is: a server logs one that is broken off.
 */
export function offersTls(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, host);
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.on("error", () => finish(false));
    socket.on("close", () => finish(false));
    socket.once("connect", () => socket.write(sslRequest));
    socket.once("data", (answer) => {
      if (answer.toString("latin1") !== "S") return finish(false);
      const secure = connectTls({ socket, rejectUnauthorized: false }, () => finish(true));
      secure.on("error", () => finish(false));
    });
  });
}

// Several COPY statements in one message: rows of the next one are on their way while the server works on those before.
// pg-copy-streams waits for the server's answer after each COPY, with nothing for the client to do meanwhile.

import { EventEmitter } from "node:events";
import type { Connection, PoolClient } from "pg";
import { CopycatError } from "../errors.ts";
import type { CopyChunk, CopyResult } from "./copyRows.ts";

export interface CopyPart {
  /** Statements that give no rows, each with its semicolon, such as `savepoint a; `. */
  before?: string;
  /** Made by `copyStatement`. */
  statement: string;
  /** Read when the parts before are written. */
  chunks: Iterable<CopyChunk>;
}

/** Chunks wait in memory when the socket takes no more; from so many bytes on, no more are made. */
const mostWaitingBytes = 16 * 1024 * 1024;

/**
 * Sends all parts; resolves when the server has stored them all. For transactions: the parts are one message, of which nothing is
 * done after the first error.
 *
 * @param onSent called once all is written and the server still works
 * @returns rows and bytes of each part
 * @throws the server's error, or that of `chunks` (the server is told, and fails the COPY). CopycatError INTERNAL when the server
 * counts other rows than were sent
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY - after an error the server passes over what
 * still comes of a COPY, so the connection stays of use
 */
export function copyTogether(
  client: PoolClient,
  parts: readonly CopyPart[],
  onSent: () => void = () => undefined,
): Promise<CopyResult[]> {
  const query = new CopySeries(parts, onSent);
  client.query(query);
  return query.done;
}

/** What node-postgres's connection has beyond what its types tell. */
interface CopyConnection extends Connection {
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** As a query that node-postgres submits: its methods are what the client calls for each message of the server. */
class CopySeries extends EventEmitter {
  readonly done: Promise<CopyResult[]>;
  readonly #parts: readonly CopyPart[];
  readonly #onSent: () => void;
  readonly #sent: CopyResult[] = [];
  /** As the server counts. */
  readonly #stored: number[] = [];
  #resolve!: (results: CopyResult[]) => void;
  #reject!: (error: unknown) => void;
  #isBegun = false;
  #isOver = false;
  /** Of `chunks`: what is thrown in place of the server's answer to it. */
  #ownError: { error: unknown } | null = null;

  constructor(parts: readonly CopyPart[], onSent: () => void) {
    super();
    this.#parts = parts;
    this.#onSent = onSent;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Connection): void {
    connection.query(this.#parts.map(({ before = "", statement }) => before + statement).join("; "));
  }

  /** node-postgres puts its time limit of a query here. */
  callback(): void {}

  handleCopyInResponse(connection: Connection): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    void this.#send(connection as CopyConnection);
  }

  handleCommandComplete({ text }: { text: string }): void {
    const [command, rows] = text.split(" ");
    if (command === "COPY") this.#stored.push(Number(rows));
  }

  handleError(error: Error): void {
    this.#isOver = true;
    this.callback();
    this.#reject(this.#ownError === null ? error : this.#ownError.error);
  }

  handleReadyForQuery(): void {
    this.#isOver = true;
    this.callback();
    const wrong = this.#sent.findIndex(({ rows }, index) => rows !== this.#stored[index]);
    if (wrong === -1) this.#resolve(this.#sent);
    else {
      const [sent, stored] = [this.#sent[wrong]?.rows, this.#stored[wrong]];
      this.#reject(
        new CopycatError(
          "INTERNAL",
          `COPY sent ${sent} rows, the server stored ${stored}. Nothing was changed; please report this.`,
        ),
      );
    }
  }

  async #send(connection: CopyConnection): Promise<void> {
    try {
      for (const { chunks } of this.#parts) {
        const sent = { rows: 0, bytes: 0 };
        this.#sent.push(sent);
        for (const { bytes, rows } of chunks) {
          if (this.#isOver) return;
          sent.rows += rows;
          sent.bytes += bytes.length;
          writeCopyData(connection, bytes);
          if (connection.stream.writableLength > mostWaitingBytes) await drained(connection);
        }
        if (this.#isOver) return;
        connection.endCopyFrom();
      }
    } catch (error) {
      if (this.#isOver) return;
      this.#ownError = { error };
      connection.sendCopyFail("The client could not go on.");
      return;
    }
    // After the last chunks have gone to the socket.
    setImmediate(this.#onSent);
  }
}

const copyDataType = 0x64;

/** Without a copy of the bytes. */
function writeCopyData({ stream }: CopyConnection, bytes: Buffer): void {
  const head = Buffer.allocUnsafe(5);
  head[0] = copyDataType;
  head.writeInt32BE(bytes.length + 4, 1);
  stream.cork();
  stream.write(head);
  stream.write(bytes);
  stream.uncork();
}

/** A connection that breaks never drains: the error comes by `handleError`. */
function drained({ stream }: CopyConnection): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.off("drain", settle);
      stream.off("close", settle);
      resolve();
    };
    stream.once("drain", settle);
    stream.once("close", settle);
  });
}

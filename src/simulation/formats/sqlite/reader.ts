// Questions to an SQLite file, and what becomes of those that it cannot answer.

import type { Database } from "node-sqlite3-wasm";
import { CopycatError, errorMessage } from "../../../errors.ts";

export type SqliteValue = number | bigint | string | Uint8Array | null;

export class SqliteReader {
  readonly path: string;
  readonly #database: Database;

  constructor(database: Database, path: string) {
    this.#database = database;
    this.path = path;
  }

  /** @throws CopycatError UNREADABLE_SOURCE when pages of the file are damaged or missing */
  all<Row = Record<string, SqliteValue>>(text: string, values: SqliteValue[] = []): Row[] {
    try {
      return this.#database.all(text, values) as Row[];
    } catch (error) {
      throw new CopycatError(
        "UNREADABLE_SOURCE",
        `${this.path} cannot be read: ${errorMessage(error).replace(/\.$/, "")}. What sqlite3's .recover saves of it can be.`,
        { cause: error },
      );
    }
  }

  /** The first row; null when there is none. */
  get<Row = Record<string, SqliteValue>>(text: string, values: SqliteValue[] = []): Row | null {
    return this.all<Row>(text, values)[0] ?? null;
  }
}

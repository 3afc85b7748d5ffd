// The database of a watch: opened when it is needed, given up when something failed, and then opened again.

import { ensureCatalog } from "../../catalog/index.ts";
import { type Database, openDatabase } from "../../database/index.ts";

/** A connection string, or what opens the database; the watch closes what it opened. */
export type DatabaseSource = string | (() => Promise<Database>);

export class WatchConnection {
  /** Whether the database was ever reached: who mistyped its name is told at once. */
  wasOpen = false;
  readonly #source: DatabaseSource;
  #database: Database | undefined;

  constructor(source: DatabaseSource) {
    this.#source = source;
  }

  /** @throws what opening throws, and CopycatError CATALOG_VERSION */
  async get(): Promise<Database> {
    if (this.#database !== undefined) return this.#database;
    const database = await this.#open();
    try {
      await ensureCatalog(database);
    } catch (error) {
      await database.close();
      throw error;
    }
    this.#database = database;
    this.wasOpen = true;
    return database;
  }

  async drop(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    await database?.close();
  }

  #open(): Promise<Database> {
    const source = this.#source;
    return typeof source === "string"
      ? openDatabase({ dsn: source, applicationName: "copycat:watch" })
      : source();
  }
}

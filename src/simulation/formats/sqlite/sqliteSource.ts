// An SQLite file with the results of a simulation, read as they are; the file never changes.

import type { DatasetFacts, InitialDataset, SimulationUpdate, UpdateQuery } from "../../types.ts";
import { Mistake } from "../mistake.ts";
import { compareTexts, restrictUpdate } from "../query.ts";
import { type FileSource, RefusedPart, type SourceOptions, type UpdateEntry } from "../types.ts";
import { listInitialNames, readInitialRow } from "./initials.ts";
import { type OpenedSqlite, openSqlite } from "./openDatabase.ts";
import type { SqliteReader } from "./reader.ts";
import { checkSchema, type SqliteSchema } from "./schema.ts";
import { findEntries, listKeys, readRows } from "./updates.ts";

/**
 * Opens a file of the schema v1, or of its predecessors without initial datasets. Rows that still stand in the file's
 * write-ahead log are there as well.
 *
 * @throws CopycatError UNREADABLE_SOURCE when it cannot be read, or is no file of a simulation
 *
 * @example
 * const source = await openSqliteSource("simulation_results.db");
 */
export async function openSqliteSource(path: string, options: SourceOptions = {}): Promise<FileSource> {
  const opened = await openSqlite(path);
  try {
    return new SqliteSource(path, opened, { ...options, schema: checkSchema(opened.database, path) });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

class SqliteSource implements FileSource {
  readonly kind = "sqlite";
  readonly name: string;
  readonly notices = [];
  readonly #opened: OpenedSqlite;
  readonly #database: SqliteReader;
  readonly #schema: SqliteSchema;
  readonly #onRefused: SourceOptions["onRefused"];

  constructor(name: string, opened: OpenedSqlite, options: SourceOptions & { schema: SqliteSchema }) {
    this.name = name;
    this.#opened = opened;
    this.#database = opened.database;
    this.#schema = options.schema;
    this.#onRefused = options.onRefused;
  }

  async listDatasets(): Promise<DatasetFacts[]> {
    const rows = this.#database.all(
      'select dataset_name as name, count(*) as updates from "update" group by dataset_name',
    );
    const updates = new Map(rows.map((row) => [String(row.name), Number(row.updates)]));
    const initials = new Set(await this.listInitials());
    return [...new Set([...updates.keys(), ...initials])]
      .sort(compareTexts)
      .map((name) => ({ name, updates: updates.get(name) ?? 0, hasInitial: initials.has(name) }));
  }

  async listInitials(): Promise<string[]> {
    return listInitialNames(this.#database, this.#schema);
  }

  async readInitial(dataset: string): Promise<InitialDataset | null> {
    const initial = await this.tryInitial(dataset);
    if (!(initial instanceof RefusedPart)) return initial;
    this.#refuse(initial);
    return null;
  }

  async tryInitial(dataset: string): Promise<InitialDataset | RefusedPart | null> {
    try {
      return readInitialRow(this.#database, this.#schema, dataset);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      const place = `initial dataset ${JSON.stringify(dataset)}`;
      const position = `${place}${error.position === "" ? "" : ` ${error.position}`}`;
      const message = `${this.name}: ${position}: ${error.message}`;
      return new RefusedPart({ source: this.name, position, code: error.code, message, record: null });
    }
  }

  async countUpdates(): Promise<number> {
    return Number(this.#database.get('select count(*) as count from "update"')?.count);
  }

  async *listUpdates(): AsyncGenerator<UpdateEntry[]> {
    for (const entries of listKeys(this.#database)) {
      yield entries;
      await this.#opened.checkUnchanged();
    }
  }

  async *readEntries(entries: readonly UpdateEntry[]): AsyncGenerator<SimulationUpdate | RefusedPart> {
    yield* this.#read(entries, {});
  }

  async *readUpdates(query: UpdateQuery): AsyncGenerator<SimulationUpdate> {
    for (const entries of findEntries(this.#database, query)) {
      for await (const update of this.#read(entries, query)) {
        if (update instanceof RefusedPart) {
          this.#refuse(update);
          continue;
        }
        const part = restrictUpdate(update, query);
        if (part !== null) yield part;
      }
    }
  }

  async listTimestamps(dataset: string, group?: string): Promise<number[]> {
    const rows =
      group === undefined
        ? this.#database.all(
            'select distinct timestamp from "update" where dataset_name = ? order by timestamp',
            [dataset],
          )
        : this.#database.all(
            `select distinct u.timestamp from "update" u
             join update_attribute l on l.update_id = u.id
             join attribute_data a on a.id = l.attribute_data_id
             where u.dataset_name = ? and a.entity_group = ? order by u.timestamp`,
            [dataset, group],
          );
    return rows.map((row) => Number(row.timestamp));
  }

  async close(): Promise<void> {
    await this.#opened.close();
  }

  async *#read(
    entries: readonly UpdateEntry[],
    { groups, attributes }: Pick<UpdateQuery, "groups" | "attributes">,
  ): AsyncGenerator<SimulationUpdate | RefusedPart> {
    const wanted = { ...(groups && { groups }), ...(attributes && { attributes }) };
    yield* readRows(this.#database, { entries, path: this.name, ...wanted });
    await this.#opened.checkUnchanged();
  }

  #refuse(part: RefusedPart): void {
    if (this.#onRefused === undefined) throw part.toError();
    this.#onRefused(part);
  }
}

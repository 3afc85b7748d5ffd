// Statistics for a table that has just grown: the server gathers them a minute later, and plans badly until then.

import type { Database } from "../../database/index.ts";
import type { Tables } from "./tables.ts";

/** Fewer rows are looked at quickly, whatever the plan. */
const leastRows = 1000;

/** Those of which the migration says that few rows tell enough. */
const columns = "library_id, path, metadata_hash, content_hash, audio_hash, artist_key, is_active";

export class Growth {
  readonly #database: Database;
  readonly #tables: Pick<Tables, "file">;
  /** Rows since the last statistics that are known of. */
  #rows = 0;

  constructor(database: Database, tables: Pick<Tables, "file">) {
    this.#database = database;
    this.#tables = tables;
  }

  /**
   * Gathers them when the table is four times as large. Without them the server expects 500 files for each hash, and compiles the
   * statement (JIT): 270 ms for 1,000 hashes, and 8 ms with them. Of the columns that are looked up only. What it knows of
   * the share of each value holds while the table grows; it looks at the size by itself.
   */
  async add(rows: number): Promise<void> {
    this.#rows += rows;
    if (this.#rows < leastRows) return;
    const { pool } = this.#database;
    const { file } = this.#tables;
    try {
      const known = await pool.query<{ rows: number }>(
        "select reltuples::float8 as rows from pg_class where oid = $1::regclass",
        [file],
      );
      if (this.#rows >= 3 * (known.rows[0]?.rows ?? 0)) await pool.query(`analyze ${file} (${columns})`);
      else return;
    } catch {
      // Who may not, need not: the rows are in.
    }
    this.#rows = 0;
  }
}

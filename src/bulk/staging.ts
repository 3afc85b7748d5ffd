// Rows by way of a temp table: COPY, duplicates settled, then a merge in slices, each under a savepoint.

import type { ClientBase } from "pg";
import { quoteIdentifier } from "../database/identifiers.ts";
import type { Batch } from "./batch.ts";
import { type CopyTarget, copyOrBisect } from "./copyBatch.ts";
import type { LoadSession } from "./loadSession.ts";
import { withPositions } from "./positions.ts";
import { positionColumn, type StagedTable } from "./sql/stagedTable.ts";
import { analyzeStagingSql, createStagingSql } from "./sql/staging.ts";
import { makeStagedTable } from "./stagedTable.ts";

let stagingCounter = 0;

/** Below so many rows the planner's guesses do no harm, and ANALYZE costs more than the merge. */
const analyzeFrom = 1000;

/** A temp table that takes batches. */
export class Staging {
  readonly table: StagedTable;
  /** Rows that COPY put in. */
  rows = 0;
  /** Rows that COPY refused. */
  refused = 0;
  readonly #client: ClientBase;
  readonly #session: LoadSession;
  readonly #target: Omit<CopyTarget, "format">;

  private constructor(client: ClientBase, session: LoadSession, table: StagedTable) {
    this.#client = client;
    this.#session = session;
    this.table = table;
    this.#target = {
      table: [table.staging],
      columns: [...table.columns.map(({ name }) => name), positionColumn],
    };
  }

  static async create(client: ClientBase, session: LoadSession): Promise<Staging> {
    stagingCounter += 1;
    const table = makeStagedTable(session.table, `copycat_staging_${stagingCounter}`);
    const columns = session.table.columns.map(({ name, codec, collation }) => ({
      name,
      // Keys have to be as equal in staging as they are in the table.
      type: collation === null ? codec.stagingType : `${codec.stagingType} collate ${collation}`,
    }));
    await client.query(createStagingSql(table.staging, [...columns, { name: positionColumn, type: "int8" }]));
    return new Staging(client, session, table);
  }

  async add(batch: Batch): Promise<void> {
    const encoded = { bytes: withPositions(batch), rows: batch.positions.length };
    const target = { ...this.#target, format: batch.format };
    const refusals = await copyOrBisect(this.#client, target, encoded, {
      signal: this.#session.options.signal,
    });
    await this.#session.refuse(batch, refusals);
    this.rows += encoded.rows - refusals.length;
    this.refused += refusals.length;
  }

  /** After the last batch. */
  async analyze(): Promise<void> {
    if (this.rows < analyzeFrom) return;
    await this.#client.query(analyzeStagingSql(this.table.staging, [...this.table.key, positionColumn]));
  }

  async drop(): Promise<void> {
    await this.#client.query(`drop table ${quoteIdentifier(this.table.staging)}`);
  }
}

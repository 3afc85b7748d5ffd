// Rows by way of a temp table: COPY, duplicates settled, then a merge in slices, each under a savepoint.

import type { ClientBase } from "pg";
import { quoteIdentifier } from "../database/identifiers.ts";
import type { Batch } from "./batch.ts";
import { type CopyTarget, copyOrBisect } from "./copyBatch.ts";
import { CopyRuns, type RunItem } from "./copyRun.ts";
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
  readonly #runs: CopyRuns;
  readonly #release: (batch: Batch) => void;

  private constructor(
    client: ClientBase,
    session: LoadSession,
    { table, release }: { table: StagedTable; release: (batch: Batch) => void },
  ) {
    this.#client = client;
    this.#session = session;
    this.#release = release;
    this.table = table;
    this.#runs = new CopyRuns(client, session.options, {
      onStored: (items) => {
        for (const { rows } of items) this.rows += rows;
      },
      sendAlone: (item, suspect) => this.#sendAlone(item, suspect),
    });
    this.#target = {
      table: [table.staging],
      columns: [...table.columns.map(({ name }) => name), positionColumn],
    };
  }

  /** @param release told of batches whose bytes are not needed any more */
  static async create(
    client: ClientBase,
    session: LoadSession,
    release: (batch: Batch) => void = () => undefined,
  ): Promise<Staging> {
    stagingCounter += 1;
    const table = makeStagedTable(session.table, `copycat_staging_${stagingCounter}`);
    const columns = session.table.columns.map(({ name, codec, collation }) => ({
      name,
      // Keys have to be as equal in staging as they are in the table.
      type: collation === null ? codec.stagingType : `${codec.stagingType} collate ${collation}`,
    }));
    await client.query(createStagingSql(table.staging, [...columns, { name: positionColumn, type: "int8" }]));
    return new Staging(client, session, { table, release });
  }

  async add(batch: Batch): Promise<void> {
    const item = { bytes: withPositions(batch), rows: batch.positions.length, batch };
    this.#release(batch);
    await this.#runs.add({ ...this.#target, format: batch.format }, item);
  }

  /** All that was added is in, or refused. */
  async end(): Promise<void> {
    await this.#runs.end();
  }

  /** Leaves the connection usable when the load fails elsewhere. Never throws. */
  async abandon(error: unknown): Promise<void> {
    await this.#runs.abandon(error);
  }

  async #sendAlone({ batch, ...encoded }: RunItem, suspect: number | undefined): Promise<void> {
    const target = { ...this.#target, format: batch.format };
    const refusals = await copyOrBisect(this.#client, target, encoded, {
      suspect,
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

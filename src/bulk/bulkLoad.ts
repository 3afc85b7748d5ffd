// The engine for one table: rows -> COPY text -> staging -> merge -> counts.

import type { PoolClient } from "pg";
import { quoteIdentifier } from "../database/identifiers.ts";
import { CopycatError } from "../errors.ts";
import { copyLines, copyStatement } from "./copyRows.ts";
import { makeRowEncoder } from "./encodeText.ts";
import { mergeSql } from "./sql/merge.ts";
import { analyzeStagingSql, createStagingSql } from "./sql/staging.ts";
import {
  type Column,
  type MergePolicy,
  mergePolicies,
  type Row,
  type RowProblem,
  type TableDescription,
} from "./types.ts";

export interface BulkLoadOptions {
  policy: MergePolicy;
  /** Told of each row that cannot be sent, with its position in the input (0 is the first). */
  onReject?: (position: number, problem: RowProblem) => void;
  signal?: AbortSignal;
}

/** `read` is the sum of the others. */
export interface BulkReport {
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  skipped: number;
  /** Rows whose key stands more than once in the input, but for the one that counts. */
  duplicates: number;
  rejected: number;
}

const ordinal: Column = { name: "copycat_ordinal", type: "int8" };
let stagingCounter = 0;

/**
 * Loads rows into a table. Does not commit: call it inside a transaction.
 *
 * Keys that stand twice in the input are settled before the merge: the last row wins under `update`, the first
 * under `skip`; under `error` they are a conflict like any other.
 *
 * @example
 * await withTransaction(database, (client) => bulkLoad(client, table, rows, { policy: "skip" }));
 *
 * @throws the server's error (for `error`, 23505 at the first row that is there already).
 */
export async function bulkLoad(
  client: PoolClient,
  table: TableDescription,
  rows: AsyncIterable<Row> | Iterable<Row>,
  options: BulkLoadOptions,
): Promise<BulkReport> {
  if (!mergePolicies.includes(options.policy)) {
    throw new CopycatError(
      "USAGE",
      `Unknown merge policy "${options.policy}"; use ${mergePolicies.join(", ")}.`,
    );
  }
  stagingCounter += 1;
  const staging = `copycat_staging_${stagingCounter}`;
  const columns = [ordinal, ...table.columns];
  await client.query(createStagingSql(staging, columns));
  const counts = { read: 0, rejected: 0 };
  const lines = encodeRows(table.columns, rows, options, counts);
  const statement = copyStatement(
    [staging],
    columns.map(({ name }) => name),
  );
  await copyLines(client, statement, lines, options.signal);
  await client.query(analyzeStagingSql(staging, [...table.conflictKey, ordinal.name]));

  const { rows: merged } = await client.query<{ inserted: number; updated: number }>(
    mergeSql(table, winnersSql(table, staging, options.policy), options.policy),
  );
  const { rows: distinct } = await client.query<{ keys: number }>(distinctKeysSql(table, staging));
  await client.query(`drop table ${quoteIdentifier(staging)}`);
  return makeReport(counts, distinct[0]?.keys ?? 0, merged[0] ?? { inserted: 0, updated: 0 }, options.policy);
}

async function* encodeRows(
  columns: readonly Column[],
  rows: AsyncIterable<Row> | Iterable<Row>,
  options: BulkLoadOptions,
  counts: { read: number; rejected: number },
): AsyncGenerator<string> {
  const encode = makeRowEncoder(columns);
  for await (const row of rows) {
    const position = counts.read;
    counts.read += 1;
    const line = encode(row);
    if (typeof line === "string") {
      yield `${position}\t${line}`;
      continue;
    }
    counts.rejected += 1;
    options.onReject?.(position, line);
  }
}

function winnersSql(table: TableDescription, staging: string, policy: MergePolicy): string {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  if (policy === "error") return `select ${columns} from ${quoteIdentifier(staging)}`;
  const key = table.conflictKey.map((column) => quoteIdentifier(column)).join(", ");
  const direction = policy === "update" ? "desc" : "asc";
  return `\
select ${columns} from (
  select distinct on (${key}) * from ${quoteIdentifier(staging)}
  order by ${key}, ${ordinal.name} ${direction}
) as winner`;
}

function distinctKeysSql(table: TableDescription, staging: string): string {
  const key = table.conflictKey.map((column) => quoteIdentifier(column)).join(", ");
  return `select count(*)::int as keys from (select 1 from ${quoteIdentifier(staging)} group by ${key}) as k`;
}

function makeReport(
  counts: { read: number; rejected: number },
  keys: number,
  merged: { inserted: number; updated: number },
  policy: MergePolicy,
): BulkReport {
  const untouched = keys - merged.inserted - merged.updated;
  return {
    ...counts,
    ...merged,
    unchanged: policy === "update" ? untouched : 0,
    skipped: policy === "skip" ? untouched : 0,
    duplicates: counts.read - counts.rejected - keys,
  };
}

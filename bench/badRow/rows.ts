// A million small rows, and the one that violates a check.

import type pg from "pg";
import type { TableDescription } from "../../src/index.ts";
import { checkState, checksumSql, rowChecksum, type TableState } from "../support/checksum.ts";
import { integer, makeRandom, pick } from "../support/random.ts";

export interface SmallRow extends Record<string, unknown> {
  id: number;
  key: string;
  value: number;
  note: string;
}

export const table: TableDescription = {
  schema: "public",
  name: "small_rows",
  columns: [
    { name: "id", type: "int8", required: true },
    { name: "key", type: "text", required: true },
    { name: "value", type: "int4", required: true },
    { name: "note", type: "text" },
  ],
  conflictKey: ["id"],
};

export async function createTable(client: pg.Client): Promise<void> {
  await client.query(`
    drop table if exists small_rows;
    create table small_rows (
      id int8 constraint small_rows_pkey primary key,
      key text not null,
      value int4 not null constraint small_rows_value_positive check (value >= 0),
      note text
    ) with (autovacuum_enabled = off)`);
}

const notes = ["ok", "measured twice", "from the second run; see the log", "outlier?", "calibrated", ""];

export function makeRows(count: number, seed = 2): SmallRow[] {
  const random = makeRandom(seed);
  return Array.from({ length: count }, (_unused, id) => ({
    id,
    key: `sample-${integer(random, 0, 1e9).toString(36)}`,
    value: integer(random, 0, 1e6),
    note: pick(random, notes),
  }));
}

/** The rows, and in the place of one of them one that the server refuses. */
export function* withBadRow(rows: readonly SmallRow[], badIndex: number | null): Generator<SmallRow> {
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as SmallRow;
    yield index === badIndex ? { ...row, value: -1 } : row;
  }
}

const checksumOf = ({ id, key, value, note }: SmallRow): bigint =>
  rowChecksum([`${id}\u001f${key}\u001f${value}\u001f${note}`]);

export function expectState(rows: readonly SmallRow[]): TableState {
  const sum = rows.reduce((total, row) => total + checksumOf(row), 0n);
  return { rows: rows.length, checksum: sum.toString() };
}

/** @throws Error unless the table holds all rows but the bad one. */
export async function checkTable(
  client: pg.Client,
  { rows, checksum }: TableState,
  bad: SmallRow | undefined,
): Promise<void> {
  const text = "id::text || e'\\x1f' || key || e'\\x1f' || value || e'\\x1f' || note";
  const { rows: found } = await client.query<TableState>(
    checksumSql("small_rows", `convert_to(${text}, 'UTF8')`),
  );
  const expected =
    bad === undefined
      ? { rows, checksum }
      : { rows: rows - 1, checksum: (BigInt(checksum) - checksumOf(bad)).toString() };
  checkState(bad === undefined ? "clean" : `bad row ${bad.id}`, found[0], expected);
}

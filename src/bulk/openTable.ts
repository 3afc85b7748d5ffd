// A description and the live table, brought together before anything is sent.

import type { ClientBase, Pool } from "pg";
import { BatchBuilder } from "./batch.ts";
import { chooseFormat } from "./chooseFormat.ts";
import { makeEncoder } from "./encodeRows.ts";
import { inspectTable } from "./inspectTable.ts";
import type { BulkLoadOptions } from "./loadOptions.ts";
import { type ResolvedTable, resolveTable } from "./resolveTable.ts";
import type { TableFacts } from "./tableFacts.ts";
import type { TableDescription, TableUse } from "./types.ts";

/** @throws CopycatError when the description does not fit the table; `details` has all that is wrong. */
export async function openTable(
  client: ClientBase | Pool,
  table: TableDescription,
  use: TableUse,
  facts?: TableFacts,
): Promise<ResolvedTable> {
  return resolveTable(facts ?? (await inspectTable(client, table.schema, table.name)), table, use);
}

/** A builder of batches for the table's columns. */
export function makeBuilder(
  table: ResolvedTable,
  { format = "auto", extraFields = "reject" }: Pick<BulkLoadOptions, "format" | "extraFields">,
): BatchBuilder {
  const chosen = format === "auto" ? chooseFormat(table.columns.map(({ codec }) => codec)) : format;
  return new BatchBuilder(chosen, makeEncoder(table.columns, { format: chosen, extraFields }));
}

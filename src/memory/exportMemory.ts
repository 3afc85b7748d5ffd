// Records out of the store, as lines that load again exactly.

import { type Database, withClientCursor } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { asJsonText, type JsonText, objectToJson } from "../json.ts";
import { requireTable } from "./describeTable.ts";
import { kinds } from "./kinds.ts";
import { exportSql } from "./sql/export.ts";
import { requireStore, type StoreOptions } from "./store.ts";
import type { MemoryKind } from "./types.ts";

export interface ExportOptions extends StoreOptions {
  /** Only this namespace; entries alone have one. */
  namespace?: string;
}

/**
 * The records of one kind, one JSON object each, in the order in which they were stored; as of one moment, and in flat
 * memory. Embeddings with float4's shortest digits, moments to the microsecond, JSON with all its digits: loaded into
 * another store, they are the same rows. Entries that have expired are left out.
 *
 * @example
 * for await (const line of exportMemory(database, "entries")) process.stdout.write(`${line}\n`);
 */
export async function* exportMemory(
  database: Database,
  kind: MemoryKind,
  options: ExportOptions = {},
): AsyncGenerator<JsonText> {
  const { namespace } = options;
  if (namespace !== undefined && kind !== "entries") {
    throw new CopycatError("USAGE", `Only entries have a namespace; ${kind} are exported whole.`);
  }
  const store = await requireStore(database, options);
  const table = requireTable(store, kind);
  const fields = kinds[kind].fields.filter(({ column }) => table.columns.has(column));
  const text = exportSql(store, kinds[kind], { fields, namespace: namespace !== undefined });
  const rows = withClientCursor<Record<string, string | null>>(
    database,
    text,
    namespace === undefined ? [] : [namespace],
  );
  for await (const row of rows) {
    yield objectToJson(
      fields.flatMap(({ column }) => {
        const value = row[column] ?? null;
        return value === null ? [] : [[column, asJsonText(value)] as const];
      }),
    );
  }
}

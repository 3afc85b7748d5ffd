// A table of the store as the engine wants it described.

import type { Column, TableDescription } from "../bulk/index.ts";
import { CopycatError } from "../errors.ts";
import { aside, words } from "../wording.ts";
import { type Field, type Kind, kinds } from "./kinds.ts";
import type { MemoryStore, MemoryTable } from "./store.ts";
import type { MemoryKind } from "./types.ts";

/** @throws CopycatError NOT_FOUND when the store has no such table: one that copycat did not make may lack some */
export function requireTable({ schema, tables }: MemoryStore, kind: MemoryKind): MemoryTable {
  const table = tables[kind];
  if (table !== undefined) return table;
  throw new CopycatError(
    "NOT_FOUND",
    words(
      `The schema "${schema}" has no table ${kinds[kind].table}. Load ${kind} into another schema`,
      aside("schema"),
      ".",
    ),
  );
}

/**
 * The columns that a load writes, with their live types. An update replaces what the record says and leaves the time of
 * creation; `updated_at` is set when something else changed, wherever the table has it.
 *
 * @param fields those that the table has, in the order of the rows
 */
export function describeMemoryTable(
  store: MemoryStore,
  kind: Kind,
  table: MemoryTable,
  { fields, keepEmbedding }: { fields: readonly Field[]; keepEmbedding: boolean },
): TableDescription {
  const columns = fields.map(
    ({ column, default: otherwise }): Column => ({
      name: column,
      type: table.columns.get(column) ?? "text",
      required: kind.required.includes(column),
      ...(otherwise === undefined ? {} : { default: otherwise }),
    }),
  );
  const present = (names: readonly string[]): string[] => names.filter((name) => table.columns.has(name));
  return {
    schema: store.schema,
    name: kind.table,
    columns,
    conflictKey: kind.conflictKey,
    updateColumns: present(kind.updates),
    addColumns: present(kind.adds),
    touchColumns: present(["updated_at"]),
    keepColumns: keepEmbedding ? present(["embedding"]) : [],
  };
}

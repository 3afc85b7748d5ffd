// A resolved table as the statements between staging and it see it.

import type { ResolvedColumn, ResolvedTable } from "./resolveTable.ts";
import type { StagedColumn, StagedTable } from "./sql/stagedTable.ts";

/** Types without an operator `=`; values of other unknown types are compared by their text as well. */
const comparedAsText = new Set(["json", "xml", "point", "polygon", "box", "path", "line"]);

export function makeStagedTable(table: ResolvedTable, staging: string): StagedTable {
  const apart = new Set([...table.conflictKey, ...(table.touchColumns ?? []), ...(table.addColumns ?? [])]);
  const names = table.updateColumns ?? table.columns.map(({ name }) => name);
  return {
    target: [table.schema, table.name],
    staging,
    isOrdinary: table.isOrdinary,
    isDistributed: table.isDistributed,
    columns: table.columns.map(makeStagedColumn),
    key: table.conflictKey,
    set: names.filter((name) => !apart.has(name)),
    touch: table.touchColumns ?? [],
    add: table.addColumns ?? [],
    keep: table.keepColumns ?? [],
  };
}

function makeStagedColumn({ name, codec }: ResolvedColumn): StagedColumn {
  const { facts, stagingType } = codec;
  return {
    name,
    stagingType,
    // An assignment would cast most types by itself, but not text to an enum or an interval.
    cast: stagingType === facts.qualifiedName ? null : facts.qualifiedName,
    comparesAsText: facts.kind === "other" || comparedAsText.has(facts.name),
  };
}

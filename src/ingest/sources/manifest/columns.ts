// Which columns the tables must have, and what they are for.

import { CopycatError } from "../../../errors.ts";
import type { ManifestTables, Table } from "../../../manifest/index.ts";
import { didYouMean } from "../../../suggest.ts";
import type { ColumnNames } from "./blockColumns.ts";

/** Columns that are text whatever they look like. */
export function textColumns({ columns, entityKey }: ManifestTables): string[] {
  const { entityUid, artifactUid, file } = columns;
  const key = entityKey === "column" ? ["key"] : [];
  return [entityUid, file, "type", "dataset", ...key, ...(artifactUid === null ? [] : [artifactUid])];
}

/** What the columns are called in the metadata; `promoted` ones are in the dataset's instead. */
export function columnNames(
  { columns, entityKey }: ManifestTables,
  promoted: Record<"entities" | "artifacts", ReadonlyMap<string, unknown>>,
): Record<"entities" | "artifacts", ColumnNames> {
  const { entityUid, artifactUid, file } = columns;
  const own = [entityUid, file, "type", "dataset", "index", "shape", "dtype"];
  const leftOut = (names: Iterable<string>): [string, null][] => Array.from(names, (name) => [name, null]);
  const entities = new Map<string, string | null>(leftOut(promoted.entities.keys()));
  const artifacts = new Map<string, string | null>(leftOut([...promoted.artifacts.keys(), ...own]));
  entities.set(entityUid, "uid");
  if (entityKey === "column") entities.set("key", null);
  if (artifactUid !== null) artifacts.set(artifactUid, "auid");
  return { entities, artifacts };
}

/** @throws CopycatError INVALID_INPUT with a line for each column that is missing */
export function checkColumns(tables: ManifestTables, entities: Table, artifacts: Table): void {
  const details = [
    ...missing(entities, entityColumns(tables)),
    ...missing(artifacts, artifactColumns(tables)),
  ];
  if (details.length === 0) return;
  const columns = details.length === 1 ? "A column is" : `${details.length} columns are`;
  throw new CopycatError("INVALID_INPUT", `${columns} missing in the tables of a dataset.`, { details });
}

function entityColumns({ columns, entityKey }: ManifestTables): string[] {
  return entityKey === "column" ? [columns.entityUid, "key"] : [columns.entityUid];
}

function artifactColumns({ columns, fanOut }: ManifestTables): string[] {
  const { entityUid, artifactUid, file } = columns;
  return [
    entityUid,
    file,
    ...(artifactUid === null ? [] : [artifactUid]),
    ...(onlyType(fanOut) === null ? ["type"] : []),
    ...(fanOut === null ? ["dataset"] : []),
  ];
}

/** The type of all artifacts, where the YAML knows only one: the table need not say it then. */
export function onlyType(fanOut: ManifestTables["fanOut"]): string | null {
  const [type] = fanOut?.keys() ?? [];
  return fanOut?.size === 1 && type !== undefined ? type : null;
}

function missing({ path, columns }: Table, needed: readonly string[]): string[] {
  return needed
    .filter((column) => !columns.includes(column))
    .map(
      (column) =>
        `${path}: expected a column ${column}, got ${columns.join(", ") || "none"}${didYouMean(column, columns)}`,
    );
}

// Staging: a temp table per load, dropped at commit. It has no constraints, so that a bad row cannot stop a COPY. Where the
// target's tables live on another server of a cluster, staging is an unlogged table beside them, since statements that join
// both are then that server's alone; the load drops it before the commit.

import { quoteIdentifier } from "../../database/identifiers.ts";

/** `beside`: an unlogged table in the schema that search_path begins with. */
export type StagingPlace = "temp" | "beside";

export function createStagingSql(
  name: string,
  columns: readonly { name: string; type: string }[],
  place: StagingPlace = "temp",
): string {
  const [kind, end] = stagingWords(place);
  return `\
create ${kind} table ${quoteIdentifier(name)} (
  ${columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(",\n  ")}
)${end}`;
}

/** What stands before `table` and behind the columns. */
export function stagingWords(place: StagingPlace): readonly [kind: string, end: string] {
  return place === "temp" ? ["temp", " on commit drop"] : ["unlogged", ""];
}

/**
 * Autovacuum cannot see temp tables. Without statistics a self-join of 120,000 staged rows was estimated a
 * thousand times too large. Only the columns that are joined on: the jsonb ones make up most of the cost.
 */
export function analyzeStagingSql(name: string, columns: readonly string[]): string {
  const names = columns.map((column) => quoteIdentifier(column)).join(", ");
  return `analyze ${quoteIdentifier(name)} (${names})`;
}

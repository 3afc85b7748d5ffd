// Staging: a temp table per load, dropped at commit. It has no constraints, so that a bad row cannot stop a COPY.

import { quoteIdentifier } from "../../database/identifiers.ts";

export function createStagingSql(name: string, columns: readonly { name: string; type: string }[]): string {
  return `\
create temp table ${quoteIdentifier(name)} (
  ${columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(",\n  ")}
) on commit drop`;
}

/**
 * Autovacuum cannot see temp tables. Without statistics a self-join of 120,000 staged rows was estimated a
 * thousand times too large. Only the columns that are joined on: the jsonb ones make up most of the cost.
 */
export function analyzeStagingSql(name: string, columns: readonly string[]): string {
  const names = columns.map((column) => quoteIdentifier(column)).join(", ");
  return `analyze ${quoteIdentifier(name)} (${names})`;
}

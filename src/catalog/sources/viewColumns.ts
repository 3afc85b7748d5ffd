// The columns of a dataset's view: one a metadata key, with the type that all its values have.

import type { PoolClient } from "pg";
import { longestNameBytes } from "../../database/identifiers.ts";
import type { CatalogNames } from "../tables.ts";
import { profileColumnsSql } from "./sql.ts";

export type ColumnType = "bigint" | "double precision" | "numeric" | "boolean" | "text" | "jsonb";

export interface ViewColumn {
  name: string;
  /** Of the metadata. */
  key: string;
  type: ColumnType;
}

/** A relation takes 1,600 columns, but a row has to fit into 8 kB. */
export const mostColumns = 900;

/** What every view has, and what PostgreSQL has in every relation. */
const reservedNames = [
  ...["id", "key", "path", "time_created", "time_updated"],
  ...["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"],
];

interface ColumnFacts {
  key: string;
  numbers: number;
  strings: number;
  booleans: number;
  nested: number;
  areIntegers: boolean;
  fitBigint: boolean;
  fitDouble: boolean;
}

/** Looks at all entities of the dataset; keys in their order, locators last. */
export async function planColumns(
  client: Pick<PoolClient, "query">,
  names: CatalogNames,
  datasetId: number,
): Promise<ViewColumn[]> {
  const { rows } = await client.query<ColumnFacts>(profileColumnsSql(names), [datasetId]);
  const columns = nameColumns(rows.map(({ key }) => key));
  return rows.map((facts, index) => ({
    name: columns[index] ?? "",
    key: facts.key,
    type: columnType(facts),
  }));
}

/** Numbers of one kind become that kind; what is mixed, nested or null everywhere stays JSON. */
export function columnType(facts: Omit<ColumnFacts, "key">): ColumnType {
  const { numbers, strings, booleans, nested, areIntegers, fitBigint, fitDouble } = facts;
  const kinds = [numbers, strings, booleans, nested].filter((count) => count > 0).length;
  if (kinds !== 1 || nested > 0) return "jsonb";
  if (strings > 0) return "text";
  if (booleans > 0) return "boolean";
  if (areIntegers) return fitBigint ? "bigint" : "numeric";
  return fitDouble ? "double precision" : "numeric";
}

/**
 * A column name for each key: the key itself where that can be. Names that differ in case only are told apart as well,
 * since DuckDB and others would not.
 */
export function nameColumns(keys: readonly string[]): string[] {
  const taken = new Set(reservedNames);
  return keys.map((key) => {
    for (let number = 1; ; number++) {
      const suffix = number === 1 ? "" : `_${number}`;
      const name = cutToBytes(key === "" ? "_" : key, longestNameBytes - suffix.length) + suffix;
      const folded = name.toLowerCase();
      if (taken.has(folded)) continue;
      taken.add(folded);
      return name;
    }
  });
}

/** The longest beginning that takes so many bytes, no character cut in two. */
export function cutToBytes(text: string, bytes: number): string {
  let cut = "";
  let length = 0;
  for (const character of text) {
    length += Buffer.byteLength(character);
    if (length > bytes) break;
    cut += character;
  }
  return cut;
}

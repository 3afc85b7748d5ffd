// What the engine knows of a table and of a load.

/** PostgreSQL types that a column can have, by their names in SQL. */
export type ColumnType = "text" | "int4" | "int8" | "float8" | "bool" | "jsonb";

export interface Column {
  name: string;
  type: ColumnType;
  /** A row without a value is refused before it is sent. */
  required?: boolean;
}

export interface TableDescription {
  schema: string;
  name: string;
  columns: readonly Column[];
  /** Columns of the unique key that decides what is the same row. */
  conflictKey: readonly string[];
  /** Columns that policy `update` sets; default: all that are not in the key. */
  updateColumns?: readonly string[];
  /** Columns that an update sets as well but that are no reason for one, such as `updated_at`. */
  touchColumns?: readonly string[];
}

/** What to do with a row whose key is there already. */
export type MergePolicy = "skip" | "update" | "error";

export const mergePolicies: readonly MergePolicy[] = ["skip", "update", "error"];

/**
 * One value a column, in the order of the columns; null and undefined are NULL.
 * text: string; int4, float8: number; int8: number, bigint or decimal string; bool: boolean; jsonb: JSON text.
 */
export type Row = readonly (string | number | bigint | boolean | null | undefined)[];

/** Why a row cannot be sent. Data, not an exception. */
export interface RowProblem {
  code: "missing_value" | "wrong_type" | "out_of_range" | "nul_character";
  column: string;
  message: string;
}

/** A statement: text, and values for its `$1`... */
export interface Statement {
  text: string;
  values: readonly unknown[];
}

// What the engine knows of a table and of a load.

export interface Column {
  name: string;
  /** Its type as SQL writes it: `text`, `varchar(255)`, `int8`, `timestamptz`, `text[]`, `vector(384)`, an enum's name. */
  type: string;
  /** A row without a value is refused before it is sent. */
  required?: boolean;
  /** Stands for a value that is missing, and for null in a required column. */
  default?: unknown;
  /**
   * How json and jsonb take their values: `value` (default) any JavaScript value, which is checked and written
   * exactly; `text` strings that are JSON already, which the caller vouches for.
   */
  json?: "value" | "text";
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
  /** Columns that an update adds to what is stored, such as counters. NULL adds nothing. */
  addColumns?: readonly string[];
  /** Columns in which an update keeps what is stored where the new row has NULL. */
  keepColumns?: readonly string[];
}

/** What to do with a row whose key is there already. */
export type MergePolicy = "skip" | "update" | "error";

/** What a table is opened for: a load under a policy, or a change of rows that are there. */
export type TableUse = MergePolicy | "change";

export const mergePolicies: readonly MergePolicy[] = ["skip", "update", "error"];

/** One value a column, in the order of the columns. Undefined is a missing value, null is NULL. */
export type Row = readonly unknown[];

/** A row: an object with the columns' names, or an array in their order. */
export type BulkRecord = Row | Readonly<Record<string, unknown>>;

export type Records = Iterable<BulkRecord> | AsyncIterable<BulkRecord>;

/** Codes of what the client refuses before it sends; what the server refuses has its SQLSTATE. */
export type ProblemCode =
  | "missing_value"
  | "unknown_field"
  | "wrong_type"
  | "wrong_dimension"
  | "out_of_range"
  | "too_long"
  | "nul_character"
  | "lone_surrogate";

/** Why a row cannot be sent. Data, not an exception. */
export interface RowProblem {
  /** A `ProblemCode`, or what the reader of a record says that could not be read. */
  code: string;
  column: string;
  message: string;
}

/** A row that did not go in. */
export interface RejectedRow {
  /** Place in the input; 0 is the first. */
  position: number;
  /** A `ProblemCode`, or the SQLSTATE of the server's refusal. */
  code: string;
  message: string;
  column?: string;
  constraint?: string;
  /** The record as JSON text, exact; loads again once it is mended. */
  record: string;
}

/** A statement: text, and values for its `$1`... */
export interface Statement {
  text: string;
  values: readonly unknown[];
}

// Why a record cannot go in.

/** Codes of what is refused before it is sent; those of the engine's codecs and SQLSTATEs come in besides. */
export type MemoryProblemCode =
  | "not_an_object"
  | "missing_field"
  | "repeated_field"
  | "unknown_field"
  | "wrong_type"
  | "wrong_dimension"
  | "out_of_range";

/** Data, not an exception. `message` is a whole sentence but for the full stop, with the record's number in it. */
export interface MemoryProblem {
  code: MemoryProblemCode;
  message: string;
  /** The field at fault; absent when it is the record as a whole. */
  column?: string;
}

/** Says what is wrong with a field, before record and field are named: "must be text, but is null". */
export class FieldProblem {
  readonly code: MemoryProblemCode;
  readonly what: string;

  constructor(code: MemoryProblemCode, what: string) {
    this.code = code;
    this.what = what;
  }
}

/** What a value is, for "must be ..., but is ...". */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return quote(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A text in quotes, cut to what fits in a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77).toWellFormed()}...` : text);
}

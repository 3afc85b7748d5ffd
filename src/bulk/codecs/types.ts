// What a codec is: one type, checked once, written as COPY text or COPY binary.

import type { BinaryBuffer } from "../binaryBuffer.ts";
import type { ProblemCode } from "../types.ts";

/** What there is to know of a type: by the server's catalogs, or by the built-in table for its name. */
export interface TypeFacts {
  /** As `format_type` writes it, for messages: `character varying(255)`. */
  label: string;
  /** Quoted and qualified, without modifier: `pg_catalog."text"`. The type that staging has, unless the codec says otherwise. */
  qualifiedName: string;
  /** `pg_type.typname`: `varchar`, `_text`, `vector`. */
  name: string;
  oid: number;
  kind: "base" | "array" | "enum" | "domain" | "other";
  /** `atttypmod`; -1 when there is none. */
  modifier: number;
  enumLabels?: readonly string[];
  /** Of an array. */
  element?: TypeFacts;
  /** Of a domain. */
  base?: TypeFacts;
}

/** Why a value does not fit; `what` goes on from the column's name: "cannot hold a string". */
export class Misfit {
  readonly code: ProblemCode;
  readonly what: string;

  constructor(code: ProblemCode, what: string) {
    this.code = code;
    this.what = what;
  }
}

/**
 * One type in both formats of COPY.
 *
 * What `parse` lets through, COPY into a staging column of `stagingType` takes; in either format the same value
 * comes out of the table.
 */
export interface Codec<Parsed = unknown> {
  readonly facts: TypeFacts;
  /** Type of the column that COPY writes to in staging; the merge casts it to the table's own type. */
  readonly stagingType: string;
  /** True when `stagingType` is the type that COPY into the table itself takes, so that staging can be left out. */
  readonly isDirect: boolean;
  /** Whether `toText` may hold characters that COPY treats specially. */
  readonly mayNeedEscape: boolean;
  /**
   * Strings of at most so many UTF-16 units are taken and written as they are, if they hold neither U+0000 nor half
   * a surrogate pair; they need not go through `parse`.
   */
  readonly verbatimLength?: number;
  /** Checks a value that is neither null nor undefined, and normalises it. */
  parse(value: unknown): Parsed | Misfit;
  /** The type's text form, before COPY's escaping. */
  toText(parsed: Parsed): string;
  /** The field with its length in front. */
  writeBinary(parsed: Parsed, out: BinaryBuffer): void;
}

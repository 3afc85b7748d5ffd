// A record of a caller's -> the values of a row, in the order of the columns; or why not.

import type { Field, Kind } from "../kinds.ts";
import type { MemoryTable } from "../store.ts";
import { type Check, makeCheck } from "./checks.ts";
import { DimensionProblem } from "./embedding.ts";
import { expiryAfter } from "./moments.ts";
import { describe, FieldProblem, type MemoryProblem, type MemoryProblemCode, quote } from "./problem.ts";

export interface ShaperOptions {
  kind: Kind;
  table: MemoryTable;
  /** The time of the load: what is written carries it as data. */
  now: Date;
  /** `ignore` leaves fields out that no column takes. */
  extraFields: "reject" | "ignore";
}

/** Values in the order of `columns`; undefined is a missing value. */
export type Shaped = { row: unknown[] } | { problem: MemoryProblem };

export interface Shaper {
  /** The columns that rows have; times that nobody gives are those of the load. */
  readonly fields: readonly Field[];
  /** @param index counts records from 0, for messages */
  shape(record: unknown, index: number): Shaped;
  /**
   * Whether a record can be loaded as it is, as an object by the columns' names: `shape` would change nothing in it. A
   * row made of each record anyhow was a third of the garbage of a load.
   */
  isRow(record: unknown): record is Readonly<Record<string, unknown>>;
}

/** Read by some reader or store of ours, of no use for a row. */
const ignored: ReadonlySet<string> = new Set(["id", "similarity"]);

const stamps: ReadonlySet<string> = new Set(["created_at", "updated_at"]);

const ttlNames: ReadonlySet<string> = new Set(["ttlSeconds", "ttl_seconds"]);

/**
 * Makes the function for one load. Fields are known by the columns' names and their camelCase twins; `ttlSeconds`
 * stands for `expires_at`. Columns that the table lacks (of a store that copycat did not make) are unknown.
 */
export function makeShaper(options: ShaperOptions): Shaper {
  const shaper = new RowShaper(options);
  return {
    fields: shaper.fields,
    shape: (record, index) => shaper.shape(record, index),
    isRow: (record): record is Readonly<Record<string, unknown>> => shaper.isRow(record),
  };
}

/** A field that does not fit; without a column, the record as a whole. */
interface Refused {
  problem: FieldProblem;
  column?: string;
}

class RowShaper {
  readonly fields: readonly Field[];
  readonly #options: ShaperOptions;
  readonly #places: ReadonlyMap<string, number>;
  readonly #required: readonly number[];
  /** By place. */
  readonly #isRequired: readonly boolean[];
  readonly #checks: readonly (Check | null)[];
  readonly #expiresAt: number;

  constructor(options: ShaperOptions) {
    const { kind, table, now } = options;
    this.#options = options;
    this.fields = kind.fields
      .filter(({ column }) => table.columns.has(column))
      .map((field) => (stamps.has(field.column) ? { ...field, default: now } : field));
    const placeOf = (name: string): number => this.fields.findIndex(({ column }) => column === name);
    this.#places = placesOf(this.fields);
    this.#required = kind.required.map(placeOf);
    this.#isRequired = this.fields.map(({ column }) => kind.required.includes(column));
    this.#checks = this.fields.map((field) => makeCheck(field, table));
    this.#expiresAt = placeOf("expires_at");
  }

  shape(record: unknown, index: number): Shaped {
    const { kind } = this.#options;
    const name = `${kind.noun} ${index}`;
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      return {
        problem: { code: "not_an_object", message: `${name} must be an object, but is ${describe(record)}` },
      };
    }
    const row: unknown[] = new Array(this.fields.length).fill(undefined);
    const refused = this.#take(record as Record<string, unknown>, row) ?? this.#check(row);
    if (refused !== null) return { problem: explain(refused, name, keyText(kind, this.fields, row)) };
    return { row };
  }

  isRow(record: unknown): boolean {
    if (typeof record !== "object" || record === null) return false;
    if (Object.getPrototypeOf(record) !== Object.prototype) return false;
    let required = 0;
    for (const key in record) {
      const place = this.#places.get(key);
      if (place === undefined || this.fields[place]?.column !== key) return false;
      const value = (record as Record<string, unknown>)[key];
      const check = this.#checks[place] ?? null;
      if (value === undefined || (check !== null && check(value) !== value)) return false;
      if (this.#isRequired[place] === true) required += 1;
    }
    return required === this.#required.length;
  }

  /** Puts the fields of a record in their places. */
  #take(record: Record<string, unknown>, row: unknown[]): Refused | null {
    const { kind, extraFields } = this.#options;
    let ttl: unknown;
    for (const key of Object.keys(record)) {
      const value = record[key];
      if (value === undefined) continue;
      const place = this.#places.get(key);
      if (place !== undefined) {
        if (row[place] !== undefined)
          return refuse("repeated_field", `stands twice, once as ${key}; keep one`, this.#columnAt(place));
        row[place] = value;
      } else if (ttlNames.has(key) && this.#expiresAt >= 0) {
        ttl = value ?? undefined;
      } else if (!ignored.has(key) && extraFields === "reject") {
        return refuse("unknown_field", "is unknown", key);
      }
    }
    if (this.#required.some((place) => row[place] === undefined)) {
      return refuse("missing_field", `missing required fields${kind.requiredText}`);
    }
    return ttl === undefined ? null : this.#expire(ttl, row);
  }

  #expire(ttl: unknown, row: unknown[]): Refused | null {
    const given = row[this.#expiresAt];
    if (given !== undefined && given !== null) {
      return refuse("repeated_field", "stands next to expires_at; keep one", "ttlSeconds");
    }
    const expiry = expiryAfter(ttl, this.#options.now);
    if (expiry instanceof FieldProblem) return { problem: expiry, column: "ttlSeconds" };
    row[this.#expiresAt] = expiry;
    return null;
  }

  #check(row: unknown[]): Refused | null {
    for (let place = 0; place < row.length; place++) {
      const check = this.#checks[place] ?? null;
      if (check === null || row[place] === undefined) continue;
      const checked = check(row[place]);
      if (checked instanceof FieldProblem) return { problem: checked, column: this.#columnAt(place) };
      row[place] = checked;
    }
    return null;
  }

  #columnAt(place: number): string {
    return this.fields[place]?.column ?? "";
  }
}

function refuse(code: MemoryProblemCode, what: string, column?: string): Refused {
  const problem = new FieldProblem(code, what);
  return column === undefined ? { problem } : { problem, column };
}

/** Place of each field by its names. */
function placesOf(fields: readonly Field[]): ReadonlyMap<string, number> {
  return new Map(
    fields.flatMap(({ column }, place) => [
      [column, place],
      [column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), place],
    ]),
  );
}

/** `"patterns/cve-status"`, for messages; empty where the key itself is not there. */
export function keyText(kind: Kind, fields: readonly Field[], row: readonly unknown[]): string {
  const parts = kind.conflictKey.map((name) => row[fields.findIndex(({ column }) => column === name)]);
  const isWhole = parts.every((part) => typeof part === "string" || typeof part === "number");
  return isWhole ? quote(parts.join("/")) : "";
}

/** Names record, key and field; for a dimension in the words of the system replaced, which name the record only. */
function explain({ problem, column }: Refused, name: string, key: string): MemoryProblem {
  const { code, what } = problem;
  if (column === undefined) return { code, message: `${name} ${what}` };
  if (problem instanceof DimensionProblem) return { code, message: `${name}: ${what}`, column };
  const where = key === "" ? name : `${name} (${key})`;
  const field = what.startsWith("[") ? `${column}${what}` : `${column} ${what}`;
  return { code, message: `${where}: ${field}`, column };
}

// The values of a record, in the order of the columns.

import { kindOf } from "./codecs/element.ts";
import { isPlain } from "./codecs/jsonValue.ts";
import { Misfit } from "./codecs/types.ts";
import { recordProblem } from "./encodedColumn.ts";
import type { Column, Row, RowProblem } from "./types.ts";

/** `reject`: a record with a field that is no column stays out. */
export type ExtraFields = "reject" | "ignore";

/**
 * Makes the function that reads a record. What it returns is valid until the next call. It throws what getters and
 * proxies throw.
 */
export function makeRecordReader(
  columns: readonly Column[],
  extraFields: ExtraFields,
): (record: unknown) => Row | RowProblem {
  const names = columns.map(({ name }) => name);
  // A column called "constructor" must not find the one that every object inherits.
  const isInherited = names.map((name) => name in Object.prototype);
  const known = new Set(names);
  const values: unknown[] = new Array(names.length).fill(undefined);
  const rejects = extraFields === "reject";

  return (record) => {
    if (typeof record !== "object" || record === null) return noRecord(record);
    if (Array.isArray(record)) {
      return rejects && record.length > names.length ? tooManyValues(record.length, names.length) : record;
    }
    let found = 0;
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      const value = isInherited[index] && !Object.hasOwn(record, name) ? undefined : (record as Fields)[name];
      values[index] = value;
      if (value !== undefined) found += 1;
    }
    const isLiteral = Object.getPrototypeOf(record) === Object.prototype || isPlain(record);
    // A Map or a Date has none of the columns; without this it would be a row of NULLs.
    if (found === 0 && !isLiteral) return noRecord(record);
    if (!rejects) return values;
    const keys = Object.keys(record);
    // As many fields as columns found: there is no other. The lookup of each is for records that have more.
    if (isLiteral && keys.length <= found) return values;
    for (const key of keys) {
      if (!known.has(key) && (record as Fields)[key] !== undefined) return unknownField(key);
    }
    return values;
  };
}

type Fields = Readonly<Record<string, unknown>>;

function noRecord(record: unknown): RowProblem {
  return recordProblem(
    new Misfit(
      "wrong_type",
      `is ${kindOf(record)}, not an object with the columns' names or an array of values`,
    ),
  );
}

function tooManyValues(values: number, columns: number): RowProblem {
  return recordProblem(new Misfit("unknown_field", `has ${values} values for ${columns} columns`));
}

function unknownField(name: string): RowProblem {
  return { code: "unknown_field", column: name, message: `field ${name} is no column` };
}

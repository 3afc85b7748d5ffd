// A row as texts, checked by the engine's codecs, without a load: for one entry, and for looking only.

import { factsOfType } from "../../bulk/codecs/builtinTypes.ts";
import { makeCodec } from "../../bulk/codecs/makeCodec.ts";
import { Misfit, type TypeFacts } from "../../bulk/codecs/types.ts";
import type { BulkRecord, Column, RowProblem } from "../../bulk/index.ts";
import type { Embedding } from "../types.ts";

/** The texts of the values, in the order of the columns; null is NULL. */
export type RowTexts = (row: BulkRecord) => (string | null)[] | RowProblem;

/**
 * Makes the function that a table's rows are checked and written by, as a load would do it. Needs no server: types of
 * the columns are known by their names.
 */
export function makeRowTexts(columns: readonly Column[], { type, dimensions }: Embedding): RowTexts {
  const plans = columns.map((column) => {
    const facts = factsOfType(column.type) ?? vectorFacts(type, dimensions);
    return { column, codec: makeCodec(facts, column) };
  });
  return (row) => {
    const texts: (string | null)[] = [];
    for (const [index, { column, codec }] of plans.entries()) {
      const given = Array.isArray(row) ? row[index] : (row as Readonly<Record<string, unknown>>)[column.name];
      const value = given ?? column.default ?? null;
      if (value === null) {
        if (column.required === true) return problem(column, new Misfit("missing_value", "has no value"));
        texts.push(null);
        continue;
      }
      const parsed = codec.parse(value);
      if (parsed instanceof Misfit) return problem(column, parsed);
      texts.push(codec.toText(parsed));
    }
    return texts;
  };
}

function vectorFacts(type: Embedding["type"], dimensions: number | null): TypeFacts {
  return { label: type, qualifiedName: type, name: type, oid: 0, kind: "base", modifier: dimensions ?? -1 };
}

function problem({ name, type }: Column, { code, what }: Misfit): RowProblem {
  return { code, column: name, message: `column ${name} (${type}) ${what}` };
}

// A row as texts, checked as a load would check it: for one file, which goes without COPY.

import { factsOfType } from "../../bulk/codecs/builtinTypes.ts";
import { makeCodec } from "../../bulk/codecs/makeCodec.ts";
import { Misfit, type TypeFacts } from "../../bulk/codecs/types.ts";
import type { Column } from "../../bulk/index.ts";
import { CopycatError } from "../../errors.ts";

/**
 * Makes the function that turns values, in the order of the columns, into texts that the server reads; null is NULL.
 *
 * It throws CopycatError INVALID_INPUT for what a load rejects, with the same sentence and, in `details`, the same code.
 */
export function makeRowTexts(columns: readonly Column[]): (values: readonly unknown[]) => (string | null)[] {
  const plans = columns.map((column) => ({
    column,
    codec: makeCodec(factsOfType(column.type) as TypeFacts, column),
  }));
  return (values) =>
    plans.map(({ column, codec }, index) => {
      const value = values[index] ?? column.default ?? null;
      if (value === null && column.required !== true) return null;
      const parsed = value === null ? new Misfit("missing_value", "has no value") : codec.parse(value);
      if (parsed instanceof Misfit) throw refusal(column.name, codec.facts.label, parsed);
      return codec.toText(parsed);
    });
}

/** Of the type, the name that the server has for it. */
function refusal(name: string, type: string, { code, what }: Misfit): CopycatError {
  return new CopycatError("INVALID_INPUT", `column ${name} (${type}) ${what}`, { details: [code] });
}

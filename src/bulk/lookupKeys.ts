// Keys as they are given, checked and turned into one array of text a column.

import { CopycatError } from "../errors.ts";
import { makeCodec } from "./codecs/makeCodec.ts";
import { type Codec, Misfit, type TypeFacts } from "./codecs/types.ts";
import type { LookupKey } from "./sql/lookup.ts";

export interface KeyColumn extends LookupKey {
  facts: TypeFacts;
}

/** More mistakes than this say nothing new. */
const mostDetails = 10;

/**
 * The values of each key column, as its type's text; null for a key that matches nothing.
 *
 * @throws CopycatError INVALID_INPUT with the first mistakes, each naming the index of its key
 */
export function keyValues(keys: readonly unknown[], columns: readonly KeyColumn[]): (string | null)[][] {
  const codecs = columns.map(({ facts }) => makeCodec(facts));
  const values: (string | null)[][] = columns.map(() => new Array(keys.length).fill(null));
  const mistakes: string[] = [];
  for (let index = 0; index < keys.length && mistakes.length < mostDetails; index++) {
    const parts = columns.length === 1 ? [keys[index]] : partsOf(keys[index], columns);
    if (typeof parts === "string") {
      mistakes.push(`key ${index} ${parts}`);
      continue;
    }
    for (const [place, codec] of codecs.entries()) {
      const text = textOf(parts[place], codec);
      if (text instanceof Misfit) {
        mistakes.push(`key ${index}: column ${columns[place]?.column} (${codec.facts.label}) ${text.what}`);
      } else (values[place] as (string | null)[])[index] = text;
    }
  }
  if (mistakes.length > 0) {
    throw new CopycatError("INVALID_INPUT", `Not all keys can be looked up: ${mistakes[0]}.`, {
      details: mistakes,
    });
  }
  return values;
}

/** The parts of a key of several columns, or why it is none. */
function partsOf(key: unknown, columns: readonly KeyColumn[]): readonly unknown[] | string {
  if (Array.isArray(key)) {
    return key.length === columns.length ? key : `has ${key.length} values for ${columns.length} columns`;
  }
  if (typeof key !== "object" || key === null) return "is neither an array nor an object";
  const fields = key as Readonly<Record<string, unknown>>;
  // A column called "constructor" must not find the one that every object inherits.
  return columns.map(({ column }) =>
    column in Object.prototype && !Object.hasOwn(fields, column) ? undefined : fields[column],
  );
}

const missing = new Misfit("missing_value", "has no value");

function textOf(value: unknown, codec: Codec): string | null | Misfit {
  if (value === null) return null;
  if (value === undefined) return missing;
  const parsed = codec.parse(value);
  return parsed instanceof Misfit ? parsed : codec.toText(parsed);
}

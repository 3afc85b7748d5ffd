// What a default is in JavaScript, in a form that the column's codec takes.

import { RawJson } from "../json.ts";
import { makeCodec } from "./codecs/makeCodec.ts";
import { Misfit, type TypeFacts } from "./codecs/types.ts";

/**
 * A default from its text, as `defaultValuesSql` gives it; undefined for one that the client cannot write, so that it
 * is the server's.
 *
 * @example
 * readDefault("0.5", numericFacts); // "0.5"
 * readDefault('["a", "b"]', textArrayFacts); // ["a", "b"]
 */
export function readDefault(text: string, type: TypeFacts): unknown {
  const value = fromText(text, type);
  return makeCodec(type).parse(value) instanceof Misfit ? undefined : value;
}

function fromText(text: string, type: TypeFacts): unknown {
  if (type.base !== undefined) return fromText(text, type.base);
  if (type.element !== undefined) return fromElements(JSON.parse(text) as Elements, type.element);
  switch (type.name) {
    case "bool":
      return text === "true";
    case "int2":
    case "int4":
    case "float4":
    case "float8":
      return Number(text);
    case "int8":
      return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
    case "json":
    case "jsonb":
      // Without a digit there is no number that JavaScript could blur. JSON's null is not SQL's.
      return /\d|^\s*null\s*$/.test(text) ? new RawJson(text) : JSON.parse(text);
    case "vector":
    case "halfvec":
    case "ruvector":
      return JSON.parse(text);
    default:
      return text;
  }
}

type Elements = readonly (string | null | Elements)[];

function fromElements(elements: Elements, type: TypeFacts): unknown[] {
  return elements.map((element) => {
    if (element === null) return null;
    return typeof element === "string" ? fromText(element, type) : fromElements(element, type);
  });
}

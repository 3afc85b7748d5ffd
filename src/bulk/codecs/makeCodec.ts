// From what is known of a type to the codec for it.

import type { Column } from "../types.ts";
import { arrayCodec } from "./arrays.ts";
import { byteaCodec, uuidCodec } from "./bytes.ts";
import type { ElementCodec } from "./element.ts";
import { float4Codec, float8Codec } from "./floats.ts";
import { dateCodec, timestampCodec } from "./instants.ts";
import { bigintCodec, boolCodec, smallIntegerCodec } from "./integers.ts";
import { jsonCodec } from "./json.ts";
import { numericCodec } from "./numeric.ts";
import { enumCodec, limitedTextCodec, opaqueCodec, textCodec } from "./texts.ts";
import type { Codec, TypeFacts } from "./types.ts";
import { halfvecCodec, isVectorName, vectorCodec } from "./vectors.ts";

/**
 * The codec of a type. Domains have that of their base type, with the domain's checks left to the merge; types
 * that only the server understands (interval, inet, composites, ranges, ...) take their text.
 */
export function makeCodec(facts: TypeFacts, column: Pick<Column, "json"> = {}): Codec {
  return elementCodec(facts, column);
}

function elementCodec(facts: TypeFacts, column: Pick<Column, "json">): ElementCodec {
  switch (facts.kind) {
    case "domain":
      if (facts.base === undefined) return opaqueCodec(facts);
      return { ...elementCodec(facts.base, column), facts, isDirect: false };
    case "array":
      return arrayOf(facts, column);
    case "enum":
      return facts.enumLabels === undefined ? opaqueCodec(facts) : enumCodec(facts, facts.enumLabels);
    case "base":
      return baseCodec(facts, column);
    default:
      return opaqueCodec(facts);
  }
}

function arrayOf(facts: TypeFacts, column: Pick<Column, "json">): ElementCodec {
  if (facts.element === undefined || isArray(facts.element)) return opaqueCodec(facts);
  // varchar(10)[] has the modifier at the column; its elements have to hold to it.
  const modifier = facts.element.modifier >= 0 ? facts.element.modifier : facts.modifier;
  return arrayCodec(facts, elementCodec({ ...facts.element, modifier }, column));
}

/** An array of a domain over arrays is no array of more dimensions. */
function isArray(facts: TypeFacts): boolean {
  return facts.kind === "array" || (facts.base !== undefined && isArray(facts.base));
}

/** By OID, so that a type of someone else's that is called "text" as well is not taken for it. */
function baseCodec(facts: TypeFacts, column: Pick<Column, "json">): ElementCodec {
  switch (facts.oid) {
    case 16:
      return boolCodec(facts);
    case 17:
      return byteaCodec(facts);
    case 20:
      return bigintCodec(facts);
    case 21:
      return smallIntegerCodec(facts, 2);
    case 23:
      return smallIntegerCodec(facts, 4);
    case 25:
      return textCodec(facts);
    case 114:
    case 3802:
      return jsonCodec(facts, column.json ?? "value");
    case 700:
      return float4Codec(facts);
    case 701:
      return float8Codec(facts);
    case 1042:
    case 1043:
      return facts.modifier < 0 ? textCodec(facts) : limitedTextCodec(facts);
    case 1082:
      return dateCodec(facts);
    case 1114:
      return timestampCodec(facts, false);
    case 1184:
      return timestampCodec(facts, true);
    case 1700:
      return numericCodec(facts);
    case 2950:
      return uuidCodec(facts);
    default:
      // Types of extensions have another OID on every server.
      if (isVectorName(facts.name))
        return facts.name === "halfvec" ? halfvecCodec(facts) : vectorCodec(facts);
      return opaqueCodec(facts);
  }
}

// Embeddings: pgvector's vector and halfvec, and ruvector, which looks like vector but has a binary form of its own.

import type { BinaryBuffer } from "../binaryBuffer.ts";
import { type ElementCodec, kindOf, shown, wrongType } from "./element.ts";
import { floatText } from "./floats.ts";
import { fromHalfBits, toHalfBits } from "./halfFloat.ts";
import { Misfit, type TypeFacts } from "./types.ts";

/** All three types have this limit. */
const maxDimensions = 16_000;

export function isVectorName(name: string): name is "vector" | "halfvec" | "ruvector" {
  return name === "vector" || name === "halfvec" || name === "ruvector";
}

function vectorFields(facts: TypeFacts) {
  return {
    facts,
    // Without (n): the dimensions are checked here.
    stagingType: facts.qualifiedName,
    stagingOid: facts.oid,
    isDirect: true,
    takesArrays: true,
    mayNeedEscape: false,
    quotedInArrays: true,
  } as const;
}

/** vector and ruvector; their values are float4, rounded when they are written, so that text and binary store the same. */
export function vectorCodec(facts: TypeFacts): ElementCodec<ArrayLike<number>> {
  // pgvector (src/vector.c, vector_recv): int16 dimensions, int16 zero, floats. ruvector has no zero; with it the
  // other one says "expected unused to be 0, not 16256".
  const headerBytes = facts.name === "ruvector" ? 2 : 4;
  return {
    ...vectorFields(facts),
    parse: (value) => parseVector(value, facts.modifier),
    toText: (vector) => listText(vector, (value) => floatText(Math.fround(value))),
    writeBinary: (vector, out) => {
      writeHeader(out, vector.length, headerBytes, 4);
      out.writeFloat32s(vector);
    },
  };
}

/** halfvec: rounded to float4 first, then to half precision, as the server does with text. */
export function halfvecCodec(facts: TypeFacts): ElementCodec<Uint16Array> {
  return {
    ...vectorFields(facts),
    parse(value) {
      const vector = parseVector(value, facts.modifier);
      if (vector instanceof Misfit) return vector;
      const halves = new Uint16Array(vector.length);
      for (let index = 0; index < vector.length; index++) {
        const half = toHalfBits(Math.fround(vector[index] as number));
        if (half === null) return elementMisfit(index, vector[index]);
        halves[index] = half;
      }
      return halves;
    },
    toText: (halves) => listText(halves, (half) => floatText(fromHalfBits(half))),
    writeBinary: (halves, out) => {
      writeHeader(out, halves.length, 4, 2);
      for (let index = 0; index < halves.length; index++) out.writeInt16(halves[index] as number);
    },
  };
}

function writeHeader(out: BinaryBuffer, dimensions: number, headerBytes: 2 | 4, elementBytes: number): void {
  const bytes = headerBytes + dimensions * elementBytes;
  out.ensure(bytes + 4);
  out.writeInt32(bytes);
  out.writeInt16(dimensions);
  if (headerBytes === 4) out.writeInt16(0);
}

function listText(values: ArrayLike<number>, toText: (value: number) => string): string {
  let text = "[";
  for (let index = 0; index < values.length; index++) {
    if (index > 0) text += ",";
    text += toText(values[index] as number);
  }
  return `${text}]`;
}

function parseVector(value: unknown, expected: number): ArrayLike<number> | Misfit {
  const values = typeof value === "string" ? splitText(value) : value;
  if (!Array.isArray(values) && !(values instanceof Float32Array) && !(values instanceof Float64Array)) {
    return typeof value === "string"
      ? new Misfit("wrong_type", `cannot hold ${shown(JSON.stringify(value))}; write vectors as [1,2,3]`)
      : wrongType(value);
  }
  const { length } = values;
  if (expected > 0 && length !== expected) {
    return new Misfit("wrong_dimension", `expected ${expected} dimensions, not ${length}`);
  }
  if (length < 1 || length > maxDimensions) {
    return new Misfit("wrong_dimension", `expected 1 to ${maxDimensions} dimensions, not ${length}`);
  }
  const bad = findBad(values);
  return bad < 0 ? (values as ArrayLike<number>) : elementMisfit(bad, values[bad]);
}

/** The first that is no number, or that is none of float4's finite values; the server refuses the same. -1: none. */
function findBad(values: ArrayLike<unknown>): number {
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== "number") return index;
    const rounded = Math.fround(value);
    // NaN and Infinity minus themselves are NaN.
    if (rounded - rounded !== 0) return index;
  }
  return -1;
}

function elementMisfit(index: number, value: unknown): Misfit {
  if (typeof value !== "number") {
    return new Misfit("wrong_type", `cannot hold ${kindOf(value)} as element ${index}`);
  }
  return new Misfit("out_of_range", `cannot hold ${value} as element ${index}`);
}

const numberText = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** The text form, `[1,2,3]`; null when it is none. */
function splitText(text: string): number[] | null {
  if (!text.startsWith("[") || !text.endsWith("]")) return null;
  if (text === "[]") return [];
  const parts = text.slice(1, -1).split(",");
  return parts.every((part) => numberText.test(part)) ? parts.map(Number) : null;
}

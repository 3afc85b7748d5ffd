// Embeddings, looked at before they are sent: never padded, never cut, never turned into nothing.

import type { Embedding, Vector } from "../types.ts";
import { describe, FieldProblem } from "./problem.ts";

/** An embedding that has another length than the store's; its sentence is that of the system replaced here. */
export class DimensionProblem extends FieldProblem {
  constructor(expected: number, actual: number) {
    super("wrong_dimension", `Expected ${expected}-dimensional embedding, got ${actual}`);
  }
}

/** From here on a number rounds to infinity in float4, and in halfvec's half precision. */
const float4Bound = 3.4028235677973366e38;
const halfBound = 65_520;

/**
 * Checks an embedding; it comes out as it is, since a copy of each cost more than all the rest of a load's work here.
 * The engine rounds its numbers: 1e-46 becomes 0, as in every float4.
 *
 * NaN and the infinities are refused for `real[]` too, which would take them: no distance is defined for them, and
 * a store must be able to move to pgvector.
 */
export function checkEmbedding(value: unknown, { type, dimensions }: Embedding): Vector | FieldProblem {
  if (!Array.isArray(value) && !isFloats(value)) {
    return new FieldProblem("wrong_type", `must be a list of numbers, but is ${describe(value)}`);
  }
  const { length } = value;
  if (dimensions !== null && length !== dimensions) return new DimensionProblem(dimensions, length);
  if (length === 0) return new FieldProblem("wrong_dimension", "must hold at least one number");
  const bound = type === "halfvec" ? halfBound : float4Bound;
  for (let index = 0; index < length; index++) {
    const number: unknown = value[index];
    // NaN is not below anything either.
    if (typeof number !== "number" || !(Math.abs(number) < bound)) return badNumber(number, index, type);
  }
  return value as Vector;
}

function isFloats(value: unknown): value is Float32Array | Float64Array {
  return value instanceof Float32Array || value instanceof Float64Array;
}

function badNumber(value: unknown, index: number, type: Embedding["type"]): FieldProblem {
  if (typeof value !== "number") {
    return new FieldProblem("wrong_type", `[${index}] must be a number, but is ${describe(value)}`);
  }
  const limit = type === "halfvec" ? "in half precision (65504)" : "in float4 (3.4e38)";
  return Number.isFinite(value)
    ? new FieldProblem("out_of_range", `[${index}] is ${value}, more than there is ${limit}`)
    : new FieldProblem("out_of_range", `[${index}] is ${value}, which is no number to measure with`);
}

/** `[1,2,3]`, as pgvector reads it; of an array `{1,2,3}`. */
export function embeddingText(vector: Float32Array, type: Embedding["type"]): string {
  const numbers = vector.join(",");
  return type === "real[]" ? `{${numbers}}` : `[${numbers}]`;
}

// The same data set in several entities, as one finding.

import type { DatasetFacts, Tallied, ValueFacts } from "./types.ts";

/** Different shapes, types or texts that are kept; more only say "many". */
const maxKept = 4;

interface Counted extends Tallied {
  digest: string | null;
}

/** Every path that any of the entities has, in the order of the first one that has it. */
export function tally(entities: Iterable<readonly DatasetFacts[]>): Tallied[] {
  const found = new Map<string, Counted>();
  for (const datasets of entities) {
    for (const facts of datasets) {
      const known = found.get(facts.path);
      if (known === undefined) found.set(facts.path, begin(facts));
      else add(known, facts);
    }
  }
  return Array.from(found.values(), ({ digest, ...tallied }) => tallied);
}

function begin({ path, shape, dataType, values }: DatasetFacts): Counted {
  return {
    path,
    count: 1,
    shapes: [shape],
    dataTypes: [dataType],
    low: values?.low ?? null,
    high: values?.high ?? null,
    texts: values?.texts ?? [],
    isSame: values?.digest != null,
    isPart: isPart(values),
    digest: values?.digest ?? null,
  };
}

function add(known: Counted, { shape, dataType, values }: DatasetFacts): void {
  known.count += 1;
  if (!known.shapes.some((other) => String(other) === String(shape))) keep(known.shapes, shape);
  if (!known.dataTypes.includes(dataType)) keep(known.dataTypes, dataType);
  if (values === null || values.digest !== known.digest) known.isSame = false;
  if (isPart(values)) known.isPart = true;
  if (values !== null) widen(known, values);
}

function isPart(values: ValueFacts | null): boolean {
  return values !== null && values.digest === null;
}

function widen(known: Counted, { low, high, texts }: ValueFacts): void {
  if (low !== null) known.low = Math.min(known.low ?? low, low);
  if (high !== null) known.high = Math.max(known.high ?? high, high);
  for (const text of texts) if (!known.texts.includes(text)) keep(known.texts, text);
}

function keep<Value>(list: Value[], value: Value): void {
  if (list.length < maxKept) list.push(value);
}

/** Of a shape; 1 of a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

// Arrays of any type that has a codec.

import type { BinaryBuffer } from "../binaryBuffer.ts";
import { type ElementCodec, wrongType } from "./element.ts";
import { Misfit, type TypeFacts } from "./types.ts";

/** MAXDIM in src/include/utils/array.h */
const maxDimensions = 6;

/** Items in the order of the bytes, row by row; null is NULL. */
interface ParsedArray {
  /** Size by dimension, the outermost first; empty for the empty array. */
  sizes: readonly number[];
  items: ArrayLike<unknown>;
  hasNull: boolean;
  /** The items are the caller's own array, which fits as it is. */
  fits: boolean;
}

const empty: ParsedArray = { sizes: [], items: [], hasNull: false, fits: false };

/**
 * JavaScript arrays, nested ones for several dimensions (all of one depth and size), typed arrays for numbers.
 * Staged as an array of what the element is staged as.
 */
export function arrayCodec(facts: TypeFacts, element: ElementCodec): ElementCodec<ParsedArray> {
  return {
    facts,
    stagingType: `${element.stagingType}[]`,
    stagingOid: 0,
    isDirect: element.isDirect,
    takesArrays: false,
    mayNeedEscape: element.quotedInArrays,
    quotedInArrays: true,
    parse: (value) => parseArray(value, element),
    toText: ({ sizes, items }) =>
      sizes.length === 0 ? "{}" : new TextWriter(element, sizes, items).write(0),
    writeBinary: (array, out) => writeArray(array, element, out),
  };
}

function parseArray(value: unknown, element: ElementCodec): ParsedArray | Misfit {
  const isTyped = ArrayBuffer.isView(value) && !(value instanceof DataView);
  if (!Array.isArray(value) && !isTyped) return wrongType(value);
  const values = value as unknown as ArrayLike<unknown>;
  if (values.length === 0) return empty;
  if (element.fits?.(values) === true) {
    return { sizes: [values.length], items: values, hasNull: false, fits: true };
  }
  const sizes = element.takesArrays ? [values.length] : sizesOf(values);
  const collector = new Collector(element, sizes);
  return collector.collect(values, 0, "") ?? collector.finish();
}

/** Sizes along the first elements; the others have to agree. */
function sizesOf(values: ArrayLike<unknown>): number[] {
  const sizes = [values.length];
  for (let first = values[0]; Array.isArray(first) && sizes.length <= maxDimensions; first = first[0]) {
    sizes.push(first.length);
  }
  return sizes;
}

class Collector {
  readonly #element: ElementCodec;
  readonly #sizes: readonly number[];
  readonly #items: unknown[] = [];
  #hasNull = false;

  constructor(element: ElementCodec, sizes: readonly number[]) {
    this.#element = element;
    this.#sizes = sizes;
  }

  /** Null when all is well. */
  collect(values: ArrayLike<unknown>, depth: number, path: string): Misfit | null {
    if (depth >= maxDimensions) {
      return new Misfit("wrong_dimension", `holds an array of more than ${maxDimensions} dimensions`);
    }
    if (values.length !== this.#sizes[depth]) {
      return new Misfit("wrong_dimension", "holds an array that is not rectangular");
    }
    const isLast = depth === this.#sizes.length - 1;
    for (let index = 0; index < values.length; index++) {
      const misfit = isLast
        ? this.#add(values[index], path, index)
        : this.#descend(values[index], depth + 1, `${path}[${index}]`);
      if (misfit !== null) return misfit;
    }
    return null;
  }

  #descend(value: unknown, depth: number, path: string): Misfit | null {
    if (Array.isArray(value)) return this.collect(value, depth, path);
    return new Misfit("wrong_dimension", "holds an array that is not rectangular");
  }

  #add(value: unknown, path: string, index: number): Misfit | null {
    if (value === null) {
      this.#hasNull = true;
      this.#items.push(null);
      return null;
    }
    if (Array.isArray(value) && !this.#element.takesArrays) {
      return new Misfit("wrong_dimension", "holds an array that is not rectangular");
    }
    const parsed = value === undefined ? wrongType(value) : this.#element.parse(value);
    if (parsed instanceof Misfit) {
      const place = path === "" ? String(index) : `${path}[${index}]`;
      return new Misfit(parsed.code, `${parsed.what} as element ${place}`);
    }
    this.#items.push(parsed);
    return null;
  }

  /** PostgreSQL has one empty array only: [[], []] is {}. */
  finish(): ParsedArray {
    if (this.#items.length === 0) return empty;
    return { sizes: this.#sizes, items: this.#items, hasNull: this.#hasNull, fits: false };
  }
}

class TextWriter {
  readonly #element: ElementCodec;
  readonly #sizes: readonly number[];
  readonly #items: ArrayLike<unknown>;
  #next = 0;

  constructor(element: ElementCodec, sizes: readonly number[], items: ArrayLike<unknown>) {
    this.#element = element;
    this.#sizes = sizes;
    this.#items = items;
  }

  write(depth: number): string {
    const size = this.#sizes[depth] as number;
    const isLast = depth === this.#sizes.length - 1;
    let text = "{";
    for (let index = 0; index < size; index++) {
      if (index > 0) text += ",";
      text += isLast ? this.#item() : this.write(depth + 1);
    }
    return `${text}}`;
  }

  #item(): string {
    const item = this.#items[this.#next];
    this.#next += 1;
    if (item === null) return "NULL";
    const text = this.#element.toText(item);
    if (!this.#element.quotedInArrays) return text;
    return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, "\\$&") : text}"`;
  }
}

/** array_recv: dimensions, whether there are NULLs, OID of the element, size and lower bound of each dimension. */
function writeArray(
  { sizes, items, hasNull, fits }: ParsedArray,
  element: ElementCodec,
  out: BinaryBuffer,
): void {
  out.writeInt32(0);
  const start = out.position;
  out.writeInt32(sizes.length);
  out.writeInt32(hasNull ? 1 : 0);
  out.writeInt32(element.stagingOid);
  for (const size of sizes) {
    out.writeInt32(size);
    out.writeInt32(1);
  }
  if (fits && element.writeElements !== undefined) element.writeElements(items, out);
  else writeItems(items, element, out);
  out.patchInt32(start - 4, out.position - start);
}

function writeItems(items: ArrayLike<unknown>, element: ElementCodec, out: BinaryBuffer): void {
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (item === null) out.writeInt32(-1);
    else element.writeBinary(item, out);
  }
}

// A column without lists or members, read page by page.

import type { DecodedArray, SchemaTree } from "hyparquet";
import { convert } from "hyparquet/src/convert.js";
import { readPlain } from "hyparquet/src/plain.js";
import type { ColumnDecoder } from "hyparquet/src/types.js";
import { DictionaryCells, type ParquetColumn, TextCells, ValueCells } from "./cells.ts";
import type { ColumnReader } from "./columnReader.ts";
import { type Dictionary, TextDictionary, ValueDictionary } from "./dictionary.ts";
import type { ParquetFile } from "./file.ts";
import { GroupPages } from "./groupPages.ts";
import type { HybridReader } from "./hybrid.ts";
import { type Leaf, unpack } from "./leaf.ts";
import type { Page } from "./pages.ts";
import { type DataPage, openDataPage } from "./pageValues.ts";
import { reusedMemory } from "./scratch.ts";
import { PlainTexts } from "./texts.ts";

export class FlatColumn implements ColumnReader {
  readonly #leaf: Leaf;
  readonly #field: SchemaTree;
  readonly #pages: GroupPages;
  readonly #isText: boolean;
  /** Numbers and booleans are never refused; times and the like hardly, but it is theirs to say. */
  readonly #isSafe: boolean;
  #dictionary: Dictionary | null = null;
  #page: DataPage | null = null;
  #decoder: ColumnDecoder | null = null;
  available = 0;

  constructor(file: ParquetFile, field: SchemaTree, leaf: Leaf) {
    this.#leaf = leaf;
    this.#field = field;
    this.#pages = new GroupPages(file, leaf, reusedMemory());
    const { type, converted_type: converted, logical_type: logical } = field.element;
    const isPlain = converted === undefined && logical === undefined;
    this.#isText = type === "BYTE_ARRAY" && (converted === "UTF8" || logical?.type === "STRING" || isPlain);
    this.#isSafe = type !== "BYTE_ARRAY" && type !== "FIXED_LEN_BYTE_ARRAY";
  }

  async fill(): Promise<void> {
    while (this.available === 0) {
      if (this.#pages.isAtGroupEnd) this.#dictionary = null;
      const { page, decoder } = await this.#pages.next();
      this.#decoder = decoder;
      if (page.header.type === "DICTIONARY_PAGE") {
        this.#dictionary = this.#readDictionary(page, decoder);
      } else {
        this.#page = openDataPage(page, this.#leaf, decoder, this.#isText);
        this.available = this.#page.rows;
      }
    }
  }

  take(count: number): ParquetColumn {
    if (this.#page === null) throw new Error("no page is open");
    const { levels, values } = this.#page;
    this.available -= count;
    const present = levels === null ? null : readLevels(levels, count);
    const wanted = present === null ? count : countOnes(present);
    switch (values.kind) {
      case "indices": {
        if (this.#dictionary === null) throw new Error("a page refers to a dictionary that is not there");
        const indices = new Int32Array(count);
        values.reader.read(indices, 0, wanted);
        if (present !== null && wanted < count) spreadIndices(indices, present, wanted);
        return new DictionaryCells(this.#dictionary, indices);
      }
      case "texts":
        return new TextCells(spread(values.texts.read(wanted), present, count));
      case "values": {
        const converted = convert(copy(values.read(wanted)), this.#decoder as ColumnDecoder);
        return new ValueCells(spread(converted, present, count), this.#field, this.#isSafe);
      }
    }
  }

  #readDictionary({ header, bytes }: Page, decoder: ColumnDecoder): Dictionary {
    const count = header.dictionary_page_header?.num_values ?? 0;
    const page = unpack(bytes, header.uncompressed_page_size, decoder);
    if (this.#isText) return new TextDictionary(new PlainTexts(page).read(count));
    const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 };
    const values = readPlain(reader, decoder.type, count, decoder.element.type_length);
    return new ValueDictionary(convert(copy(values), decoder), this.#field, this.#isSafe);
  }
}

/** Values that stay when the memory of their page is used again. */
function copy(values: DecodedArray): DecodedArray {
  return Array.isArray(values)
    ? values.map((value: unknown) => (value instanceof Uint8Array ? value.slice() : value))
    : values.slice();
}

function readLevels(levels: HybridReader, count: number): Uint8Array {
  const present = new Uint8Array(count);
  levels.read(present, 0, count);
  return present;
}

function countOnes(present: Uint8Array): number {
  let ones = 0;
  for (const one of present) ones += one;
  return ones;
}

/** Values to their rows, from the last to the first, so that none is overwritten before it has moved. */
function spreadIndices(indices: Int32Array, present: Uint8Array, wanted: number): void {
  let next = wanted;
  for (let row = present.length - 1; row >= 0; row--) {
    indices[row] = present[row] === 1 ? (indices[--next] ?? -1) : -1;
  }
}

function spread<Values extends DecodedArray>(
  values: Values,
  present: Uint8Array | null,
  count: number,
): Values | (Values[number] | null)[] {
  if (present === null || values.length === count) return values;
  let next = 0;
  return Array.from(present, (one) => (one === 1 ? values[next++] : null));
}

// A column of lists, structs or maps: its leaves are read side by side and put together by hyparquet, some rows at a time.

import type { DecodedArray, SchemaTree } from "hyparquet";
import { assembleNested } from "hyparquet/src/assemble.js";
import { readPage } from "hyparquet/src/column.js";
import { convert } from "hyparquet/src/convert.js";
import { type ParquetColumn, ValueCells } from "./cells.ts";
import type { ColumnReader } from "./columnReader.ts";
import type { ParquetFile } from "./file.ts";
import { GroupPages } from "./groupPages.ts";
import { type Leaf, parsers } from "./leaf.ts";
import { freshMemory } from "./scratch.ts";

export class NestedColumn implements ColumnReader {
  readonly #field: SchemaTree;
  readonly #leaves: readonly LeafRows[];

  constructor(file: ParquetFile, field: SchemaTree, leaves: readonly Leaf[]) {
    this.#field = field;
    this.#leaves = leaves.map((leaf) => new LeafRows(file, leaf));
  }

  get available(): number {
    return Math.min(...this.#leaves.map(({ available }) => available));
  }

  async fill(): Promise<void> {
    for (const leaf of this.#leaves) while (leaf.available === 0) await leaf.fill();
  }

  take(count: number): ParquetColumn {
    const columns = new Map<string, DecodedArray>();
    for (const leaf of this.#leaves) columns.set(leaf.name, leaf.take(count));
    // A repeated value without a list around it comes as a list already.
    if (this.#field.children.length > 0) assembleNested(columns, this.#field, parsers);
    const values = columns.get(this.#field.element.name);
    if (values === undefined) throw new Error("its members do not fit together");
    return new ValueCells(values, this.#field, false);
  }
}

/** Rows of one leaf. A list may go on in the next page, so the last one waits for that. */
class LeafRows {
  readonly name: string;
  readonly #leaf: Leaf;
  readonly #pages: GroupPages;
  #dictionary: DecodedArray | undefined;
  #rows: DecodedArray = [];
  #start = 0;

  constructor(file: ParquetFile, leaf: Leaf) {
    this.name = leaf.path.join(".");
    this.#leaf = leaf;
    this.#pages = new GroupPages(file, leaf, freshMemory());
  }

  get available(): number {
    return this.#rows.length - this.#start - (this.#mayGoOn ? 1 : 0);
  }

  get #mayGoOn(): boolean {
    return this.#leaf.repetitionLevels > 0 && this.#rows.length > this.#start && !this.#pages.isAtGroupEnd;
  }

  async fill(): Promise<void> {
    const previous = this.#mayGoOn ? [this.#rows[this.#start]] : undefined;
    if (this.#pages.isAtGroupEnd) this.#dictionary = undefined;
    const { page, decoder } = await this.#pages.next();
    const { buffer, byteOffset, byteLength } = page.bytes;
    const reader = { view: new DataView(buffer, byteOffset, byteLength), offset: 0 };
    const { data } = readPage(reader, page.header, decoder, this.#dictionary, previous, 0);
    if (data === undefined) throw new Error(`a page of the column ${this.name} has no values`);
    if (page.header.type === "DICTIONARY_PAGE") {
      this.#dictionary = convert(data, decoder);
    } else {
      this.#rows = data;
      this.#start = 0;
    }
  }

  take(count: number): DecodedArray {
    const end = this.#start + count;
    // A copy: putting rows together changes them in place.
    const rows = this.#rows.slice(this.#start, end);
    this.#start = end;
    return rows;
  }
}

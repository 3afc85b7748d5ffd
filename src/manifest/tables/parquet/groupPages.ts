// Pages of a leaf through all row groups.

import type { Compressors } from "hyparquet";
import type { ColumnDecoder } from "hyparquet/src/types.js";
import type { ParquetFile } from "./file.ts";
import { decoderOf, type Leaf, makeCompressors } from "./leaf.ts";
import { ColumnPages, type Page } from "./pages.ts";
import type { PageMemory } from "./scratch.ts";

export interface GroupPage {
  page: Page;
  decoder: ColumnDecoder;
}

export class GroupPages {
  readonly #file: ParquetFile;
  readonly #leaf: Leaf;
  readonly #memory: PageMemory;
  readonly #compressors: Compressors;
  #group = -1;
  #pages: ColumnPages | null = null;
  #decoder: ColumnDecoder | null = null;

  constructor(file: ParquetFile, leaf: Leaf, memory: PageMemory) {
    this.#file = file;
    this.#leaf = leaf;
    this.#memory = memory;
    this.#compressors = makeCompressors(memory);
  }

  /** The page before was the last of its row group: what follows has another dictionary. */
  get isAtGroupEnd(): boolean {
    return this.#pages?.isAtEnd ?? true;
  }

  /** @throws Error where the file ends; whoever asks knows how many rows there should be */
  async next(): Promise<GroupPage> {
    while (this.#pages === null || this.#pages.isAtEnd) this.#pages = this.#nextGroup();
    return { page: await this.#pages.next(), decoder: this.#decoder as ColumnDecoder };
  }

  #nextGroup(): ColumnPages {
    this.#group += 1;
    const columns = this.#file.metadata.row_groups[this.#group]?.columns;
    const name = this.#leaf.path.join(".");
    if (columns === undefined) throw new Error(`the column ${name} has fewer rows than it says`);
    const column = columns.find(({ meta_data }) => meta_data?.path_in_schema.join(".") === name);
    if (column?.meta_data === undefined) throw new Error(`a row group has no column ${name}`);
    if (column.file_path) throw new Error("its columns are in other files");
    this.#decoder = decoderOf(this.#leaf, column.meta_data, this.#compressors);
    return new ColumnPages(this.#file.path, column.meta_data, this.#memory);
  }
}

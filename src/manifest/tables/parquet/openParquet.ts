// Parquet as a table. hyparquet decodes; what is read when is ours: page by page, so that a row group of a million rows
// takes no more memory than one of a thousand.

import type { SchemaTree } from "hyparquet";
import { parquetSchema } from "hyparquet";
import type { Problem } from "../../problem.ts";
import type { Table, TableBlock } from "../types.ts";
import { cellProblem, type ParquetColumn } from "./cells.ts";
import type { ColumnReader } from "./columnReader.ts";
import { explained, openFile, type ParquetFile } from "./file.ts";
import { FlatColumn } from "./flatColumn.ts";
import { leavesOf } from "./leaf.ts";
import { NestedColumn } from "./nestedColumn.ts";

/** Few enough to be gone before the garbage collector has to move them. */
const blockRows = 1000;

/** @throws CopycatError UNREADABLE_SOURCE */
export async function openParquet(path: string): Promise<Table> {
  const opened = await openFile(path);
  const names = [...opened.fields.keys()];
  return { path, columns: names, blocks: (columns) => readBlocks(opened, columns ?? names) };
}

async function* readBlocks(opened: ParquetFile, wanted: readonly string[]): AsyncGenerator<TableBlock> {
  const { path, metadata, fields } = opened;
  const names = wanted.filter((name) => fields.has(name));
  const readers = new Map(names.map((name) => [name, openColumn(opened, fields.get(name) as SchemaTree)]));
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  for (let start = 0; start < rows; ) {
    const most = Math.min(blockRows, rows - start);
    const { count, columns } = await explained(path, `row ${start}`, () => readColumns(readers, most));
    yield new ParquetBlock(start, count, columns);
    start += count;
  }
}

function openColumn(file: ParquetFile, field: SchemaTree): ColumnReader {
  const root = parquetSchema(file.metadata);
  const leaves = leavesOf(file, root, field.element.name);
  const [first] = leaves;
  const isFlat = field.children.length === 0 && first?.repetitionLevels === 0;
  return isFlat ? new FlatColumn(file, field, first) : new NestedColumn(file, field, leaves);
}

/** As many rows, up to `most`, as all columns have at hand: blocks end where a page ends. */
async function readColumns(
  readers: ReadonlyMap<string, ColumnReader>,
  most: number,
): Promise<{ count: number; columns: Map<string, ParquetColumn> }> {
  const all = [...readers.values()];
  const empty = all.filter(({ available }) => available === 0);
  if (empty.length > 0) await Promise.all(empty.map((reader) => reader.fill()));
  const count = Math.min(most, ...all.map(({ available }) => available));
  const columns = new Map<string, ParquetColumn>();
  for (const [name, reader] of readers) columns.set(name, reader.take(count));
  return { count, columns };
}

class ParquetBlock implements TableBlock {
  readonly length: number;
  readonly columns: ReadonlyMap<string, ParquetColumn>;
  readonly #start: number;
  readonly #unsafe: readonly ParquetColumn[];
  /** Of rows that were asked for, since that makes JSON of their lists. */
  readonly #problems: (Problem | null)[] = [];

  constructor(start: number, length: number, columns: ReadonlyMap<string, ParquetColumn>) {
    this.length = length;
    this.columns = columns;
    this.#start = start;
    this.#unsafe = [...columns.values()].filter(({ isSafe }) => !isSafe);
  }

  position(row: number): string {
    return `row ${this.#start + row}`;
  }

  problem(row: number): Problem | null {
    if (this.#unsafe.length === 0) return null;
    const known = this.#problems[row];
    if (known !== undefined) return known;
    const found = this.#findProblem(row);
    this.#problems[row] = found;
    return found;
  }

  #findProblem(row: number): Problem | null {
    for (const column of this.#unsafe) {
      const problem = cellProblem(column, row);
      if (problem !== null) return problem;
    }
    return null;
  }
}

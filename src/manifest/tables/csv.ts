// CSV and TSV: the first line has the names of the columns.

import { CopycatError } from "../../errors.ts";
import { decodeUtf8, openBytes, splitLines, withoutByteOrderMark } from "../../files/index.ts";
import { Refusal } from "../problem.ts";
import { guessCell, makeRow, textToCell } from "./cells.ts";
import { blockOfRows, type ParsedRow } from "./rowBlock.ts";
import type { Table, TableBlock } from "./types.ts";

const rowsPerBlock = 1000;

/** Of a record too, so that a quote that is never closed does not take the whole file for one. */
const maxLineBytes = 16 * 1024 * 1024;

export interface CsvOptions {
  delimiter: "," | "\t";
  /** Columns that are text whatever they look like: a uid `12e4` is no number. */
  texts: ReadonlySet<string>;
}

/** What stood in quotes is text; the rest is typed by `guessCell`. */
interface Field {
  text: string;
  isQuoted: boolean;
}

interface CsvLine {
  /** Where it ends, from 1. */
  line: number;
  fields: Field[];
}

/** @throws CopycatError UNREADABLE_SOURCE */
export async function openCsv(path: string, options: CsvOptions): Promise<Table> {
  const columns = await readHeader(path, options);
  return {
    path,
    columns: columns.filter((name) => name !== ""),
    blocks: (wanted) => readBlocks(path, { ...options, columns, wanted: new Set(wanted ?? columns) }),
  };
}

/** A column without a name, as an index that was written along, is passed over. */
async function readHeader(path: string, { delimiter }: CsvOptions): Promise<string[]> {
  for await (const { fields } of readLines(path, delimiter)) {
    const names = fields.map(({ text }) => text.trim());
    const twice = names.find((name, index) => name !== "" && names.indexOf(name) !== index);
    if (twice !== undefined)
      throw unreadable(path, `its header has the column ${JSON.stringify(twice)} twice`);
    return names;
  }
  throw unreadable(path, "it is empty; its first line must name the columns");
}

interface RowOptions extends CsvOptions {
  columns: readonly string[];
  wanted: ReadonlySet<string>;
}

async function* readBlocks(path: string, options: RowOptions): AsyncGenerator<TableBlock> {
  const names = options.columns.filter((name) => name !== "" && options.wanted.has(name));
  let rows: ParsedRow[] = [];
  let isHeader = true;
  for await (const line of readLines(path, options.delimiter)) {
    if (!isHeader) rows.push(parseRow(line, options));
    isHeader = false;
    if (rows.length < rowsPerBlock) continue;
    yield blockOfRows(rows, names);
    rows = [];
  }
  if (rows.length > 0) yield blockOfRows(rows, names);
}

function parseRow({ line, fields }: CsvLine, { columns, wanted, texts }: RowOptions): ParsedRow {
  return makeRow(`line ${line}`, (cells) => {
    if (fields.length !== columns.length) {
      const code = fields.length < columns.length ? "missing_field" : "unknown_field";
      throw new Refusal(code, `The line has ${fields.length} cells, but the header has ${columns.length}.`);
    }
    for (const [index, { text, isQuoted }] of fields.entries()) {
      const name = columns[index] ?? "";
      if (name === "" || text === "" || !wanted.has(name)) continue;
      cells.set(name, isQuoted || texts.has(name) ? textToCell(text) : guessCell(text));
    }
  });
}

/**
 * Records as in RFC 4180, with CRLF or LF. Not by a package: those that tell what was quoted take ten times as long,
 * and most lines have no quote at all.
 */
async function* readLines(path: string, delimiter: string): AsyncGenerator<CsvLine> {
  let record = new CsvRecord(delimiter);
  for await (const lines of splitLines(openBytes(path), maxLineBytes)) {
    for (const { line, bytes, isTooLong } of lines) {
      const text = isTooLong ? null : decodeUtf8(line === 1 ? withoutByteOrderMark(bytes) : bytes);
      if (text === null)
        throw unreadable(path, `line ${line} is ${isTooLong ? "too long" : "not valid UTF-8"}`);
      if (text === "" && !record.isOpen) continue;
      record.add(text);
      if (record.length > maxLineBytes) throw unreadable(path, `a quote is still open in line ${line}`);
      if (record.isOpen) continue;
      yield { line, fields: record.fields };
      record = new CsvRecord(delimiter);
    }
  }
  if (record.isOpen) throw unreadable(path, "it ends within a quote that was opened and not closed");
}

/** Cells of one line, or of several where a quote goes on. */
class CsvRecord {
  readonly fields: Field[] = [];
  length = 0;
  readonly #delimiter: string;
  /** What a quote has opened. */
  #cell: string[] | null = null;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  get isOpen(): boolean {
    return this.#cell !== null;
  }

  add(line: string): void {
    this.length += line.length;
    for (const [index, part] of line.split(this.#delimiter).entries()) {
      if (this.#cell !== null) this.#continue(index === 0 ? "\n" : this.#delimiter, part);
      // A quote that is not the first character of a cell has no meaning.
      else if (part.startsWith('"') && hasOddQuotes(part)) this.#cell = [part];
      else this.fields.push(unquote(part));
    }
  }

  #continue(separator: string, part: string): void {
    this.#cell?.push(separator, part);
    if (!hasOddQuotes(part)) return;
    this.fields.push(unquote(this.#cell?.join("") ?? ""));
    this.#cell = null;
  }
}

/** Quotes within quotes are doubled, so an odd number opens one, or ends it. */
function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

function unquote(text: string): Field {
  const inner = text.startsWith('"') ? /^"(.*)"\s*$/s.exec(text)?.[1] : undefined;
  return inner === undefined
    ? { text, isQuoted: false }
    : { text: inner.replaceAll('""', '"'), isQuoted: true };
}

function unreadable(path: string, reason: string, cause?: unknown): CopycatError {
  return new CopycatError("UNREADABLE_SOURCE", `${path} cannot be read: ${reason}.`, { cause });
}

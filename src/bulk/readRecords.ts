// Records from a file: JSON lines, plain or packed, as a source of loads.

import type { Readable } from "node:stream";
import { explainJsonMistake, memberTexts, readTextLines, type TextLine } from "../files/index.ts";
import { RawJson, stringToJson } from "../json.ts";
import { RefusedRecord } from "./refusedRecord.ts";
import type { BulkRecord, TableDescription } from "./types.ts";

/** Digits that a double may blur. */
const longNumber = /\d{16}|\d[eE]|\.\d/;

/**
 * Reads JSON lines, one record a line, optionally packed with gzip or zstd, in flat memory. Documents of json and jsonb
 * columns stay the text that they are, byte for byte; numbers of int8 and numeric columns keep all their digits. A line
 * that is no JSON is a reject in its place.
 *
 * @param table the table that the records are for
 * @throws CopycatError UNREADABLE_SOURCE when the file is missing, truncated or damaged
 * @example
 * await bulkLoad(database, table, () => readRecords("samples.jsonl.gz", table), { policy: "skip" });
 */
export async function* readRecords(
  source: string | Readable,
  { columns }: Pick<TableDescription, "columns">,
): AsyncGenerator<BulkRecord> {
  const documents = columns.filter(({ type }) => /^jsonb?$/i.test(type)).map(({ name }) => name);
  const numbers = columns
    .filter(({ type }) => /^(int8|bigint|numeric|decimal)\b/i.test(type))
    .map(({ name }) => name);
  for await (const lines of readTextLines(source)) {
    for (const line of lines) yield readLine(line, documents, numbers);
  }
}

function readLine(line: TextLine, documents: readonly string[], numbers: readonly string[]): BulkRecord {
  if ("problem" in line) {
    return refuse(line.problem.code, `line ${line.line}: ${line.problem.message}`, line.raw);
  }
  let record: unknown;
  try {
    record = JSON.parse(line.text);
  } catch (error) {
    const { code, message } = explainJsonMistake(line.text, error);
    return refuse(code, `line ${line.line}: ${message}`, line.text);
  }
  // Whatever else it is, the encoder says so.
  if (typeof record !== "object" || record === null || Array.isArray(record)) return record as BulkRecord;
  return keepExact(record as Record<string, unknown>, line.text, documents, numbers);
}

function keepExact(
  record: Record<string, unknown>,
  text: string,
  documents: readonly string[],
  numbers: readonly string[],
): Record<string, unknown> {
  const exactDocuments = documents.filter(
    (name) => typeof record[name] === "object" && record[name] !== null,
  );
  const exactNumbers = longNumber.test(text)
    ? numbers.filter((name) => typeof record[name] === "number")
    : [];
  if (exactDocuments.length + exactNumbers.length === 0) return record;
  const texts = memberTexts(text);
  for (const name of exactDocuments) record[name] = new RawJson(texts.get(name) ?? "null");
  for (const name of exactNumbers) record[name] = texts.get(name);
  return record;
}

function refuse(code: string, message: string, raw: string): BulkRecord {
  return new RefusedRecord(code, message, stringToJson(raw)) as unknown as BulkRecord;
}

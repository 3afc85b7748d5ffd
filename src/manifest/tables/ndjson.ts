// NDJSON as a table: an object a line, its values byte for byte.

import { CopycatError } from "../../errors.ts";
import { isDeeperThan, memberTexts, readTextLines, type TextLine } from "../../files/index.ts";
import { asJsonText } from "../../json.ts";
import { Refusal } from "../problem.ts";
import { exactJson } from "../records/exactJson.ts";
import { makeRow } from "./cells.ts";
import { blockOfRows, type ParsedRow } from "./rowBlock.ts";
import type { Table, TableBlock } from "./types.ts";

/** As of node records. */
const maxDepth = 500;

/** @throws CopycatError UNREADABLE_SOURCE */
export async function openNdjson(path: string): Promise<Table> {
  for await (const rows of readRows(path)) {
    const first = rows.find(({ problem }) => problem === null);
    if (first === undefined) continue;
    const columns = [...first.cells.keys()];
    return {
      path,
      columns,
      blocks: (wanted) => readBlocks(path, wanted === undefined ? undefined : new Set(wanted)),
    };
  }
  throw new CopycatError("UNREADABLE_SOURCE", `${path} cannot be read: it has no row.`);
}

async function* readBlocks(path: string, wanted?: ReadonlySet<string>): AsyncGenerator<TableBlock> {
  for await (const rows of readRows(path, wanted)) yield blockOfRows(rows);
}

async function* readRows(path: string, wanted?: ReadonlySet<string>): AsyncGenerator<ParsedRow[]> {
  for await (const lines of readTextLines(path)) {
    yield Array.from(lines, (line) => parseRow(line, wanted));
  }
}

function parseRow(line: TextLine, wanted: ReadonlySet<string> | undefined): ParsedRow {
  const position = `line ${line.line}`;
  if ("problem" in line) return { position, cells: new Map(), problem: line.problem };
  return makeRow(position, (cells) => {
    checkObject(line.text);
    for (const [name, text] of memberTexts(exactJson(line.text))) {
      if (text === "null" || text === '""' || wanted?.has(name) === false) continue;
      cells.set(name, asJsonText(text));
    }
  });
}

function checkObject(text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal("invalid_json", "The line is no JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal("not_an_object", "A row must be a JSON object.");
  }
  if (isDeeperThan(text, maxDepth))
    throw new Refusal("too_deep", `The row is nested deeper than ${maxDepth} levels.`);
}

// The join of tables in any order: the rows of both go into as many temporary files as it takes for the artifacts
// of one to be held, by a hash of the uid; then file by file.

import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memberTexts, readTextLines } from "../../../files/index.ts";
import { asJsonText, objectToJson, stringToJson } from "../../../json.ts";
import { blockOfRows, type TableBlock, TableRow } from "../../../manifest/index.ts";
import { hashUid, type JoinedEntity, type Tables, uidOf } from "./joined.ts";

/** Rows of both tables in one pair of files, about. They are held as text: some 40 MB where a row has 300 characters. */
const rowsPerPart = 100_000;
const maxParts = 256;

/** Characters gathered for a file before they are written. */
const bufferCharacters = 64 * 1024;

/** @param rows of both tables together */
export async function* partitionJoin(tables: Tables, rows: number): AsyncGenerator<JoinedEntity> {
  const folder = await mkdtemp(join(tmpdir(), "copycat-join-"));
  try {
    const count = Math.min(maxParts, Math.max(1, Math.ceil(rows / rowsPerPart)));
    const spill = { folder, count, uid: tables.uid };
    yield* unjoinable(scatter(tables.entities.blocks(), { ...spill, name: "entities" }), "entity");
    yield* unjoinable(scatter(tables.artifacts.blocks(), { ...spill, name: "artifacts" }), "artifact");
    for (let part = 0; part < count; part++) yield* joinPart(folder, part);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Spill {
  folder: string;
  count: number;
  uid: string;
}

/** A row as it waits in a file. */
interface SpiltRow {
  uidJson: string;
  /** Its position, and its cells as a JSON object, with a tab between. */
  text: string;
}

async function* joinPart(folder: string, part: number): AsyncGenerator<JoinedEntity> {
  const artifacts = new Map<string, string[]>();
  for await (const { uidJson, text } of gather(partPath(folder, "artifacts", part))) {
    const others = artifacts.get(uidJson);
    if (others === undefined) artifacts.set(uidJson, [text]);
    else others.push(text);
  }
  const seen = new Set<string>();
  for await (const { uidJson, text } of gather(partPath(folder, "entities", part))) {
    const [entity = null] = parseRows([text]);
    const own = parseRows(artifacts.get(uidJson) ?? []);
    yield { entity, artifacts: own, isRepeated: seen.has(uidJson) };
    seen.add(uidJson);
    artifacts.delete(uidJson);
  }
  for (const strays of artifacts.values()) {
    yield { entity: null, artifacts: parseRows(strays), isRepeated: false };
  }
}

/** Writes rows into their files and gives back those that have no uid, or a problem. */
async function* scatter(
  blocks: AsyncIterable<TableBlock>,
  { folder, count, uid, name }: Spill & { name: string },
): AsyncGenerator<TableRow> {
  const buffers = new Array<string>(count).fill("");
  const write = async (part: number): Promise<void> => {
    await appendFile(partPath(folder, name, part), buffers[part] ?? "");
    buffers[part] = "";
  };
  for await (const block of blocks) {
    for (let index = 0; index < block.length; index++) {
      const row = new TableRow(block, index);
      const own = uidOf(row, uid);
      if (own === null) {
        yield row;
        continue;
      }
      const part = hashUid(own) % count;
      buffers[part] += `${stringToJson(own)}\t${row.position}\t${objectToJson(row.cells())}\n`;
      if ((buffers[part] ?? "").length >= bufferCharacters) await write(part);
    }
  }
  // Also those without a row, so that each file is there.
  for (let part = 0; part < count; part++) await write(part);
}

async function* unjoinable(
  rows: AsyncIterable<TableRow>,
  kind: "entity" | "artifact",
): AsyncGenerator<JoinedEntity> {
  for await (const row of rows) {
    yield kind === "entity"
      ? { entity: row, artifacts: [], isRepeated: false }
      : { entity: null, artifacts: [row], isRepeated: false };
  }
}

async function* gather(path: string): AsyncGenerator<SpiltRow> {
  for await (const lines of readTextLines(path, { maxLineBytes: Number.MAX_SAFE_INTEGER })) {
    for (const line of lines) {
      if (!("text" in line)) continue;
      const tab = line.text.indexOf("\t");
      yield { uidJson: line.text.slice(0, tab), text: line.text.slice(tab + 1) };
    }
  }
}

function parseRows(texts: readonly string[]): TableRow[] {
  const block = blockOfRows(
    texts.map((text) => {
      const tab = text.indexOf("\t");
      const members = [...memberTexts(text.slice(tab + 1))];
      const cells = new Map(members.map(([name, value]) => [name, asJsonText(value)]));
      return { position: text.slice(0, tab), cells, problem: null };
    }),
  );
  return texts.map((_, index) => new TableRow(block, index));
}

function partPath(folder: string, name: string, part: number): string {
  return join(folder, `${name}-${part}`);
}

// The join of tables in any order: the rows of both go into as many temporary files as it takes for the artifacts
// of one to be held, by a hash of the uid; then file by file.

import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memberTexts, readTextLines } from "../../../files/index.ts";
import { asJsonText, objectToJson } from "../../../json.ts";
import type { TableRow } from "../../../manifest/index.ts";
import { hashUid, type JoinedEntity, type Tables, uidOf } from "./joined.ts";

/** Rows of both tables in one pair of files, about: some 50 MB of memory. */
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
    yield* unjoinable(scatter(tables.entities.rows(), { ...spill, name: "entities" }), "entity");
    yield* unjoinable(scatter(tables.artifacts.rows(), { ...spill, name: "artifacts" }), "artifact");
    for (let part = 0; part < count; part++) yield* joinPart(spill, part);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Spill {
  folder: string;
  count: number;
  uid: string;
}

async function* joinPart({ folder, uid }: Spill, part: number): AsyncGenerator<JoinedEntity> {
  const artifacts = new Map<string, TableRow[]>();
  for await (const row of gather(partPath(folder, "artifacts", part))) {
    const owner = uidOf(row, uid) ?? "";
    const others = artifacts.get(owner);
    if (others === undefined) artifacts.set(owner, [row]);
    else others.push(row);
  }
  const seen = new Set<string>();
  for await (const entity of gather(partPath(folder, "entities", part))) {
    const own = uidOf(entity, uid) ?? "";
    yield { entity, artifacts: artifacts.get(own) ?? [], isRepeated: seen.has(own) };
    seen.add(own);
    artifacts.delete(own);
  }
  for (const strays of artifacts.values()) yield { entity: null, artifacts: strays, isRepeated: false };
}

/** Writes rows into their files and gives back those that have no uid, or a problem. */
async function* scatter(
  lists: AsyncIterable<readonly TableRow[]>,
  { folder, count, uid, name }: Spill & { name: string },
): AsyncGenerator<TableRow> {
  const buffers = new Array<string>(count).fill("");
  const write = async (part: number): Promise<void> => {
    await appendFile(partPath(folder, name, part), buffers[part] ?? "");
    buffers[part] = "";
  };
  for await (const list of lists) {
    for (const row of list) {
      const own = uidOf(row, uid);
      if (own === null) {
        yield row;
        continue;
      }
      const part = hashUid(own) % count;
      buffers[part] += `${row.position}\t${objectToJson(row.cells)}\n`;
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

async function* gather(path: string): AsyncGenerator<TableRow> {
  for await (const lines of readTextLines(path, { maxLineBytes: Number.MAX_SAFE_INTEGER })) {
    for (const line of lines) {
      if (!("text" in line)) continue;
      const tab = line.text.indexOf("\t");
      const cells = new Map(
        [...memberTexts(line.text.slice(tab + 1))].map(([name, text]) => [name, asJsonText(text)]),
      );
      yield { position: line.text.slice(0, tab), cells, problem: null };
    }
  }
}

function partPath(folder: string, name: string, part: number): string {
  return join(folder, `${name}-${part}`);
}

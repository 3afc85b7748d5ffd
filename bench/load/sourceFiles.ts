// Files for the ways that take files, written before any clock starts.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { NodeRecord } from "../../src/catalog/index.ts";

/** COLUMN ORDER CONTRACT with sql/stage.sql. */
function tsvLine(node: NodeRecord, structures: Set<string>): string {
  const { parentPath, dataSource: source } = node;
  const structure = source?.structure ?? null;
  const [asset] = source?.assets ?? [];
  // Once is enough, and that is how copycat sends it, too.
  const isKnown = structure === null || structures.has(structure.id);
  if (!isKnown) structures.add(structure.id);
  const values = [
    parentPath.length + 1,
    parentPath.length === 0 ? "" : `/${parentPath.join("/")}`,
    node.key,
    node.structureFamily,
    node.metadata,
    node.specs,
    node.accessBlob,
    source?.mimetype,
    structure?.id,
    isKnown ? null : structure.json,
    source?.parameters,
    source?.properties,
    source?.management,
    asset?.dataUri,
    asset?.isDirectory,
    asset?.size,
    asset?.parameter,
    asset?.num,
  ];
  return `${values.map(tsvValue).join("\t")}\n`;
}

function tsvValue(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "\\N";
  return String(value).replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}

const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** All of a node in one line, as one record holds it: for COPY. */
export async function writeTsv(path: string, batches: AsyncIterable<readonly NodeRecord[]>): Promise<void> {
  const structures = new Set<string>();
  await writeLines(path, batches, (node) => tsvLine(node, structures));
}

/** One JSON object a node, its JSON columns as objects: for programs in other languages. */
export async function writeNdjson(
  path: string,
  batches: AsyncIterable<readonly NodeRecord[]>,
): Promise<void> {
  await writeLines(path, batches, (node) => `${jsonLine(node)}\n`);
}

export function jsonLine(node: NodeRecord): string {
  const { dataSource: source, parentPath: path, key, structureFamily, metadata } = node;
  const data = source === null ? null : { ...source, structure: undefined, parameters: undefined };
  const rest = JSON.stringify({
    path,
    key,
    structureFamily,
    data,
    structureId: source?.structure?.id ?? null,
  });
  return (
    `${rest.slice(0, -1)},"metadata":${metadata},"parameters":${source?.parameters ?? null},` +
    `"structure":${source?.structure?.json ?? null}}`
  );
}

async function writeLines(
  path: string,
  batches: AsyncIterable<readonly NodeRecord[]>,
  lineOf: (node: NodeRecord) => string,
): Promise<void> {
  const stream = createWriteStream(path);
  // A full disk must end the run, and not go unheard while the lines are still being made.
  const failed = finished(stream);
  failed.catch(() => undefined);
  for await (const batch of batches) {
    if (!stream.write(batch.map(lineOf).join(""))) {
      await Promise.race([once(stream, "drain"), failed]);
    }
  }
  stream.end();
  await failed;
}

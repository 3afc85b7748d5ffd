// Records as the peers take them: text for COPY into a temporary table, made before the clock starts, which is in the
// peers' favour.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { NodeRecord } from "../../src/index.ts";
import type { Batches } from "./records.ts";

const chunkBytes = 256 * 1024;

const createSql = `create temp table st (
  lvl int, path text, parent_path text, key text, family text, metadata jsonb, specs jsonb, access_blob jsonb,
  mimetype text, structure_id text, structure jsonb, parameters jsonb, properties jsonb, management text,
  data_uri text, is_directory boolean, size bigint, parameter text, num int,
  id int, parent int, is_new boolean not null default false, source_id int
) on commit drop`;

const copySql = `copy st (lvl, path, parent_path, key, family, metadata, specs, access_blob, mimetype, structure_id,
  structure, parameters, properties, management, data_uri, is_directory, size, parameter, num) from stdin`;

export function encodeBatches(batches: Batches): Buffer[] {
  const chunks: Buffer[] = [];
  let text = "";
  const seen = new Set<string>();
  for (const node of batches.flat()) {
    text += encodeLine(node, seen);
    if (text.length < chunkBytes) continue;
    chunks.push(Buffer.from(text));
    text = "";
  }
  chunks.push(Buffer.from(text));
  return chunks;
}

function encodeLine(node: NodeRecord, seen: Set<string>): string {
  const { dataSource } = node;
  const [asset] = dataSource?.assets ?? [];
  const parent = node.parentPath.map((key) => `/${key}`).join("");
  const structure = dataSource?.structure ?? null;
  // As ours: the JSON of a structure travels once.
  const isFirst = structure !== null && !seen.has(structure.id);
  if (isFirst) seen.add(structure.id);
  const values = [
    node.parentPath.length + 1,
    `${parent}/${node.key}`,
    parent,
    node.key,
    node.structureFamily,
    node.metadata,
    node.specs,
    node.accessBlob,
    dataSource?.mimetype,
    structure?.id,
    isFirst ? structure.json : null,
    dataSource?.parameters,
    dataSource?.properties,
    dataSource?.management,
    asset?.dataUri,
    asset?.isDirectory,
    asset?.size,
    asset?.parameter,
    asset?.num,
  ];
  return `${values.map(encodeValue).join("\t")}\n`;
}

const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function encodeValue(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "\\N";
  return String(value).replace(/[\\\t\n\r]/g, (found) => escapes[found] ?? found);
}

/** Fills the temporary table `st`, in the transaction that is open. */
export async function stage(client: pg.Client, chunks: readonly Buffer[]): Promise<void> {
  await client.query(createSql);
  await pipeline(Readable.from(chunks), client.query(copyFrom(copySql)));
  await client.query("analyze st (lvl, path, parent_path, key)");
}

// What the tables remember of files.

import { type CatalogNames, catalogNames } from "../../catalog/index.ts";
import type { Database } from "../../database/index.ts";
import type { ListedFile } from "../listFiles.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { fileTable, listAfterSql, listKnownSql, listStreamSql, readContainerSql } from "./sql.ts";
import type { TrackedInput } from "./types.ts";

/** A file as it was when it was read last. */
export interface KnownFile extends Fingerprint {
  input: string;
  root: string;
  relativePath: string;
  uri: string;
  checksum: string | null;
  description: string;
  nodes: number;
  rejects: number;
  isWhole: boolean;
  isKept: boolean;
  tops: number[];
  runId: string;
  /** Its nodes are still in the catalog. */
  isPresent: boolean;
}

/** int8 comes as text. */
export type KnownRow = Omit<KnownFile, "sizeBytes" | "modifiedNs"> & {
  sizeBytes: string;
  modifiedNs: string;
};

export function toKnownFile(row: KnownRow): KnownFile {
  return { ...row, sizeBytes: BigInt(row.sizeBytes), modifiedNs: BigInt(row.modifiedNs) };
}

/** Whether there is anything to remember. */
export async function hasFileTable({ pool }: Database): Promise<boolean> {
  const { rows } = await pool.query<{ present: boolean }>("select to_regclass($1) is not null as present", [
    fileTable,
  ]);
  return rows[0]?.present === true;
}

/** By relative path. */
export async function listKnown(
  { pool }: Database,
  names: CatalogNames,
  { input, files }: { input: TrackedInput; files: readonly ListedFile[] },
): Promise<Map<string, KnownFile>> {
  const { rows } = await pool.query<KnownRow>(listKnownSql(names), [
    names.schema,
    input.dataset,
    input.input,
    input.root,
    files.map(({ relativePath }) => relativePath),
  ]);
  return new Map(rows.map((row) => [row.relativePath, toKnownFile(row)]));
}

/** The dataset's own container, as long as it is in the catalog. */
export async function readContainer(
  { pool }: Database,
  schema: string,
  { dataset, input, root }: TrackedInput,
): Promise<KnownFile | null> {
  const { rows } = await pool.query<KnownRow>(readContainerSql(catalogNames(schema).nodes), [
    schema,
    dataset,
    input,
    root,
  ]);
  return rows[0] === undefined ? null : toKnownFile(rows[0]);
}

const filesPerQuestion = 1000;

/** Everything that is remembered of an input that comes as one stream, itself first. */
export async function* listStream(
  { pool }: Database,
  schema: string,
  { dataset, input, root }: { dataset: string; input: string; root: string },
): AsyncGenerator<KnownFile[]> {
  const text = listStreamSql(catalogNames(schema).closure);
  let after: string | null = null;
  for (;;) {
    const found: { rows: KnownRow[] } = await pool.query<KnownRow>(text, [
      schema,
      dataset,
      input,
      root,
      after,
      filesPerQuestion,
    ]);
    if (found.rows.length === 0) return;
    yield found.rows.map(toKnownFile);
    after = found.rows.at(-1)?.relativePath ?? null;
  }
}

export interface RememberedFile {
  relativePath: string;
  nodes: number;
  tops: number[];
  /** Another input has the file as well. */
  isShared: boolean;
}

/** Files of an input in the order of their names, after one of them. */
export async function listAfter(
  { pool }: Database,
  schema: string,
  { input, after, limit }: { input: TrackedInput; after: string; limit: number },
): Promise<RememberedFile[]> {
  const { rows } = await pool.query<RememberedFile>(listAfterSql, [
    schema,
    input.dataset,
    input.input,
    input.root,
    after,
    limit,
  ]);
  return rows;
}

// Files that are known under another name: where they were, and which nodes move with them.

import { basename, join } from "node:path";
import type { CatalogNames, MovedNode } from "../../catalog/index.ts";
import type { Database } from "../../database/index.ts";
import type { ListedFile } from "../listFiles.ts";
import { type Fingerprint, isMissing, isSameContent } from "./fingerprint.ts";
import { type KnownFile, type KnownRow, toKnownFile } from "./knownFiles.ts";
import { listAlikeSql } from "./sql.ts";
import type { TrackedInput } from "./types.ts";

/** A file that nobody knows under its name. */
export interface Newcomer {
  file: ListedFile;
  fingerprint: Fingerprint;
  checksum: string | null;
}

/** Files that one of the newcomers may have been. */
export async function listMoveCandidates(
  { pool }: Database,
  schema: string,
  { input, newcomers }: { input: TrackedInput; newcomers: readonly Newcomer[] },
): Promise<KnownFile[]> {
  if (newcomers.length === 0) return [];
  const { rows } = await pool.query<KnownRow>(listAlikeSql, [
    schema,
    input.dataset,
    newcomers.map(({ fingerprint }) => fingerprint.sizeBytes.toString()),
    newcomers.map(({ fingerprint }) => fingerprint.modifiedNs.toString()),
    newcomers.flatMap(({ checksum }) => (checksum === null ? [] : [checksum])),
  ]);
  return rows.map(toKnownFile);
}

/**
 * The file that a newcomer was: alike, and no longer where it was. Of several, the one with the same inode, or else the only
 * one with the same name, or else the only one. What another input has is left to that, unless the input itself is gone: a
 * description that moved takes its files along.
 */
export async function findMove(
  newcomer: Newcomer,
  candidates: readonly KnownFile[],
  { claimed, input }: { claimed: ReadonlySet<string>; input: TrackedInput },
): Promise<KnownFile | null> {
  const gone: KnownFile[] = [];
  for (const candidate of candidates) {
    const path = join(candidate.root, candidate.relativePath);
    if (claimed.has(path) || !isAlike(newcomer, candidate)) continue;
    const isOwn = candidate.input === input.input;
    if (!isOwn && !(await isMissing(candidate.input))) continue;
    if ((!isOwn && path === newcomer.file.path) || (await isMissing(path))) gone.push(candidate);
  }
  const name = basename(newcomer.file.relativePath);
  return (
    onlyOne(gone.filter(({ inode }) => inode === newcomer.fingerprint.inode)) ??
    onlyOne(gone.filter(({ relativePath }) => relativePath === newcomer.file.relativePath)) ??
    onlyOne(gone.filter(({ relativePath }) => basename(relativePath) === name)) ??
    onlyOne(gone)
  );
}

function isAlike({ fingerprint, checksum }: Newcomer, candidate: KnownFile): boolean {
  if (checksum !== null && candidate.checksum !== null) return checksum === candidate.checksum;
  return isSameContent(fingerprint, candidate);
}

function onlyOne(files: readonly KnownFile[]): KnownFile | null {
  return files.length === 1 ? (files[0] ?? null) : null;
}

/** The topmost nodes of a moved file, with the paths that they get, and what they stood in. */
export async function movedNodes(
  { pool }: Database,
  names: CatalogNames,
  { input, from, to }: { input: TrackedInput; from: KnownFile; to: string },
): Promise<{ nodes: MovedNode[]; parents: number[] }> {
  const { rows } = await pool.query<{ id: number; key: string; parent: number }>(
    `select id, key, parent from ${names.nodes} where id = any ($1::int4[])`,
    [from.tops],
  );
  const oldStart = input.placeOf(from.relativePath).at(-1) ?? "";
  const place = input.placeOf(to);
  const newStart = place.at(-1) ?? "";
  const nodes = rows.flatMap(({ id, key }) =>
    key.startsWith(oldStart)
      ? [{ id, path: [...place.slice(0, -1), newStart + key.slice(oldStart.length)] }]
      : [],
  );
  return { nodes, parents: [...new Set(rows.map(({ parent }) => parent))] };
}

// Rows that get other paths, also ones that other rows have until then.

import type { PoolClient } from "pg";
import type { LibraryFile, RowFailure } from "../types.ts";
import type { LibraryScope } from "./tables.ts";
import { lastOfEachId, updateLocked } from "./updateFiles.ts";

export interface FileMove {
  id: number;
  file: LibraryFile;
}

type PlacedMove = ReturnType<typeof lastOfEachId>[number];

/**
 * One file may have gone where another one was, and that one on: all leave their old paths first, for such as no file has.
 * One that is refused stays where it was, and so does whoever would have taken its place; all others are moved.
 */
export async function moveFiles(
  client: PoolClient,
  scope: LibraryScope,
  moves: readonly FileMove[],
): Promise<{ unchanged: number; failures: RowFailure[] }> {
  const failures: RowFailure[] = [];
  let left = lastOfEachId(
    moves.map(({ id, file }, index) => ({ index, file: { ...file, id } })),
    failures,
  );
  if (left.length === 0) return { unchanged: 0, failures };
  const oldPaths = await readPaths(client, scope, left);
  // Each turn has fewer of them.
  for (;;) {
    await client.query("savepoint copycat_move");
    await leavePaths(client, scope, left);
    const { unchanged, failures: refused } = await updateLocked(client, scope, left);
    for (const failure of refused) failures.push(failure);
    const refusedAt = new Set(refused.map(({ index }) => index));
    const out = left.filter(({ index }) => refusedAt.has(index));
    if (!out.some(({ id }) => oldPaths.has(id))) return { unchanged, failures };
    await client.query("rollback to savepoint copycat_move");
    const followers = followersOf(out, left, oldPaths);
    for (const follower of followers) failures.push(inTheWay(follower));
    const stay = new Set([...out, ...followers]);
    left = left.filter((move) => !stay.has(move));
    if (left.length === 0) return { unchanged: 0, failures };
  }
}

async function readPaths(
  client: PoolClient,
  { tables, libraryId }: LibraryScope,
  moves: readonly PlacedMove[],
): Promise<Map<number, string>> {
  const { rows } = await client.query<{ id: string; path: string }>(
    `select id, path from ${tables.file} where library_id = $1 and id = any($2::bigint[])`,
    [libraryId, moves.map(({ id }) => id)],
  );
  return new Map(rows.map(({ id, path }) => [Number(id), path]));
}

async function leavePaths(
  client: PoolClient,
  { tables, libraryId }: LibraryScope,
  moves: readonly PlacedMove[],
): Promise<void> {
  // No path that encodePath made has a backslash before an "m".
  await client.query(
    `update ${tables.file} set path = '\\moving/' || id where library_id = $1 and id = any($2::bigint[])`,
    [libraryId, moves.map(({ id }) => id)],
  );
}

/** Moves to the old paths of those that stay, to the old paths of these, and so on. */
function followersOf(
  staying: readonly PlacedMove[],
  moves: readonly PlacedMove[],
  oldPaths: ReadonlyMap<number, string>,
): PlacedMove[] {
  const all = new Set(staying);
  // Those that were not refused have paths of their own.
  const byTarget = new Map(moves.filter((move) => !all.has(move)).map((move) => [move.file.path, move]));
  // A set gives what is added while it is gone through, too.
  for (const { id } of all) {
    const next = byTarget.get(oldPaths.get(id) ?? "");
    if (next !== undefined) all.add(next);
  }
  return [...all].slice(staying.length);
}

function inTheWay({ index, file: { path } }: PlacedMove): RowFailure {
  const message = `${path} is still the path of a file that could not be moved from there.`;
  return { index, path, code: "duplicate_path", message };
}

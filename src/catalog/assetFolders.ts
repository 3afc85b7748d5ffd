// The folders that hold the files of a catalog, for a server that must be allowed to read them.

import type { Database } from "../database/index.ts";
import { catalogNames } from "./tables.ts";

export interface AssetFolders {
  /** Absolute paths of the folders that hold files, and of assets that are folders themselves; "/" for a file in it. */
  folders: string[];
  /** Files whose path Tiled cannot take from their URI. */
  unservable: { count: number; example: string | null };
  /** Assets that are no files, by the scheme of their URI. */
  elsewhere: Map<string, number>;
}

interface FolderRow {
  scheme: string | null;
  folder: string | null;
  assets: number;
  unservable: number;
  example: string | null;
}

// Tiled parses the URI with Python's urlparse: "#", "?" and ";" end the path, tabs and line ends are dropped.
const unservablePattern = "[#?;\t\n\r]";

/** One query over all assets; a row a folder. */
export async function listAssetFolders(
  database: Database,
  schema = database.catalogSchema,
): Promise<AssetFolders> {
  const { rows } = await database.pool.query<FolderRow>(
    `\
select scheme, folder, count(*)::int as assets, count(*) filter (where path ~ $1)::int as unservable,
  min(path) filter (where path ~ $1) as example
from (
  select scheme, path, case when is_directory then path else regexp_replace(path, '/[^/]*$', '') end as folder
  from (
    select is_directory, substring(data_uri from '^([[:alpha:]][[:alnum:]+.-]*):') as scheme,
      substring(data_uri from '^file:(?://[^/]*)?(/.*)$') as path
    from ${catalogNames(schema).assets}
    where data_uri is not null
  ) parsed
) located
group by scheme, folder
order by folder collate "C", scheme`,
    [unservablePattern],
  );
  const elsewhere = new Map<string, number>();
  for (const { scheme, folder, assets } of rows) {
    const name = scheme ?? "no scheme";
    if (folder === null) elsewhere.set(name, (elsewhere.get(name) ?? 0) + assets);
  }
  return {
    folders: rows.flatMap(({ folder }) => (folder === null ? [] : [folder.replace(/\/+$/, "") || "/"])),
    unservable: {
      count: rows.reduce((sum, { unservable }) => sum + unservable, 0),
      example: rows.find(({ example }) => example !== null)?.example ?? null,
    },
    elsewhere,
  };
}

// Lower than any other character, so that what lies in a folder comes right after it in the sorted list.
const separator = "\0";

/**
 * The same folders without those that lie in another one; when there are more than `maxFolders`, with common parents
 * in their place, the deepest first, so that as little as possible is opened to a server. Never "/" unless it is given.
 *
 * @param folders absolute paths without a slash at their end
 * @example reduceFolders(["/data/a/1", "/data/a/2", "/data/b"], 2) // ["/data/a", "/data/b"]
 */
export function reduceFolders(folders: Iterable<string>, maxFolders = Number.POSITIVE_INFINITY): string[] {
  const inside = Array.from(folders, (folder) =>
    folder === "/" ? separator : `${folder.replaceAll("/", separator)}${separator}`,
  );
  let reduced = withoutNested(inside);
  while (reduced.length > maxFolders) {
    const parents = commonParents(reduced);
    const depth = parents.reduce((deepest, parent) => Math.max(deepest, depthOf(parent)), 0);
    if (depth === 0) break;
    reduced = withoutNested([...reduced, ...parents.filter((parent) => depthOf(parent) === depth)]);
  }
  return reduced.map((folder) => folder.slice(0, -1).replaceAll(separator, "/") || "/");
}

function withoutNested(folders: readonly string[]): string[] {
  const kept: string[] = [];
  for (const folder of [...folders].sort()) {
    const last = kept.at(-1);
    if (last === undefined || !folder.startsWith(last)) kept.push(folder);
  }
  return kept;
}

/** Of sorted folders: every folder where the paths of two or more part, but for "/". */
function commonParents(folders: readonly string[]): string[] {
  const parents = new Set<string>();
  for (const [index, folder] of folders.entries()) {
    if (index > 0) parents.add(commonParent(folders[index - 1] ?? "", folder));
  }
  parents.delete(separator);
  return [...parents];
}

function commonParent(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, one.lastIndexOf(separator, length - 1) + 1);
}

/** 1 for "/data". */
function depthOf(folder: string): number {
  return folder.split(separator).length - 2;
}

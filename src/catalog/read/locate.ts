// Finds where arrays lie: by path, or one artifact of many entities. A page of them is one query.

import { type Database, queryPrepared } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { getNode } from "../findNode.ts";
import type { SearchQuery } from "../search/types.ts";
import { catalogNames } from "../tables.ts";
import { type ArtifactRow, fillRepeated, type LocatedRow, makeLocator } from "./locator.ts";
import { listChildrenSql, locateArtifactsSql, locateSql } from "./sql.ts";
import type { ArrayLocator, WantedArrays } from "./types.ts";

const pageArrays = 1000;
/** Deeper than any file nests its groups, and within what PostgreSQL joins. */
const maxKeys = 16;

/** An array that was asked for: where it is, or why it cannot be read. */
export interface Located {
  path: string;
  found: ArrayLocator | CopycatError;
}

/** Pages of what is wanted, in its order. Entities without the artifact are left out. */
export async function* locate(
  database: Database,
  wanted: WantedArrays,
  schema = database.catalogSchema,
): AsyncGenerator<Located[]> {
  if (!("dataset" in wanted)) {
    for (let start = 0; start < wanted.length; start += pageArrays) {
      yield await locatePaths(database, wanted.slice(start, start + pageArrays), schema);
    }
    return;
  }
  const keys = keysOf(wanted.artifact);
  if (keys.length === 0 || keys.length > maxKeys || !isPossible(wanted.artifact)) {
    throw new CopycatError("USAGE", "An artifact is named by its key, such as mh_powder_30T.");
  }
  const isSearched = wanted.query?.where !== undefined || wanted.query?.sort !== undefined;
  const pages = isSearched ? pagesOfSearch : pagesOfArtifact;
  yield* pages(database, { ...wanted, keys, schema });
}

interface WantedArtifact {
  dataset: string;
  keys: readonly string[];
  query?: Pick<SearchQuery, "where" | "sort">;
  schema: string;
}

/** Of all entities, in the order of their ids. */
async function* pagesOfArtifact(
  database: Database,
  { dataset, keys, schema }: WantedArtifact,
): AsyncGenerator<Located[]> {
  const text = locateArtifactsSql(catalogNames(schema), keys.length);
  const parents = keysOf(dataset);
  const possible = isPossible(dataset);
  for (let last = -1; ; ) {
    const rows = possible
      ? await queryPrepared<ArtifactRow>(database, text, [parents, last, pageArrays, keys])
      : [];
    fillRepeated(rows);
    // Nothing there, or nothing in it: whoever asks learns which.
    if (rows.length === 0 && last === -1) await findContainer(database, dataset, schema);
    const entities = groupRows(rows, ({ entityId }) => entityId);
    yield [...entities.values()].flatMap((group) => {
      const [{ entity, family }] = group;
      const path = `/${[...parents, entity, ...keys].join("/")}`;
      return family === null ? [] : [{ path, found: makeLocator(path, group) }];
    });
    if (entities.size < pageArrays) return;
    last = rows.at(-1)?.entityId ?? last;
  }
}

/** Of those that a search finds, in its order. */
async function* pagesOfSearch(
  database: Database,
  { dataset, keys, query, schema }: WantedArtifact,
): AsyncGenerator<Located[]> {
  const { searchNodes } = await import("../search/searchNodes.ts");
  const below = keys.join("/");
  // Page by page and not as a stream, which would hold a connection while another one looks for files.
  for (let after: string | null | undefined; after !== null; ) {
    const page = { ...query, dataset, schema, limit: pageArrays, ...(after === undefined ? {} : { after }) };
    const { nodes, next } = await searchNodes(database, page);
    const asked = nodes.map(({ id, path }) => ({ id, below, path: `${path}/${below}` }));
    const found = await findBelow(database, asked, schema);
    yield asked.flatMap(({ path }, index) => {
      const rows = found.get(index + 1);
      return rows === undefined ? [] : [{ path, found: makeLocator(path, rows) }];
    });
    after = next;
  }
}

/** One for each path, in their order. */
export async function locatePaths(
  database: Database,
  paths: readonly string[],
  schema = database.catalogSchema,
): Promise<Located[]> {
  const normal = paths.map((path) => `/${keysOf(path).join("/")}`);
  const possible = normal.map(isPossible);
  const asked = normal.map((path, index) => ({ id: 0, below: possible[index] ? path.slice(1) : "", path }));
  const found = await findBelow(database, asked, schema);
  const located: Located[] = [];
  for (const [index, path] of normal.entries()) {
    const rows = possible[index] ? found.get(index + 1) : undefined;
    located.push({
      path,
      found: rows === undefined ? await explainMissing(database, path, schema) : makeLocator(path, rows),
    });
  }
  return located;
}

/**
 * A container by its path.
 *
 * @throws CopycatError NOT_FOUND; USAGE when it is something else
 */
export async function findContainer(
  database: Database,
  path: string,
  schema: string,
): Promise<{ id: number; path: string }> {
  const below = keysOf(path).join("/");
  const normal = `/${below}`;
  const found = isPossible(normal) ? await findBelow(database, [{ id: 0, below }], schema) : undefined;
  const row = found?.get(1)?.[0];
  if (row === undefined) throw await explainMissing(database, normal, schema);
  if (row.family === "container") return { id: row.nodeId, path: normal };
  throw new CopycatError(
    "USAGE",
    `${normal} is of the family ${row.family}; a dataset is a container, such as VDP.`,
  );
}

/** The children of a node by id. */
export async function* pagesOfChildren(
  database: Database,
  parent: number,
  schema: string,
): AsyncGenerator<{ id: number; key: string }[]> {
  const text = listChildrenSql(catalogNames(schema));
  for (let last = -1; ; ) {
    const { rows } = await database.pool.query<{ id: number; key: string }>(text, [parent, last, pageArrays]);
    if (rows.length > 0) yield rows;
    if (rows.length < pageArrays) return;
    last = rows.at(-1)?.id ?? last;
  }
}

/** Rows by place, from 1. */
async function findBelow(
  database: Database,
  asked: readonly { id: number; below: string }[],
  schema: string,
): Promise<Map<number, [LocatedRow, ...LocatedRow[]]>> {
  if (asked.length === 0) return new Map();
  const rows = await queryPrepared<LocatedRow>(database, locateSql(catalogNames(schema)), [
    asked.map(({ id }) => id),
    asked.map(({ below }) => below),
  ]);
  return groupRows(rows, ({ place }) => place);
}

/** Rows of the same number together, in their order. */
function groupRows<Row>(rows: readonly Row[], numberOf: (row: Row) => number): Map<number, [Row, ...Row[]]> {
  const groups = new Map<number, [Row, ...Row[]]>();
  for (const row of rows) {
    const group = groups.get(numberOf(row));
    if (group === undefined) groups.set(numberOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

/** Names the deepest node that is there. */
async function explainMissing(database: Database, path: string, schema: string): Promise<CopycatError> {
  if (!isPossible(path)) {
    return new CopycatError(
      "NOT_FOUND",
      `There is no node ${JSON.stringify(path)}: no key holds U+0000 or half a surrogate pair.`,
    );
  }
  try {
    await getNode(database, path, schema);
  } catch (error) {
    if (error instanceof CopycatError) return error;
    throw error;
  }
  return new CopycatError("NOT_FOUND", `${path} was not there a moment ago. Try again.`);
}

/** The server takes no such text, and no key has any of it. */
function isPossible(path: string): boolean {
  return path.isWellFormed() && !path.includes("\0");
}

export function keysOf(path: string): string[] {
  return path.split("/").filter((key) => key !== "");
}

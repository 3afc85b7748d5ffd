// Where a search looks: below one container, at the entities of all datasets, or at all descendants of a container.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { getNode } from "../findNode.ts";
import { type CatalogNames, catalogNames } from "../tables.ts";
import { checkText } from "./checks.ts";
import type { Parameters } from "./parameters.ts";
import { runSearch } from "./run.ts";
import type { SearchQuery } from "./types.ts";

export type Scope =
  | { kind: "children"; id: number; path: string }
  | { kind: "entities" }
  | { kind: "descendants"; id: number };

/** @throws CopycatError NOT_FOUND, or USAGE when the path leads to something that holds no nodes */
export async function findScope(
  database: Database,
  { dataset, under, schema = database.catalogSchema }: SearchQuery,
): Promise<Scope> {
  if (dataset !== undefined && under !== undefined) {
    throw new CopycatError(
      "USAGE",
      `A search looks at the children of ${dataset} or at all that lies under ${under}, not at both.`,
    );
  }
  if (dataset !== undefined) return { kind: "children", ...(await findContainer(database, dataset, schema)) };
  if (under === undefined) return { kind: "entities" };
  return { kind: "descendants", id: (await findContainer(database, under, schema)).id };
}

/** One query, and none of what `getNode` tells besides: it counts children. `path` is empty for the root. */
async function findContainer(
  database: Database,
  path: string,
  schema: string,
): Promise<{ id: number; path: string }> {
  checkText(path, "The path");
  const { nodes } = catalogNames(schema);
  const segments = path.split("/").filter((segment) => segment !== "");
  const [found] = await runSearch<{ id: number; family: string }>(database, {
    text: `\
with recursive walk (id, depth) as (
  select 0, 0
  union all
  select n.id, w.depth + 1
  from walk w join ${nodes} n on n.parent = w.id and n.key = ($1::text[])[w.depth + 1])
select n.id, n.structure_family::text as family
from walk w join ${nodes} n on n.id = w.id
where w.depth = $2::int`,
    values: [segments, segments.length],
  });
  // It knows how far the path leads.
  const { id, family } = found ?? (await getFamily(database, path, schema));
  if (family === "container") return { id, path: segments.map((segment) => `/${segment}`).join("") };
  const isVowel = /^[aeiou]/.test(family);
  throw new CopycatError(
    "USAGE",
    `/${segments.join("/")} is ${isVowel ? "an" : "a"} ${family}; search looks into a container, such as a dataset.`,
  );
}

async function getFamily(
  database: Database,
  path: string,
  schema: string,
): Promise<{ id: number; family: string }> {
  const { id, structureFamily } = await getNode(database, path, schema);
  return { id, family: structureFamily };
}

/** What follows `from`, and the condition that keeps `n` in the scope. */
export function scopeSql(
  scope: Scope,
  { nodes, closure }: CatalogNames,
  parameters: Parameters,
): { from: string; condition: string } {
  switch (scope.kind) {
    case "children":
      return { from: `${nodes} n`, condition: `n.parent = ${parameters.add(scope.id)}::int` };
    case "entities":
      return { from: `${nodes} n join ${nodes} p on p.id = n.parent`, condition: "p.parent = 0" };
    case "descendants":
      return {
        from: `${closure} c join ${nodes} n on n.id = c.descendant`,
        condition: `c.ancestor = ${parameters.add(scope.id)}::int and c.depth > 0`,
      };
  }
}

/** The path of `n`, behind what `pathAbove` tells. */
export function pathSql(scope: Scope, { nodes, closure }: CatalogNames): string {
  switch (scope.kind) {
    case "children":
      return "n.key";
    case "entities":
      return "'/' || p.key || '/' || n.key";
    case "descendants":
      return `(select string_agg('/' || a.key, '' order by l.depth desc)
    from ${closure} l join ${nodes} a on a.id = l.ancestor
    where l.descendant = n.id and l.ancestor <> 0)`;
  }
}

/** What all paths begin with. */
export function pathAbove(scope: Scope): string {
  return scope.kind === "children" ? `${scope.path}/` : "";
}

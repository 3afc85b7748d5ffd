// A query made ready: checked, and what the database has to say about it looked up.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { didYouMean } from "../../suggest.ts";
import { type CatalogNames, catalogNames } from "../tables.ts";
import { checkCondition, checkPath } from "./checks.ts";
import type { Condition, KeyPath, Leaf } from "./condition.ts";
import { conditionSql } from "./conditionSql.ts";
import type { Parameters } from "./parameters.ts";
import { type PromotedPath, promotedPaths } from "./promotedPaths.ts";
import { runSearch } from "./run.ts";
import { findScope, type Scope, scopeSql } from "./scope.ts";
import type { SearchQuery, SortKey } from "./types.ts";

export interface ResolvedSearch {
  names: CatalogNames;
  scope: Scope;
  where: Condition | null;
  sort: readonly SortKey[];
  isPromoted(path: KeyPath): boolean;
}

const maxSortKeys = 8;

/** @throws CopycatError USAGE or NOT_FOUND before anything is searched */
export async function resolveSearch(database: Database, query: SearchQuery): Promise<ResolvedSearch> {
  const { where = null, sort = [], schema = database.catalogSchema } = query;
  checkSort(sort);
  const leaves = where === null ? [] : checkCondition(where);
  const names = catalogNames(schema);
  const [scope, promoted] = await Promise.all([
    findScope(database, query),
    leaves.some(mayBePromoted) ? promotedPaths(database, schema) : [],
    checkFamilies(database, leaves, names),
  ]);
  return { names, scope, where, sort, isPromoted: promotedIn(scope, promoted) };
}

export function checkSort(sort: readonly SortKey[]): void {
  for (const { path } of sort) checkPath(path);
  if (sort.length <= maxSortKeys) return;
  throw new CopycatError("USAGE", `${sort.length} keys to sort by are too many: ${maxSortKeys} at most.`);
}

/** `from ... where ...`: the rows `n` that fit, and for which all of `more` holds. */
export function matchesSql(
  { names, scope, where, isPromoted }: ResolvedSearch,
  parameters: Parameters,
  more: readonly string[] = [],
): string {
  const { from, condition } = scopeSql(scope, names, parameters);
  const wanted = where === null ? [] : [conditionSql(where, { names, parameters, isPromoted })];
  return `from ${from}\nwhere ${[condition, ...wanted, ...more].join("\n  and ")}`;
}

/** Other conditions are written the same whether their key is promoted or not. */
function mayBePromoted(leaf: Leaf): boolean {
  return leaf.kind === "in" || (leaf.kind === "compare" && leaf.operator === "eq");
}

function promotedIn(scope: Scope, promoted: readonly PromotedPath[]): (path: KeyPath) => boolean {
  // The index of a promoted key begins with the parent.
  if (scope.kind === "descendants") return () => false;
  const parent = scope.kind === "children" ? scope.id : null;
  const here = promoted.filter(({ datasetId }) => datasetId === null || datasetId === parent);
  const paths = new Set(here.map(({ path }) => JSON.stringify(path)));
  return (path) => paths.has(JSON.stringify(path));
}

/** The families are an enum of the catalog's, and a label that it lacks would be refused (22P02). */
async function checkFamilies(
  database: Database,
  leaves: readonly Leaf[],
  { familyType }: CatalogNames,
): Promise<void> {
  const wanted = leaves.flatMap((leaf) => (leaf.kind === "family" ? [leaf.name] : []));
  if (wanted.length === 0) return;
  const [row] = await runSearch<{ families: string[] }>(database, {
    text: `select enum_range(null::${familyType})::text[] as families`,
    values: [],
  });
  const families = row?.families ?? [];
  const unknown = wanted.find((name) => !families.includes(name));
  if (unknown === undefined) return;
  throw new CopycatError(
    "USAGE",
    `There is no structure family ${JSON.stringify(unknown)}${didYouMean(unknown, families)}: ${families.join(", ")}.`,
  );
}

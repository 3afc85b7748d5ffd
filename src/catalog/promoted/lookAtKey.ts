// What a metadata key holds, asked of every node it may stand in: that decides which indexes can be and pay.

import type { Database } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { didYouMean } from "../../suggest.ts";
import type { CatalogNames } from "../tables.ts";
import { sampleChildren } from "./sampleChildren.ts";
import { formatTarget } from "./target.ts";
import type { PromotedKind } from "./types.ts";

/**
 * A row of a btree takes 2,704 bytes with parent and id; compression may let more pass, but not surely. As jsonb has
 * it, which is a few bytes more than the text.
 */
export const longestValueBytes = 2600;

interface TypeFacts {
  type: "number" | "string" | "boolean" | "null" | "array" | "object";
  count: number;
  longestBytes: number;
}

export interface KeyScope {
  names: CatalogNames;
  path: readonly string[];
  /** Null: all nodes. */
  datasetId: number | null;
  /** For messages. */
  dataset: string | undefined;
}

/**
 * Which kinds of index serve the key. A key may hold numbers here and strings there.
 *
 * @throws CopycatError NOT_FOUND when no node has the key; USAGE when it holds no scalar; INVALID_INPUT when a value
 * is too long
 */
export async function chooseKinds(database: Database, scope: KeyScope): Promise<PromotedKind[]> {
  const facts = await lookAtKey(database, scope);
  if (facts.length === 0) throw await notFound(database, scope);
  const scalars = facts.filter(({ type }) => type === "number" || type === "string" || type === "boolean");
  if (scalars.length === 0) {
    throw new CopycatError(
      "USAGE",
      `${formatTarget(scope.path)} holds only ${facts.map(({ type }) => typeNames[type]).join(" and ")}; an index serves numbers, ` +
        "strings and booleans. Name a key inside of it, such as KEY.INNER.",
    );
  }
  const longestBytes = Math.max(...facts.map((found) => found.longestBytes));
  if (longestBytes > longestValueBytes) throw await tooLong(database, scope, longestBytes);
  return ["comparison", "sort", ...(scalars.some(({ type }) => type === "string") ? ["like" as const] : [])];
}

const typeNames: Record<TypeFacts["type"], string> = {
  number: "numbers",
  string: "strings",
  boolean: "booleans",
  null: "null",
  array: "lists",
  object: "objects",
};

async function lookAtKey(database: Database, { names, path, datasetId }: KeyScope): Promise<TypeFacts[]> {
  // `offset 0`: a metadata too long for its row is fetched once, not once a use.
  const { rows } = await database.pool.query<TypeFacts>(
    `\
select jsonb_typeof(value) as type, count(*)::float8 as count, max(pg_column_size(value)) as "longestBytes"
from (select metadata #> $1::text[] as value from ${names.nodes}
  where $2::int is null or parent = $2 offset 0) as found
where value is not null
group by 1 order by 2 desc, 1`,
    [path, datasetId],
  );
  return rows;
}

async function notFound(database: Database, scope: KeyScope): Promise<CopycatError> {
  const { path, dataset } = scope;
  const { nodes } = await sampleChildren(database, scope.names, { datasetId: scope.datasetId, limit: 500 });
  const keys = new Set(nodes.flatMap(({ metadata }) => Object.keys(metadata ?? {})));
  const where = dataset === undefined ? "No node" : `No child of ${dataset}`;
  const whole = path.join(".");
  // A key that holds a dot looks like a path when it is typed.
  const hint =
    path.length > 1 && keys.has(whole)
      ? ` (did you mean the single key ${JSON.stringify(whole)}, as the list ${JSON.stringify([whole])}?)`
      : didYouMean(
          path[0] ?? "",
          [...keys].filter((key) => key !== path[0]),
        );
  return new CopycatError("NOT_FOUND", `${where} has the metadata key ${formatTarget(path)}${hint}.`);
}

async function tooLong(
  database: Database,
  { names, path, datasetId }: KeyScope,
  longestBytes: number,
): Promise<CopycatError> {
  const { rows } = await database.pool.query<{ path: string }>(
    `\
select (select string_agg(a.key, '/' order by c.depth desc)
  from ${names.closure} c join ${names.nodes} a on a.id = c.ancestor
  where c.descendant = n.id and a.id <> 0) as path
from ${names.nodes} n
where ($2::int is null or n.parent = $2) and pg_column_size(n.metadata #> $1::text[]) = $3
order by n.id limit 1`,
    [path, datasetId, longestBytes],
  );
  return new CopycatError("INVALID_INPUT", explainTooLong(path, longestBytes, rows[0]?.path ?? undefined));
}

/** @param example path of a node */
export function explainTooLong(path: readonly string[], bytes?: number, example?: string): string {
  const value = bytes === undefined ? "A value" : `The value of ${bytes.toLocaleString("en-US")} bytes`;
  const place = example === undefined ? "" : ` in /${example}`;
  return (
    `${value} of ${formatTarget(path)}${place} is too long for an index, which takes ` +
    `${longestValueBytes.toLocaleString("en-US")} bytes. Full-text search finds such texts without one. Nothing was changed.`
  );
}
